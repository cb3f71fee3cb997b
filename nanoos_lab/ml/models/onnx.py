"""The runner of ``nanoos-gnn``: networks on graphs, exported whole to ONNX.

A model of this architecture holds one file ``model.onnx`` with

- inputs, by name, all or some of: ``numbers`` int64 (a,) atomic numbers · ``graph`` int64 (a,) crystal of each atom ·
  ``graph_ones`` float32 (g,) ones · ``centers`` int64 (e,) and ``neighbours`` int64 (e,) ends of each edge, counted
  through all atoms · ``vectors`` float32 (e, 3) from start to end in Å. They are what
  ``ml.graphs.build_graphs(structures).inputs()`` gives (5 Å, periodic images included); the axes a, g and e
  are dynamic.
- output ``targets`` float32: shape (g, n), or (m, g, n) for m members, with the n columns in the order of the
  manifest's targets, log10 where a target is a logarithm. The mean over members is stated, their standard deviation
  is the spread that the interval's rule reads.
- output ``states`` float32, optional: embeddings of shape (g, d), or (m, g, d), of which the first member's are taken;
  the manifest's ``embedding`` is d.
- output ``nonmetal`` float32, optional: logits of being a nonmetal, shape (g,) or (m, g), for rules with bands.
- output ``sites`` float32, optional: what each site adds to the first target times the number of sites, shape (a,) or
  (m, a), so that their mean over a crystal is the target.

Weights lie within the file; external data are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from nanoos_lab.errors import ModelFileError, NanoOSError
from nanoos_lab.ml.gnn import checking, session
from nanoos_lab.ml.models.runners import Answers
from nanoos_lab.ml.runtime import run_batches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.graphs import Graphs
    from nanoos_lab.ml.models.manifest import Manifest

    FloatArray = NDArray[np.float64]

FILE = "model.onnx"
INPUTS = ("numbers", "graph", "graph_ones", "centers", "neighbours", "vectors")
OUTPUTS = ("targets", "states", "nonmetal", "sites")
_DIMENSIONS = {"targets": 3, "states": 3, "nonmetal": 2, "sites": 2}
"""With the axis of the members."""


class GraphNetworkRunner:
    """Runs a network on graphs with onnxruntime.

    Args:
        folder: Where ``model.onnx`` lies.
        manifest: The model's.

    Raises:
        ModelFileError: There is no such file, or its inputs and outputs are others.
    """

    packages: ClassVar[tuple[str, ...]] = ("onnxruntime",)
    extra: ClassVar[str] = "ml"

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._path, self._manifest = folder / FILE, manifest
        if FILE not in manifest.sha256:
            raise ModelFileError(folder, f"a model of the architecture nanoos-gnn needs the file {FILE}")
        opened = self._session()
        self._inputs = {i.name for i in opened.get_inputs()}
        self._outputs = [o.name for o in opened.get_outputs() if o.name in OUTPUTS]
        if foreign := sorted(self._inputs - set(INPUTS)):
            raise ModelFileError(
                folder, f"{FILE} asks for {', '.join(foreign)}, and a crystal gives {', '.join(INPUTS)}"
            )
        if "targets" not in self._outputs:
            raise ModelFileError(folder, f"{FILE} has no output named 'targets'")
        if manifest.embedding and "states" not in self._outputs:
            raise ModelFileError(folder, f"{FILE} has no output named 'states', which its embeddings are")

    def _session(self) -> Any:  # noqa: ANN401 - onnxruntime's InferenceSession
        try:
            return session.open_session(self._path)
        except NanoOSError:
            raise
        except Exception as error:  # onnxruntime's own errors have no other class in common
            raise ModelFileError(self._path.parent, f"onnxruntime refuses {FILE} ({error})") from error

    def check(self, structure: Structure, who: str) -> None:
        """Refuse what the network cannot know.

        Args:
            structure: The crystal in question.
            who: The model's name, for messages.
        """
        checking.check(structure, who)

    def predict_targets(self, structures: Sequence[Structure]) -> FloatArray:
        """Return the network's numbers, shape (n, targets).

        Args:
            structures: The crystals, at least one.
        """
        return self.answer(structures).values

    def embed(self, structures: Sequence[Structure]) -> NDArray[np.float32]:
        """Return embeddings, shape (n, d).

        Args:
            structures: The crystals, at least one.
        """
        found = self.answer(structures).states
        assert found is not None  # noqa: S101 - the manifest promised them
        return found

    def contributions(self, structures: Sequence[Structure]) -> list[FloatArray]:
        """Return what each site adds to the first target, one array per crystal, shape (sites,).

        Args:
            structures: The crystals, at least one.

        Raises:
            ModelFileError: The network does not say.
        """
        if "sites" not in self._outputs:
            raise ModelFileError(self._path.parent, f"{FILE} has no output named 'sites'")
        graphs = checking.checked_graphs(structures, self._manifest.name)
        sites = self._run(graphs)["sites"].mean(axis=0).astype(np.float64)
        return [part / len(part) for part in np.split(sites, np.cumsum(graphs.atoms)[:-1])]

    def answer(self, structures: Sequence[Structure]) -> Answers:
        """Return all that the network says.

        Args:
            structures: The crystals, at least one.
        """
        return self.answer_graphs(checking.checked_graphs(structures, self._manifest.name))

    def answer_graphs(self, graphs: Graphs) -> Answers:
        """Return all that the network says of crystals whose graphs are built.

        Args:
            graphs: The crystals, at least one.
        """
        found = self._run(graphs)
        said = found["targets"].astype(np.float64)
        nonmetal = found.get("nonmetal")
        states = found.get("states")
        return Answers(
            said.mean(axis=0),
            said.std(axis=0),
            None if nonmetal is None else (1.0 / (1.0 + np.exp(-nonmetal.astype(np.float64)))).mean(axis=0),
            None if states is None else states[0].astype(np.float32),
        )

    def _run(self, graphs: Graphs) -> dict[str, NDArray[np.float32]]:
        """Return each output with an axis of the members first, in the order of the crystals."""
        chosen = graphs.batches(session.MOST_EDGES)
        batches = (graphs.take(batch).inputs() for batch in chosen)
        parts = [
            [_with_members(n, a) for n, a in zip(self._outputs, answers, strict=True)]
            for answers in run_batches(self._session(), batches, self._outputs)
        ]
        order = np.concatenate(chosen)
        back = np.argsort(order)
        atoms = np.argsort(np.repeat(order, graphs.atoms[order]), kind="stable")
        joined = {n: np.concatenate([p[k] for p in parts], axis=1) for k, n in enumerate(self._outputs)}
        return {n: array[:, atoms if n == "sites" else back] for n, array in joined.items()}


def _with_members(name: str, array: NDArray[np.float32]) -> NDArray[np.float32]:
    return array if array.ndim == _DIMENSIONS[name] else array[None]
