"""Which elements a structure holds, as two bit masks that one comparison answers "holds all of these" from."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOW = 60
"""Elements of the first mask: a signed 64-bit integer has room for 63."""


@lru_cache(maxsize=256)
def _number(symbol: str) -> int:
    import gemmi  # noqa: PLC0415 - the lightest table of elements at hand

    return int(gemmi.Element(symbol).atomic_number)


def element_masks(symbols: Iterable[str]) -> tuple[int, int]:
    """Return the masks of some elements, for atomic numbers 1 to 60 and 61 to 118.

    Args:
        symbols: Such as ``["Sr", "Ti", "O"]``; what is no element has no bit.
    """
    low = high = 0
    for symbol in symbols:
        number = _number(symbol)
        if 1 <= number <= _LOW:
            low |= 1 << number - 1
        elif number > _LOW:
            high |= 1 << number - _LOW - 1
    return low, high
