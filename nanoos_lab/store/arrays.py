"""Values that are arrays, such as spectra: their numbers lie in a ``.npy`` file, checked whenever it is read.

Only plain numbers are written and read, never Python objects.
"""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import ArtifactError, InvalidInputError
from nanoos_lab.properties import get_property
from nanoos_lab.store import artifacts
from nanoos_lab.store.schema import ArtifactRow
from nanoos_lab.units import convert

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from nanoos_lab.store.artifacts import Payload
    from nanoos_lab.store.schema import PropertyValueRow
    from nanoos_lab.store.scope import Scope


def kept_array(property: str, given: Any, unit: str | Sequence[str] | None = None) -> NDArray[np.float64]:  # noqa: A002, ANN401 - the field's word; whatever numpy takes
    """Return an array property's numbers as they are kept: one row a point, the first column growing.

    Args:
        property: A name of the vocabulary, of an array.
        given: Rows of numbers, such as a numpy array of shape (n, 2) or a data frame; or a tuple of columns.
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
    try:
        array = np.column_stack(given) if isinstance(given, tuple) else np.asarray(given)
        table = np.array(array, dtype=np.float64, order="C")
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{wanted}; what was given is not an array of numbers ({error})") from error
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


def _units(name: str, unit: str | Sequence[str] | None, n_columns: int) -> list[str | None]:
    if unit is None or isinstance(unit, str):
        return [None] * (n_columns - 1) + [unit]
    if len(unit) != n_columns:
        raise InvalidInputError(
            f"{name} has {n_columns} columns, so give {n_columns} units, not {list(unit)!r}"
        )
    return list(unit)


def place_array(scope: Scope, array: NDArray[np.float64]) -> Payload:
    """Put an array's bytes in place; what refers to them is stored soon.

    Args:
        scope: The project.
        array: Its numbers.

    Raises:
        StoreError: It cannot be written, as on a full disk.
    """
    import numpy as np  # noqa: PLC0415

    stream = io.BytesIO()
    np.save(stream, array.astype("<f8"), allow_pickle=False)
    return artifacts.place(scope, stream.getvalue())


def read_array(session: Session, scope: Scope, value: PropertyValueRow) -> NDArray[np.float64]:
    """Return the numbers of an array value, after checking every byte of its file.

    Args:
        session: An open session.
        scope: The project.
        value: Its row.

    Raises:
        InvalidInputError: The value is one number.
        ArtifactError: The file is gone, was purged, or does not hold the array that was stored.
    """
    import numpy as np  # noqa: PLC0415

    if value.artifact_id is None:
        raise InvalidInputError(f"{value.property} (value {value.id}) is one number, not an array")
    row = session.get_one(ArtifactRow, (scope.project_id, value.artifact_id))
    with artifacts.open_artifact(scope, row, session=session) as stream:
        try:
            array: Any = np.load(io.BytesIO(stream.read()), allow_pickle=False)
        except (ValueError, OSError, EOFError, SyntaxError, tokenize.TokenError) as error:
            raise ArtifactError(
                f"the file of value {value.id} ({row.name}) holds no array: {error}"
            ) from error
    shape = list(getattr(array, "shape", ()))
    if shape != value.shape or array.dtype.kind != "f":
        raise ArtifactError(
            f"the file of value {value.id} ({row.name}) holds an array of shape {shape}, not {value.shape} as stored"
        )
    return np.asarray(array, dtype=np.float64)
