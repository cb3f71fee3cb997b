"""CHGNet's view of atoms and crystals, as numbers for the heads and the trees.

CHGNet was trained on the Materials Project's relaxation trajectories and very likely saw most of its structures:
whatever rests on these numbers says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.potentials import chgnet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float32]

PER_ATOM = 66
"""64 features, the site's energy in eV and its magnetic moment in μB."""
BATCH = 16


@dataclass(frozen=True)
class Features:
    """CHGNet's numbers for g crystals with a atoms in all."""

    atoms: FloatArray
    """Shape (a, 66)."""
    energies: NDArray[np.float64]
    """Energies in eV/atom, shape (g,)."""
    crystals: FloatArray
    """Crystal features, shape (g, 64)."""


def chgnet_features(structures: Sequence[Structure]) -> Features:
    """Ask CHGNet about crystals.

    Args:
        structures: Each has passed ``chgnet.check``; at least one.
    """
    import torch  # noqa: PLC0415 - seconds to import

    with torch.no_grad():
        raw: Any = chgnet.load().predict_structure(
            list(structures), task="em", return_site_energies=True, return_atom_feas=True,
            return_crystal_feas=True, batch_size=BATCH,
        )  # fmt: skip
    answers: list[dict[str, Any]] = [raw] if isinstance(raw, dict) else raw
    atoms = [
        np.column_stack([a["atom_fea"], np.reshape(a["site_energies"], -1), np.reshape(a["m"], -1)])
        for a in answers
    ]
    return Features(
        np.concatenate(atoms).astype(np.float32),
        np.array([float(a["e"]) for a in answers]),
        np.array([a["crystal_fea"] for a in answers], dtype=np.float32),
    )
