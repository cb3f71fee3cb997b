"""One data block of a CIF: its cell, atoms and operations, from gemmi's raw strings to a structure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import gemmi
import numpy as np

from nanoos_lab.errors import StructureParseError
from nanoos_lab.structures.build import (
    BuildError,
    check_distances,
    crystal,
    lattice_of_parameters,
    near_pairs,
    site_composition,
)
from nanoos_lab.structures.formats.cif_fallback import parse_with_pymatgen
from nanoos_lab.structures.formats.cif_sites import expand, merge_overlaps
from nanoos_lab.structures.formats.cif_symbols import (
    CannotSayError,
    charges_by_symbol,
    operations,
    species_of,
)
from nanoos_lab.structures.formats.parsed import line_with

if TYPE_CHECKING:
    import numpy.typing as npt
    from pymatgen.core.composition import Composition
    from pymatgen.core.lattice import Lattice
    from pymatgen.core.structure import Structure

    from nanoos_lab.structures.build import Occupant

    FloatArray = npt.NDArray[np.float64]

_CELL_TAGS = (
    "_cell_length_a",
    "_cell_length_b",
    "_cell_length_c",
    "_cell_angle_alpha",
    "_cell_angle_beta",
    "_cell_angle_gamma",
)
FRACT_TAGS = ("_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z")
_OPERATION_TAGS = ("_symmetry_equiv_pos_as_xyz", "_space_group_symop_operation_xyz")
_NAME_TAGS = (
    "_symmetry_space_group_name_H-M",
    "_space_group_name_H-M_alt",
    "_symmetry_Int_Tables_number",
    "_space_group_IT_number",
    "_space_group_name_Hall",
    "_symmetry_space_group_name_Hall",
)
_THIRDS = frozenset({"0.33", "0.66", "0.67", ".333", ".666", ".667"})
"""How a third or two thirds may begin; 0.3333 and .33333(4) and 0.6667 are meant exactly."""
_THIRD_TOLERANCE = 1e-4
_ROUNDED_LENGTH = len("0.333333")
"""A longer number is meant as it stands, not as a third."""


class CifBlock:
    """One data block being read.

    Args:
        block: gemmi's block.
        text: The block's own text, where lines are looked up.
        source: File name for messages.
        offset: Number of lines of the file before ``text``.
    """

    def __init__(self, block: gemmi.cif.Block, text: str, source: str, offset: int) -> None:
        self.block, self.text, self.source, self.offset = block, text, source, offset

    def structure(self, *, magnetic: bool) -> Structure:
        """Return the block's structure.

        Args:
            magnetic: Whether the file has magnetic data names.
        """
        try:
            return self._slow() if magnetic else self._fast()
        except CannotSayError:
            return self._slow()
        except BuildError as error:
            raise self._error(error.problem) from None

    def _slow(self) -> Structure:
        try:
            (structure,) = parse_with_pymatgen(self.text)
            check_distances(structure)
        except BuildError as error:
            raise self._error(error.problem) from None
        return structure

    def _error(self, problem: str, *words: str) -> StructureParseError:
        """Return an error about the line that holds the words; of the table of atoms, unless they start a line."""
        after = 0 if words and words[0].startswith("_") else self._atoms_line()
        line = line_with(self.text, *words, after=after) if words else None
        return StructureParseError(problem, self.source, None if line is None else line + self.offset)

    def _atoms_line(self) -> int:
        rows = enumerate(self.text.splitlines(), 1)
        return next((n for n, row in rows if row.strip().lower() == FRACT_TAGS[0]), 0)

    def _fast(self) -> Structure:
        lattice = self._lattice()
        coords, kinds, labels = self._atoms()
        rotations, translations = self._operations()
        sites, atom_of_site = expand(coords, rotations, translations)
        if near_pairs(sites, lattice):
            return self._crowded(lattice, coords, kinds, labels, (sites, atom_of_site))
        compositions = self._compositions([(kind,) for kind in kinds], labels)
        atoms = atom_of_site.tolist()
        return crystal(lattice, [compositions[a] for a in atoms], sites, labels=[labels[a] for a in atoms])

    def _crowded(
        self,
        lattice: Lattice,
        coords: FloatArray,
        kinds: list[Occupant],
        labels: list[str],
        expanded: tuple[FloatArray, npt.NDArray[np.intp]],
    ) -> Structure:
        """Return the structure where atoms share positions, or are too close for it."""
        sites, atom_of_site = expanded
        owner = merge_overlaps(coords, sites, atom_of_site)
        shared = [
            tuple(kind for kind, o in zip(kinds, owner, strict=True) if o == atom) or (kinds[atom],)
            for atom in range(len(kinds))
        ]
        labels = [_last_label(atom, owner, labels) for atom in range(len(labels))]
        compositions = self._compositions(shared, labels)
        kept = [n for n, atom in enumerate(atom_of_site.tolist()) if owner[atom] == atom]
        atoms = atom_of_site[kept].tolist()
        structure = crystal(
            lattice, [compositions[a] for a in atoms], sites[kept], labels=[labels[a] for a in atoms]
        )
        try:
            check_distances(structure)
        except BuildError as error:
            words = () if error.atom is None else (labels[atoms[error.atom]],)
            raise self._error(error.problem, *words) from None
        return structure

    def _compositions(self, occupants: list[tuple[Occupant, ...]], labels: list[str]) -> list[Composition]:
        made = []
        for atom, parts in enumerate(occupants):
            try:
                made.append(site_composition(parts))
            except BuildError as error:
                raise self._error(error.problem, labels[atom]) from None
        return made

    def _lattice(self) -> Lattice:
        find = self.block.find_value
        raw = [find(tag) or "" for tag in _CELL_TAGS]
        if "" in raw:
            if self._value("_symmetry_cell_setting") or self._value("_space_group_crystal_system"):
                raise CannotSayError("cell by crystal system")
            missing = [tag for tag, value in zip(_CELL_TAGS, raw, strict=True) if not value]
            raise BuildError(f"the cell is incomplete: {', '.join(missing)} missing")
        numbers = [number(value) for value in raw]
        for tag, value, parsed in zip(_CELL_TAGS, raw, numbers, strict=True):
            if not math.isfinite(parsed):
                raise self._error(f"{tag} is {value!r}, not a number", tag)
        return lattice_of_parameters(numbers)

    def _value(self, tag: str) -> str:
        return str(gemmi.cif.as_string(self.block.find_value(tag) or ""))

    def _column(self, tag: str) -> list[str]:
        return list(self.block.find_values(tag))

    def _table(self) -> dict[str, list[str]]:
        """Return the columns of the atoms, with data names in lower case."""
        loop: gemmi.cif.Loop | None = self.block.find_loop(FRACT_TAGS[0]).get_loop()
        if loop is not None:
            values, tags = loop.values, loop.tags
            width = len(tags)
            return {tag.lower(): values[n::width] for n, tag in enumerate(tags)}
        single = (*FRACT_TAGS, "_atom_site_type_symbol", "_atom_site_label", "_atom_site_occupancy")
        return {tag: values for tag in single if (values := self._column(tag))}

    def _atoms(self) -> tuple[FloatArray, list[Occupant], list[str]]:
        """Return coordinates (n, 3), occupants and labels of the listed atoms that are there at all."""
        table = self._table()
        columns = [table.get(tag, []) for tag in FRACT_TAGS]
        n_atoms = len(columns[0])
        if not all(columns):
            raise BuildError("the atoms have no complete fractional coordinates (_atom_site_fract_x, _y, _z)")
        types, labels = table.get("_atom_site_type_symbol"), table.get("_atom_site_label")
        if types is None and labels is None:
            if self._column("_atom_site_type_symbol") or self._column("_atom_site_label"):
                raise CannotSayError("atom columns in several loops")
            raise BuildError("the atoms have neither _atom_site_type_symbol nor _atom_site_label")
        labels = [_unquoted(label) for label in labels or types or ()]
        coords = np.array([[number(value) for value in column] for column in columns]).T
        if not np.isfinite(coords).all():
            raise self._not_a_number(coords, columns, labels)
        for axis, column in enumerate(columns):
            for atom, text in enumerate(column):
                if text[:4] in _THIRDS and len(text) <= _ROUNDED_LENGTH:
                    coords[atom, axis] = _near_third(float(coords[atom, axis]))
        kinds = self._kinds(types, labels)
        occupied, present = self._occupied(kinds, table.get("_atom_site_occupancy"))
        if not present:
            raise BuildError("every atom has occupancy 0")
        if len(present) < n_atoms:
            coords, labels = coords[present], [labels[i] for i in present]
        return coords, occupied, labels

    def _not_a_number(
        self, coords: FloatArray, columns: list[list[str]], labels: list[str]
    ) -> StructureParseError:
        atom, axis = np.argwhere(~np.isfinite(coords))[0].tolist()
        value = columns[axis][atom]
        problem = f"coordinate {'xyz'[axis]} of atom {labels[atom]} is {value!r}, not a number"
        return self._error(problem, labels[atom], value)

    def _kinds(self, types: list[str] | None, labels: list[str]) -> list[tuple[str, float | None]]:
        """Return element and oxidation state of each listed atom."""
        numbers = self._column("_atom_type_oxidation_number")
        charges = charges_by_symbol(self._column("_atom_type_symbol"), numbers) if numbers else None
        symbols = labels if types is None else [_unquoted(text) for text in types]
        kinds = []
        for atom, text in enumerate(symbols):
            try:
                symbol, charge = species_of(text, from_label=types is None)
            except BuildError as error:
                raise self._error(error.problem, labels[atom]) from None
            if charges is not None:
                charge = charges.get(symbol if types is None else text, charges.get(symbol, 0.0))
            kinds.append((symbol, charge))
        return kinds

    @staticmethod
    def _occupied(
        kinds: list[tuple[str, float | None]], occupancies: list[str] | None
    ) -> tuple[list[Occupant], list[int]]:
        """Return the occupants of the atoms that are there, and which atoms those are; unstated occupancy is 1."""
        if occupancies is None:
            return [(*kind, 1.0) for kind in kinds], list(range(len(kinds)))
        amounts = [1.0 if text == "." else number(text) for text in occupancies]
        amounts = [1.0 if math.isnan(amount) else amount for amount in amounts]
        present = [atom for atom, amount in enumerate(amounts) if amount > 0]
        return [(*kinds[atom], amounts[atom]) for atom in present], present

    def _operations(self) -> tuple[FloatArray, FloatArray]:
        for tag in _OPERATION_TAGS:
            texts = tuple(self.block.find_values(tag))
            if texts:
                return operations(texts)
        if any(self._value(tag) for tag in _NAME_TAGS):
            raise CannotSayError("symmetry by name")
        return operations(("x,y,z",))


def _last_label(atom: int, owner: list[int], labels: list[str]) -> str:
    """Return the label of the last atom listed on an atom's position, as pymatgen does."""
    return next(label for o, label in zip(reversed(owner), reversed(labels), strict=True) if o == owner[atom])


def _near_third(value: float) -> float:
    for ideal in (1 / 3, 2 / 3):
        if abs(value / ideal - 1) <= _THIRD_TOLERANCE:
            return ideal
    return value


def _unquoted(text: str) -> str:
    return gemmi.cif.as_string(text) if text[:1] in _SPECIAL else text


_SPECIAL = frozenset("'\";?.")


def number(text: str) -> float:
    """Return a CIF number without its uncertainty, 0 for ``.`` (as in ICSD files); NaN for anything else.

    Args:
        text: The raw string.
    """
    if text == ".":
        return 0.0
    try:
        return float(text) if "_" not in text and text[-1:].isdigit() else _careful_number(text)
    except ValueError:
        return _careful_number(text)


def _careful_number(text: str) -> float:
    value = float(gemmi.cif.as_number(text))
    if value != value and text[:1] in _SPECIAL:  # noqa: PLR0124 - NaN
        return float(gemmi.cif.as_number(gemmi.cif.as_string(text).strip()))
    return value
