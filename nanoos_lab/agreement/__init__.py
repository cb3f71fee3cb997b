"""How well the values of methods agree with a reference: pairs, errors, two methods on the same rows.

Tidy tables in, tidy tables out. Nothing here knows a store, a run or a lab, or draws anything.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "BY": "errors",
    "REFERENCES": "pairs",
    "Difference": "paired",
    "Pairs": "pairs",
    "chemistry_of": "chemistry",
    "difference": "paired",
    "errors": "errors",
    "errors_by": "errors",
    "errors_by_chemistry": "errors",
    "pair_values": "pairs",
    "worst": "errors",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
