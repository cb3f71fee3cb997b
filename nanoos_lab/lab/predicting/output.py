"""Files of predictions, written as they come: CSV or Parquet, one line for each line that was asked.

Until it is complete the file is called ``….part``; only then does it take its name, in one step. A reader therefore
never takes half a file for a whole one, and what stood there before stays until the new one is whole.
"""

from __future__ import annotations

import csv
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, Self

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.properties import get_property
from nanoos_lab.widgets.plain import spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from nanoos_lab.lab.predicting.rows import Row
    from nanoos_lab.store.schema import PropertyValueRow

ENDINGS = (".csv", ".parquet")
HEAD = ("row", "source", "structure", "name", "formula", "space_group")
TAIL = ("in_domain", "synthetic", "note", "how", "run", "problem")


def columns_of(properties: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a file: the value, its half width and its unit for each property, and what belongs to all.

    Args:
        properties: Names of the vocabulary.
    """
    own = [f"{name}{end}" for name in properties for end in ("", "_uncertainty", "_unit")]
    return (*HEAD, *own, *TAIL)


def record_of(row: Row, values: Sequence[PropertyValueRow], properties: Sequence[str]) -> dict[str, Any]:
    """Return one line of a file, by column; None where there is nothing.

    Args:
        row: The line.
        values: What was predicted of its structure.
        properties: Names of the vocabulary.
    """
    stated = {value.property: value for value in values}
    record: dict[str, Any] = {
        "row": row.number, "source": row.source, "structure": row.structure, "name": row.name or None,
        "formula": row.formula or None, "space_group": row.space_group or None,
    }  # fmt: skip
    for name in properties:
        value = stated.get(name)
        record[name] = value.value if value else None
        record[f"{name}_uncertainty"] = value.uncertainty if value else None
        record[f"{name}_unit"] = get_property(name).unit
    said = [f"{v.property}: {v.note}" for v in values if v.note]
    domain = [v.in_domain for v in values if v.in_domain is not None]
    return record | {
        "in_domain": all(domain) if domain else None,
        "synthetic": any(v.synthetic for v in values) if values else None,
        "note": " | ".join(dict.fromkeys(said)) or None, "how": row.how or None, "run": row.run,
        "problem": row.problem or None,
    }  # fmt: skip


class _Writer(Protocol):
    def write(self, records: list[dict[str, Any]]) -> None: ...
    def close(self) -> None: ...


class _Csv:
    """Lines of text; those of a piece are on disk when it has ended."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="")
        self._csv = csv.DictWriter(self._file, columns)
        self._csv.writeheader()

    def write(self, records: list[dict[str, Any]]) -> None:
        self._csv.writerows({k: _plain(v) for k, v in record.items()} for record in records)
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell
    if isinstance(value, bool):
        return str(value).lower()
    return spreadsheet_cell(value) if isinstance(value, str) else value


class _Parquet:
    """A row group for each piece."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        try:
            pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
        except ImportError:
            raise MissingExtraError("pyarrow", "ml", "A Parquet file of predictions") from None
        texts = {*HEAD[1:], "note", "how", "run", "problem"}
        kinds = {"row": pa.int64(), "in_domain": pa.bool_(), "synthetic": pa.bool_()}
        fields = [
            pa.field(
                name,
                kinds.get(name, pa.string() if name in texts or name.endswith("_unit") else pa.float64()),
            )
            for name in columns
        ]
        self._pa, self._schema = pa, pa.schema(fields)
        self._writer: Any = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, records: list[dict[str, Any]]) -> None:
        self._writer.write_table(self._pa.Table.from_pylist(records, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


class Output:
    """A file of predictions on its way; it has its name when the ``with`` block ends well.

    Args:
        path: The file; its ending says which kind it is.
        properties: Names of the vocabulary.

    Raises:
        InvalidInputError: Its ending is neither, or its folder does not exist.
        MissingExtraError: Parquet is asked for, and pyarrow is not installed.
    """

    def __init__(self, path: str | Path, properties: Sequence[str]) -> None:
        self.path = Path(path).expanduser()
        kind = self.path.suffix.lower()
        if kind not in ENDINGS:
            raise InvalidInputError(
                f"predictions are written as {' or '.join(ENDINGS)}, not to {str(path)!r}"
            )
        if not self.path.parent.is_dir():
            raise InvalidInputError(
                f"there is no folder {str(self.path.parent)!r} for {self.path.name!r}: make it first"
            )
        self.part = self.path.with_name(f"{self.path.name}.part")
        self._properties = tuple(properties)
        columns = columns_of(self._properties)
        self._writer: _Writer = _Csv(self.part, columns) if kind == ".csv" else _Parquet(self.part, columns)

    def write(self, rows: Sequence[Row], values: Mapping[str, Sequence[PropertyValueRow]]) -> None:
        """Write the lines of a piece.

        Args:
            rows: The lines.
            values: What was predicted, by structure.
        """
        self._writer.write(
            [record_of(row, values.get(row.structure or "", ()), self._properties) for row in rows]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _value: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._writer.close()
        if kind is None:
            self.part.replace(self.path)
