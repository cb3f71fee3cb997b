"""Collect what a conformance check finds, and what every plug-in family must hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, NanoOSError, OutOfDomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class ConformanceError(NanoOSError, AssertionError):
    """A plug-in does not hold what its family promises; the message lists every finding."""


class Findings:
    """What was found wrong with one plug-in.

    Args:
        subject: The plug-in's name.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.problems: list[str] = []

    def expect(self, condition: object, problem: str) -> None:
        """Record a problem where a condition does not hold.

        Args:
            condition: What should be true.
            problem: What it means when it is not.
        """
        if not condition:
            self.problems.append(problem)

    def conclude(self) -> None:
        """Raise where anything was found.

        Raises:
            ConformanceError: With every finding.
        """
        if self.problems:
            listed = "\n".join(f"  - {p}" for p in self.problems)
            raise ConformanceError(f"{self.subject}: {len(self.problems)} finding(s)\n{listed}")

    def identity(self, identity: Callable[[], Mapping[str, Any]]) -> None:
        """Check that an identity is plain JSON and the same each time.

        Args:
            identity: The plug-in's method.
        """
        first = identity()
        try:
            text = json.dumps(dict(first), sort_keys=True)
        except TypeError as error:
            self.problems.append(f"identity() is not plain JSON: {error}")
            return
        self.expect(
            text == json.dumps(dict(identity()), sort_keys=True), "identity() differs from call to call"
        )
        self.expect(first, "identity() is empty: say at least which version this is")

    def refusals(self, check: Callable[[Any], None]) -> None:
        """Check that what nobody can compute is refused with the errors of the contract.

        Args:
            check: The plug-in's method.
        """
        for kind, structure in impossible_structures().items():
            try:
                check(structure)
            except (InvalidInputError, OutOfDomainError) as error:
                self.expect(str(error).strip(), f"check() refuses {kind} without a message")
            except Exception as error:  # noqa: BLE001 - a plug-in under test may raise anything: it is a finding
                self.problems.append(
                    f"check() answers {kind} with {type(error).__name__} instead of InvalidInputError "
                    f"or OutOfDomainError: {error}"
                )
            else:
                self.problems.append(f"check() lets {kind} pass")


def impossible_structures() -> dict[str, Any]:
    """Return things that no calculator or predictor of crystals can know, by description."""
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
    from pymatgen.core.periodic_table import DummySpecies  # noqa: PLC0415
    from pymatgen.core.structure import Molecule, Structure  # noqa: PLC0415

    cell = Lattice.cubic(4.2)
    ends = [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]]
    return {
        "a cell without atoms": Structure(cell, [], []),
        "a molecule without a cell": Molecule(["O", "H"], [[0.0, 0.0, 0.0], [0.96, 0.0, 0.0]]),
        "a partially occupied site": Structure(cell, [{"Na": 0.5, "K": 0.5}, "Cl"], ends),
        "a dummy species": Structure(cell, [DummySpecies("X"), "Cl"], ends),
        "two atoms on one place": Structure(cell, ["Na", "Cl"], [[0.0, 0.0, 0.0], [0.01, 0.0, 0.0]]),
    }
