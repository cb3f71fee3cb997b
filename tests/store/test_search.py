from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import store_crystals as crystals
from sqlalchemy import event, select
from store_places import server_place

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import StructureRow
from nanoos_lab.store.search import conditions
from nanoos_lab.store.structures import find_structures, insert_structure
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _estimate(name: str, value: float, **more: Any) -> PropertyEstimate:
    stated = {"property": name, "value": value, "origin": Origin.COMPUTED, "method": Method(name="CHGNet")}
    return PropertyEstimate(**(stated | more))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    place: str | Path = tmp_path_factory.mktemp("search") / "lab"
    if request.param == "postgresql":
        place = server_place(request.getfixturevalue("postgres"), "search", Path(place))
    with Store.open(place) as opened:
        yield opened


@pytest.fixture(scope="module")
def find(store: Store) -> Callable[..., list[str]]:
    """Return names of what is found in a lab of five structures with a few values."""
    with store.write() as session:
        scope = store.scope

        def add(structure: Any, name: str, **more: Any) -> Any:
            return insert_structure(session, scope, structure, name=name, **more)[0]

        sto = add(crystals.perovskite(), "STO", tags=["perovskite", "oxide"], notes="grown at 50% oxygen")
        add(crystals.perovskite(4.1, "Zr"), "SZO", tags=["perovskite"], original_name="szo_final.cif")
        add(crystals.rocksalt(), "MgO", tags=["oxide"])
        add(crystals.rocksalt(5.64, "Na", "Cl"), "halite")
        add(crystals.water(), "water")
        relaxed = add(crystals.perovskite(3.95), "STO relaxed", parent_id=sto.id)
        insert_values(session, scope, sto.material_id, relaxed.id, [_estimate("bulk_modulus", 171.0)])
        measured = _estimate("bulk_modulus", 174.0, origin=Origin.MEASURED)
        insert_values(session, scope, sto.material_id, None, [measured])
        mgo = find_structures(session, scope, text="MgO")[0]
        insert_values(
            session, scope, mgo.material_id, mgo.id,
            [
                _estimate("bulk_modulus", 900.0, synthetic=True),
                _estimate("bulk_modulus", 800.0, converged=False),
                _estimate("bulk_modulus", 155.0),
                _estimate("band_gap", 7.8),
                _estimate("energy_above_hull", 0.0, method=Method(name="PBE")),
            ],
        )  # fmt: skip
        unstable = _estimate("energy_above_hull", 0.02, method=Method(name="PBE"))
        insert_values(session, scope, sto.material_id, relaxed.id, [unstable])

    def names(**conditions: Any) -> list[str]:
        with store.read() as session:
            return [row.name for row in find_structures(session, store.scope, **conditions)]

    return names


ALL = ["STO", "SZO", "MgO", "halite", "water", "STO relaxed"]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ALL),
        ({"limit": 2}, ["STO", "SZO"]),
        ({"tags": ["perovskite"]}, ["STO", "SZO"]),
        ({"tags": ["perovskite", "oxide"]}, ["STO"]),
        ({"tags": "oxide"}, ["STO", "MgO"]),
        ({"tags": []}, ALL),
        ({"tags": "%"}, []),
        ({"elements": ["Sr"]}, ["STO", "SZO", "STO relaxed"]),
        ({"elements": ["Sr", "Ti"]}, ["STO", "STO relaxed"]),
        ({"elements": "O-Sr"}, ["STO", "SZO", "STO relaxed"]),
        ({"elements": "N"}, []),
        ({"elements": ["O"], "exclude_elements": ["Sr", "H"]}, ["MgO"]),
        ({"formula": "O3TiSr"}, ["STO", "STO relaxed"]),
        ({"formula": "Sr2Ti2O6"}, ["STO", "STO relaxed"]),
        ({"reduced_formula": ["MgO", "NaCl"]}, ["MgO", "halite"]),
        ({"chemical_system": "Ti-O-Sr"}, ["STO", "STO relaxed"]),
        ({"chemical_system": ["Mg", "O"]}, ["MgO"]),
        ({"space_group": 225}, ["MgO", "halite"]),
        ({"space_group": "Pm-3m", "derived": False}, ["STO", "SZO"]),
        ({"space_group": [225, "Pm-3m"], "elements": "Mg"}, ["MgO"]),
        ({"crystal_system": "Cubic", "n_elements": 2}, ["MgO", "halite"]),
        ({"n_elements": (3, None)}, ["STO", "SZO", "STO relaxed"]),
        ({"n_sites": (None, 3)}, ["water"]),
        ({"dimensionality": 0}, ["water"]),
        ({"derived": True}, ["STO relaxed"]),
        ({"material": "SrTiO3"}, ["STO", "STO relaxed"]),
        ({"text": "sto"}, ["STO", "STO relaxed"]),
        ({"text": "STO relaxed"}, ["STO relaxed"]),
        ({"text": "szo_final"}, ["SZO"]),
        ({"text": "NaCl"}, ["halite"]),
        ({"text": "oxide"}, ["STO", "MgO"]),
        ({"text": "50%"}, ["STO"]),
        ({"text": "5%"}, []),
        ({"text": "_"}, ["SZO"]),
        ({"text": "' OR 1=1"}, []),
        ({"bulk_modulus": (100, None)}, ["STO", "MgO", "STO relaxed"]),
        ({"bulk_modulus": (173, 175)}, ["STO", "STO relaxed"]),
        ({"bulk_modulus": (170, 172)}, ["STO relaxed"]),
        ({"bulk_modulus": [None, 160]}, ["MgO"]),
        ({"bulk_modulus": (500, None)}, []),
        ({"bulk_modulus": (None, None)}, ["STO", "MgO", "STO relaxed"]),
        ({"bulk_modulus": (100, None), "band_gap": (1, 10)}, ["MgO"]),
        ({"any_elements": ["Mg", "Na"]}, ["MgO", "halite"]),
        ({"any_elements": []}, []),
        ({"elements": ["O"], "any_elements": "Ti-Zr", "exclude_tags": "oxide"}, ["SZO", "STO relaxed"]),
        ({"exclude_tags": ["perovskite", "oxide"]}, ["halite", "water", "STO relaxed"]),
        ({"formula": "ABX3"}, ["STO", "SZO", "STO relaxed"]),
        ({"formula": ["AB", "H2O"]}, ["MgO", "halite", "water"]),
        ({"formula": "A2X"}, ["water"]),
        ({"formula": "ABX3", "reduced_formula": ["SrTiO3", "MgO"]}, ["STO", "STO relaxed"]),
        ({"space_group": "200..224"}, ["STO", "SZO", "STO relaxed"]),
        ({"space_group": ["225..", 221], "elements": "Na"}, ["halite"]),
        ({"n_elements": "2..3", "n_sites": "<=5"}, ["STO", "SZO", "water", "STO relaxed"]),
        ({"n_elements": "3"}, ["STO", "SZO", "STO relaxed"]),
        ({"text": '"50% oxygen"'}, ["STO"]),
        ({"text": '"oxygen 50%"'}, []),
        ({"text": "OXYGEN 50%"}, ["STO"]),
        ({"stable": True}, ["MgO"]),
        ({"stable": False}, ["STO relaxed"]),
        ({"has": "band_gap"}, ["MgO"]),
        ({"has": ["bulk_modulus", "energy_above_hull"]}, ["MgO", "STO relaxed"]),
        ({"lacks": "bulk_modulus"}, ["SZO", "halite", "water"]),
        ({"bulk_modulus": (100, None), "origin": "measured"}, ["STO", "STO relaxed"]),
        ({"origin": "measured"}, ["STO", "STO relaxed"]),
        ({"method": ["pbe"]}, ["MgO", "STO relaxed"]),
        ({"method": "PBE", "has": "band_gap"}, []),
        ({"bulk_modulus": "170..172"}, ["STO relaxed"]),
        ({"bulk_modulus": ">155"}, ["STO", "STO relaxed"]),
        ({"bulk_modulus": ">= 155 GPa"}, ["STO", "MgO", "STO relaxed"]),
        ({"bulk_modulus": "1.6..1.72 Mbar"}, ["STO relaxed"]),
        ({"bulk_modulus": ("160000 MPa", 1e9)}, ["STO", "STO relaxed"]),
        ({"band_gap": "..8"}, ["MgO"]),
        ({"order": "name"}, ["MgO", "STO", "STO relaxed", "SZO", "halite", "water"]),
        ({"order": "-created", "limit": 2}, ["STO relaxed", "water"]),
        ({"order": "bulk_modulus", "limit": 3}, ["MgO", "STO relaxed", "STO"]),
        ({"order": "-n_sites", "tags": "oxide"}, ["MgO", "STO"]),
        ({"limit": 0}, []),
        ({"density": (5.0, 6.0)}, ["STO", "SZO"]),
        ({"volume_per_atom": (None, 9.5)}, ["MgO"]),
        ({"bulk_modulus": None, "text": None}, ALL),
    ],
)  # fmt: skip
def test_filters(find: Callable[..., list[str]], conditions: dict[str, Any], expected: list[str]) -> None:
    assert find(**conditions) == expected


def test_ids_are_looked_up_one_by_one(store: Store, find: Callable[..., list[str]]) -> None:
    with store.read() as session:
        rows = find_structures(session, store.scope)
    assert find(ids=[rows[3].id, rows[0].id[:9], rows[3].id]) == ["STO", "halite"]
    assert find(ids=[rows[0].id], elements="Mg") == []
    assert find(ids=[]) == []
    with pytest.raises(UnknownNameError, match="no structure named '000000000000'"):
        find(ids=["000000000000"])


@pytest.mark.parametrize(
    ("conditions", "error", "says"),
    [
        ({"bulk_modulas": (1, 2)}, UnknownNameError, "did you mean 'bulk_modulus'"),
        ({"element": "Sr"}, UnknownNameError, "did you mean 'elements'"),
        ({"elements": ["Tj"]}, UnknownNameError, "no element named 'Tj'"),
        ({"exclude_elements": "sr"}, UnknownNameError, "did you mean 'Sr'"),
        ({"space_group": 231}, UnknownNameError, "1 to 230"),
        ({"space_group": "Pm-9m"}, UnknownNameError, "no space group named 'Pm-9m'"),
        ({"bulk_modulus": 100}, InvalidInputError, r"bulk_modulus is asked for as \(low, high\)"),
        ({"bulk_modulus": (1, 2, 3)}, InvalidInputError, "low, high"),
        ({"bulk_modulus": "ab"}, InvalidInputError, "low, high"),
        ({"n_sites": (True, 3)}, InvalidInputError, "low, high"),
        ({"formula": "Foo"}, InvalidInputError, "'Foo' is not a chemical formula"),
        ({"formula": ""}, InvalidInputError, "not a chemical formula"),
        ({"material": "nothing"}, UnknownNameError, "no material named 'nothing'"),
        ({"limit": -1}, InvalidInputError, "limit is a number"),
        ({"limit": "ten"}, InvalidInputError, "limit is a number"),
        ({"stable": "maybe"}, InvalidInputError, "stable is true or false"),
        ({"has": "band_gab"}, UnknownNameError, "did you mean 'band_gap'"),
        ({"origin": "mesured"}, UnknownNameError, "did you mean 'measured'"),
        ({"crystal_system": "qubic"}, UnknownNameError, "did you mean 'cubic'"),
        ({"order": "bandgap"}, UnknownNameError, "no order named 'bandgap'; did you mean 'band_gap'"),
        ({"bulk_modulus": "100"}, InvalidInputError, "in words as '1..2'"),
        ({"bulk_modulus": "high"}, InvalidInputError, "in words as '1..2'"),
        ({"bulk_modulus": (2, 1)}, InvalidInputError, "its lower end comes first"),
        ({"bulk_modulus": (float("nan"), 1)}, InvalidInputError, "low, high"),
        ({"bulk_modulus": ">1 eV"}, InvalidInputError, "bulk_modulus is kept in GPa"),
        ({"n_sites": "1..x"}, InvalidInputError, "low, high"),
        ({"formula": "Ab3"}, InvalidInputError, "nor one such as 'ABX3'"),
    ],
)
def test_conditions_that_make_no_sense_are_named(
    find: Callable[..., list[str]], conditions: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        find(**conditions)


def test_a_list_is_read_without_what_is_wide(store: Store, find: Callable[..., list[str]]) -> None:
    assert find()
    sent: list[str] = []
    event.listen(store._reader, "before_cursor_execute", lambda *told: sent.append(told[2]))
    with store.read() as session:
        rows = find_structures(session, store.scope, elements="O")
    assert not [words for words in sent if "structure.content" in words or "original_text" in words]
    assert not {"content", "description", "original_text"} & rows[0].__dict__.keys()


def test_conditions_are_for_queries_of_others(store: Store, find: Callable[..., list[str]]) -> None:
    assert find(elements="Mg") == ["MgO"]
    with store.read() as session:
        where = conditions(session, store.scope, elements=["O"], bulk_modulus=(100, None), tags="oxide")
        assert sorted(session.scalars(select(StructureRow.name).where(*where))) == ["MgO", "STO"]
        with pytest.raises(InvalidInputError, match="limit is no condition"):
            conditions(session, store.scope, limit=3)
