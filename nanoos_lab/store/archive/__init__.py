"""A project, or a part of it with its provenance, as one file: written, read, and taken into another lab.

The file is a zip of JSON Lines and of artifacts by their hash, described in ``docs/archive-format.md``.
"""

from __future__ import annotations

from nanoos_lab.store.archive.exporting import Exported, export_archive
from nanoos_lab.store.archive.importing import Imported, import_archive

__all__ = ["Exported", "Imported", "export_archive", "import_archive"]
