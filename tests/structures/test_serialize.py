"""JSON: exact both ways, readable by pymatgen, and read as data that may be hostile."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import DummySpecies, Lattice, Molecule, Species, Structure
from pymatgen.electronic_structure.core import Magmom

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.structures import digest, from_json, to_json


def rich() -> Structure:
    structure = Structure(
        Lattice([[3.1, 0.1, 0], [0, 4.2, 1e-17], [0.3, 0, 5.3]], pbc=(True, True, False)),
        [{Species("Fe", 2.5, spin=4): 0.6, "Mn": 0.3}, DummySpecies("X", 1), "O"],
        [[0, -0.0, 1 / 3], [0.5, 0.25, 1.75], [0.1, 0.7, 0.2]],
        charge=1,
        site_properties={"magmom": [1.5, Magmom([0, 0, 2.0]), -1], "forces": [np.zeros(3), [1, 2, 3], None]},
        labels=["A", "B", None],
    )
    structure.properties = {"origin": {"run": 3, "list": (1, 2)}}
    return structure


def through_json(structure: Structure | Molecule) -> Structure | Molecule:
    return from_json(json.loads(json.dumps(to_json(structure), allow_nan=False)))


def test_everything_survives() -> None:
    before, after = rich(), through_json(rich())
    assert isinstance(after, Structure)
    assert np.array_equal(after.lattice.matrix, before.lattice.matrix)
    assert after.lattice.pbc == (True, True, False)
    assert np.array_equal(after.frac_coords, before.frac_coords)
    assert [site.species for site in after] == [site.species for site in before]
    assert after[0].species.elements == before[0].species.elements
    assert after.site_properties["magmom"] == before.site_properties["magmom"]
    assert [site.label for site in after] == [site.label for site in before]
    assert after.charge == 1
    assert after.properties == {"origin": {"run": 3, "list": [1, 2]}}
    assert digest(after) == digest(before)
    assert to_json(after) == to_json(before)


def test_molecules_survive() -> None:
    before = Molecule(["O", "H"], [[0, 0, 0], [0, 0, 0.97]], charge=-1, site_properties={"q": [-1.2, 0.2]})
    after = through_json(before)
    assert isinstance(after, Molecule)
    assert after == before
    assert (after.charge, after.spin_multiplicity) == (-1, before.spin_multiplicity)
    triplet = Molecule(["O", "O"], [[0, 0, 0], [0, 0, 1.21]], spin_multiplicity=3)
    assert through_json(triplet).spin_multiplicity == 3


def test_pymatgen_reads_ours_and_we_read_pymatgens() -> None:
    plain = Structure(Lattice.cubic(4), [Species("Fe", 3), "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert Structure.from_dict(to_json(plain)) == plain
    assert from_json(json.loads(plain.to_json())) == plain
    molecule = Molecule(["C", "O"], [[0, 0, 0], [0, 0, 1.13]])
    assert Molecule.from_dict(to_json(molecule)) == molecule
    assert from_json(json.loads(molecule.to_json())) == molecule


def test_a_structure_without_charge_stays_without() -> None:
    structure = Structure(Lattice.cubic(4), [Species("Fe", 3)], [[0, 0, 0]])
    assert through_json(structure).charge == 3
    assert to_json(structure)["charge"] is None


def test_the_result_can_be_edited_like_any_structure() -> None:
    after = through_json(rich())
    assert isinstance(after, Structure)
    after.append("He", [0.9, 0.9, 0.9])
    after.replace(2, "S")
    assert (after * (2, 1, 1)).num_sites == 8


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("@class",), "Popen", "'@class' Structure or Molecule"),
        (("sites",), {}, "'sites' must be a list"),
        (("sites", 0), "O", "'sites' must be a list"),
        (("lattice",), None, "'lattice' must be an object"),
        (("lattice", "matrix"), [[1, 0, 0], [0, 1, 0]], "three vectors"),
        (("lattice", "matrix", 0), [1, 0], "three numbers"),
        (("lattice", "matrix", 0, 0), "1", "must be a number, not '1'"),
        (("lattice", "matrix", 2), [0, 0, 0], "flat"),
        (("lattice", "pbc"), True, "three flags"),
        (("sites", 0, "abc"), [0, 0, float("nan")], "abc of site 1 must be a number"),
        (("sites", 0, "abc"), None, "abc of site 1 must be three numbers"),
        (("sites", 0, "species"), [], "'species' of site 1"),
        (("sites", 0, "species", 0, "element"), "Qq", "unknown element 'Qq'"),
        (("sites", 0, "species", 0, "element"), ["Fe"], "unknown element"),
        (("sites", 0, "species", 0, "occu"), 1.5, "sum to"),
        (("sites", 0, "species", 0, "occu"), None, "must be a number"),
        (("sites", 0, "label"), 3, "'label' of site 1"),
        (("sites", 0, "properties"), [1], "'properties' of site 1"),
        (("charge",), "one", "charge must be a number"),
        (("properties",), [1], "'properties' must be an object"),
    ],
)
def test_wrong_data_are_named(path: tuple[str | int, ...], value: Any, message: str) -> None:
    data = copy.deepcopy(to_json(rich()))
    target = data
    for step in path[:-1]:
        target = target[step]  # type: ignore[index]
    target[path[-1]] = value  # type: ignore[index]
    with pytest.raises(InvalidInputError, match=message):
        from_json(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@class", "sites", "lattice", "matrix", "species", "abc", "charge"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(data=json_values)
def test_any_json_is_a_structure_or_an_error(data: Any) -> None:
    for item in (data, {"@class": "Structure", "sites": data}, {**to_json(rich()), "lattice": data}):
        try:
            from_json(item)
        except InvalidInputError:
            continue


def test_no_class_named_in_the_data_is_imported() -> None:
    data = to_json(rich())
    data["sites"][0]["properties"] = {"x": {"@module": "subprocess", "@class": "Popen", "args": ["true"]}}
    after = from_json(data)
    assert after[0].properties["x"]["@class"] == "Popen"


def test_what_json_cannot_hold_is_refused() -> None:
    structure = rich()
    structure[0].properties["when"] = object()
    with pytest.raises(InvalidInputError, match="site property 'when' is a object"):
        to_json(structure)
