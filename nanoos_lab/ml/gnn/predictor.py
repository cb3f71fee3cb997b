"""The predictors ``nanoos-gnn`` and ``nanoos-gnn-accurate``: statements with calibrated intervals.

The fast tier is one ONNX file and needs onnxruntime alone; it learned no energy from CHGNet. The accurate tier mixes
heads, trees and support vector regression on CHGNet's features. Figures are in ``cards/nanoos-gnn.md``.
"""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from nanoos_lab.errors import CalculatorError, InvalidInputError, MissingExtraError, UnknownNameError
from nanoos_lab.ml.gnn import checking, statements
from nanoos_lab.ml.gnn.asking import ask
from nanoos_lab.ml.gnn.bundle import FOLDER, check_files, digest, load_bundle
from nanoos_lab.potentials import chgnet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml import Report
    from nanoos_lab.ml.gnn.bundle import Bundle, Tier
    from nanoos_lab.properties import PropertyEstimate

CHUNK = 1024
"""Crystals whose graphs are in memory together."""
TOLERANCE = 2e-3
"""Largest deviation from a reference prediction, in the target's unit: far below any half width."""
_LOCK = threading.RLock()


class GNNPredictor:
    """The fast tier: formation energy, band gap and elastic moduli.

    Args:
        folder: Where the model's files lie; the shipped ones by default.
    """

    name = "nanoos-gnn"
    tier: ClassVar[Tier] = "fast"
    synthetic = False
    card = Path(__file__).parents[1] / "cards" / "nanoos-gnn.md"
    """Its model card, Markdown."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._proved: dict[str, str] | None = None

    @property
    def bundle(self) -> Bundle:
        """What is shipped beside the weights."""
        return load_bundle(self.tier, self._folder)

    @property
    def version(self) -> str:
        """Version of the model."""
        return self.bundle.version

    @property
    def properties(self) -> tuple[str, ...]:
        """Names of the vocabulary that it can state."""
        return tuple(s.property for s in self.bundle.stated)

    def available(self) -> str | None:
        """Return None where its packages are installed, else the line that installs them."""
        for package in self._packages():
            if importlib.util.find_spec(package) is None:
                return str(MissingExtraError(package, "ml", self.name))
        return None

    def _packages(self) -> tuple[str, ...]:
        return ("onnxruntime",)

    def identity(self) -> Mapping[str, Any]:
        """Return the hashes of all its files, without loading one."""
        files = (f"{self.tier}.json", *self.bundle.sha256)
        return {
            "model": f"{self.name} {self.version}",
            "files_sha256": {name: digest(self._folder / name) for name in files},
        }

    def check(self, structure: Structure) -> None:
        """Refuse what it cannot know.

        Args:
            structure: The crystal in question.
        """
        checking.check(structure, self.name)

    def predict(
        self,
        structures: Sequence[Structure],
        properties: Sequence[str] | None = None,
        progress: Report | None = None,
    ) -> list[tuple[PropertyEstimate, ...]]:
        """State properties of structures.

        Args:
            structures: The crystals; each must pass :meth:`check`.
            properties: What to state; None for all.
            progress: Called with the done part and a line.

        Raises:
            UnknownNameError: A property is not among its own.
        """
        for name in properties or ():
            if name not in self.properties:
                raise UnknownNameError(f"property of the predictor {self.name!r}", name, self.properties)
        wanted = [s for s in self.bundle.stated if properties is None or s.property in properties]
        self.prove()
        done: list[tuple[PropertyEstimate, ...]] = []
        for first in range(0, len(structures), CHUNK):
            chunk = structures[first : first + CHUNK]
            graphs = self._graphs(chunk, first, len(structures))
            done += statements.state(
                ask(chunk, self.bundle, self._folder, graphs=graphs), wanted, self.bundle
            )
            if progress is not None:
                progress(len(done) / len(structures), f"{len(done)} of {len(structures)} predicted")
        return done

    def _graphs(self, chunk: Sequence[Structure], first: int, count: int) -> Any:  # noqa: ANN401 - Graphs
        try:
            return checking.checked_graphs(chunk, self.name)
        except (InvalidInputError, OSError) as error:
            if first == 0 or not isinstance(error, InvalidInputError):
                raise
            raise InvalidInputError(f"of {count}, after {first}: {error}") from error

    def embed(self, structures: Sequence[Structure]) -> NDArray[np.float32]:
        """Return the network's vectors, shape (n, 128), as ``ml.embedding.Embedder`` asks.

        Args:
            structures: The crystals; each must pass :meth:`check`.
        """
        if not structures:
            return np.zeros((0, 128), dtype=np.float32)
        self.prove()
        return ask(structures, load_bundle("fast", self._folder), self._folder).states.astype(np.float32)

    def contributions(self, structures: Sequence[Structure]) -> list[NDArray[np.float64]]:
        """Return what each site adds to the fast tier's formation energy, in eV/atom; exact, since that is a sum.

        Args:
            structures: The crystals; each must pass :meth:`check`.

        Returns:
            One array per crystal, shape (sites,); its sum is the formation energy.
        """
        if not structures:
            return []
        self.prove()
        asked = ask(structures, load_bundle("fast", self._folder), self._folder)
        parts = np.split(asked.sites, np.cumsum(asked.graphs.atoms)[:-1])
        return [part / len(part) for part in parts]

    def prove(self) -> None:
        """Refuse to answer unless the files are the recorded ones and the reference predictions are reproduced.

        Both are asked once for each state of the files.

        Raises:
            CalculatorError: A file is another one, and the message holds both hashes; or a reference prediction is
                missed, and it holds both numbers.
        """
        with _LOCK:
            files = check_files(self.bundle, self._folder)
            if self._proved == files:
                return
            references = self.bundle.references
            crystals = [statements.crystal_of(r) for r in references]
            asked = ask(crystals, self.bundle, self._folder)
            for row, reference in enumerate(references):
                self._compare(reference.name, reference.targets, statements.targets_of(asked.opinion, row))
            self._proved = files

    def _compare(self, crystal: str, recorded: Mapping[str, float], found: Mapping[str, float]) -> None:
        for target, value in recorded.items():
            if not abs(found[target] - value) <= TOLERANCE:
                raise CalculatorError(
                    f"{self.name} {self.version} is not itself: for {crystal} it gives {target} = "
                    f"{found[target]:.5f} where {value:.5f} was recorded when it was made; reinstall it "
                    "(pip install --force-reinstall --no-deps nanoos-lab), and if that does not help report the "
                    "versions of onnxruntime and pymatgen"
                )


class AccurateGNNPredictor(GNNPredictor):
    """The accurate tier: the same and Debye temperature, phonon peak and refractive index.

    Args:
        folder: Where the model's files lie; the shipped ones by default.
    """

    name = "nanoos-gnn-accurate"
    tier: ClassVar[Tier] = "accurate"

    def _packages(self) -> tuple[str, ...]:
        return ("onnxruntime", "safetensors", "torch", "chgnet")

    def identity(self) -> Mapping[str, Any]:
        """Return the hashes of all its files and CHGNet's identity, without loading one."""
        return {**super().identity(), "chgnet": dict(chgnet.identity())}

    def check(self, structure: Structure) -> None:
        """Refuse what CHGNet or the network cannot know.

        Args:
            structure: The crystal in question.
        """
        super().check(structure)
        chgnet.check(structure)

    def _graphs(self, chunk: Sequence[Structure], first: int, count: int) -> Any:  # noqa: ANN401 - Graphs
        graphs = super()._graphs(chunk, first, count)
        for structure in chunk:
            chgnet.check(structure)
        return graphs
