"""A table of materials: filter, sort, plot, select; any number of rows, of which only those looked at are sent."""

from __future__ import annotations

from nanoos_lab.widgets.table.live import MaterialTable
from nanoos_lab.widgets.table.source import Request, TableSource
from nanoos_lab.widgets.table.still import MIME_TYPE

__all__ = ["MIME_TYPE", "MaterialTable", "Request", "TableSource"]
