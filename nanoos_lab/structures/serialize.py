"""Structures as plain JSON, exactly, in the form that pymatgen itself reads.

What comes back may have been written by a job on another machine, so it is read as data: numbers, strings and lists
are checked one by one, and no class named in the data is ever imported.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.composition import Composition
    from pymatgen.core.structure import Molecule, Structure

_KINDS = ("Structure", "Molecule", "IStructure", "IMolecule")


def to_json(structure: Structure | Molecule) -> dict[str, Any]:
    """Return a structure as JSON values; ``pymatgen``'s ``from_dict`` reads it too.

    Args:
        structure: A crystal or a molecule, with any oxidation states, occupancies and site properties.

    Raises:
        InvalidInputError: A property is of a type that JSON cannot hold.
    """
    from pymatgen.core.structure import IStructure  # noqa: PLC0415 - pymatgen is heavy

    periodic = isinstance(structure, IStructure)
    sites = []
    known: dict[int, list[dict[str, Any]]] = {}
    for site in structure:
        species = site.species
        told = known.get(id(species))
        if told is None:
            told = known[id(species)] = [_species_to_json(kind, amount) for kind, amount in species.items()]
        entry: dict[str, Any] = {
            "species": [dict(one) for one in told],
            "abc" if periodic else "xyz": (site.frac_coords if periodic else site.coords).tolist(),
        }
        if site._label is not None:  # noqa: SLF001 - the label given, not the one made up from the species
            entry["label"] = site._label  # noqa: SLF001
        entry["properties"] = {str(k): plain(v, f"site property {k!r}") for k, v in site.properties.items()}
        sites.append(entry)
    whole: dict[str, Any] = {
        "@module": "pymatgen.core.structure",
        "@class": "Structure" if periodic else "Molecule",
        "charge": structure._charge,  # noqa: SLF001 - None means: the sum of the oxidation states
        "sites": sites,
        "properties": {str(k): plain(v, f"property {k!r}") for k, v in structure.properties.items()},
    }
    if isinstance(structure, IStructure):
        lattice = structure.lattice
        whole["lattice"] = {"matrix": lattice.matrix.tolist(), "pbc": [bool(p) for p in lattice.pbc]}
    else:
        whole["spin_multiplicity"] = structure.spin_multiplicity
    return whole


def from_json(data: Mapping[str, Any]) -> Structure | Molecule:
    """Return the structure of :func:`to_json`, or of pymatgen's ``as_dict``.

    Args:
        data: The JSON object.

    Raises:
        InvalidInputError: It is not one; the message says which part.
    """
    if not isinstance(data, dict) or data.get("@class") not in _KINDS:
        raise InvalidInputError("not a structure: expected a JSON object with '@class' Structure or Molecule")
    sites = data.get("sites")
    if not isinstance(sites, list) or not sites or not all(isinstance(site, dict) for site in sites):
        raise InvalidInputError("not a structure: 'sites' must be a list of at least one site")
    charge = data.get("charge")
    if charge is not None:
        charge = _finite(charge, "charge")
    properties = _revive(data.get("properties") or {})
    if not isinstance(properties, dict):
        raise InvalidInputError("'properties' must be an object")
    if data["@class"] in {"Molecule", "IMolecule"}:
        return _molecule(data, sites, charge or 0.0, properties)
    return _crystal(data, sites, charge, properties)


def _crystal(
    data: Mapping[str, Any], sites: list[dict[str, Any]], charge: float | None, properties: dict[str, Any]
) -> Structure:
    import numpy as np  # noqa: PLC0415 - light import of the package
    from pymatgen.core.structure import Structure  # noqa: PLC0415 - pymatgen is heavy

    from nanoos_lab.structures import build  # noqa: PLC0415 - imports pymatgen

    cell = data.get("lattice")
    if not isinstance(cell, dict):
        raise InvalidInputError("'lattice' must be an object with 'matrix'")
    rows = cell.get("matrix")
    if not isinstance(rows, list) or len(rows) != 3:  # noqa: PLR2004 - three vectors
        raise InvalidInputError("'lattice.matrix' must be three vectors")
    pbc = cell.get("pbc", [True, True, True])
    if not isinstance(pbc, list | tuple) or len(pbc) != 3:  # noqa: PLR2004 - three directions
        raise InvalidInputError("'lattice.pbc' must be three flags")
    matrix = np.array([_vector(row, "lattice.matrix") for row in rows])
    try:
        lattice = build.lattice_of_matrix(matrix, (bool(pbc[0]), bool(pbc[1]), bool(pbc[2])))
    except build.BuildError as error:
        raise InvalidInputError(error.problem) from None
    coords = np.array([_vector(site.get("abc"), f"abc of site {n}") for n, site in enumerate(sites, 1)])
    known: dict[str, Composition] = {}
    made = [
        build.site_of(
            _known_composition(site, number, known),
            coords[number - 1],
            lattice,
            properties=_site_properties(site, number),
            label=_label(site, number),
        )
        for number, site in enumerate(sites, 1)
    ]
    structure = Structure.__new__(Structure)  # the sites are checked above; the constructor would copy each
    structure._lattice, structure._sites = lattice, made  # noqa: SLF001
    structure._charge, structure._properties = charge, properties  # noqa: SLF001
    return structure


def _molecule(
    data: Mapping[str, Any], sites: list[dict[str, Any]], charge: float, properties: dict[str, Any]
) -> Molecule:
    from pymatgen.core.sites import Site  # noqa: PLC0415 - pymatgen is heavy
    from pymatgen.core.structure import Molecule  # noqa: PLC0415 - pymatgen is heavy

    made = [
        Site(
            _composition(site, number),
            _vector(site.get("xyz"), f"xyz of site {number}"),
            properties=_site_properties(site, number),
            label=_label(site, number),
        )
        for number, site in enumerate(sites, 1)
    ]
    molecule = Molecule([site.species for site in made], [site.coords for site in made], charge=charge)
    molecule._sites = made  # noqa: SLF001 - with their own properties and labels
    molecule.properties = properties
    spin = data.get("spin_multiplicity")
    if spin is not None:
        if not isinstance(spin, int) or isinstance(spin, bool) or spin < 1:
            raise InvalidInputError(f"'spin_multiplicity' must be a positive whole number, not {spin!r}")
        molecule._spin_multiplicity = spin  # noqa: SLF001
    return molecule


def _species_to_json(kind: Any, amount: float) -> dict[str, Any]:  # noqa: ANN401 - Element, Species or DummySpecies
    entry: dict[str, Any] = {"element": kind.symbol, "occu": float(amount)}
    oxidation_state, spin = getattr(kind, "oxi_state", None), getattr(kind, "spin", None)
    from pymatgen.core.periodic_table import DummySpecies, Species  # noqa: PLC0415 - pymatgen is heavy

    if isinstance(kind, Species | DummySpecies):
        entry["oxidation_state"], entry["spin"] = oxidation_state, spin
    if isinstance(kind, DummySpecies):
        entry["@class"] = "DummySpecies"
    return entry


def _known_composition(site: Mapping[str, Any], number: int, known: dict[str, Composition]) -> Composition:
    """Return the composition of a site, which others that are written alike share."""
    written = repr(site.get("species"))
    if written not in known:
        known[written] = _composition(site, number)
    return known[written]


def _composition(site: Mapping[str, Any], number: int) -> Composition:
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - pymatgen is heavy
    from pymatgen.core.periodic_table import DummySpecies, Element, Species  # noqa: PLC0415 - pymatgen is heavy

    parts = site.get("species")
    if not isinstance(parts, list) or not parts:
        raise InvalidInputError(f"'species' of site {number} must be a list")
    amounts: dict[Any, float] = {}
    for part in parts:
        if not isinstance(part, dict):
            raise InvalidInputError(f"a species of site {number} is not an object")
        symbol, occupancy = part.get("element"), _finite(part.get("occu"), f"occu of site {number}")
        dummy = part.get("@class") == "DummySpecies"
        if not isinstance(symbol, str) or not (dummy or Element.is_valid_symbol(symbol)):
            raise InvalidInputError(f"site {number} has the unknown element {symbol!r}")
        spin = part.get("spin")
        spin = None if spin is None else _finite(spin, f"spin of site {number}")
        state = part.get("oxidation_state")
        state = None if state is None else _finite(state, f"oxidation state of site {number}")
        kind: Any
        try:
            if dummy:
                kind = DummySpecies(symbol, state if state is not None else 0, spin)
            elif "oxidation_state" in part or spin is not None:
                kind = Species(symbol, state, spin)
            else:
                kind = Element(symbol)
        except ValueError as error:
            raise InvalidInputError(f"site {number}: {error}") from None
        amounts[kind] = amounts.get(kind, 0.0) + occupancy
    if min(amounts.values()) < 0 or sum(amounts.values()) > 1 + 1e-6:
        raise InvalidInputError(f"the occupancies of site {number} sum to {sum(amounts.values()):g}")
    return Composition(amounts)


def _site_properties(site: Mapping[str, Any], number: int) -> dict[str, Any]:
    properties = _revive(site.get("properties") or {})
    if not isinstance(properties, dict):
        raise InvalidInputError(f"'properties' of site {number} must be an object")
    return properties


def _label(site: Mapping[str, Any], number: int) -> str | None:
    label = site.get("label")
    if label is not None and not isinstance(label, str):
        raise InvalidInputError(f"'label' of site {number} must be a string")
    return label


def _vector(values: Any, what: str) -> list[float]:  # noqa: ANN401 - unchecked JSON
    if not isinstance(values, list | tuple) or len(values) != 3:  # noqa: PLR2004 - x, y, z
        raise InvalidInputError(f"{what} must be three numbers")
    return [_finite(value, what) for value in values]


def _finite(value: Any, what: str) -> float:  # noqa: ANN401 - unchecked JSON
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidInputError(f"{what} must be a number, not {value!r}")
    return value


def plain(value: Any, what: str) -> Any:  # noqa: ANN401 - any property in, JSON out
    """Return a property as JSON values; magnetic moments and arrays become what :func:`from_json` revives.

    Args:
        value: The property.
        what: Its name, for the message.

    Raises:
        InvalidInputError: JSON cannot hold it.
    """
    if value is None or isinstance(value, bool | str | int | float):
        return value
    if isinstance(value, dict):
        return {str(k): plain(v, what) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v, what) for v in value]
    if type(value).__name__ == "Magmom":
        return {
            "@module": "pymatgen.electronic_structure.core",
            "@class": "Magmom",
            "moment": plain(value.moment, what),
            "saxis": plain(value.saxis, what),
        }
    if type(value).__module__ == "numpy":
        return plain(value.tolist(), what)
    raise InvalidInputError(f"the {what} is a {type(value).__name__}, which cannot be written as JSON")


def _revive(value: Any) -> Any:  # noqa: ANN401 - JSON in, the same with magnetic moments out
    if isinstance(value, list):
        return [_revive(v) for v in value]
    if not isinstance(value, dict):
        return value
    if value.get("@class") != "Magmom":
        return {key: _revive(v) for key, v in value.items()}
    from pymatgen.electronic_structure.core import Magmom  # noqa: PLC0415 - only magnetic structures need it

    moment = value.get("moment")
    saxis = _vector(value.get("saxis", [0, 0, 1]), "saxis")
    if isinstance(moment, list):
        return Magmom(_vector(moment, "moment"), saxis=saxis)
    return Magmom(_finite(moment, "moment"), saxis=saxis)
