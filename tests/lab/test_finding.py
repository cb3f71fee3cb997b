"""Finding structures through the lab, the magic and the command; tags, names and notes; adding many."""

from __future__ import annotations

import shlex

import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab as nl
from nanoos_lab import cli
from nanoos_lab.errors import AccessDeniedError, InvalidInputError, UnknownNameError
from nanoos_lab.lab import adding
from nanoos_lab.magics import run_line
from nanoos_lab.store.events import events_of
from nanoos_lab.verbs import parse_filters


def polonium(a: float) -> Structure:
    return Structure(Lattice.cubic(a), ["Po"], [[0, 0, 0]])


@pytest.fixture
def lab(lab_place):
    with nl.open(lab_place) as opened:
        yield opened


@pytest.fixture
def po(lab):
    made = [polonium(3 + number / 10) for number in range(6)]
    return lab.add(made, tags="metal")


@pytest.fixture
def journal(lab):
    def told(record, kind):
        with lab.store.read() as session:
            return [line.data for line in events_of(session, lab.store.scope, record.id, kind=kind)]

    return told


def test_a_list_keeps_its_order_and_each_crystal_once(lab, po):
    again = lab.add([polonium(3.0) * (2, 1, 1), polonium(3.7)], tags=["again"])
    assert [s.row.n_sites for s in again] == [1, 1]
    assert again[0].id == po[0].id
    assert again[0].tags == ("again", "metal")
    assert len(lab.find(elements="Po")) == 7
    assert [s.id for s in lab.find(tags="metal")] == [s.id for s in po]


@pytest.mark.parametrize("piece", [1, 4, 250])
def test_what_cannot_be_stored_is_reported_and_stops_nothing(lab, monkeypatch, piece):
    monkeypatch.setattr(adding, "PIECE", piece)
    odd = polonium(3.4)
    odd.add_site_property("thing", [object()])
    added = lab.add([polonium(3.0), odd, 3.5, polonium(3.1)])
    assert [s.formula for s in added] == ["Po", "Po"]
    assert [source for source, _ in added.problems] == ["Po", "float"]
    assert "site property" in added.problems[0][1]
    with pytest.raises(InvalidInputError, match="site property"):
        lab.add(odd)


def test_what_a_database_refuses_is_reported_too(server_lab):
    with nl.open(server_lab.person("ada")) as lab:
        good, bad = polonium(3.0).to(fmt="cif"), polonium(3.1).to(fmt="cif").replace("data_", "data_\0")
        added = lab.add([good, bad, polonium(3.2)])
        assert len(added) + len(added.problems) == 3
        assert len(lab.find()) == len(added) >= 2


def test_a_killed_import_keeps_whole_pieces_and_goes_on(lab, monkeypatch):
    monkeypatch.setattr(adding, "PIECE", 2)
    made, store = [polonium(3 + i / 10) for i in range(5)], adding._store
    calls = []

    def killed(*given):
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return store(*given)

    monkeypatch.setattr(adding, "_store", killed)
    with pytest.raises(KeyboardInterrupt):
        lab.add(made)
    assert len(lab.find()) == 4
    assert len(lab.add(made)) == 5
    assert len(lab.find()) == 5


def test_measured_values_that_ship_come_with_a_list(lab):
    added = lab.add(["SrTiO3.cif", "MgO.cif"])
    assert not added.problems
    assert {s.name for s in lab.find(origin="measured", has="bulk_modulus")} == {"SrTiO3", "MgO"}


def test_a_record_of_a_list_has_everything(lab, po):
    for record in lab.find(order="density", limit=3):
        assert record.structure.composition.reduced_formula == "Po"
        assert record.row.description["formula"] == "Po1"
        assert ("Formula", "Po") in record.facts()
        assert "image/svg+xml" not in record._repr_mimebundle_()
        assert record.original_text is None
    assert lab.structures([s.id for s in po[::-1]])[0].structure == po[-1].structure
    assert [s.id for s in lab.structures([po[2], po[0].id, po[1].id[:11]])] == [po[2].id, po[0].id, po[1].id]


def test_tags_are_changed_and_counted(lab, po, journal):
    tagged = lab.tag(po[:2], add="good", remove=["metal"])
    assert [s.tags for s in tagged] == [("good",), ("good",)]
    assert po[0].tags == ("good",), "the record at hand says so too"
    assert dict(lab.tags()) == {"good": 2, "metal": 4}
    assert lab.tag(po[0].id, add=["x", "good"])[0].tags == ("good", "x")
    assert po[1].tag("y", "z", remove="good").tags == ("y", "z")
    assert journal(po[1], "structure.tagged")[-1] == {"tags": ["y", "z"]}
    assert "good" in repr(lab.tags())
    assert "metal" in lab.tags()._repr_mimebundle_()["text/html"]
    with pytest.raises(InvalidInputError, match="a tag is 1 to 100"):
        lab.tag(po, add=" ")
    with pytest.raises(UnknownNameError):
        lab.tag(["nothing"], add="x")


def test_an_empty_lab_has_no_tags_and_says_how_to_give_some(lab):
    assert len(lab.tags()) == 0
    assert "lab.tag(" in repr(lab.tags())
    assert "lab.tag(" in lab.tags()._repr_mimebundle_()["text/html"]


def test_names_and_notes_are_changed(lab, po, journal):
    one = po[0].rename("alpha").note("simple cubic")
    assert one is po[0]
    assert one.note("below 309 K", append=True).notes == "simple cubic\nbelow 309 K"
    assert lab.structure("alpha").notes == one.notes
    assert [s.name for s in lab.find(text='"below 309" ALPHA')] == ["alpha"]
    assert dict(one.facts())["Notes"] == one.notes
    assert journal(one, "structure.changed")[-1]["was"] == {"notes": "simple cubic"}
    assert one.note("").notes == ""
    with pytest.raises(InvalidInputError, match="at least one letter"):
        one.rename(" ")


def test_a_viewer_finds_but_does_not_tag(server_lab):
    with nl.open(server_lab.person("ada")) as lab:
        lab.add(polonium(3.3), tags=["a"])
        server_lab.person("vera")
        lab.share("vera", role="viewer")
    with nl.open(server_lab.person("vera"), project="ada/default") as lab:
        found = lab.find(tags="a")
        assert len(found) == 1
        assert found[0].structure.composition.reduced_formula == "Po"
        for change in (lambda: found[0].tag("b"), lambda: found[0].note("x"), lambda: lab.add(polonium(4))):
            with pytest.raises(AccessDeniedError):
                change()


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("elements=Po tags=metal", 6),
        ("elements=Po,O", 0),
        ("'density>10' n_sites=1 order=-density limit=2", 2),
        ("formula=A space_group=Pm-3m", 6),
        ("text=Po derived=no", 6),
        ("space-group=1..220", 0),
    ],
)
@pytest.mark.usefixtures("po")
def test_python_magic_and_command_find_the_same(lab, lab_place, capsys, words, count):
    by_python = lab.find(**parse_filters(shlex.split(words)))
    by_magic = run_line(f"find {words}", {"lab": lab})
    assert [s.id for s in by_python] == [s.id for s in by_magic]
    assert len(by_python) == count
    command = ["--lab", str(lab_place), "find", *shlex.split(words)]
    cli.app(args=command, prog_name="nanoos", standalone_mode=False)
    assert f"{count} structures" in capsys.readouterr().out


def test_the_command_tags_notes_and_renames(lab, po):
    spaces = {"lab": lab, "one": po[0]}
    assert [s.tags for s in run_line("tag one --add a -r metal", spaces)] == [("a",)]
    assert len(run_line("tag 'density<11' --add light", spaces)) == len(lab.find(tags="light"))
    assert dict(run_line("tags", spaces))["metal"] == 5
    assert run_line("note one 'seen twice'", spaces).notes == "seen twice"
    assert run_line("note one again", spaces).notes == "seen twice\nagain"
    assert run_line("note one --replace once", spaces).notes == "once"
    assert run_line("rename one beta", spaces).name == "beta"
    with pytest.raises(InvalidInputError, match="say which tags"):
        run_line("tag one", spaces)


def test_every_filter_is_documented_where_people_look(repository):
    import inspect

    from nanoos_lab.cli.finding import FILTERS_HELP
    from nanoos_lab.store.filters import FILTERS

    page = (repository / "docs" / "finding.md").read_text(encoding="utf-8")
    named = inspect.signature(nl.Lab.find).parameters
    for name in set(FILTERS) - {"reduced_formula"}:
        assert f"`{name}=" in page or f"`{name}`" in page, name
        if name != "ids":
            assert name in named
            assert f"{name}=" in FILTERS_HELP, name


def test_examples_of_the_page_are_understood(repository):
    import re

    from nanoos_lab.store.filters import read_filters

    page = (repository / "docs" / "finding.md").read_text(encoding="utf-8")
    cells = [row.split("|")[3] for row in page.splitlines() if row.startswith("| `")]
    words = [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]
    assert len(words) > 25
    for word in words:
        (plain,) = shlex.split(word) if word.startswith("'") else [word]
        read_filters(parse_filters([plain]))
    calls = [row.split("|")[1] for row in page.splitlines() if row.startswith("| `")]
    for call in re.findall(r"`(\w+=[^`]+)`", " ".join(calls)):
        if "..." not in call:
            read_filters(eval(f"dict({call})"))  # noqa: S307 - of our own page
