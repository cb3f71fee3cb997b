"""The column type of embeddings: pgvector's on PostgreSQL, float32 bytes on SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.types import TypeEngine

FLOAT32 = "<f4"
"""How a vector lies in a file and in SQLite: little-endian, 4 bytes a number."""
MAX_DIMENSION = 16_000
"""What pgvector's type takes; its index takes 2,000."""


class VectorType(TypeDecorator[Any]):
    """A vector of float32, shape (d,)."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return pgvector's type for PostgreSQL, bytes otherwise."""
        if dialect.name == "postgresql":
            from pgvector.sqlalchemy import VECTOR  # noqa: PLC0415 - only with a server

            return dialect.type_descriptor(VECTOR())
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401 - the driver's form
        """Return the vector as the driver takes it."""
        if value is None:
            return None
        import numpy as np  # noqa: PLC0415 - only with vectors

        vector = np.ascontiguousarray(value, dtype=FLOAT32)
        return vector if dialect.name == "postgresql" else vector.tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401 - an array
        """Return the vector as an array."""
        if value is None:
            return None
        import numpy as np  # noqa: PLC0415 - only with vectors

        if dialect.name == "postgresql":
            return np.asarray(value.to_numpy() if hasattr(value, "to_numpy") else value, dtype=FLOAT32)
        return np.frombuffer(value, dtype=FLOAT32)
