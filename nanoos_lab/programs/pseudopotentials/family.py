"""A family of pseudopotentials: one file for each element, for one functional."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nanoos_lab.errors import MissingPseudopotentialsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from nanoos_lab.programs.pseudopotentials.upf import Kind, Shell

CutoffSource = Literal["file", "table", "oncvpsp", "assumed"]
"""Where a cut-off comes from: the file's header, a table given at the installation, the input of ONCVPSP kept in the
file, or our own careful value for its kind."""
SPREAD_FACTOR: Mapping[Kind, float] = {"norm-conserving": 4.0, "ultrasoft": 8.0, "paw": 8.0}
"""Cut-off of the density over that of the wave functions, where nobody says otherwise: 4 holds the density of the
wave functions exactly, and augmentation charges need more."""


@dataclass(frozen=True)
class Pseudopotential:
    """One element's file, and what it is."""

    element: str
    path: Path
    sha256: str
    functional: str
    kind: Kind
    valence: float
    """Electrons that are not in the core."""
    cutoff_ry: float
    """Suggested, for wave functions."""
    density_cutoff_ry: float
    """Suggested, for the density."""
    cutoff_source: CutoffSource = "file"
    relativistic: str = "scalar"
    """``no``, ``scalar``, ``full``, or ``unknown`` where the file's format does not say."""
    spin_orbit: bool = False
    shells: tuple[Shell, ...] = ()
    """Valence shells with their occupations, where the file has them."""
    source: str = ""
    """Where it was in the folder or archive that was installed."""

    @property
    def filename(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def cutoffs_are_known(self) -> bool:
        """Whether somebody who tested this file said its cut-offs."""
        return self.cutoff_source in {"file", "table"}

    def verify(self) -> None:
        """Refuse a file that is not the one that was installed.

        Raises:
            MissingPseudopotentialsError: It is missing or was changed.
        """
        try:
            same = hashlib.sha256(self.path.read_bytes()).hexdigest() == self.sha256
        except OSError:
            same = False
        if not same:
            state = "was changed since it was installed" if self.path.exists() else "is missing"
            raise MissingPseudopotentialsError(
                f"the pseudopotential {self.path} {state}: remove the family and install it again"
            )


@dataclass(frozen=True)
class Family:
    """Pseudopotentials by element."""

    name: str
    functional: str
    """Short name in capitals, such as ``PBE``."""
    members: Mapping[str, Pseudopotential]
    folder: Path

    def __getitem__(self, symbol: str) -> Pseudopotential:
        """Return the pseudopotential of an element.

        Args:
            symbol: Its chemical symbol.

        Raises:
            MissingPseudopotentialsError: The family has none.
        """
        return self.for_elements([symbol])[symbol]

    def __contains__(self, symbol: object) -> bool:
        return symbol in self.members

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def for_elements(self, symbols: Iterable[str]) -> dict[str, Pseudopotential]:
        """Return the pseudopotentials of some elements, all for one functional.

        Args:
            symbols: Chemical symbols; each counts once.

        Raises:
            MissingPseudopotentialsError: The family lacks an element, or its files were made for several functionals.
        """
        wanted = list(dict.fromkeys(symbols))
        if missing := [s for s in wanted if s not in self.members]:
            raise MissingPseudopotentialsError(
                f"the family {self.name!r} has no pseudopotential for {', '.join(missing)}: install one that has: "
                "nanoos pseudos install FOLDER --name NAME"
            )
        chosen = {s: self.members[s] for s in wanted}
        if len({p.functional for p in chosen.values()}) > 1:
            said = ", ".join(f"{s} for {p.functional}" for s, p in chosen.items())
            raise MissingPseudopotentialsError(
                f"the family {self.name!r} mixes functionals: {said}: energies of such a mixture mean nothing"
            )
        return chosen

    def cutoffs(self, symbols: Iterable[str]) -> tuple[float, float]:
        """Return the cut-offs in Ry that suit some elements together: wave functions, density.

        Args:
            symbols: Chemical symbols.

        Raises:
            MissingPseudopotentialsError: The family lacks an element.
        """
        chosen = self.for_elements(symbols).values()
        wave = max(p.cutoff_ry for p in chosen)
        return wave, max(SPREAD_FACTOR["norm-conserving"] * wave, *(p.density_cutoff_ry for p in chosen))

    def cutoff_note(self, symbols: Iterable[str]) -> str:
        """Return which cut-offs nobody has tested, as a sentence, or nothing.

        Args:
            symbols: Chemical symbols.
        """
        unsure = [s for s, p in self.for_elements(symbols).items() if not p.cutoffs_are_known]
        if not unsure:
            return ""
        estimated = all(self.members[s].cutoff_source == "oncvpsp" for s in unsure)
        how = "estimated from how the file was generated" if estimated else "a careful value for its kind"
        return (
            f"nobody gave cut-offs for {', '.join(unsure)} of the family {self.name}: {how} is used; the task "
            "'convergence' tells what is needed"
        )
