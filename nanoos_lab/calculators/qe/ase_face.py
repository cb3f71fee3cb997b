"""The ASE face of pw.x: one folder, and each geometry begins with the density of the one before.

Energy and free energy are both F = E - TS, the quantity whose derivatives the forces and the stress are; with cold
smearing it hardly differs from the energy at zero width.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes

from nanoos_lab.calculators.abilities import Electrons
from nanoos_lab.calculators.qe.performing import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ase import Atoms

    from nanoos_lab.calculators.qe.performing import Answer, Performer
    from nanoos_lab.calculators.workplace import Workplace
    from nanoos_lab.programs.qe import PwInput

KEPT = "answers"
"""Folder with what was answered before, by question."""
_ARRAYS = ("forces", "stress", "magmoms")


class QEASE(Calculator):
    """Energies in eV, forces in eV/Å, stress in eV/Å³, moments in μB.

    Args:
        question: The input at the first geometry.
        performer: Makes what runs pw.x in a folder.
        place: Where to keep files.
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress", "magmoms"]  # noqa: RUF012 - ASE's form

    def __init__(self, question: PwInput, performer: Callable[[Path], Performer], place: Workplace) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # ASE is not typed
        self._question = question
        self._passing = None
        folder = place.folder
        if folder is None:
            self._passing = tempfile.TemporaryDirectory(prefix="nanoos-qe-")
            folder = Path(self._passing.name)
        self.performer = performer(folder)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Run pw.x, or give what it answered before in this folder.

        Args:
            atoms: The atoms.
            properties: What is asked for; everything is computed in any case.
            system_changes: What changed since the last call.
        """
        super().calculate(atoms, list(properties), list(system_changes))  # type: ignore[no-untyped-call]
        now: Any = self.atoms
        question = self._question.at(now.cell.array, now.positions)
        path = self.performer.folder / KEPT / f"{self.performer.digest(question)[:24]}.json"
        kept = read_kept(path)
        if kept is None:
            kept = stated(self.performer.perform(question))
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, kept)
        self.results = results_of(kept)


def stated(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain JSON.

    Args:
        answer: pw.x's.
    """
    result = answer.result
    moments = answer.text.moments if result.spin_polarised else None
    assert result.forces is not None  # noqa: S101 - asked for in every input
    assert result.stress is not None  # noqa: S101
    return {
        "energy": result.free_energy,
        "forces": result.forces.tolist(),
        "stress": result.stress.tolist(),
        "magmoms": None if moments is None else moments.tolist(),
        "band_gap": result.band_gap,
        "fermi": result.fermi,
        "total_magnetization": result.total_magnetization,
        "messages": list(answer.messages),
    }


def read_kept(path: Path) -> dict[str, Any] | None:
    """Return an answer that was kept, or None.

    Args:
        path: Its file.
    """
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(path.read_text(encoding="utf-8")))
    return None


def results_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return results in ASE's form.

    Args:
        kept: An answer as plain JSON.
    """
    stress = np.array(kept["stress"], dtype=float)
    stress = 0.5 * (stress + stress.T)
    electrons = Electrons(kept["band_gap"], kept["fermi"], kept["total_magnetization"])
    results = {
        "energy": kept["energy"],
        "free_energy": kept["energy"],
        "forces": np.array(kept["forces"], dtype=float),
        "stress": stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
        "electrons": electrons,
        "messages": tuple(kept["messages"]),
    }
    return results if kept["magmoms"] is None else {**results, "magmoms": np.array(kept["magmoms"])}
