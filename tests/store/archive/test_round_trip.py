"""What was exported is what is imported, from and to both databases, once however often."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.lab.modelling.names import path_of
from nanoos_lab.store import provenance
from nanoos_lab.store.archive import importing
from nanoos_lab.store.artifacts import open_artifact
from nanoos_lab.store.events import events_of
from nanoos_lab.store.orphans import find_orphans
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.lab import Lab

KINDS = ("sqlite", "postgresql")


def _graphs(lab: Lab) -> list[str]:
    """Return the shape of every structure's provenance, apart from ids."""
    shapes = []
    for record in lab.find():
        with lab.store.read() as session:
            graph = provenance.provenance(session, lab.store.scope, record.id, downstream=True)
        nodes = [node for node in graph.nodes if not node.state or RunState(node.state).final]
        texts = {node.id: f"{node.kind} {node.label} {node.detail} {node.state}" for node in nodes}
        joined = [e for e in graph.edges if {e.source, e.target} <= texts.keys()]
        edges = Counter((texts[e.source], e.label, texts[e.target]) for e in joined)
        shapes.append(
            json.dumps([record.row.digest, sorted(texts.values()), sorted(map(list, edges.elements()))])
        )
    return sorted(shapes)


@pytest.mark.parametrize("direction", list(itertools.product(KINDS, KINDS)), ids="-to-".join)
def test_a_project_arrives_whole_and_once(
    places: Callable[[str, str], Lab],
    tools: Any,
    tmp_path: Path,
    direction: tuple[str, str],
) -> None:
    ada, bob = places(direction[0], "ada"), places(direction[1], "bob")
    tools.fill(ada, tmp_path)
    before = tools.portrait(ada.store)
    written = ada.export(tmp_path / "all.nanoos.zip")
    assert written.left_out == {"unfinished runs": 1}
    taken = bob.import_archive(tmp_path / "all.nanoos.zip")
    assert sum(taken.already_there.values()) == 0
    assert tools.portrait(bob.store) == before
    assert tools.portrait(ada.store) == before, "an export changes nothing"
    assert _graphs(bob) == _graphs(ada)
    for lab, name in ((bob, "all.nanoos.zip"), (ada, "all.nanoos.zip")):
        again = lab.import_archive(tmp_path / name)
        assert sum(again.added.values()) == 0, again.added
        assert tools.portrait(lab.store) == before
    bob.export(tmp_path / "back.nanoos.zip")
    assert sum(ada.import_archive(tmp_path / "back.nanoos.zip").added.values()) == 0
    assert tools.portrait(ada.store) == before
    with bob.store.read() as session:
        assert find_orphans(session, bob.store.scope).sound
    for lab in (ada, bob):
        lab.close()


def test_ids_are_kept_where_they_are_free(
    rich_folder: Path, rich_archive: Path, empty: Lab, tools: Any
) -> None:
    import nanoos_lab as nl

    empty.import_archive(rich_archive)
    with nl.open(rich_folder / "lab") as source:
        assert {one.id for one in empty.find()} == {one.id for one in source.find()}
        assert {run.id for run in empty.runs()} == {run.id for run in source.runs() if run.known_state.final}


def test_ids_that_something_else_has_are_replaced_everywhere(
    rich_folder: Path,
    rich_archive: Path,
    empty: Lab,
    tmp_path: Path,
    tools: Any,
) -> None:
    """Every id of the archive is one that the lab has given to something of its own."""
    import nanoos_lab as nl

    empty.add("NaCl.cif")
    mine = empty.run("relax", empty.find()[0], calculator="toy")
    empty.sample("mine", mine, files={"own.txt": b"mine"})
    before = tools.portrait(empty.store)
    own = {
        kind: _ids(empty, kind)
        for kind in ("material", "structure", "run", "sample", "artifact", "property_value")
    }
    members = tools.unpack(rich_archive)
    swapped: dict[bytes, bytes] = {}
    for kind, ids in own.items():
        theirs = [json.loads(line)["id"] for line in members[f"tables/{kind}.jsonl"].splitlines()]
        swapped |= {old.encode(): new.encode() for old, new in zip(theirs, ids, strict=False)}
    for name in members:
        if name.startswith("tables/"):
            for old, new in swapped.items():
                members[name] = members[name].replace(b'"%s"' % old, b'"%s"' % new)
    archive = tools.pack(tmp_path / "clash.nanoos.zip", members)
    assert len(swapped) > 10
    empty.import_archive(archive)
    now = tools.portrait(empty.store)
    with nl.open(rich_folder / "lab") as source:
        theirs_whole = tools.portrait(source.store)
    assert {kind: sorted(before[kind] + theirs_whole[kind]) for kind in now} == now
    assert sum(empty.import_archive(archive).added.values()) == 0
    assert tools.portrait(empty.store) == now


def _ids(lab: Lab, kind: str) -> list[str]:
    from sqlalchemy import select

    from nanoos_lab.store.archive.tables import KINDS

    with lab.store.read() as session:
        return list(session.scalars(select(KINDS[kind].table.__table__.c.id)))


def test_a_run_beside_one_of_the_same_key_does_not_answer_for_it(rich_archive: Path, empty: Lab) -> None:
    sto = empty.add("SrTiO3.cif")
    own = empty.run("relax", sto, calculator="toy")
    n_values = len(empty.value_rows(run_id=own.id))
    empty.import_archive(rich_archive)
    twins = [run for run in empty.runs() if run.row.key == own.row.key]
    assert len(twins) == 2
    assert [run.id for run in twins if run.row.active_key] == [own.id]
    assert empty.run("relax", sto, calculator="toy").id == own.id
    assert len(empty.value_rows(run_id=own.id)) == n_values, "what another run gave is not put under this one"
    assert len(empty.find(formula="SrTiO3", derived=False)) == 1, "the same crystal is one record"


def test_an_imported_run_is_reused(rich_archive: Path, empty: Lab) -> None:
    empty.import_archive(rich_archive)
    (sto,) = empty.find(formula="SrTiO3", derived=False)
    run = empty.run("relax", sto, calculator="toy")
    assert run.reused
    assert [one.name for one in empty.made_by(run.id)] == ["SrTiO3 · relaxed"]


def test_chosen_structures_bring_what_explains_them_and_nothing_else(
    rich_folder: Path, empty: Lab, tmp_path: Path
) -> None:
    import nanoos_lab as nl

    with nl.open(rich_folder / "lab") as source:
        (relaxed,) = [one for one in source.find() if one.name == "SrTiO3 · relaxed"]
        written = source.export(tmp_path / "part.nanoos.zip", relaxed)
        assert source.export(tmp_path / "same.nanoos.zip", [relaxed.id]).counts == written.counts
        values = {v.id for v in source.value_rows(structure_id=relaxed.id, include_synthetic=True)}
    empty.import_archive(tmp_path / "part.nanoos.zip")
    assert {one.formula for one in empty.find()} == {"SrTiO3"}
    assert {one.name for one in empty.find()} >= {"SrTiO3", "SrTiO3 · relaxed"}
    assert {v.id for v in empty.value_rows(structure_id=relaxed.id, include_synthetic=True)} == values
    runs = {run.task: run for run in empty.runs()}
    assert "relax" in runs
    assert "md" not in runs, "it has not ended"
    assert "log/relax.txt" in _file_names(empty)
    assert written.counts["batch"] == 0


def test_samples_come_with_their_structure(rich_folder: Path, empty: Lab, tmp_path: Path) -> None:
    import nanoos_lab as nl

    with nl.open(rich_folder / "lab") as source:
        source.export(tmp_path / "mgo.nanoos.zip", formula="MgO", derived=False)
    taken = empty.import_archive(tmp_path / "mgo.nanoos.zip")
    assert taken.added["sample"] >= 1
    assert {"xrd.xy"} <= set(_file_names(empty))
    assert {one.formula for one in empty.find()} == {"MgO"}
    (pattern,) = empty.value_rows(property="xrd_pattern")
    assert pattern.shape == [30, 2]


def _file_names(lab: Lab) -> list[str]:
    from sqlalchemy import select

    from nanoos_lab.store.schema import ArtifactRow

    with lab.store.read() as session:
        return list(session.scalars(select(ArtifactRow.name)))


def test_a_sample_whose_name_is_taken_gets_a_number_once(rich_archive: Path, empty: Lab) -> None:
    empty.sample("S1", notes="my own")
    taken = empty.import_archive(rich_archive)
    assert any("'S1 (2)'" in note for note in taken.notes)
    assert sum(empty.import_archive(rich_archive).added.values()) == 0


def test_another_file_of_a_name_is_kept_beside(rich_archive: Path, empty: Lab) -> None:
    from nanoos_lab.store.artifacts import put_file

    empty.import_archive(rich_archive)
    with empty.store.read() as session:
        from sqlalchemy import select

        from nanoos_lab.store.schema import ArtifactRow

        row = session.scalars(select(ArtifactRow).where(ArtifactRow.name == "log/relax.txt")).one()
    with empty.store.write() as session:
        mine = put_file(session, empty.store.scope, "log2.txt", b"mine", run_id=row.run_id)
    assert sum(empty.import_archive(rich_archive).added.values()) == 0
    assert "log2.txt" in _file_names(empty)
    assert mine.run_id == row.run_id


def _model_names(lab: Lab) -> dict[str, str]:
    return {one.label: one.state for one in lab.models}


def test_a_project_brings_its_models_and_which_are_active(rich_archive: Path, empty: Lab) -> None:
    taken = empty.import_archive(rich_archive)
    assert taken.manifest.version == 2
    assert _model_names(empty) == {"my-gap@1": "kept", "my-gap@2": "active", "theirs@0.1": "retired"}
    assert path_of(empty.store, empty.models["my-gap"].row).read_bytes() == b"weights of version 2"
    assert empty.models["my-gap"].row.run_id in {run.id for run in empty.runs()}
    empty.models.activate("my-gap@1")
    assert empty.models.roll_back("my-gap").version == "2"


def test_a_project_without_models_is_written_as_older_versions_read_it(
    empty: Lab, tmp_path: Path, tools: Any
) -> None:
    empty.add("MgO.cif")
    empty.export(tmp_path / "x.nanoos.zip")
    members = tools.unpack(tmp_path / "x.nanoos.zip")
    assert json.loads(members["manifest.json"])["version"] == 1
    assert "tables/model.jsonl" not in members


def test_a_model_whose_version_is_taken_stands_beside_and_the_active_one_stays(
    rich_archive: Path, empty: Lab
) -> None:
    from nanoos_lab.store.artifacts import put_file
    from nanoos_lab.store.models import add_model

    columns = {
        "name": "my-gap", "version": "2", "architecture": "megnet", "targets": ["band_gap"], "base": None,
        "run_id": None, "synthetic": False, "metrics": {},
    }  # fmt: skip
    with empty.store.write() as session:
        mine = put_file(session, empty.store.scope, "my-gap-2.nanoos-model", b"others")
        add_model(session, empty.store.scope, columns, mine, activate=True, source="mine")
    taken = empty.import_archive(rich_archive)
    (other,) = set(_model_names(empty)) - {"my-gap@1", "my-gap@2", "theirs@0.1"}
    assert other.startswith("my-gap@2+")
    assert any(other in note and "another model has its version" in note for note in taken.notes)
    assert any("is not active here" in note for note in taken.notes)
    assert empty.models["my-gap"].row.artifact_id == mine.id
    assert sum(empty.import_archive(rich_archive).added.values()) == 0


def test_files_without_their_bytes_say_why(
    rich_folder: Path, empty: Lab, tmp_path: Path, rich_archive: Path
) -> None:
    import nanoos_lab as nl
    from nanoos_lab.errors import ArtifactError

    with nl.open(rich_folder / "lab") as source:
        written = source.export(tmp_path / "light.nanoos.zip", artifacts=False)
    assert written.artifacts == 0
    taken = empty.import_archive(tmp_path / "light.nanoos.zip")
    assert any("came without their bytes" in note for note in taken.notes)
    relax = next(run for run in empty.runs() if run.task == "relax" and run.state is RunState.COMPLETED)
    with pytest.raises(ArtifactError, match="its bytes were not in the archive"):
        empty.artifacts_of(relax.id)
    again = empty.import_archive(rich_archive)
    assert any("have their bytes again" in note for note in again.notes), "the whole archive brings them"
    with empty.store.read() as session:
        from nanoos_lab.store.artifacts import artifacts_of

        (log,) = [row for row in artifacts_of(session, empty.store.scope, relax.id) if row.purged_at is None]
    with open_artifact(empty.store.scope, log) as stream:
        assert stream.read(9) == b"converged"


def test_the_journal_says_who_recorded_it_and_who_brought_it(
    places: Callable[[str, str], Lab], tmp_path: Path
) -> None:
    ada, bob = places("postgresql", "ada"), places("postgresql", "bob")
    sto = ada.add("SrTiO3.cif")
    ada.export(tmp_path / "x.nanoos.zip")
    bob.import_archive(tmp_path / "x.nanoos.zip")
    assert bob.structure(sto.id).row.author == "bob"
    with bob.store.read() as session:
        (line,) = events_of(session, bob.store.scope, sto.id)
        (whole,) = events_of(session, bob.store.scope, kind="archive.imported")
    assert (line.kind, line.author, line.data["author"]) == ("structure.imported", "bob", "ada")
    first = line.data["history"][0]
    assert (first["kind"], first["author"]) == ("structure.added", "ada")
    assert (whole.data["person"], whole.data["added"]["structure"]) == ("ada", 1)
    assert line.data["archive"] == whole.data["archive"]


def test_nothing_of_an_imported_run_names_a_place_here(rich_archive: Path, empty: Lab) -> None:
    from sqlalchemy import select

    from nanoos_lab.store.schema import AttemptRow, RunRow

    empty.import_archive(rich_archive)
    with empty.store.read() as session:
        assert set(session.scalars(select(RunRow.task_reference))) == {""}
        assert set(session.scalars(select(RunRow.owner))) == {None}
        assert {folder.partition("/")[0] for folder in session.scalars(select(AttemptRow.folder))} == {
            "imported"
        }


def test_an_import_that_fails_leaves_nothing(
    rich_archive: Path,
    lab_place: Any,
    tools: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import nanoos_lab as nl

    with nl.open(lab_place) as lab:
        before = tools.portrait(lab.store)

        def crash(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(importing.facts, "tell_journal", crash)
        with pytest.raises(KeyboardInterrupt):
            lab.import_archive(rich_archive)
        assert tools.portrait(lab.store) == before
        with lab.store.read() as session:
            assert find_orphans(session, lab.store.scope, grace_s=-1).files == ()
        monkeypatch.undo()
        assert lab.import_archive(rich_archive).added["structure"] > 0


def test_bytes_removed_during_the_import_are_placed_again(
    rich_archive: Path, empty: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nanoos_lab.store.artifacts.payloads import payloads_of

    place = importing._place

    def then_lose(store: Any, archive: Any, placed: list[str]) -> None:
        place(store, archive, placed)
        for sha256 in placed:
            payloads_of(store.scope).remove(sha256)

    monkeypatch.setattr(importing, "_place", then_lose)
    empty.import_archive(rich_archive)
    with empty.store.read() as session:
        assert find_orphans(session, empty.store.scope).sound


def test_two_imports_at_once_bring_everything_once(
    rich_archive: Path, rich_folder: Path, lab_place: Any, tools: Any
) -> None:
    import threading

    import nanoos_lab as nl
    from nanoos_lab.store.archive import import_archive
    from nanoos_lab.store.database import Store

    with nl.open(rich_folder / "lab") as source:
        expected = tools.portrait(source.store)
    errors: list[BaseException] = []
    Store.open(lab_place).close()

    def bring() -> None:
        try:
            with Store.open(lab_place) as store:
                import_archive(store, rich_archive)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with Store.open(lab_place) as store:
        assert tools.portrait(store) == expected


def test_a_lab_with_broken_bytes_says_which_and_can_go_without(tmp_path: Path, tools: Any) -> None:
    import nanoos_lab as nl
    from nanoos_lab.errors import ArtifactError

    with nl.open(tmp_path / "lab") as lab:
        tools.fill(lab, tmp_path)
        relax = next(run for run in lab.runs() if run.task == "relax" and run.state is RunState.COMPLETED)
        with lab.store.read() as session:
            from nanoos_lab.store.artifacts import artifacts_of, checked_path

            (log,) = [r for r in artifacts_of(session, lab.store.scope, relax.id) if r.purged_at is None]
        checked_path(lab.store.scope, log).unlink()
        with pytest.raises(ArtifactError, match=r"log/relax.txt.*export without artifacts"):
            lab.export(tmp_path / "x.zip")
        assert list(tmp_path.glob("*.zip*")) == list(tmp_path.glob(".*zip*")) == []
        lab.export(tmp_path / "x.zip", artifacts=False)
