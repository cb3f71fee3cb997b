"""What matgl saves, read without running anything that it says, and brought into the order of the installed matgl.

Up to version 3, matgl gathered the messages of edges at their ends; version 4 does at their beginnings, and loads
older weights without a word. Over reversed edges the two are one function of the same graph where a layer sees the
two atoms of an edge side by side: exchanging the columns of its weights that take the one and the other makes old
weights right again, exactly.

Source: pull requests 761 and 766 of matgl (2026).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import CalculatorError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor


def unpickle(path: Path, classes: Sequence[type] = ()) -> dict[str, Any]:
    """Return what a file of matgl holds: tensors and plain values, and nothing else.

    Args:
        path: A file that matgl wrote with ``torch.save``.
        classes: Further classes that it may hold, each of plain attributes alone.

    Raises:
        CalculatorError: It holds more, or is damaged.
    """
    import torch  # noqa: PLC0415 - seconds to import

    try:
        with torch.serialization.safe_globals(list(classes)):
            found = torch.load(io.BytesIO(path.read_bytes()), map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 - unpickling untrusted bytes may raise anything
        raise CalculatorError(
            f"{path} holds more than tensors and plain values, or is damaged, and is not read: "
            f"{str(error).splitlines()[0]}"
        ) from None
    if not isinstance(found, dict):
        raise CalculatorError(f"{path} is not as matgl writes it: it holds a {type(found).__name__}")
    return found


def ends_exchanged(weight: Tensor, width: int) -> Tensor:
    """Return a layer's weight with the columns of an edge's two atoms in each other's place.

    Args:
        weight: Shape (out, in), of which the first ``width`` columns take the one atom, the next the other.
        width: Numbers of an atom.
    """
    import torch  # noqa: PLC0415 - seconds to import

    first, second, rest = weight[:, :width], weight[:, width : 2 * width], weight[:, 2 * width :]
    return torch.cat([second, first, rest], dim=1)
