"""What a table asks of whoever has the rows; nothing here knows a lab."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Request:
    """Which rows, and in which order."""

    words: str = ""
    """Filters in words, as of the magic."""
    cells: Mapping[str, str] = field(default_factory=dict)
    """What cells must hold, by column."""
    order: str = ""
    """The column to sort by; empty for the order in which the rows came."""
    descending: bool = False
    methods: Mapping[str, int] = field(default_factory=dict)
    """The number of the chosen method of each property that has several."""
    only: Sequence[str] | None = None
    """Only these rows, by id."""


class TableSource(Protocol):
    """Whoever has the rows."""

    title: str
    total: int

    def columns(self) -> list[dict[str, Any]]:
        """Return what stands in the columns."""
        ...

    def find(self, request: Request) -> list[str]:
        """Return the ids of the rows that are asked for, in order."""
        ...

    def rows(self, ids: Sequence[str], methods: Mapping[str, int]) -> list[dict[str, Any]]:
        """Return rows by their ids."""
        ...

    def stills(self, ids: Sequence[str]) -> dict[str, str]:
        """Return thumbnails as SVG, by id."""
        ...

    def numbers(self, column: str, ids: Sequence[str], methods: Mapping[str, int]) -> dict[str, float]:
        """Return the numbers of a column by id."""
        ...

    def csv(self, ids: Sequence[str], methods: Mapping[str, int]) -> str:
        """Return rows as a file that spreadsheets read."""
        ...

    def records(self, ids: Sequence[str]) -> Any:  # noqa: ANN401 - a set of structures
        """Return the structures themselves."""
        ...


class HasTable(Protocol):
    """A lab, as far as a table knows it."""

    def table_source(self, structures: Any, columns: Sequence[str] | None, **filters: Any) -> TableSource:  # noqa: ANN401
        """Return what answers a table's questions."""
        ...
