"""What a training of the graph network may begin from: the shipped weights, or those in a model file."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import loads
from nanoos_lab.ml.gnn.bundle import FOLDER
from nanoos_lab.ml.models.files import SUFFIX, check, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

SHIPPED = "nanoos-gnn"
FILE = "start.safetensors"
WEIGHTS = "weights.safetensors"
"""In a model file: weights in torch's names, from which training goes on."""
_METADATA = "nanoos-gnn"


@dataclass(frozen=True)
class Start:
    """Weights to begin from."""

    shape: Mapping[str, Any]
    """Sizes of the network."""
    members: list[dict[str, Tensor]]
    """Weights of each encoder."""
    heads: list[dict[str, Tensor]]
    """Weights of what a model adds to the encoder, by member; empty of the shipped one."""
    property: str = ""
    """What the model states; empty of the shipped one."""


def is_model(start: str) -> bool:
    """Return whether a start is the path of a model.

    Args:
        start: As in a plan.
    """
    return start.endswith(SUFFIX) or "/" in start


def called(start: str) -> str:
    """Return what people call that from which a training begins: of a model's file what it says it is.

    Args:
        start: As in a plan.
    """
    path = Path(start).expanduser()
    if not start or not is_model(start) or start.startswith("matgl:"):
        return start
    if path.is_dir() and not (path / WEIGHTS).is_file():
        return f"matgl:{path.name}"
    manifest, _ = check(path)
    return f"{manifest.name}@{manifest.version}"


def architecture_of(start: str) -> str | None:
    """Return what learns on from a start, or None where that is not known.

    Args:
        start: As in a plan.
    """
    from nanoos_lab.ml.matgl import folder as folders  # noqa: PLC0415 - only where it is asked for

    if not start or start == SHIPPED:
        return SHIPPED
    path = Path(start).expanduser()
    if path.is_file() or (path / WEIGHTS).is_file():
        return check(path)[0].architecture
    if start.startswith("matgl:") or path.is_dir():
        return folders.describe(folders.find(start.removeprefix("matgl:"))).architecture.lower()
    return None


def digest_of(start: str) -> dict[str, str]:
    """Return the SHA-256 of what a training begins from.

    Args:
        start: ``nanoos-gnn``, the path of a model, or nothing.

    Raises:
        InvalidInputError: It is none of these.
    """
    if not start:
        return {}
    if start == SHIPPED:
        return {"start_sha256": hashlib.sha256((FOLDER / FILE).read_bytes()).hexdigest()}
    return {"start_sha256": _checked(start)}


def _checked(start: str) -> str:
    """Return the hash of a model's weights after checking that it can be begun from."""
    if not is_model(start):
        raise InvalidInputError(
            f"training cannot begin from {start!r}: give 'nanoos-gnn', the path of a model file of that "
            "architecture, or '' for random weights"
        )
    manifest, hashes = check(Path(start).expanduser())
    if manifest.architecture != SHIPPED or WEIGHTS not in hashes:
        raise InvalidInputError(
            f"training of nanoos-gnn cannot begin from {start}: its architecture is {manifest.architecture!r}"
            + ("" if WEIGHTS in hashes else f" and it holds no {WEIGHTS}")
        )
    return hashes[WEIGHTS]


def load_start(start: str) -> Start:
    """Return the weights to begin from.

    Args:
        start: ``nanoos-gnn``, or the path of a model.

    Raises:
        InvalidInputError: It is neither, or a model of another architecture.
    """
    from safetensors.torch import load_file  # noqa: PLC0415 - optional

    if start == SHIPPED:
        return Start({}, [load_file(FOLDER / FILE)], [{}])
    _checked(start)
    path = Path(start).expanduser()
    if path.is_dir():
        return _of_weights(path / WEIGHTS)
    with tempfile.TemporaryDirectory(prefix="nanoos-start-") as folder:
        unpack(path, Path(folder) / "model")
        return _of_weights(Path(folder) / "model" / WEIGHTS)


def _of_weights(path: Path) -> Start:
    from safetensors import safe_open  # noqa: PLC0415 - optional
    from safetensors.torch import load_file  # noqa: PLC0415

    with safe_open(path, framework="pt") as file:
        about = loads((file.metadata() or {}).get(_METADATA, "{}"), f"what {path.name} says of its weights")
    if not about:
        raise InvalidInputError(f"{path.name} does not say of which network its weights are: train it again")
    weights = load_file(path)
    members: list[dict[str, Tensor]] = [{} for _ in range(about["members"])]
    heads: list[dict[str, Tensor]] = [{} for _ in range(about["members"])]
    for name, tensor in weights.items():
        member, _, rest = name.partition(".")
        part, _, inner = rest.partition(".")
        if part == "encoder":
            members[int(member)][inner] = tensor
        else:
            heads[int(member)][rest] = tensor
    return Start(about["shape"], members, heads, about.get("property", ""))
