"""The run key: equal for runs that must give the same result, different for all others."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import refuse_deep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def canonical_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the one text that stands for a JSON value: sorted names, no spaces, shortest floats.

    Args:
        value: Something made of dicts with string names, lists, strings, finite numbers, booleans, None.

    Raises:
        InvalidInputError: It holds NaN, an infinity, a name that is not a string, no JSON at all, or what is
            nested too deeply to be read again.
    """
    _check_names(value, "")
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInputError(
            f"parameters and identity of a run must be plain JSON with finite numbers: {error}"
        ) from None
    refuse_deep(text, "what is given to a run")
    return text


def run_key(
    task: str,
    version: str,
    inputs: Mapping[str, str | Sequence[str]],
    params: Mapping[str, Any],
    identity: Mapping[str, Any],
) -> str:
    """Return the SHA-256 of what decides a run's result.

    Args:
        task: The task's name.
        version: Its version.
        inputs: Content digests of the inputs by name; a list for a set of structures, in its order.
        params: Validated parameters with their defaults filled in, as JSON.
        identity: What else the result depends on, as the task states it.

    Raises:
        InvalidInputError: Parameters or identity are not plain JSON with finite numbers.

    Example:
        >>> run_key("relax", "1", {"structure": "ab"}, {"fmax": 0.05}, {}) == run_key(
        ...     "relax", "1", {"structure": "ab"}, {"fmax": 0.050}, {})
        True
    """
    plain = {name: d if isinstance(d, str) else list(d) for name, d in inputs.items()}
    whole = {"task": task, "version": version, "inputs": plain, "params": params, "identity": identity}
    return hashlib.sha256(canonical_json(whole).encode("utf-8", "surrogatepass")).hexdigest()


def _check_names(value: Any, where: str) -> None:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        for name, entry in value.items():
            if not isinstance(name, str):
                raise InvalidInputError(
                    f"the name {name!r} in {where or 'a run'} must be a string: JSON knows no other names"
                )
            _check_names(entry, f"{where}.{name}" if where else name)
    elif isinstance(value, list | tuple):
        for entry in value:
            _check_names(entry, where)
