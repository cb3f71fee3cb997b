"""The PAW setups that are installed: where they are, for which elements, and their checksums. GPAW is not imported."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.errors import OutOfDomainError

if TYPE_CHECKING:
    from collections.abc import Mapping


def setup_folders() -> tuple[Path, ...]:
    """Return the folders that GPAW searches, in its order: ``GPAW_SETUP_PATH``, then the package gpaw-data."""
    said = os.environ.get("GPAW_SETUP_PATH", "")
    folders = [Path(part) for part in said.split(os.pathsep) if part]
    found = importlib.util.find_spec("gpaw_data")
    folders += [Path(place) / "setups" for place in (found.submodule_search_locations or ())] if found else []
    return tuple(folders)


def find_setup(symbol: str, kind: str, functional: str) -> Path:
    """Return the file of a setup.

    Args:
        symbol: The element.
        kind: Such as ``"10"`` for fewer valence electrons; empty for the usual one.
        functional: What it was made for.

    Raises:
        OutOfDomainError: There is none; the message names those there are.
    """
    name = ".".join(part for part in (symbol, kind, functional) if part)
    for folder in setup_folders():
        for path in (folder / f"{name}.gz", folder / name):
            if path.is_file():
                return path
    kinds = sorted(kind for element, kind in installed(functional) if element == symbol)
    if not kinds:
        known = sorted({element for element, _ in installed(functional)})
        raise OutOfDomainError(
            f"gpaw has no {functional} setup of {symbol}; it has those of {len(known)} elements: {', '.join(known)}. "
            "Take another calculator, or set GPAW_SETUP_PATH to a folder that holds one"
        )
    shown = ", ".join(repr(k) for k in kinds)
    raise OutOfDomainError(f"gpaw has no {functional} setup {kind!r} of {symbol}; it has {shown}")


def installed(functional: str) -> Mapping[tuple[str, str], Path]:
    """Return the files of all setups made for a functional, by element and kind.

    Args:
        functional: Such as ``PBE``.
    """
    found: dict[tuple[str, str], Path] = {}
    for folder in reversed(setup_folders()):
        for path in sorted(folder.glob(f"*.{functional}*")):
            parts = path.name.removesuffix(".gz").split(".")
            if parts[-1] == functional:
                found[parts[0], ".".join(parts[1:-1])] = path
    return found


def digest_of(functional: str) -> str:
    """Return one SHA-256 over all setups made for a functional; read once in a process, while no file changes.

    Args:
        functional: Such as ``PBE``.
    """
    total = hashlib.sha256()
    for (symbol, kind), path in sorted(installed(functional).items()):
        total.update(f"{symbol}.{kind} {sha256_of(path)}\n".encode())
    return total.hexdigest()


def sha256_of(path: Path) -> str:
    """Return the checksum of a file.

    Args:
        path: The file.
    """
    known = path.stat()
    return _sha256(str(path), known.st_size, known.st_mtime_ns)


@functools.lru_cache(maxsize=1024)
def _sha256(path: str, _size: int, _time: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
