"""Values that are arrays, such as spectra: their numbers lie in a ``.npy`` file, checked whenever it is read.

Only plain numbers are written and read, never Python objects.
"""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import ArtifactError, InvalidInputError
from nanoos_lab.store import artifacts
from nanoos_lab.store.schema import ArtifactRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from nanoos_lab.store.artifacts import Payload
    from nanoos_lab.store.schema import PropertyValueRow
    from nanoos_lab.store.scope import Scope


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
