"""Reference predictions: what a model must give to be the one it says it is.

Weights may load without any error into code that is not the one they were made with, and then answer wrongly. So
a model can carry energies that were recorded where it is known to be right, and is refused where it misses them.

A file of references is JSON::

    {"format": 1,
     "about": "recorded by Ada with matgl 4.1.2 from the published weights",
     "tolerance_ev_per_atom": 0.001,
     "structures": [{"name": "Si", "energy": -5.417, "lattice": [[...], [...], [...]],
                     "species": ["Si", "Si"], "frac_coords": [[0, 0, 0], [0.25, 0.25, 0.25]]}]}

``energy`` is in eV/atom, ``lattice`` in Å with one row a vector.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from nanoos_lab.errors import CalculatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from pymatgen.core.structure import Structure


NOT_PROVEN = (
    "this potential was not proven to be itself: there are no reference predictions beside its weights"
)
Triple = tuple[FiniteFloat, FiniteFloat, FiniteFloat]


class Reference(BaseModel):
    """A structure with the energy that a model must give for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    energy: FiniteFloat
    """eV/atom."""
    lattice: tuple[Triple, Triple, Triple]
    """Row vectors, Å."""
    species: Annotated[tuple[str, ...], Field(min_length=1)]
    frac_coords: tuple[Triple, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.species) != len(self.frac_coords):
            msg = f"{len(self.species)} species and {len(self.frac_coords)} places"
            raise ValueError(msg)
        return self

    def structure(self) -> Structure:
        """Return it as a structure."""
        from pymatgen.core.structure import Structure  # noqa: PLC0415 - heavy import

        return Structure(self.lattice, self.species, self.frac_coords)


class References(BaseModel):
    """What a model must reproduce."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    about: str = ""
    """Who recorded them, with what."""
    tolerance_ev_per_atom: Annotated[float, Field(gt=0.0, le=0.05)] = 1e-3
    """Largest allowed deviation."""
    structures: Annotated[tuple[Reference, ...], Field(min_length=1)]


def read_references(path: Path) -> References:
    """Read a file of references.

    Args:
        path: The file.

    Raises:
        CalculatorError: It cannot be read or understood.
    """
    try:
        return References.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CalculatorError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise CalculatorError(
            f"{path} is no file of references: {where}: {first['msg']}; "
            "mend it, or remove it to use the model unproven"
        ) from None


def record(
    energy: Callable[[Structure], float],
    structures: Sequence[Structure],
    *,
    about: str,
    tolerance_ev_per_atom: float = 1e-3,
) -> References:
    """Record what a model gives; do it only where the model is known to be right.

    Args:
        energy: The model's energy of a structure, eV per cell.
        structures: Ordered crystals that it knows, of different elements and bonds.
        about: Who records them, with what, and why the model is trusted here.
        tolerance_ev_per_atom: Largest allowed deviation later.
    """
    return References(
        about=about,
        tolerance_ev_per_atom=tolerance_ev_per_atom,
        structures=tuple(
            Reference(
                name=s.formula.replace(" ", ""),
                energy=round(energy(s) / len(s), 6),
                lattice=s.lattice.matrix.tolist(),
                species=tuple(site.specie.symbol for site in s),
                frac_coords=tuple(map(tuple, s.frac_coords.tolist())),
            )
            for s in structures
        ),
    )


def write_references(path: Path, references: References) -> None:
    """Write a file of references.

    Args:
        path: The file.
        references: What it will hold.
    """
    path.write_text(json.dumps(references.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")


def verify(energy: Callable[[Structure], float], references: References, *, who: str, remedy: str) -> None:
    """Refuse a model that misses a reference.

    Args:
        energy: The model's energy of a structure, eV per cell.
        references: What it must give.
        who: The model's name, for the message.
        remedy: What to do.

    Raises:
        CalculatorError: A reference is missed; the message holds both numbers.
    """
    for reference in references.structures:
        structure = reference.structure()
        found = energy(structure) / len(structure)
        if not abs(found - reference.energy) <= references.tolerance_ev_per_atom:
            raise CalculatorError(
                f"{who} is not itself: it gives {found:.6f} eV/atom for {reference.name} where "
                f"{reference.energy:.6f} was recorded ({references.about or 'nobody said by whom'}); {remedy}"
            )


def limits_of(limits: Mapping[str, str], properties: Iterable[str], *, proven: bool) -> Mapping[str, str]:
    """Return what is known against a potential by property, with a word on all of them where it is not proven.

    Args:
        limits: What is known against it.
        properties: All properties there are.
        proven: Whether it has references.
    """
    if proven:
        return limits
    return {name: "; ".join(filter(None, (limits.get(name), NOT_PROVEN))) for name in properties}
