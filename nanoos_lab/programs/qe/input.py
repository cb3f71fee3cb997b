"""The input of pw.x as a value, and its text.

Atoms of one element with different starting moments are different types to pw.x: ``Fe1``, ``Fe2``. Paths in the text
are relative, so that the same question has the same text wherever it is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

NAMELISTS = ("control", "system", "electrons", "ions", "cell")
PSEUDO_FOLDER, OUT_FOLDER, PREFIX = "pseudo", "out", "pwscf"
_HUBBARD_CARD_SINCE = (7, 1)
# The shell that U acts on, as in Quantum ESPRESSO's own table (Modules/set_hubbard_l.f90 and set_hubbard_n.f90).
_SHELLS = {
    "3d": "Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga",
    "4d": "Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In",
    "5d": "Hf Ta W Re Os Ir Pt Au Hg",
    "4f": "La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu",
    "5f": "Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr",
    "2p": "B C N O F",
    "3p": "Al Si P S Cl",
}
HUBBARD_SHELL: Mapping[str, str] = {
    symbol: shell for shell, symbols in _SHELLS.items() for symbol in symbols.split()
}
"""By element."""


@dataclass(frozen=True)
class Kind:
    """A type of atom."""

    label: str
    symbol: str
    mass: float
    pseudopotential: str
    """The file's name."""
    starting_magnetization: float | None = None
    """Fraction of the valence electrons, from -1 to 1."""
    hubbard_u: float | None = None
    """eV."""


@dataclass(frozen=True)
class PwInput:
    """What pw.x is asked."""

    cell: FloatArray
    """Row vectors in Å, shape (3, 3)."""
    positions: FloatArray
    """Å, shape (n, 3)."""
    kinds: tuple[Kind, ...]
    atoms: tuple[int, ...]
    """The number of its kind, for each atom."""
    mesh: tuple[int, int, int]
    shift: tuple[int, int, int] = (0, 0, 0)
    namelists: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By name in lower case: variables by name."""
    points: FloatArray | None = None
    """Fractional coordinates of k-points to be used instead of a mesh, shape (k, 3)."""

    def changed(self, changes: Mapping[str, Mapping[str, Any]]) -> PwInput:
        """Return this input with other variables; None takes one out.

        Args:
            changes: By namelist and name.
        """
        merged = {
            name: {
                key: value
                for key, value in {**self.namelists.get(name, {}), **changes.get(name, {})}.items()
                if value is not None
            }
            for name in NAMELISTS
            if name in self.namelists or name in changes
        }
        return replace(self, namelists=merged)

    def at(self, cell: FloatArray, positions: FloatArray) -> PwInput:
        """Return this input at another geometry.

        Args:
            cell: Row vectors in Å, shape (3, 3).
            positions: Å, shape (n, 3).
        """
        return replace(self, cell=np.asarray(cell, dtype=float), positions=np.asarray(positions, dtype=float))

    def variable(self, namelist: str, name: str, default: Any = None) -> Any:  # noqa: ANN401 - of any type
        """Return a variable.

        Args:
            namelist: Its namelist.
            name: Its name.
            default: Where it is not set.
        """
        return self.namelists.get(namelist, {}).get(name, default)

    def text(self, version: str = "") -> str:
        """Return the input file.

        Args:
            version: Of pw.x, as it says it: since 7.1 the Hubbard parameters have another form.
        """
        card = hubbard_card(self.kinds) if _number(version) >= _HUBBARD_CARD_SINCE else []
        system = {**self._counted(), **({} if card else _hubbard_variables(self.kinds))}
        lists = {**self.namelists, "system": {**system, **self.namelists.get("system", {})}}
        return "\n".join([*_namelists(lists), *self._cards(), *card, ""])

    def _counted(self) -> dict[str, Any]:
        return {
            "ibrav": 0,
            "nat": len(self.atoms),
            "ntyp": len(self.kinds),
            **{
                f"starting_magnetization({n})": kind.starting_magnetization
                for n, kind in enumerate(self.kinds, 1)
                if kind.starting_magnetization is not None
            },
        }

    def _cards(self) -> list[str]:
        return [
            "ATOMIC_SPECIES",
            *(f"  {kind.label} {kind.mass:.6f} {kind.pseudopotential}" for kind in self.kinds),
            "CELL_PARAMETERS angstrom",
            *map(_row, self.cell),
            "ATOMIC_POSITIONS angstrom",
            *(
                f"  {self.kinds[n].label:<4}{_row(place)}"
                for n, place in zip(self.atoms, self.positions, strict=True)
            ),
            *self._points(),
        ]

    def _points(self) -> list[str]:
        if self.points is None:
            numbers = " ".join(map(str, (*self.mesh, *self.shift)))
            return ["K_POINTS automatic", f"  {numbers}"]
        return ["K_POINTS crystal", str(len(self.points)), *(f"{_row(point)} 1.0" for point in self.points)]


def hubbard_card(kinds: Iterable[Kind]) -> list[str]:
    """Return the card HUBBARD of version 7.1 and later, with the projectors that were the default before it.

    Args:
        kinds: The types of atoms.
    """
    lines = [
        f"  U {kind.label}-{HUBBARD_SHELL[kind.symbol]} {kind.hubbard_u:.6f}"
        for kind in kinds
        if kind.hubbard_u
    ]
    return ["HUBBARD (atomic)", *lines] if lines else []


def _hubbard_variables(kinds: Iterable[Kind]) -> dict[str, Any]:
    said = {f"Hubbard_U({n})": kind.hubbard_u for n, kind in enumerate(kinds, 1) if kind.hubbard_u}
    return {"lda_plus_u": True, "U_projection_type": "atomic", **said} if said else {}


def _namelists(lists: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = []
    for name in NAMELISTS:
        if name in lists:
            lines += [
                f"&{name.upper()}", *(f"  {key} = {_value(v)}" for key, v in lists[name].items()), "/",
            ]  # fmt: skip
    return lines


def _value(value: Any) -> str:  # noqa: ANN401 - a Fortran value of any type
    if isinstance(value, bool):
        return ".true." if value else ".false."
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value).replace("e", "d") if isinstance(value, float) else str(value)


def _row(numbers: FloatArray) -> str:
    return "".join(f" {float(x):18.12f}" for x in numbers)


def _number(version: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else (0, 0)
