"""Property models of matgl in memory: built of plain values, asked in batches. Needs torch and matgl."""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nanoos_lab.errors import CalculatorError, MissingExtraError
from nanoos_lab.ml.matgl import folder as folders
from nanoos_lab.ml.matgl.proof import REFERENCES, judge
from nanoos_lab.potentials import matgl_folder
from nanoos_lab.potentials.matgl_saved import ends_exchanged, unpickle
from nanoos_lab.potentials.weights import file_sha256, follow_thread_setting, package_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure
    from torch import nn

    from nanoos_lab.ml.matgl.proof import End, PropertyReferences

BATCH = 64
"""Crystals in one forward pass."""
_LOCK = threading.RLock()


class Answers(NamedTuple):
    """What a model says of n crystals."""

    values: NDArray[np.float64]
    """Shape (n,)."""
    vectors: NDArray[np.float32] | None
    """What it reads the values from, shape (n, d); None of models that add up sites."""


@dataclass(frozen=True)
class Loaded:
    """A property model ready for use."""

    model: nn.Module
    converter: Any
    """Makes a graph of a structure."""
    transformer: Any = None
    """Brings its output to the property's unit, as it was saved; None where it is in that unit."""


class Parts(NamedTuple):
    """What the files of a folder hold."""

    architecture: str
    arguments: dict[str, Any]
    """What the model is made of."""
    state: dict[str, Any]
    """Its weights, by the names of the installed matgl."""
    transformer: Any


def quiet_import() -> Any:  # noqa: ANN401 - a module
    """Return the module ``matgl.models``; its import warns of what torch has given up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from matgl import models  # noqa: PLC0415 - seconds to import
    follow_thread_setting()
    return models


def make(architecture: str, arguments: Mapping[str, Any]) -> nn.Module:
    """Make a model with random weights, of a class of matgl alone.

    Args:
        architecture: Name of the class.
        arguments: Plain values that it is made of.
    """
    models = quiet_import()
    folders.refuse_unknown(architecture, arguments)
    try:
        made: nn.Module = getattr(models, architecture)(**arguments)
    except Exception as error:
        raise CalculatorError(
            f"the model does not fit {dict(package_versions(['matgl']))}: {type(error).__name__}: {error}"
        ) from error
    return made.eval()


def converter_of(model: Any) -> Any:  # noqa: ANN401 - a model of matgl
    """Return what makes graphs for a model.

    Args:
        model: The model.
    """
    from matgl.ext.pymatgen import Structure2Graph  # noqa: PLC0415 - seconds to import

    return Structure2Graph(element_types=model.element_types, cutoff=model.cutoff)


def read_parts(folder: Path, gathered_at: End = "beginning") -> Parts:
    """Read the files of a property model's folder.

    Args:
        folder: The folder.
        gathered_at: Where the code that the weights were made with gathered an edge's message.

    Raises:
        CalculatorError: They cannot be read, or do not agree.
    """
    quiet_import()
    from matgl.data.transformer import LogTransformer, Normalizer  # noqa: PLC0415

    said = folders.describe(folder)
    saved = unpickle(folder / "model.pt", (Normalizer, LogTransformer))
    state = unpickle(folder / "state.pt")
    wrapped = "target_transformer" in saved
    inner: dict[str, Any] = saved["model"] if wrapped else {"@class": said.architecture, "init_args": saved}
    if inner.get("@class") != said.architecture:
        raise CalculatorError(f"{folder}: model.pt and model.json describe different models")
    arguments = {k: v for k, v in inner["init_args"].items() if not k.startswith("@")}
    if float(arguments["cutoff"]) != said.cutoff_angstrom:
        raise CalculatorError(f"{folder}: model.pt and model.json name different cutoffs")
    if frozenset(arguments.get("element_types") or said.elements) != said.elements:
        raise CalculatorError(f"{folder}: model.pt and model.json name different elements")
    if wrapped:
        state = {name.removeprefix("model."): value for name, value in state.items()}
    if gathered_at == "end":
        state = in_present_order(said.architecture, arguments, state)
    return Parts(said.architecture, arguments, state, saved.get("target_transformer"))


def in_present_order(
    architecture: str, arguments: Mapping[str, Any], state: Mapping[str, Any]
) -> dict[str, Any]:
    """Return weights that were made when edges gathered at their ends, as the installed matgl takes them.

    Args:
        architecture: Name of the class.
        arguments: What the model is made of.
        state: Its weights.

    Raises:
        CalculatorError: No exchange of columns makes them right.
    """
    if architecture != "MEGNet":
        raise CalculatorError(
            f"weights of a {architecture} from before matgl 4 cannot be brought into its order: get those of a "
            "later version, or train it again"
        )
    width = int(arguments["hidden_layer_sizes_input"][-1])
    return {
        name: ends_exchanged(value, width) if name.endswith("conv.edge_func.layers.0.weight") else value
        for name, value in state.items()
    }


def filled(parts: Parts, who: str) -> nn.Module:
    """Return a model with its weights, none of them left to chance.

    Args:
        parts: What it is made of.
        who: Its name, for messages.

    Raises:
        CalculatorError: The weights do not fit.
    """
    model = make(parts.architecture, parts.arguments)
    try:
        missing, unexpected = model.load_state_dict(parts.state, strict=False)
    except RuntimeError as error:
        raise CalculatorError(f"{who}: the weights do not fit the model: {error}") from error
    odd = sorted({name for name, _ in model.named_parameters()} & set(missing)) + list(unexpected)
    if odd:
        raise CalculatorError(
            f"{who} was saved by another version than {dict(package_versions(['matgl']))}: {len(odd)} of its "
            f"weights have no place there, or places no weights, such as {odd[0]!r}"
        )
    return model


def load(folder: Path) -> Loaded:
    """Return a property model, loaded and proven when first asked for.

    Args:
        folder: Its folder.

    Raises:
        MissingExtraError: torch or matgl is not installed.
        InvalidInputError: The folder holds no model that can be asked.
        CalculatorError: It has no references, misses them, or does not fit the code.
    """
    if missing := matgl_folder.missing_package():
        raise MissingExtraError(missing, "matgl", "a model of matgl")
    if reason := folders.unproven(folder):
        raise CalculatorError(reason)
    own = folder / REFERENCES
    with _LOCK:
        return _load(
            folder,
            tuple(matgl_folder.fingerprints(folder).values()),
            file_sha256(own) if own.is_file() else "",
        )


@lru_cache(maxsize=4)
def _load(folder: Path, _files: tuple[str, ...], _references: str) -> Loaded:
    references = folders.references_of(folder)
    if references is None:  # the caller has asked
        raise CalculatorError(f"{folder} carries no reference predictions")
    loaded = load_unproven(folder, references.gathered_at)
    prove(loaded, references, who=str(folder))
    return loaded


def load_unproven(folder: Path, gathered_at: End = "beginning") -> Loaded:
    """Return a property model without asking whether it is itself.

    Args:
        folder: Its folder.
        gathered_at: Where the code that the weights were made with gathered an edge's message.
    """
    parts = read_parts(folder, gathered_at)
    model = filled(parts, str(folder))
    return Loaded(model, converter_of(model), parts.transformer)


def prove(loaded: Loaded, references: PropertyReferences, *, who: str) -> None:
    """Refuse a model that misses its references.

    Args:
        loaded: The model.
        references: What it must give.
        who: Its name, for the message.

    Raises:
        CalculatorError: They are missed; the message holds both numbers.
    """
    crystals = [r.structure() for r in references.structures]
    judge(ask(loaded, crystals).values.tolist(), references, who=who)


def graph_of(structure: Structure, converter: Any) -> Any:  # noqa: ANN401 - of torch_geometric
    """Return the graph of a crystal, with the positions that a model reads.

    Args:
        structure: An ordered crystal.
        converter: As :func:`converter_of` returns.
    """
    graph, lattice, _ = converter.get_graph(structure)
    graph.pbc_offshift = graph.pbc_offset @ lattice[0]
    graph.pos = graph.frac_coords @ lattice[0]
    return graph


def forward(model: Any, graphs: Sequence[Any]) -> tuple[Any, Any]:  # noqa: ANN401 - tensors
    """Return outputs, shape (n,), and the vectors that they are read from, shape (n, d) or None.

    Args:
        model: The model.
        graphs: Graphs of n crystals, on the model's device.
    """
    import torch  # noqa: PLC0415
    from torch_geometric.data.batch import Batch  # noqa: PLC0415

    batch: Any = Batch.from_data_list(list(graphs))
    state = None
    if getattr(model, "include_state_embedding", False):
        width = model.state_encoder.layers[0].in_features
        state = torch.zeros((len(graphs), width), device=batch.pos.device)
    found = model(batch, state_attr=state).reshape(len(graphs))
    vectors = model.feature_dict.get("readout")
    known = vectors is not None and vectors.ndim == 2 and len(vectors) == len(graphs)  # noqa: PLR2004 - one row each
    return found, vectors if known and getattr(model, "is_intensive", True) else None


def ask(loaded: Loaded, structures: Sequence[Structure]) -> Answers:
    """Ask a model; call :func:`nanoos_lab.ml.matgl.folder.check` on each crystal first.

    Args:
        loaded: The model.
        structures: At least one ordered crystal.
    """
    import torch  # noqa: PLC0415

    values, vectors = [], []
    for first in range(0, len(structures), BATCH):
        graphs = [graph_of(s, loaded.converter) for s in structures[first : first + BATCH]]
        with _LOCK, torch.no_grad():
            found, read_from = forward(loaded.model, graphs)
        if loaded.transformer is not None:
            found = loaded.transformer.inverse_transform(found)
        values.append(np.asarray(found.cpu(), dtype=float))
        vectors.append(None if read_from is None else np.asarray(read_from.cpu(), dtype=np.float32))
    known = [v for v in vectors if v is not None]
    return Answers(np.concatenate(values), np.concatenate(known) if len(known) == len(vectors) else None)
