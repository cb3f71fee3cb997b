"""What people state of a property, in the form in which it is kept: units converted, conditions named.

Numbers may come as texts with their unit (``"171 ± 8 GPa"``), arrays with a unit for each column. What cannot
be kept is refused with what to write instead.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from nanoos_lab.conditions import normal_conditions
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import ArrayEstimate, Method, Origin, PropertyEstimate, get_property
from nanoos_lab.units import convert, kept_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

LITERATURE = "literature"
"""The method of a value that names a source and no method."""
EXPERIMENT = "experiment"
"""The method of a measured value that names neither."""
KINDS = ("standard", "expanded_90", "conformal_90", "fit")


def state(
    property: str,  # noqa: A002 - the field's word
    value: Any,  # noqa: ANN401 - a number, a text with a unit, or an array
    uncertainty: float | str | None = None,
    *,
    unit: str | Sequence[str] | None = None,
    method: str | Method = "",
    conditions: Mapping[str, Any] | None = None,
    source: str = "",
    note: str = "",
    origin: str = "measured",
    uncertainty_kind: str = "standard",
) -> PropertyEstimate | ArrayEstimate:
    """Return what people state of a property as an estimate that can be kept.

    Args:
        property: A name of the vocabulary.
        value: A number; a text such as ``"171 GPa"`` or ``"171 ± 8 GPa"``; for an array property rows of numbers or
            a tuple of columns.
        uncertainty: Half width: a number in the value's unit, or a text such as ``"8 GPa"`` or ``"5 %"``.
        unit: The value's unit, of an array that of its last column or of every column; None where it is the kept
            one or the text says it.
        method: How it was found; by default ``literature`` where there is a source, else ``experiment``.
        conditions: Under which it holds: ``{"temperature": "300 K"}``.
        source: A citation.
        note: One sentence that a reader of the value must know.
        origin: ``measured``, ``computed``, ``predicted`` or ``imported``.
        uncertainty_kind: ``standard`` (1 σ), ``expanded_90``, ``conformal_90`` or ``fit``.

    Raises:
        UnknownNameError: There is no such property, origin or kind of uncertainty.
        InvalidInputError: A number, unit or condition cannot be understood; the message says what can.
    """
    entry = get_property(property)
    if origin not in [str(one) for one in Origin]:
        raise UnknownNameError("origin", str(origin), [str(one) for one in Origin])
    if uncertainty_kind not in KINDS:
        raise UnknownNameError("kind of uncertainty", str(uncertainty_kind), KINDS)
    common = {
        "property": property,
        "origin": Origin(origin),
        "method": method if isinstance(method, Method) else Method(name=_method(method, source)),
        "conditions": normal_conditions(conditions or {}),
        "source": source.strip(),
        "note": note.strip(),
    }
    try:
        if entry.kind == "array":
            array = kept_array(property, value, unit)
            last = unit if unit is None or isinstance(unit, str) else unit[-1]
            width = None if uncertainty is None else _array_width(property, uncertainty, last)
            return ArrayEstimate(**common, array=array, **_stated_width(width, uncertainty_kind))
        if unit is not None and not isinstance(unit, str):
            raise InvalidInputError(f"{property} is one number and has one unit, not {list(unit)!r}")
        kept = kept_quantity(property, value, uncertainty, unit=unit)
        return PropertyEstimate(
            **common, value=kept.value, **_stated_width(kept.uncertainty, uncertainty_kind)
        )
    except ValidationError as error:
        raise InvalidInputError(f"{property}: {error.errors()[0]['msg']}") from error


def _method(method: str, source: str) -> str:
    return method.strip() or (LITERATURE if source.strip() else EXPERIMENT)


def _stated_width(width: float | None, kind: str) -> dict[str, Any]:
    return {"uncertainty": width, "uncertainty_kind": "none" if width is None else kind}


def _array_width(name: str, uncertainty: float | str, unit: str | None) -> float:
    """Return the half width of an array's numbers, in the unit in which they are kept."""
    if isinstance(uncertainty, str) and uncertainty.strip().endswith("%"):
        raise InvalidInputError(
            f"{name}: the uncertainty of an array is a number in its unit, not {uncertainty!r}"
        )
    zero = 0.0 if unit is None else f"0 {unit}"
    return kept_quantity(name, zero, uncertainty).uncertainty or 0.0


def kept_array(property: str, given: Any, unit: str | Sequence[str] | None = None) -> NDArray[np.float64]:  # noqa: A002, ANN401 - the field's word; whatever numpy takes
    """Return an array property's numbers as they are kept: one row a point, the first column growing.

    Args:
        property: A name of the vocabulary, of an array.
        given: Rows of numbers, such as a numpy array of shape (n, 2) or a data frame; a tuple of columns; or a text
            file of columns, whose lines that start with ``#`` say nothing.
        unit: The unit of the last column, or of every column; None where they are the kept ones.

    Raises:
        InvalidInputError: It is not an array of finite numbers with the property's columns, or a unit is of
            another kind.
    """
    import numpy as np  # noqa: PLC0415 - numbers alone do without it

    entry = get_property(property)
    if entry.kind != "array":
        raise InvalidInputError(f"{property} is one number in {entry.unit or 'no unit'}, not an array")
    columns = [f"{axis.label} / {axis.unit or 1}" for axis in entry.axes]
    wanted = f"{property} has one row for each point and the columns {', '.join(columns)}"
    if isinstance(given, (str, Path)):
        given = _columns_of(Path(given), wanted)
    try:
        array = np.column_stack(given) if isinstance(given, tuple) else np.asarray(given)
        complex_ = array.dtype.kind == "c"  # numpy would drop the imaginary parts with a warning
        table = np.array(array.real if complex_ else array, dtype=np.float64, order="C")
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{wanted}; what was given is not an array of numbers ({error})") from error
    if complex_:
        raise InvalidInputError(
            f"{wanted}; what was given holds complex numbers: give real parts or magnitudes"
        )
    if array.dtype.kind not in "fiub" or table.ndim != 2 or not len(table) or table.shape[1] != len(columns):  # noqa: PLR2004 - rows and columns
        raise InvalidInputError(f"{wanted}, not the shape {table.shape} of {array.dtype}")
    units = _units(property, unit, len(columns))
    for number, (axis, said) in enumerate(zip(entry.axes, units, strict=True)):
        if said is not None:
            what = f"{property}: {axis.label}"
            table[:, number] = convert(table[:, number], said, axis.unit, photon=axis.photon, what=what)
    if not np.isfinite(table).all():
        raise InvalidInputError(
            f"{property}: {int((~np.isfinite(table)).sum())} of its numbers are not finite"
        )
    return np.ascontiguousarray(table[np.argsort(table[:, 0], kind="stable")])


def _columns_of(path: Path, wanted: str) -> NDArray[np.float64]:
    """Return the numbers of a text file, whose columns stand apart by commas, semicolons, tabs or spaces."""
    import numpy as np  # noqa: PLC0415

    try:
        lines = path.expanduser().read_text(encoding="utf-8-sig").splitlines()
        rows = [
            line.replace(",", " ").replace(";", " ").split()
            for line in lines
            if line.partition("#")[0].strip()
        ]
        return np.array(rows, dtype=np.float64)
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{wanted}; the file {path} cannot be read as such: {error}") from error


def _units(name: str, unit: str | Sequence[str] | None, n_columns: int) -> list[str | None]:
    if unit is None or isinstance(unit, str):
        return [None] * (n_columns - 1) + [unit]
    if len(unit) != n_columns:
        raise InvalidInputError(
            f"{name} has {n_columns} columns, so give {n_columns} units, not {list(unit)!r}"
        )
    return list(unit)
