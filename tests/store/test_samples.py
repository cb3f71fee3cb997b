"""Samples are known by their label, completed later, and bring their values and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import store_crystals as crystals

from nanoos_lab.errors import AmbiguousIdError, ArtifactError, InvalidInputError, UnknownNameError
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store import artifacts
from nanoos_lab.store.events import events_of
from nanoos_lab.store.provenance import provenance
from nanoos_lab.store.samples import add_file, find_samples, get_subject, put_sample
from nanoos_lab.store.structures import insert_structure
from nanoos_lab.store.tables import import_measured_csv
from nanoos_lab.store.values import find_values, insert_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.store.database import Store
    from nanoos_lab.store.schema import SampleRow, StructureRow


@pytest.fixture
def sto(store: Store) -> StructureRow:
    with store.write() as session:
        return insert_structure(session, store.scope, crystals.perovskite(), name="STO")[0]


def put(store: Store, name: str, of: str | None = None, **said: Any) -> tuple[SampleRow, bool]:
    with store.write() as session:
        subject = None if of is None else get_subject(session, store.scope, of)
        return put_sample(session, store.scope, name, subject=subject, **said)


def density(value: float) -> PropertyEstimate:
    method = Method(name="Archimedes")
    return PropertyEstimate(property="density", value=value, origin=Origin.MEASURED, method=method)


def kinds(store: Store, subject: str) -> list[str]:
    with store.read() as session:
        return [line.kind for line in events_of(session, store.scope, subject)]


def test_a_sample_is_made_once_and_completed(store: Store, sto: StructureRow) -> None:
    made, new = put(store, " S-1 ", "STO", synthesis={"temperature_K": 1500.0}, notes="white")
    assert new
    assert (made.name, made.material_id, made.structure_id) == ("S-1", sto.material_id, sto.id)
    again, new = put(store, "S-1", synthesis={"time_s": 60.0})
    assert (again.id, new) == (made.id, False)
    assert (again.synthesis, again.notes) == ({"temperature_K": 1500.0, "time_s": 60.0}, "white")
    put(store, "S-1", "STO", synthesis={"time_s": 60.0})
    assert kinds(store, made.id) == ["sample.added", "sample.changed"]  # nothing new, nothing told


def test_what_was_said_before_stays_in_the_journal(store: Store) -> None:
    made, _ = put(store, "S-1", synthesis={"temperature_K": 1500.0})
    put(store, "S-1", synthesis={"temperature_K": 1600.0}, notes="redone")
    with store.read() as session:
        line = events_of(session, store.scope, made.id, kind="sample.changed")[0]
    assert line.data == {
        "synthesis": [{"temperature_K": 1500.0}, {"temperature_K": 1600.0}], "notes": ["", "redone"]
    }  # fmt: skip


def test_a_piece_is_of_what_its_parent_is(store: Store, sto: StructureRow) -> None:
    parent, _ = put(store, "S-1", "STO")
    piece, _ = put(store, "S-1a", parent="S-1")
    assert (piece.parent_id, piece.material_id, piece.structure_id) == (parent.id, sto.material_id, sto.id)
    with store.read() as session:
        assert [one.name for one in find_samples(session, store.scope, parent_id=parent.id)] == ["S-1a"]


def test_a_sample_is_of_one_thing(store: Store, sto: StructureRow, add_material: Callable[..., str]) -> None:
    put(store, "S-1", "STO")
    other = add_material("MgO|225")
    with pytest.raises(InvalidInputError, match="sample of something else is another sample"):
        put(store, "S-1", other)
    put(store, "S-2", synthesis={})
    put(store, "S-2", other)  # it was not known before
    with store.read() as session:
        assert [one.name for one in find_samples(session, store.scope, material_id=other)] == ["S-2"]
    with pytest.raises(InvalidInputError, match="said when it is new"):
        put(store, "S-2", parent="S-1")
    assert sto.id


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\0b"])
def test_a_label_is_a_line(store: Store, name: str) -> None:
    with pytest.raises(InvalidInputError, match="printable"):
        put(store, name)


def test_a_synthesis_must_be_json(store: Store) -> None:
    with pytest.raises(InvalidInputError, match="not JSON"):
        put(store, "S-1", synthesis={"at": object()})


def test_names_mean_structures_samples_then_materials(
    store: Store, sto: StructureRow, add_material: Callable[..., str]
) -> None:
    sample, _ = put(store, "pellet", "STO")
    add_material("TiO2|136")
    with store.read() as session:

        def subject(given: str) -> tuple[str, str]:
            found = get_subject(session, store.scope, given)
            return found.kind, found.name

        assert subject("STO") == ("structure", "STO")
        assert subject(sto.id[:9]) == ("structure", "STO")
        assert subject("pellet") == subject(sample.id) == ("sample", "pellet")
        assert subject("TiO2") == subject("TiO2|136") == ("material", "TiO2")
    other = add_material("TiO2|141")
    with store.read() as session:
        assert get_subject(session, store.scope, other).id == other
        with pytest.raises(AmbiguousIdError, match=r"TiO2"):
            get_subject(session, store.scope, "TiO2")
        with pytest.raises(UnknownNameError, match="did you mean 'pellet'"):
            get_subject(session, store.scope, "pelet")


def test_files_are_kept_once_by_name(store: Store, tmp_path: Path) -> None:
    sample, _ = put(store, "S-1")
    raw = tmp_path / "scan 1.xy"
    raw.write_bytes(b"10 1\n")
    with store.write() as session:
        first = add_file(session, store.scope, sample, raw, name="xrd/scan.xy")
        assert add_file(session, store.scope, sample, b"10 1\n", name="xrd/scan.xy").id == first.id
        with pytest.raises(InvalidInputError, match="another artifact named"):
            add_file(session, store.scope, sample, b"other", name="xrd/scan.xy")
    with store.read() as session:
        (kept,) = artifacts.artifacts_of_sample(session, store.scope, sample.id)
        assert artifacts.read_artifact(store.scope, kept, session=session) == b"10 1\n"
    assert kinds(store, sample.id) == ["sample.added", "sample.file_added"]
    with pytest.raises(ArtifactError), store.write() as session:
        add_file(session, store.scope, sample, tmp_path / "none.xy", name="none.xy")


def test_values_of_a_sample_are_stored_once_even_when_its_material_is_learnt_later(
    store: Store, sto: StructureRow
) -> None:
    sample, _ = put(store, "S-1")
    with store.write() as session:
        insert_values(session, store.scope, None, None, [density(5.1)], sample_id=sample.id)
    put(store, "S-1", "STO")
    with store.write() as session:
        insert_values(
            session, store.scope, sto.material_id, None, [density(5.1), density(5.0)], sample_id=sample.id
        )
    with store.read() as session:
        found = find_values(session, store.scope, sample_id=sample.id)
        assert [(row.value, row.material_id) for row in found] == [(5.1, None), (5.0, sto.material_id)]
        assert [row.value for row in find_values(session, store.scope, material_id=sto.material_id)] == [5.0]


def test_a_sample_is_traced_to_its_structure_and_its_files(store: Store, sto: StructureRow) -> None:
    sample, _ = put(store, "S-1", "STO")
    piece, _ = put(store, "S-1a", parent="S-1")
    with store.write() as session:
        file = add_file(session, store.scope, piece, b"x", name="x.txt")
        (value,) = insert_values(
            session, store.scope, sto.material_id, None, [density(5.0)], sample_id=piece.id
        )

    def edges(given: str, **more: bool) -> set[tuple[str, str, str]]:
        with store.read() as session:
            graph = provenance(session, store.scope, given, **more)
        return {(graph.node(e.source).label, e.label, graph.node(e.target).label) for e in graph.edges}

    upstream = {("STO", "sample", "S-1"), ("S-1", "piece", "S-1a")}
    assert edges("S-1a") == upstream | {("S-1a", "has", "x.txt"), ("S-1a", "gave", "1 value")}
    assert edges(value.id) == upstream | {("S-1a", "measured", "density")}
    assert edges(file.id) == upstream | {("S-1a", "has", "x.txt")}
    assert upstream <= edges(sto.id, downstream=True)
    assert edges(sample.id) == {("STO", "sample", "S-1")}


TABLE = (
    "sample,formula,space_group,property,value,unit,temperature,pressure_kbar,method\n"
    "S-1,SrTiO3,221,density,5.1,g/cc,25 °C,,Archimedes\n"
    "S-2,,,density,5.0,kg/dm^3,,10,\n"
    ",SrTiO3,221,bulk_modulus,1.71(8) Mbar,,300 K,,ultrasonic\n"
)


def test_a_table_names_samples_conditions_and_any_unit(store: Store, sto: StructureRow) -> None:
    for added in (3, 0):
        with store.write() as session:
            report = import_measured_csv(session, store.scope, TABLE)
        assert (report.added, report.already_there, report.rejected) == (added, 3 - added, ())
    with store.read() as session:
        one, two = find_samples(session, store.scope)
        (first,) = find_values(session, store.scope, sample_id=one.id)
        (second,) = find_values(session, store.scope, sample_id=two.id)
        (third,) = find_values(session, store.scope, property="bulk_modulus")
    assert (one.material_id, two.material_id) == (sto.material_id, None)
    assert (first.value, first.method_name, first.conditions) == (
        5.1,
        "Archimedes",
        {"temperature_K": 298.15},
    )
    assert (second.value, second.method_name, second.conditions) == (5.0, "literature", {"pressure_GPa": 1.0})
    assert (third.value, third.uncertainty, third.unit) == (171.0, pytest.approx(8.0), "GPa")


def test_a_bad_line_of_a_sample_leaves_no_trace(store: Store, sto: StructureRow) -> None:
    put(store, "S-1", "STO")
    table = TABLE + "S-1,MgO,225,density,3.6,g/cc,,,\nS-3,,,density,3.6,K,,,\nS-4,MgO,,density,3.6,g/cc,,,\n"
    with store.write() as session:
        report = import_measured_csv(session, store.scope, table)
    assert (report.added, report.new_materials, report.new_samples) == (3, (), ("S-2",))
    assert [line.line for line in report.rejected] == [5, 6, 7]
    assert "another sample" in report.rejected[0].reason
    with store.read() as session:
        assert [one.name for one in find_samples(session, store.scope)] == ["S-1", "S-2"]
        with pytest.raises(UnknownNameError):
            get_subject(session, store.scope, "MgO")
