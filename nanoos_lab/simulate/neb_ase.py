"""The face that an image of a band shows to ASE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ase.calculators.calculator import Calculator, all_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ase import Atoms

    from nanoos_lab.simulate.deform import FloatArray, Response


class EngineCalculator(Calculator):
    """Energy and forces of one image by an engine that all images share.

    Args:
        ask: Takes positions in Å, shape (n, 3).
    """

    implemented_properties = ["energy", "forces"]  # noqa: RUF012 - ASE's form

    def __init__(self, ask: Callable[[FloatArray], Response]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._ask = ask

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Ask the engine.

        Args:
            atoms: The image.
            properties: What is asked for; both are given in any case.
            system_changes: What changed since the last call.
        """
        super().calculate(atoms, list(properties), list(system_changes))  # type: ignore[no-untyped-call]
        now: Any = self.atoms
        response = self._ask(now.get_positions())
        self.results = {"energy": response.energy, "forces": response.forces}
