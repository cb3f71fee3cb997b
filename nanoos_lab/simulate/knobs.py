"""Knobs: the options of a calculator that make its answers finer, its cut-offs and meshes.

A calculator marks them in its options: a field with ``json_schema_extra={"knob": [...]}``, the values to try from the
coarsest to the finest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.calculators import CALCULATORS
from nanoos_lab.errors import InvalidInputError, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def knobs_of(calculator: str) -> dict[str, list[float]]:
    """Return the knobs of a calculator, each with the values to try from coarse to fine.

    Args:
        calculator: Its name.

    Raises:
        UnknownNameError: No such calculator.
        InvalidInputError: It names none.
    """
    model = getattr(CALCULATORS.get(calculator.partition(":")[0]), "Options", None)
    fields = model.model_fields if model is not None else {}
    extras = {name: field.json_schema_extra for name, field in fields.items()}
    found = {
        name: [float(v) for v in extra["knob"]]
        for name, extra in extras.items()
        if isinstance(extra, dict) and isinstance(extra.get("knob"), list)
    }
    if not found:
        raise InvalidInputError(
            f"the calculator {calculator!r} has no cut-off or mesh to converge: those of qe and gpaw have"
        )
    return found


def chosen_ladders(
    calculator: str, knobs: Sequence[str] = (), ladders: Mapping[str, Sequence[float]] | None = None
) -> dict[str, list[float]]:
    """Return what is to be tried: the values by knob, in order.

    Args:
        calculator: The calculator's name.
        knobs: Which knobs; empty for all.
        ladders: Values instead of the calculator's own.

    Raises:
        InvalidInputError: A knob is unknown, or a ladder is too short or goes up and down.
    """
    known, own = knobs_of(calculator), dict(ladders or {})
    wanted = list(knobs) or [name for name in known if not own or name in own] or list(own)
    chosen = {}
    for name in [*wanted, *(extra for extra in own if extra not in wanted)]:
        if name not in known:
            raise InvalidInputError(f"{calculator!r} has no knob {name!r}{suggest(name, known)}")
        ladder = [float(v) for v in own.get(name, known[name])]
        steps = np.diff(ladder)
        if len(ladder) < 2 or not (np.all(steps > 0) or np.all(steps < 0)):  # noqa: PLR2004 - coarse and fine
            raise InvalidInputError(
                f"the ladder of {name} is {ladder}: give two or more values from the coarsest to the finest"
            )
        chosen[name] = ladder
    return chosen
