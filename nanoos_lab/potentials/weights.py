"""Files that hold a model: where they are looked for, and how they are told apart.

Nothing is downloaded: a name is looked for in folders of this machine, and the error says in which.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import os
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

VARIABLE = "NANOOS_MODELS"
"""Names folders with models, separated as in PATH; they come before the person's own."""


def model_folders() -> tuple[Path, ...]:
    """Return the folders in which a model's bare name is looked for, in order."""
    import platformdirs  # noqa: PLC0415 - only needed when a model is looked for

    named = [p for p in os.environ.get(VARIABLE, "").split(os.pathsep) if p]
    return (*(Path(p).expanduser() for p in named), Path(platformdirs.user_data_dir("nanoos")) / "models")


def find_model(
    model: str, *, what: str, places: Iterable[Path], holds: Callable[[Path], bool], remedy: str
) -> Path:
    """Return where a model is.

    Args:
        model: A whole path, or a bare name.
        what: Words for the kind of model, for messages.
        places: Folders in which a bare name is looked for, besides :func:`model_folders`.
        holds: Tells whether a path is such a model.
        remedy: What to do where there is none.

    Raises:
        InvalidInputError: A path that is not whole, or that holds no such model.
        UnknownNameError: No folder has this name; the message says which were looked at.
    """
    path = Path(model).expanduser()
    if path.is_absolute():
        if not holds(path):
            raise InvalidInputError(f"{path} is no {what}: {remedy}")
        return path
    if path.name != model or model in {"", ".", ".."}:
        raise InvalidInputError(
            f"say where the {what} is by its whole path, {str(path.resolve())!r}, not by {model!r}: a run may work "
            f"in another folder; or by its name alone, where it lies in a folder of {VARIABLE}"
        )
    folders = [*model_folders(), *places]
    for folder in folders:
        if holds(folder / model):
            return folder / model
    known = {p.name for folder in folders if folder.is_dir() for p in folder.iterdir() if holds(p)}
    looked = ", ".join(dict.fromkeys(map(str, folders)))
    raise UnknownNameError(what, model, known, hint=f"(looked in {looked}); nothing is downloaded: {remedy}")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read again only where its size or time changed.

    Args:
        path: The file.
    """
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=256)
def _sha256(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def _version(package: str) -> str:
    return importlib.metadata.version(package)


def package_versions(packages: Iterable[str]) -> Mapping[str, str]:
    """Return the installed versions of packages by name, without importing them.

    Args:
        packages: Names of distributions that are installed.
    """
    return {name: _version(name) for name in packages}


def follow_thread_setting() -> None:
    """Let torch use as many threads as ``OMP_NUM_THREADS`` says, where it says so."""
    import torch  # noqa: PLC0415 - seconds to import

    if (threads := os.environ.get("OMP_NUM_THREADS", "")).isdigit() and int(threads) > 0:
        torch.set_num_threads(int(threads))
