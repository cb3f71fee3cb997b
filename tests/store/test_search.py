from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import store_crystals as crystals

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.database import Store
from nanoos_lab.store.structures import find_structures, insert_structure
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _estimate(name: str, value: float, **more: Any) -> PropertyEstimate:
    stated = {"property": name, "value": value, "origin": Origin.COMPUTED, "method": Method(name="CHGNet")}
    return PropertyEstimate(**(stated | more))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("search") / "lab") as opened:
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
            ],
        )  # fmt: skip

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
    ],
)
def test_conditions_that_make_no_sense_are_named(
    find: Callable[..., list[str]], conditions: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        find(**conditions)
