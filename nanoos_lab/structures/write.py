"""Write structures as text.

``cif`` keeps occupancies and oxidation states, ``json`` everything; ``poscar`` and ``extxyz`` are for ordered crystals,
``extxyz`` keeps site properties and oxidation states, ``xyz`` is for molecules. What a format cannot hold is refused
rather than dropped.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymatgen.core.structure import IStructure, Molecule, Structure

    Writer = Callable[[Any], str]


def write_structure(structure: Structure | Molecule, format: str = "cif") -> str:  # noqa: A002 - the word
    """Return a structure as text.

    Args:
        structure: A crystal or a molecule.
        format: ``cif``, ``poscar``, ``xyz``, ``extxyz`` or ``json``.

    Returns:
        Text that :func:`read_structures` reads back to the same structure.

    Raises:
        UnknownNameError: No such format.
        InvalidInputError: The format cannot hold this structure; the message names one that can.
    """
    try:
        writer = _WRITERS[format]
    except KeyError:
        raise UnknownNameError("structure format", format, _WRITERS) from None
    return writer(structure)


def _periodic(structure: Any, format_name: str, instead: str) -> IStructure:  # noqa: ANN401 - checked here
    from pymatgen.core.structure import IStructure as Crystal  # noqa: PLC0415 - pymatgen is heavy

    if not isinstance(structure, Crystal):
        raise InvalidInputError(f"{format_name} is for crystals and this is a molecule: write {instead}")
    return structure


def _ordered(structure: Any, format_name: str) -> None:  # noqa: ANN401 - structure or molecule
    if not structure.is_ordered:
        raise InvalidInputError(f"{format_name} cannot hold partly occupied sites: write cif or json")


def _write_cif(structure: Any) -> str:  # noqa: ANN401 - structure or molecule
    from pymatgen.core.periodic_table import DummySpecies  # noqa: PLC0415 - pymatgen is heavy

    crystal = _periodic(structure, "cif", "xyz")
    kinds = list(dict.fromkeys(kind for site in crystal for kind in site.species))
    if any(isinstance(kind, DummySpecies) for kind in kinds):
        raise InvalidInputError(
            "cif is for chemical elements and this structure has dummy species: write json"
        )
    a, b, c, alpha, beta, gamma = crystal.lattice.parameters
    composition = crystal.composition.remove_charges()
    name = "".join(ch for ch in composition.reduced_formula if ch.isalnum() or ch in ".-") or "structure"
    lines = [
        f"data_{name}",
        "_symmetry_space_group_name_H-M   'P 1'",
        "_symmetry_Int_Tables_number      1",
        f"_cell_length_a      {a:.10f}",
        f"_cell_length_b      {b:.10f}",
        f"_cell_length_c      {c:.10f}",
        f"_cell_angle_alpha   {alpha:.10f}",
        f"_cell_angle_beta    {beta:.10f}",
        f"_cell_angle_gamma   {gamma:.10f}",
        f"_cell_volume        {crystal.volume:.8f}",
        f"_chemical_formula_sum   '{composition.formula}'",
        "loop_\n_symmetry_equiv_pos_site_id\n_symmetry_equiv_pos_as_xyz\n1 'x, y, z'",
    ]
    if all(getattr(kind, "oxi_state", None) is not None for kind in kinds):
        lines.append("loop_\n_atom_type_symbol\n_atom_type_oxidation_number")
        lines += [f"{_type_symbol(kind)} {kind.oxi_state:.10g}" for kind in kinds]
    columns = ("type_symbol", "label", "fract_x", "fract_y", "fract_z", "occupancy")
    lines += ["loop_", *(f"_atom_site_{column}" for column in columns)]
    for number, site in enumerate(crystal, 1):
        x, y, z = site.frac_coords.tolist()
        place = f"{x:.12f} {y:.12f} {z:.12f}"
        lines += [
            f"{_type_symbol(kind)} {kind.symbol}{number} {place} {amount:.10g}"
            for kind, amount in site.species.items()
        ]
    return "\n".join(lines) + "\n"


def _type_symbol(kind: Any) -> str:  # noqa: ANN401 - Element or Species
    state = getattr(kind, "oxi_state", None)
    if state is None:
        return str(kind.symbol)
    return f"{kind.symbol}{abs(state):.10g}{'-' if state < 0 else '+'}"


def _write_poscar(structure: Any) -> str:  # noqa: ANN401 - structure or molecule
    crystal = _periodic(structure, "poscar", "xyz")
    _ordered(crystal, "poscar")
    symbols = [site.specie.symbol for site in crystal]
    groups = [(symbol, len(list(group))) for symbol, group in groupby(symbols)]
    lines = [crystal.composition.formula, "1.0"]
    lines += [" ".join(f"{x:.16f}" for x in row) for row in crystal.lattice.matrix.tolist()]
    lines += [" ".join(symbol for symbol, _ in groups), " ".join(str(count) for _, count in groups)]
    flags = crystal.site_properties.get("selective_dynamics")
    if flags is not None and all(flag is not None for flag in flags):
        lines.append("Selective dynamics")
    else:
        flags = None
    lines.append("Direct")
    for number, site in enumerate(crystal):
        ending = "" if flags is None else " " + " ".join("T" if free else "F" for free in flags[number])
        lines.append(" ".join(f"{x:.16f}" for x in site.frac_coords.tolist()) + ending)
    velocities = crystal.site_properties.get("velocities")
    if velocities is not None and all(velocity is not None for velocity in velocities):
        lines += ["", *(" ".join(f"{x:.8E}" for x in velocity) for velocity in velocities)]
    return "\n".join(lines) + "\n"


def _write_xyz(structure: Any) -> str:  # noqa: ANN401 - structure or molecule
    from pymatgen.core.structure import IStructure  # noqa: PLC0415 - pymatgen is heavy

    if isinstance(structure, IStructure):
        raise InvalidInputError("xyz has no cell and would lose this crystal's: write extxyz")
    _ordered(structure, "xyz")
    rows = [f"{site.specie.symbol} {_row(site.coords)}" for site in structure]
    return f"{len(rows)}\n{structure.composition.formula}\n" + "\n".join(rows) + "\n"


def _row(values: Any) -> str:  # noqa: ANN401 - three numbers
    return " ".join(repr(float(x)) for x in values)


def _write_extxyz(structure: Any) -> str:  # noqa: ANN401 - structure or molecule
    from pymatgen.core.structure import IStructure  # noqa: PLC0415 - pymatgen is heavy

    _ordered(structure, "extxyz")
    head, columns = [], ["species:S:1", "pos:R:3"]
    if isinstance(structure, IStructure):
        head.append(f'Lattice="{" ".join(_row(row) for row in structure.lattice.matrix)}"')
    cells = [[site.specie.symbol, _row(site.coords)] for site in structure]
    states = [getattr(site.specie, "oxi_state", None) for site in structure]
    if any(state is not None for state in states):
        columns.append("oxidation_state:R:1")
        for row, state in zip(cells, states, strict=True):
            row.append("nan" if state is None else repr(float(state)))
    for name, values in structure.site_properties.items():
        column, texts = _property_column(name, list(values))
        columns.append(column)
        for row, text in zip(cells, texts, strict=True):
            row.append(text)
    head.append(f"Properties={':'.join(columns)}")
    if isinstance(structure, IStructure):
        head.append(f'pbc="{" ".join("T" if p else "F" for p in structure.lattice.pbc)}"')
    head += [f"{k}={_entry(v)}" for k, v in structure.properties.items() if _is_entry(k, v)]
    if not isinstance(structure, IStructure) and structure.charge and "charge" not in structure.properties:
        head.append(f"charge={structure.charge:g}")
    return f"{len(cells)}\n{' '.join(head)}\n" + "\n".join(" ".join(row) for row in cells) + "\n"


def _property_column(name: str, values: list[Any]) -> tuple[str, list[str]]:
    """Return a column's ``name:kind:width`` and its cells."""
    import numpy as np  # noqa: PLC0415 - light import of the package

    if all(isinstance(value, str) and value and not value.split()[1:] for value in values):
        return f"{name}:S:1", values
    try:
        table = np.array(values)
    except ValueError:
        table = np.array([None])
    if table.dtype.kind not in "bif" or table.ndim > 2 or ":" in name or not name.split():  # noqa: PLR2004
        raise InvalidInputError(f"extxyz cannot hold the site property {name!r}: write json")
    rows = table.reshape(len(values), -1)
    kind = {"b": "L", "i": "I", "f": "R"}[table.dtype.kind]
    texts = [" ".join(("T" if x else "F") if kind == "L" else repr(x) for x in row) for row in rows.tolist()]
    return f"{name}:{kind}:{rows.shape[1]}", texts


def _is_entry(key: object, value: object) -> bool:
    """Whether the comment line can hold a property; it is for energies and the like, not for whole objects."""
    return isinstance(value, bool | int | float | str) and "\n" not in str(value) and str(key).isidentifier()


def _entry(value: Any) -> str:  # noqa: ANN401 - flag, number or string
    if isinstance(value, bool):
        return "T" if value else "F"
    return repr(value) if isinstance(value, int | float) else '"' + value.replace('"', "'") + '"'


def _write_json(structure: Any) -> str:  # noqa: ANN401 - structure or molecule
    from nanoos_lab.structures.serialize import to_json  # noqa: PLC0415 - imports pymatgen

    return json.dumps(to_json(structure))


_WRITERS: dict[str, Writer] = {
    "cif": _write_cif,
    "poscar": _write_poscar,
    "xyz": _write_xyz,
    "extxyz": _write_extxyz,
    "json": _write_json,
}
