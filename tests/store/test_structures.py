from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import store_crystals as crystals
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure
from sqlalchemy import select

from nanoos_lab import structures as science
from nanoos_lab.errors import AmbiguousIdError, InvalidInputError, UnknownNameError
from nanoos_lab.store import insertion
from nanoos_lab.store import structures as room
from nanoos_lab.store.events import events_of
from nanoos_lab.store.schema import MaterialRow, StructureRow
from nanoos_lab.store.structures import (
    children_of,
    get_material,
    get_structure,
    insert_structure,
    resolve_id,
    set_tags,
    structures_of,
    tags_of,
    update_structure,
)
from nanoos_lab.store.tables import attach_measured, import_measured_csv
from nanoos_lab.store.values import find_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.store.database import Store


def add(store: Store, structure: Any, name: str = "x", **more: Any) -> tuple[StructureRow, bool]:
    with store.write() as session:
        return insert_structure(session, store.scope, structure, name=name, **more)


def test_a_structure_is_stored_with_all_that_is_known_of_it(store: Store) -> None:
    structure = crystals.perovskite()
    row, new = add(
        store, structure, "my SrTiO3", original_text="data_x", original_format="cif", original_name="a b.cif",
        tags=["perovskite", " oxide "], notes="<b>raw</b>",
    )  # fmt: skip
    assert new
    with store.read() as session:
        found = get_structure(session, store.scope, row.id)
        assert tags_of(session, store.scope, [row.id]) == {row.id: ["oxide", "perovskite"]}
        material = get_material(session, store.scope, found.material_id)
        assert [e.kind for e in events_of(session, store.scope, row.id)] == ["structure.added"]
    assert (material.phase_key, material.name) == ("SrTiO3|221", "SrTiO3")
    columns = {c.key for c in StructureRow.__table__.columns}
    assert {c: getattr(found, c) for c in columns} == {c: getattr(row, c) for c in columns}
    assert (found.name, found.notes, found.author) == ("my SrTiO3", "<b>raw</b>", "ada")
    assert (found.original_text, found.original_format, found.original_name) == ("data_x", "cif", "a b.cif")
    assert (found.space_group, found.chemical_system, found.n_sites, found.dimensionality) == (
        221,
        "-O-Sr-Ti-",
        5,
        3,
    )
    assert science.Description(**found.description) == science.describe(structure)
    assert science.digest(science.from_json(found.content)) == found.digest == science.digest(structure)


@pytest.mark.parametrize("build", [crystals.perovskite, crystals.rocksalt, crystals.rutile])
def test_the_same_crystal_in_any_setting_is_one_structure(
    store: Store, build: Callable[[], Structure]
) -> None:
    structure = build()
    row, _ = add(store, structure, tags=["first"])
    shifted = structure.copy().translate_sites(range(len(structure)), [0.1, 0.2, 0.3])
    reordered = Structure.from_sites(list(reversed(structure)))
    rounded = Structure(structure.lattice, structure.species, np.round(structure.frac_coords, 3))
    for other in (
        structure,
        structure * (2, 1, 1),
        structure.get_primitive_structure(),
        shifted,
        reordered,
        rounded,
    ):
        again, new = add(store, other, "another name", tags=["later"])
        assert not new
        assert (again.id, again.name) == (row.id, row.name)
    with store.read() as session:
        assert len(session.scalars(select(StructureRow)).all()) == 1
        assert len(session.scalars(select(MaterialRow)).all()) == 1
        assert tags_of(session, store.scope, row.id)[row.id] == ["first", "later"]


def test_another_crystal_of_the_same_phase_is_another_structure_of_one_material(store: Store) -> None:
    first, _ = add(store, crystals.perovskite(3.905))
    second, new = add(store, crystals.perovskite(3.945))
    assert new
    assert first.material_id == second.material_id
    other, _ = add(store, crystals.perovskite(3.99, centre="Zr"))
    assert other.material_id != first.material_id
    with store.read() as session:
        assert [s.id for s in structures_of(session, store.scope, first.material_id)] == [first.id, second.id]


@pytest.mark.parametrize("strain", [0.002, 0.005, -0.002])
def test_a_small_strain_is_not_lost(store: Store, strain: float) -> None:
    add(store, crystals.perovskite(3.905))
    assert add(store, crystals.perovskite(3.905 * (1 + strain)))[1]


def test_an_equal_rounded_hash_alone_is_not_the_same_crystal(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(science, "crystal_hashes", lambda _structure: ("0" * 64,), raising=False)
    rows = [add(store, crystals.perovskite(a))[0] for a in (3.8, 3.9, 4.0)]
    assert len({row.id for row in rows}) == 3
    assert not add(store, crystals.perovskite(3.9) * (1, 1, 2))[1]


def test_another_setting_is_kept_where_asked(store: Store) -> None:
    cell = crystals.rocksalt()
    first, _ = add(store, cell)
    primitive, new = add(store, cell.get_primitive_structure(), distinct=True)
    assert new
    assert primitive.id != first.id
    assert primitive.material_id == first.material_id
    assert add(store, cell.get_primitive_structure(), distinct=True)[0].id == primitive.id
    assert add(store, cell.get_primitive_structure())[0].id == primitive.id, (
        "an exactly equal cell comes first"
    )
    assert add(store, cell * (2, 1, 1))[0].id == first.id


def test_derived_structures_are_records_of_their_own(store: Store, add_run: Callable[..., str]) -> None:
    parent, _ = add(store, crystals.perovskite(), "sto")
    run, other_run = add_run(), add_run()
    relaxed = crystals.perovskite(3.95)
    child, new = add(store, relaxed, "relaxed", parent_id=parent.id, run_id=run)
    assert new
    assert (child.parent_id, child.run_id, child.material_id) == (parent.id, run, parent.material_id)
    assert add(store, relaxed, "relaxed", parent_id=parent.id, run_id=run)[1] is False, (
        "collecting twice adds nothing"
    )
    twin, new = add(store, relaxed, "relaxed", parent_id=parent.id, run_id=other_run)
    assert new, "another run's result is another record, even when it is equal"
    unchanged, new = add(store, crystals.perovskite(), "relaxed", parent_id=parent.id, run_id=other_run)
    assert new, "a relaxation that moved nothing still has its own record"
    with store.read() as session:
        children = {row.id for row in children_of(session, store.scope, parent.id)}
    assert children == {child.id, twin.id, unchanged.id}
    assert add(store, relaxed, "from a file")[0].id == child.id, (
        "a file of a known crystal is no second structure"
    )
    assert add(store, crystals.perovskite() * (1, 1, 2))[0].id == parent.id, (
        "what was added comes before what was derived"
    )


def test_a_child_stays_with_its_material_while_its_phase_does(store: Store) -> None:
    parent, _ = add(store, crystals.perovskite())
    shaken = crystals.perovskite()
    shaken.perturb(0.02)
    near, _ = add(store, shaken, parent_id=parent.id)
    assert near.space_group != 221
    assert near.material_id == parent.material_id
    polar = crystals.perovskite()
    polar.translate_sites([1], [0, 0, 0.06])
    far, _ = add(store, polar, parent_id=parent.id)
    assert far.material_id != parent.material_id
    doped = crystals.perovskite() * (2, 1, 1)
    doped.replace(2, "Zr")
    assert add(store, doped, parent_id=parent.id)[0].material_id not in {parent.material_id, far.material_id}
    with pytest.raises(InvalidInputError, match="'000000000000' is not in this project"):
        add(store, polar, parent_id="000000000000")


def test_molecules_are_structures_too(store: Store) -> None:
    row, new = add(store, crystals.water(), "water")
    assert new
    assert (row.periodic, row.space_group, row.volume_per_atom) == (False, None, None)
    turned = crystals.water()
    turned.rotate_sites(range(3), 0.7, [1, 2, 3], [0, 0, 0])
    turned.translate_sites(range(3), [5, 5, 5])
    assert add(store, turned)[0].id == row.id
    assert add(store, crystals.water(1.05))[1]
    with store.read() as session:
        assert get_material(session, store.scope, row.material_id).phase_key == "H2O|molecule"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_structure_comes_back_equal(store: Store, data: st.DataObject) -> None:
    lengths = data.draw(st.tuples(*[st.floats(3, 9)] * 3))
    angles = data.draw(st.tuples(*[st.floats(75, 105)] * 3))
    n = data.draw(st.integers(1, 4))
    grid = st.tuples(*[st.sampled_from([0.0, 0.25, 0.5, 0.75])] * 3)
    places = data.draw(st.lists(grid, min_size=n, max_size=n, unique=True))
    kinds = st.sampled_from(["Si", "O2-", "Fe3+", {"Fe": 0.5, "Co": 0.5}, {"Li+": 0.75}])
    species = data.draw(st.lists(kinds, min_size=n, max_size=n))
    structure = Structure(Lattice.from_parameters(*lengths, *angles), species, places)
    structure.add_site_property("magmom", data.draw(st.lists(st.floats(-5, 5), min_size=n, max_size=n)))
    row, _ = add(store, structure, distinct=True)
    with store.read() as session:
        found = get_structure(session, store.scope, row.id)
    assert science.from_json(found.content) == structure
    assert science.digest(science.from_json(found.content)) == science.digest(structure)


def test_names_and_notes_stay_as_typed(store: Store) -> None:
    odd = "Robert'); DROP TABLE structure;-- <script>alert(1)</script> %_\\ 材料"
    row, _ = add(store, crystals.perovskite(), odd, notes=odd, tags=[odd])
    with store.write() as session:
        assert get_structure(session, store.scope, odd).id == row.id
        assert update_structure(session, store.scope, row.id, name="plain").notes == odd
    with store.read() as session:
        found = get_structure(session, store.scope, "plain")
        assert tags_of(session, store.scope, [found.id])[found.id] == [odd]


def test_tags_are_set_as_given(store: Store) -> None:
    row, _ = add(store, crystals.perovskite(), tags="one")
    with store.write() as session:
        assert set_tags(session, store.scope, row.id, ["b", "a", "a "]) == ["a", "b"]
    with store.read() as session:
        assert tags_of(session, store.scope, row.id) == {row.id: ["a", "b"]}
    with store.write() as session:
        assert set_tags(session, store.scope, row.id, []) == []
    for bad in ("", "  ", "x" * 101):
        with pytest.raises(InvalidInputError, match="a tag is 1 to 100"):
            add(store, crystals.perovskite(), tags=[bad])


def test_ids_are_resolved_from_their_beginning(store: Store, add_run: Callable[..., str]) -> None:
    one, _ = add(store, crystals.perovskite(), "strontium titanate")
    run = add_run("relax")
    with store.read() as session:

        def resolve(given: str, **kinds: Any) -> tuple[str, str]:
            return resolve_id(session, store.scope, given, **kinds)

        assert (
            resolve(one.id)
            == resolve(one.id[:8])
            == resolve(f" {one.id[:8].upper()} ")
            == ("structure", one.id)
        )
        assert resolve("strontium titanate") == ("structure", one.id)
        assert resolve(run[:8]) == ("run", run)
        assert resolve("SrTiO3", kinds=("material",)) == ("material", one.material_id)
        with pytest.raises(UnknownNameError, match="no run named"):
            resolve(one.id, kinds=("run",))
        with pytest.raises(UnknownNameError, match="did you mean 'strontium titanate'"):
            get_structure(session, store.scope, "strontium titante")
        for empty in ("", " "):
            with pytest.raises(InvalidInputError, match="give an id"):
                resolve(empty)
        for wildcard in ("%", "_", one.id[:-1] + "_", "' OR 1=1 --"):
            with pytest.raises(UnknownNameError):
                resolve(wildcard)


def test_an_ambiguous_beginning_lists_what_it_may_mean(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(f"abc{i:09x}" for i in range(100))
    monkeypatch.setattr(insertion, "new_id", lambda: next(ids))
    first, _ = add(store, crystals.perovskite(), "one")
    add(store, crystals.rocksalt(), "two")
    add(store, crystals.rutile(), "two")
    with store.read() as session:
        with pytest.raises(AmbiguousIdError, match=r"'abc' may mean .*structure one.*give more of the id"):
            get_structure(session, store.scope, "abc")
        with pytest.raises(AmbiguousIdError, match="'two' may mean"):
            get_structure(session, store.scope, "two")
        assert get_structure(session, store.scope, "one").id == first.id


def test_projects_do_not_see_each_other(store: Store) -> None:
    from nanoos_lab.store.database import Store as Opened

    row, _ = add(store, crystals.perovskite(), "mine", tags=["t"])
    with Opened.open(store.root, project="other") as other:
        with other.read() as session:
            with pytest.raises(UnknownNameError):
                get_structure(session, other.scope, row.id)
            with pytest.raises(UnknownNameError):
                get_structure(session, other.scope, "mine")
            assert tags_of(session, other.scope, [row.id]) == {row.id: []}
            assert room.find_structures(session, other.scope) == []
        theirs, new = add(other, crystals.perovskite(), "theirs")
        assert new
        assert theirs.material_id != row.material_id


def test_measured_values_wait_for_their_structure(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "measured.csv"
    table.write_text(
        "formula,space_group,property,value,unit\nSrTiO3,221,bulk_modulus,174,GPa\nMgO,225,bulk_modulus,160,GPa\n"
    )
    with store.write() as session:
        import_measured_csv(session, store.scope, table)
    row, _ = add(store, crystals.perovskite())
    with store.read() as session:
        assert [v.value for v in find_values(session, store.scope, material_id=row.material_id)] == [174.0]
        assert find_values(session, store.scope, structure_id=row.id) == []
        with_material = find_values(session, store.scope, structure_id=row.id, with_material=True)
        assert [v.value for v in with_material] == [174.0]


def test_a_shipped_table_is_attached_to_one_material(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "measured.csv"
    table.write_text(
        "formula,space_group,property,value,unit\nMgO,225,bulk_modulus,160,GPa\nSi,227,band_gap,1.1,eV\n"
    )
    row, _ = add(store, crystals.rocksalt())
    with store.write() as session:
        assert attach_measured(session, store.scope, table, row) == 1
        assert attach_measured(session, store.scope, table, row) == 0
    table.write_text(table.read_text() + "MgO,225,band_gap,7.8,eV\n")
    with store.write() as session:
        assert attach_measured(session, store.scope, table, row) == 1
        assert [v.value for v in find_values(session, store.scope)] == [160.0, 7.8]
        assert len(session.scalars(select(MaterialRow)).all()) == 1
