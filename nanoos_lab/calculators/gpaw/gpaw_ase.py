"""The ASE face of GPAW: answers are kept by question, so that no geometry is computed twice in one folder."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes

from nanoos_lab.calculators.abilities import SAME_ENERGY_EV, Electrons
from nanoos_lab.calculators.gpaw.ground import GroundState, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ase import Atoms

    from nanoos_lab.calculators.workplace import Workplace


class GPAWASE(Calculator):
    """Energies in eV, forces in eV/Å, stress in eV/Å³, moments in μB.

    The energy is the free energy of the smeared occupations, of which forces and stress are the derivatives.

    Args:
        parameters: GPAW's.
        moments: Starting moments in μB, or None.
        place: Where files are kept, and who is told.
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress", "magmoms"]  # noqa: RUF012 - ASE's form

    def __init__(
        self, parameters: Mapping[str, Any], moments: Sequence[float] | None, place: Workplace
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._own: tempfile.TemporaryDirectory[str] | None = None
        if place.folder is None:
            self._own = tempfile.TemporaryDirectory(prefix="nanoos-gpaw-")
        self._folder = place.folder or Path(self._own.name if self._own else "")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._moments, self._parameters = moments, dict(parameters)
        self._ground = GroundState(self._parameters, self._folder, place.report)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Evaluate energy, forces, stress and moments together.

        Args:
            atoms: The atoms.
            properties: What is asked for; everything is evaluated in any case.
            system_changes: What changed since the last call.

        Raises:
            CalculatorError: The self-consistent cycle did not converge.
        """
        super().calculate(atoms, list(properties), list(system_changes))  # type: ignore[no-untyped-call]
        now: Any = self._with_moments(self.atoms)
        path = self._folder / f"answer-{key_of(self._parameters, now)}.json"
        if (kept := _read(path)) is None:
            kept = _answer(self._ground.converge(now), polarised=self._moments is not None)
            kept["remedies"] = list(self._ground.remedies)
            _write(path, kept)
        self.results = _results(kept)

    def density(self, atoms: Atoms) -> Any:  # noqa: ANN401 - GPAW is not typed
        """Return GPAW's own calculator with the self-consistent density of a geometry, kept in a file.

        Args:
            atoms: The geometry.
        """
        from gpaw import GPAW  # noqa: PLC0415 - heavy import

        now = self._with_moments(atoms)
        path = self._folder / f"density-{key_of(self._parameters, now)}.gpw"
        if not path.exists():
            half = path.with_suffix(".part")
            self._ground.converge(now).write(half)
            self._ground.close()
            half.replace(path)
        return GPAW(path, txt=None)

    def _with_moments(self, atoms: Any) -> Any:  # noqa: ANN401 - ASE is not typed
        copy = atoms.copy()
        copy.set_initial_magnetic_moments(self._moments)
        return copy


def electrons_of_levels(
    levels: np.ndarray[Any, Any], fermi: float, total_magnetization: float | None
) -> Electrons:
    """Return gap and Fermi level of levels on a mesh.

    Args:
        levels: eV, shape (spins, k, bands).
        fermi: eV.
        total_magnetization: μB per cell, where the spins are polarised.
    """
    low, high = levels.min(axis=1), levels.max(axis=1)
    if ((low < fermi - SAME_ENERGY_EV) & (high > fermi + SAME_ENERGY_EV)).any():
        gap = 0.0
    else:
        middle = 0.5 * (low + high)
        gap = max(0.0, float(low[middle > fermi].min() - high[middle <= fermi].max()))
    return Electrons(band_gap=gap, fermi=fermi, total_magnetization=total_magnetization)


def _answer(inner: Any, *, polarised: bool) -> dict[str, Any]:  # noqa: ANN401 - GPAW is not typed
    """Return what GPAW found as plain JSON."""
    energy = float(inner.get_potential_energy(force_consistent=True))
    moment = float(inner.get_magnetic_moment()) if polarised else None
    electrons = electrons_of_levels(inner.eigenvalues(), float(inner.get_fermi_level()), moment)
    answer = {
        "energy": energy,
        "free_energy": energy,
        "forces": inner.get_forces().tolist(),
        "stress": inner.get_stress().tolist(),
        "electrons": asdict(electrons),
    }
    return {**answer, "magmoms": inner.get_magnetic_moments().tolist()} if polarised else answer


def _results(answer: Mapping[str, Any]) -> dict[str, Any]:
    arrays = {k: np.array(answer[k]) for k in ("forces", "stress", "magmoms") if k in answer}
    return {**answer, **arrays, "electrons": Electrons(**answer["electrons"])}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def _write(path: Path, answer: Mapping[str, Any]) -> None:
    half = path.with_suffix(".part")
    half.write_text(json.dumps(answer), encoding="utf-8")
    half.replace(path)
