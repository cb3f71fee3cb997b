"""A whole lab in one file: a zip of a manifest, one file of JSON Lines per table, and the lab's files if wanted.

``manifest.json`` says what the tables are called, their columns, how many rows each has and what they hash to;
``tables/NAME.jsonl`` holds a row in each line, a list in the order of the columns, texts of JSON as texts and
vectors as base64 of float32; ``payloads/PROJECT/SHA256``, ``files/PROJECT/PATH``, ``reports/PROJECT/PATH`` and
``lab/settings.toml`` are files as they were. No line depends on which database it came from.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import time
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nanoos_lab._version import __version__
from nanoos_lab.errors import InvalidInputError, StoreError
from nanoos_lab.foreign_json import loads
from nanoos_lab.store.migrations import HEAD
from nanoos_lab.store.transfer import sources
from nanoos_lab.store.transfer.content import TABLES, Tally, decode, encode
from nanoos_lab.store.transfer.ends import Entry, Project
from nanoos_lab.store.transfer.files import checked_name
from nanoos_lab.store.transfer.moving import Moved, look

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Table

    from nanoos_lab.store.transfer.content import Row
    from nanoos_lab.store.transfer.ends import Area, Source
    from nanoos_lab.store.transfer.moving import Tell

FORMAT = 1
_BLOCK = 1 << 20
_MANIFEST = "manifest.json"
_FOLDERS: dict[Area, str] = {"payload": "payloads", "file": "files", "report": "reports", "lab": "lab"}
_EXECUTABLE = 0o100 << 16


def dump(
    place: str | Path,
    file: str | Path,
    *,
    with_files: bool = False,
    files: str | Path | None = None,
    tell: Tell = print,
) -> Moved:
    """Write a whole lab, in one consistent state, into one file that restores into a folder or a server.

    It holds everyone's projects, so only the account that wrote it may read it.

    Args:
        place: The lab folder, or the address of a lab as its administrator.
        file: What to write; it must not be there.
        with_files: Whether artifacts, attempts and reports go into it.
        files: Where a server's files are seen from here, if not where the lab says.
        tell: Takes words on how it goes.

    Raises:
        InvalidInputError: The file is there.
        StoreError: It cannot be written, or does not read as it was written.
    """
    target = Path(file).expanduser().absolute()
    if target.exists():
        raise InvalidInputError(f"{target} is there already: name another file")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w+b") as stream, sources.opened(place, files=files) as source:
            moved = _write(source, stream, with_files=with_files, tell=tell)
            moved.target = str(target)
            stream.flush()
            os.fsync(stream.fileno())
        tell("reading it again")
        with opened(temporary) as written:
            look(written, for_server=False, tell=lambda _: None)
        temporary.rename(target)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return moved


def _write(source: Source, stream: IO[bytes], *, with_files: bool, tell: Tell) -> Moved:
    moved = Moved(source.shown, "")
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6) as archive:
        for table in TABLES:
            tell(f"writing {table.name}")
            tally = moved.tables[table.name] = Tally()
            with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as lines:
                for row in source.rows(table):
                    line = encode(row)
                    tally.add(line)
                    lines.write(line + b"\n")
        if with_files:
            tell("writing files")
            for entry in source.files():
                _add(archive, entry)
                moved.files += 1
            moved.notes += [f"left out: {words}" for words in source.left_out]
        manifest = _manifest(source, moved, with_files=with_files)
        archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return moved


def _add(archive: zipfile.ZipFile, entry: Entry) -> None:
    parts = (_FOLDERS[entry.area], entry.project_id, entry.name)
    moment = time.gmtime(max(entry.modified or time.time(), 315_532_800))[:6]  # a zip's time begins in 1980
    info = zipfile.ZipInfo("/".join(part for part in parts if part), moment)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100600 << 16) | (_EXECUTABLE if entry.executable else 0)
    with entry.open() as bytes_in, archive.open(info, "w", force_zip64=True) as bytes_out:
        shutil.copyfileobj(bytes_in, bytes_out, _BLOCK)


def _manifest(source: Source, moved: Moved, *, with_files: bool) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "what": "a whole lab of NANO-OS Lab",
        "schema": HEAD,
        "written_by": __version__,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "from": source.kind,
        "projects": [vars(project) for project in source.projects],
        "tables": {
            table.name: {
                "columns": list(table.c.keys()),
                "rows": moved.tables[table.name].rows,
                "digest": moved.tables[table.name].digest,
            }
            for table in TABLES
        },
        "files": moved.files if with_files else None,
    }


@contextlib.contextmanager
def opened(file: str | Path) -> Iterator[DumpSource]:
    """Give a dump to read.

    Args:
        file: As :func:`dump` wrote it.

    Raises:
        InvalidInputError: It is not a dump, is damaged, or was written by another version.
    """
    path = Path(file).expanduser().absolute()
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = loads(archive.read(_MANIFEST), f"{_MANIFEST} of {path}")
            yield DumpSource(archive, manifest, str(path))
    except (
        zipfile.BadZipFile,
        KeyError,
        TypeError,
        UnicodeDecodeError,
        json.JSONDecodeError,
        EOFError,
    ) as error:
        raise InvalidInputError(f"{path} is not a dump of a lab, or is damaged ({error})") from error
    except FileNotFoundError as error:
        raise InvalidInputError(f"there is no file {path}") from error


class DumpSource:
    """A dump that is read; see :class:`~.ends.Source`.

    Args:
        archive: The open zip.
        manifest: What it says of itself.
        place: Where it is, for messages.

    Raises:
        InvalidInputError: It was written by another version.
    """

    left_out: Sequence[str] = ()

    def __init__(self, archive: zipfile.ZipFile, manifest: dict[str, Any], place: str) -> None:
        if manifest["format"] != FORMAT or manifest["schema"] != HEAD:
            raise InvalidInputError(
                f"{place} is a dump of schema {manifest['schema']}, written by nanoos-lab {manifest['written_by']}; "
                f"this one knows {HEAD}: restore it with that version, then upgrade the lab with this one"
            )
        self._archive, self._manifest, self.shown = archive, manifest, place
        self.kind = manifest["from"]
        self.projects = [Project(**project) for project in manifest["projects"]]
        self.has_files = manifest["files"] is not None

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield a table's rows."""
        with self._archive.open(f"tables/{table.name}.jsonl") as lines:
            for line in lines:
                yield decode(line, table)

    def stated(self, table: Table) -> Tally | None:
        """Return what the manifest says."""
        said = self._manifest["tables"][table.name]
        if said["columns"] != list(table.c.keys()):
            raise InvalidInputError(f"{self.shown}: {table.name} has other columns than this version knows")
        return Tally(int(said["rows"]), str(said["digest"]))

    def unfinished(self) -> int:
        """Return 0: nobody works in a file."""
        return 0

    def files(self) -> Iterator[Entry]:
        """Yield the files that the dump holds."""
        areas = {folder: area for area, folder in _FOLDERS.items()}
        known = {project.id for project in self.projects}
        infos = [
            i for i in self._archive.infolist() if i.filename.partition("/")[0] in areas and not i.is_dir()
        ]
        for info in sorted(infos, key=lambda i: not i.filename.startswith("lab/")):
            folder, _, rest = info.filename.partition("/")
            project_id, _, name = ("", "", rest) if folder == "lab" else rest.partition("/")
            if project_id not in known | {""} or (folder == "lab" and name != "settings.toml"):
                raise InvalidInputError(
                    f"{self.shown} holds {info.filename!r}, which belongs to no project in it"
                )
            yield Entry(
                project_id, areas[folder], checked_name(name), partial(self._archive.open, info),
                executable=bool(info.external_attr & _EXECUTABLE),
                modified=datetime(*info.date_time, tzinfo=UTC).timestamp(),
            )  # fmt: skip
