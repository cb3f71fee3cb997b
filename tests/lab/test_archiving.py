from __future__ import annotations

import pytest
from typer.testing import CliRunner

import nanoos_lab as nl
from nanoos_lab.cli import app
from nanoos_lab.errors import ArtifactError, InvalidInputError, UnknownNameError
from nanoos_lab.store.artifacts import put_file


@pytest.fixture
def relaxed(lab, sto):
    """Return a run with two files, one large."""
    run = lab.run("relax", sto, calculator="toy")
    with lab.store.write() as session:
        put_file(session, lab.store.scope, "log.txt", b"converged", run_id=run.id)
        put_file(session, lab.store.scope, "traj.xyz", b"x" * 5000, run_id=run.id)
    return run


def _command(lab, *words):
    result = CliRunner().invoke(app, ["--lab", str(lab.root), *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_a_purge_shows_what_it_would_free_until_it_is_told_to(lab, relaxed):
    shown = lab.purge(relaxed, larger_than="1 kB")
    assert (shown.done, shown.freed, [row.name for row in shown.artifacts]) == (False, 5000, ["traj.xyz"])
    assert "would be freed" in repr(shown)
    assert "yes=True" in repr(shown)
    assert set(lab.artifacts_of(relaxed.id)) == {"log.txt", "traj.xyz"}
    done = lab.purge(relaxed, larger_than="1 kB", reason="room", yes=True)
    assert (done.done, done.freed) == (True, 5000)
    with pytest.raises(ArtifactError, match=r"traj\.xyz.*purged on.*\(room\).*force=True"):
        lab.artifacts_of(relaxed.id)
    assert "nothing to purge" in repr(lab.purge(relaxed, larger_than=1000, yes=True))


def test_running_again_brings_the_bytes_back(lab, relaxed):
    lab.purge(relaxed, yes=True)
    with lab.store.write() as session:
        put_file(session, lab.store.scope, "traj.xyz", b"x" * 5000, run_id=relaxed.id)
    with pytest.raises(ArtifactError, match="log"):
        lab.artifacts_of(relaxed.id)
    with lab.store.write() as session:
        put_file(session, lab.store.scope, "log.txt", b"converged", run_id=relaxed.id)
    assert lab.artifacts_of(relaxed.id)["traj.xyz"].stat().st_size == 5000


def test_what_to_purge_may_be_a_run_a_batch_or_a_file(lab, sto, relaxed):
    batch = lab.map("static", [sto], calculator="toy")
    with lab.store.write() as session:
        one = put_file(session, lab.store.scope, "out.txt", b"of the batch", run_id=batch[0].id)
        loose = put_file(session, lab.store.scope, "loose", b"of nobody")
    assert [row.id for row in lab.purge(batch.id).artifacts] == [one.id]
    assert [row.id for row in lab.purge(loose.id[:8]).artifacts] == [loose.id]
    assert [row.id for row in lab.purge(artifacts=[loose.id]).artifacts] == [loose.id]
    assert len(lab.purge(relaxed.id).artifacts) == 2
    assert lab.purge(task="relax", older_than_days=1).artifacts == ()
    with pytest.raises(InvalidInputError, match="say what to purge"):
        lab.purge()
    with pytest.raises(UnknownNameError):
        lab.purge("nothing of that name")


@pytest.mark.parametrize(("given", "expected"), [("10", 10), (10, 10), ("1.5 kB", 1500), ("2G", 2 * 10**9)])
def test_sizes_are_written_as_people_write_them(given, expected):
    from nanoos_lab.lab.archiving import _bytes

    assert _bytes(given) == expected
    with pytest.raises(InvalidInputError, match="is no size"):
        _bytes("large")


def test_an_export_takes_all_or_what_was_chosen(lab, sto, relaxed, tmp_path):
    lab.add("MgO.cif")
    assert lab.export(tmp_path / "all.zip").counts["structure"] == 3
    assert lab.export(tmp_path / "one.zip", sto).counts["structure"] == 1
    assert lab.export(tmp_path / "run.zip", relaxed).counts["structure"] == 2
    assert lab.export(tmp_path / "mg.zip", elements=["Mg"]).counts["structure"] == 1
    with pytest.raises(InvalidInputError, match="exists"):
        lab.export(tmp_path / "all.zip")
    assert lab.export(tmp_path / "all.zip", [sto.id], overwrite=True).counts["structure"] == 1
    with pytest.raises(InvalidInputError, match="no structure fits"):
        lab.export(tmp_path / "none.zip", elements=["U"])
    with pytest.raises(InvalidInputError, match="not both"):
        lab.export(tmp_path / "none.zip", sto, elements=["U"])
    assert not (tmp_path / "none.zip").exists()


def test_displays_say_what_came(lab, sto, tmp_path):
    written = lab.export(tmp_path / "x.zip")
    assert "structures" in repr(written)
    assert str(written.path) in repr(written).replace("\n", "")
    with nl.open(tmp_path / "other") as other:
        taken = other.import_archive(tmp_path / "x.zip")
        assert "already here" in repr(taken)
        assert "<table" in taken._repr_mimebundle_()["text/html"]
        assert taken.added["structure"] == 1
        assert other.structure(sto.id).tags == ["perovskite"] or "perovskite" in other.structure(sto.id).tags


def test_the_commands_do_the_same(lab, relaxed, tmp_path):
    file = tmp_path / "x.nanoos.zip"
    assert "structures" in _command(lab, "export", file, "elements=Sr")
    with nl.open(tmp_path / "other") as other:
        assert "added" in _command(other, "import", file)
        assert len(other.find()) == 2
    assert "would be freed" in _command(lab, "purge", "--larger-than", "1kB")
    assert "would be freed" in _command(lab, "purge", relaxed.id)
    assert " freed" in _command(lab, "purge", relaxed.id, "--yes", "--reason", "room")
    with pytest.raises(ArtifactError, match="room"):
        lab.artifacts_of(relaxed.id)
    light = tmp_path / "light.nanoos.zip"
    assert "written to" in _command(lab, "export", light, relaxed.id, "--without-files")


def test_the_history_goes_back_to_the_lab_it_came_from(lab, sto, relaxed, tmp_path):
    lab.export(tmp_path / "x.zip")
    with nl.open(tmp_path / "other") as other:
        other.import_archive(tmp_path / "x.zip")
        told = [(line.kind, line.author) for line in other.history(sto.id)]
        me = other.store.scope.author
        assert told[0] == ("structure.added", f"{me} ({lab.store.info.name})")
        assert ("run.completed", f"{me} ({lab.store.info.name})") in told
        assert ("structure.imported", me) in told
        words = repr(other.history(sto.id)).replace("\n", " ")
        assert "imported the structure SrTiO3 from lab" in " ".join(words.split())
        assert "imported x.zip from lab" in " ".join(repr(other.history()).split())
