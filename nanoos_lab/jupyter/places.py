"""Where files and labs are: always under the folder that the server shows, and never hidden where it hides them.

The contents manager decides which paths there are, as it does for the file browser; beyond that a symbolic link that
leads out of the served folder is refused here, because what is read is handed to parsers.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

from tornado.web import HTTPError

from nanoos_lab.jupyter.refusing import RefusedError

MAX_BYTES = 64 * 2**20
"""A file that is drawn is not larger."""
LAB_FILE = "lab.toml"


async def file_at(contents: Any, path: str) -> Path:  # noqa: ANN401 - any contents manager
    """Return the file on disk that a path of the file browser names.

    Args:
        contents: The server's contents manager.
        path: Relative to the folder it shows.

    Raises:
        RefusedError: There is none that may be read.
    """
    return await _at(contents, path, "file")


async def folder_at(contents: Any, path: str) -> Path:  # noqa: ANN401
    """Return the folder on disk that a path of the file browser names.

    Args:
        contents: The server's contents manager.
        path: Relative to the folder it shows; empty for that itself.

    Raises:
        RefusedError: There is none that may be read.
    """
    return await _at(contents, path, "directory")


async def _at(contents: Any, path: str, kind: str) -> Path:  # noqa: ANN401
    from jupyter_core.utils import ensure_async  # noqa: PLC0415 - only inside a server

    word = "folder" if kind == "directory" else "file"
    unknown = RefusedError(
        HTTPStatus.NOT_FOUND, f"there is no {word} {path!r}", "Look at the file browser again."
    )
    if "\0" in path or "\\" in path or ".." in path.split("/"):
        raise RefusedError(
            HTTPStatus.BAD_REQUEST,
            f"{path!r} is no path of the file browser",
            "Give it from the top folder, without '..'.",
        )
    asked = path.strip("/")
    try:
        model = await ensure_async(contents.get(asked, content=False))
    except HTTPError as error:
        if error.status_code == HTTPStatus.FORBIDDEN:
            raise RefusedError(HTTPStatus.FORBIDDEN, f"{path!r} may not be read", "Ask its owner.") from None
        raise unknown from None
    if (model["type"] == "directory") != (kind == "directory"):
        raise unknown
    return _inside(contents, asked)


def _inside(contents: Any, path: str) -> Path:  # noqa: ANN401
    if not (root := getattr(contents, "root_dir", "")):
        raise RefusedError(
            HTTPStatus.NOT_IMPLEMENTED,
            "this server keeps its files elsewhere than in a folder, where they cannot be read",
            "Start Jupyter with its own contents manager.",
        )
    top = Path(root).resolve()
    found = (top / path).resolve()
    if not found.is_relative_to(top):
        raise RefusedError(
            HTTPStatus.FORBIDDEN,
            f"{path!r} leads by a symbolic link out of the folder that Jupyter serves",
            "Start Jupyter in a folder that holds it, or copy it here.",
        )
    return found


def check_size(path: Path, name: str) -> None:
    """Refuse a file that is too large to draw.

    Args:
        path: The file.
        name: What people call it.

    Raises:
        RefusedError: It is.
    """
    if (size := path.stat().st_size) > MAX_BYTES:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"{name!r} has {size / 2**20:.0f} MiB, and files of at most {MAX_BYTES >> 20} MiB are drawn here",
            "Open it in a notebook: nl.open('lab').add(...), or cut out the frames that matter.",
        )


async def lab_places(contents: Any, near: str) -> list[str]:  # noqa: ANN401
    """Return the labs around a folder as paths of the file browser, the nearest parent first, then those inside.

    Args:
        contents: The server's contents manager.
        near: A file or folder.
    """
    top = Path(_inside(contents, ""))
    here = (top / near.strip("/")).resolve()
    if not here.is_relative_to(top):
        return []
    here = here if here.is_dir() else here.parent
    around = [f for f in (here, *here.parents) if f.is_relative_to(top) and _is_lab(f)]
    inside = [f for base in dict.fromkeys((here, top)) for f in _children(base) if _is_lab(f)]
    return [str(f.relative_to(top)) for f in dict.fromkeys(around + inside)]


def _children(folder: Path) -> list[Path]:
    try:
        found = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError:
        return []
    return sorted(entry for entry in found[:2000] if entry.is_dir() and not entry.is_symlink())


def _is_lab(folder: Path) -> bool:
    return (folder / LAB_FILE).is_file()
