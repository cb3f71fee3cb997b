"""A model as files: a flat folder, or the same packed in one uncompressed zip; nothing in it is ever executed.

Bytes from elsewhere are not trusted: names are plain, types are four, nothing is a link, sizes are bounded, and
every file has the hash that ``model.json`` gives for it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import secrets
import shutil
import stat
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from nanoos_lab.errors import InvalidInputError, ModelFileError
from nanoos_lab.foreign_json import loads
from nanoos_lab.ml.models import runners
from nanoos_lab.ml.models.manifest import SCHEMA, SCHEMA_VERSION, Manifest, Reference
from nanoos_lab.ml.models.statements import natural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

SUFFIX = ".nanoos-model"
MANIFEST = "model.json"
SUFFIXES = (".json", ".onnx", ".safetensors", ".md")
MOST_FILES = 64
MOST_BYTES = 2 * 1024**3
MOST_MANIFEST_BYTES = 16 * 1024**2
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_CHUNK = 1024**2
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same model packs to the same bytes."""


class Checked(NamedTuple):
    """A model whose files are what its manifest says."""

    manifest: Manifest
    sha256: dict[str, str]
    """Of all its files, ``model.json`` included."""


def write_model(
    folder: Path | str,
    manifest: Manifest,
    files: Mapping[str, Path | bytes],
    crystals: Mapping[str, Structure] | None = None,
) -> Manifest:
    """Write a model as a folder, whole or not at all.

    Args:
        folder: Where; must not exist yet, or be empty.
        manifest: What is said of it; the hashes are filled here.
        files: Its weights and texts by file name: bytes, or a file to copy.
        crystals: By name, what its references shall be: the model is run, and its answers are recorded. None where
            the manifest holds references already.

    Returns:
        The manifest as written.

    Raises:
        InvalidInputError: The folder has content, or a file's name or type is refused.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInputError(f"{folder} is there already: give a new folder, or remove that one first")
    for name in files:
        if problem := _problem(name) or (name == MANIFEST and "it is written from the manifest") or "":
            raise InvalidInputError(f"a model cannot hold {name!r}: {problem}")
    fresh = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    fresh.mkdir(parents=True)
    try:
        for name, content in files.items():
            if isinstance(content, bytes):
                (fresh / name).write_bytes(content)
            else:
                shutil.copyfile(content, fresh / name)
        done = manifest.model_copy(update={"sha256": {n: digest(fresh / n) for n in sorted(files)}})
        if crystals:
            done = done.model_copy(update={"references": _references(fresh, done, crystals)})
        (fresh / MANIFEST).write_text(done.model_dump_json(indent=1) + "\n", encoding="utf-8")
        check(fresh)
        if folder.exists():
            folder.rmdir()
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return done


def _references(folder: Path, manifest: Manifest, crystals: Mapping[str, Structure]) -> tuple[Reference, ...]:
    runner = runners.RUNNERS.get(manifest.architecture)(folder, manifest)
    found = runners.answers_of(runner, list(crystals.values()), manifest, folder).values
    shown = {t.property: natural(found[:, at], t) for at, t in enumerate(manifest.targets)}
    return tuple(
        Reference.of(name, crystal, {p: float(values[row]) for p, values in shown.items()})
        for row, (name, crystal) in enumerate(crystals.items())
    )


def pack(folder: Path | str, path: Path | str | None = None) -> Path:
    """Pack a model's folder into one file; the same model gives the same bytes.

    Args:
        folder: The model.
        path: The file to write, or the folder for ``NAME-VERSION.nanoos-model``; None for beside the model's folder.

    Returns:
        The file.

    Raises:
        InvalidInputError: The file is there already.
    """
    folder = Path(folder)
    manifest, hashes = check(folder)
    target = folder.parent if path is None else Path(path)
    if target.is_dir():
        target /= f"{manifest.name}-{manifest.version}{SUFFIX}"
    if target.exists():
        raise InvalidInputError(f"{target} is there already: give another name, or remove that file first")
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(hashes):
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                entry.file_size = (folder / name).stat().st_size
                with (folder / name).open("rb") as source, archive.open(entry, "w") as sink:
                    shutil.copyfileobj(source, sink, _CHUNK)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return target


def unpack(path: Path | str, folder: Path | str) -> Manifest:
    """Unpack a model's file, after everything in it was checked.

    Args:
        path: The file.
        folder: Where to; must not exist yet, or be empty.

    Raises:
        ModelFileError: The file is no model, or holds what a model must not.
        InvalidInputError: The folder has content.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInputError(f"{folder} is there already: give a new folder, or remove that one first")
    fresh = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    with _archive(Path(path)) as archive:
        manifest, hashes = _checked_archive(archive, Path(path))
        fresh.mkdir(parents=True)
        try:
            for name in hashes:
                with archive.open(name) as source, (fresh / name).open("xb") as sink:
                    shutil.copyfileobj(source, sink, _CHUNK)
            check(fresh)
            if folder.exists():
                folder.rmdir()
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return manifest


def read_manifest(path: Path | str) -> Manifest:
    """Return what is said of a model, without hashing its weights.

    Args:
        path: Its folder or file.

    Raises:
        ModelFileError: There is no model, or its manifest cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        return _parsed(_bounded(path / MANIFEST), path)
    with _archive(path) as archive:
        return _parsed(_manifest_of(archive, path), path)


def check(path: Path | str) -> Checked:
    """Return a model's manifest and hashes after checking all its files.

    Args:
        path: Its folder or file.

    Raises:
        ModelFileError: There is no model, or it is not what it says.
    """
    path = Path(path)
    if path.is_dir():
        return _checked_folder(path)
    with _archive(path) as archive:
        return _checked_archive(archive, path)


def stamp(path: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Return what changes where a model's files change: names, sizes and times.

    Args:
        path: Its folder or file.

    Raises:
        ModelFileError: There is nothing.
    """
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        seen = [(f.name, f.stat()) for f in files]
    except OSError as error:
        raise ModelFileError(path, f"it cannot be read ({error.strerror})") from None
    return tuple((name, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for name, s in seen)


def digest(path: Path) -> str:
    """Return a file's SHA-256.

    Args:
        path: The file.
    """
    seen = path.stat()
    return _digest(path, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


@functools.lru_cache(maxsize=256)
def _digest(path: Path, _size: int, _mtime_ns: int, _ctime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _problem(name: str) -> str:
    """Return why a name has no place in a model, empty where it has."""
    if not _PLAIN.fullmatch(name) or ".." in name:
        return "a name has letters, digits, dots, underscores and hyphens, and no folder"
    if not name.endswith(SUFFIXES):
        return f"its type is none of {' '.join(SUFFIXES)}"
    return ""


def _checked_folder(folder: Path) -> Checked:
    manifest = read_manifest(folder)
    found = sorted(folder.iterdir())
    _count(len(found), folder)
    total = 0
    for file in found:
        if problem := _problem(file.name):
            raise ModelFileError(folder, f"it holds {file.name!r}, and {problem}")
        seen = file.lstat()
        if not stat.S_ISREG(seen.st_mode):
            raise ModelFileError(folder, f"{file.name} is a link or a folder, not a file")
        total += seen.st_size
    _size(total, folder)
    return _agreed(manifest, {file.name: digest(file) for file in found}, folder)


def _checked_archive(archive: zipfile.ZipFile, path: Path) -> Checked:
    manifest = _parsed(_manifest_of(archive, path), path)
    hashes = {}
    for entry in archive.infolist():
        with archive.open(entry) as file:
            hashes[entry.filename] = _streamed(file, entry.filename, path)
    return _agreed(manifest, hashes, path)


def _streamed(file: IO[bytes], name: str, path: Path) -> str:
    try:
        made = hashlib.sha256()
        while chunk := file.read(_CHUNK):
            made.update(chunk)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise ModelFileError(path, f"{name} in it is damaged ({error})") from None
    return made.hexdigest()


def _agreed(manifest: Manifest, hashes: dict[str, str], path: Path) -> Checked:
    said, found = dict(manifest.sha256), {n: h for n, h in hashes.items() if n != MANIFEST}
    if missing := sorted(set(said) - set(found)):
        raise ModelFileError(path, f"it lacks {', '.join(missing)}, which {MANIFEST} names")
    if foreign := sorted(set(found) - set(said)):
        raise ModelFileError(path, f"it holds {', '.join(foreign)}, which {MANIFEST} does not name")
    for name, value in said.items():
        if found[name] != value:
            raise ModelFileError(path, f"{name} has the SHA-256 {found[name]} where {MANIFEST} says {value}")
    return Checked(manifest, hashes)


def _archive(path: Path) -> zipfile.ZipFile:
    """Open a packed model after checking the table of what is in it."""
    try:
        size = path.stat().st_size
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ModelFileError(path, f"it is no packed model ({error})") from None
    except OSError as error:
        raise ModelFileError(path, f"it cannot be read ({error.strerror or error})") from None
    try:
        _check_table(archive.infolist(), path, size)
    except ModelFileError:
        archive.close()
        raise
    return archive


def _check_table(entries: list[zipfile.ZipInfo], path: Path, size: int) -> None:
    _count(len(entries), path)
    for entry in entries:
        if problem := _problem(entry.orig_filename):
            raise ModelFileError(path, f"it holds {entry.orig_filename!r}, and {problem}")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in {0, stat.S_IFREG}:
            raise ModelFileError(path, f"{entry.filename} in it is a link or a folder, not a file")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise ModelFileError(
                path, f"{entry.filename} in it is compressed or encrypted; a model is neither"
            )
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise ModelFileError(path, "it holds two files of one name")
    total = sum(entry.file_size for entry in entries)
    _size(total, path)
    if total > size:  # overlapping entries
        raise ModelFileError(path, f"it promises {total:,} bytes of files and has {size:,} itself")


def _count(files: int, path: Path) -> None:
    if files > MOST_FILES:
        raise ModelFileError(path, f"it holds {files} files, more than {MOST_FILES}")


def _size(total: int, path: Path) -> None:
    if total > MOST_BYTES:
        raise ModelFileError(path, f"it holds {total:,} bytes, more than {MOST_BYTES:,}")


def _manifest_of(archive: zipfile.ZipFile, path: Path) -> bytes:
    if MANIFEST not in archive.namelist():
        raise ModelFileError(path, f"it has no {MANIFEST}")
    if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
        raise ModelFileError(path, f"its {MANIFEST} is larger than {MOST_MANIFEST_BYTES:,} bytes")
    try:
        return archive.read(MANIFEST)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise ModelFileError(path, f"its {MANIFEST} is damaged ({error})") from None


def _bounded(file: Path) -> bytes:
    try:
        if file.is_symlink() or not file.is_file():
            raise ModelFileError(file.parent, f"it has no {MANIFEST}")
        if os.stat(file).st_size > MOST_MANIFEST_BYTES:  # noqa: PTH116 - of the file itself
            raise ModelFileError(file.parent, f"its {MANIFEST} is larger than {MOST_MANIFEST_BYTES:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise ModelFileError(file.parent, f"it cannot be read ({error.strerror})") from None


def _parsed(content: bytes, path: Path) -> Manifest:
    try:
        data = loads(content, MANIFEST)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(path, f"its {MANIFEST} is no JSON ({error})") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ModelFileError(path, f'its {MANIFEST} does not say "schema": "{SCHEMA}"')
    if (said := data.get("schema_version")) != SCHEMA_VERSION:
        raise ModelFileError(
            path,
            f"it is written in version {said!r} of the form, and this nanoos-lab reads version {SCHEMA_VERSION}: "
            "update nanoos-lab (pip install -U nanoos-lab)",
        )
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "together"
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise ModelFileError(path, f"its {MANIFEST} is refused at {where}: {first['msg']}{more}") from None
    if not manifest.references:
        raise ModelFileError(path, "it has no reference predictions to know it by: write it with crystals")
    return manifest
