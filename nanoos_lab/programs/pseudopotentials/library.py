"""The families installed on this machine: a folder for each, with its files and a list of what they are.

The library is in ``NANOOS_PSEUDOPOTENTIALS``, or else among the person's data. Nothing is made by looking.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, MissingPseudopotentialsError, UnknownNameError
from nanoos_lab.programs.pseudopotentials.family import Family, Pseudopotential
from nanoos_lab.programs.pseudopotentials.upf import Shell

if TYPE_CHECKING:
    from collections.abc import Iterable

LIST = "family.json"
FORMAT = 1
_DEFAULT = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
INSTALL_LINE = "nanoos pseudos install FOLDER --name NAME"


def library_folder() -> Path:
    """Return where families are kept on this machine; it need not exist."""
    if path := os.environ.get("NANOOS_PSEUDOPOTENTIALS"):
        return Path(path)
    import platformdirs  # noqa: PLC0415 - only needed where no variable names the folder

    return Path(platformdirs.user_data_dir("nanoos")) / "pseudopotentials"


def family_folder(name: str) -> Path:
    """Return where a family is or would be.

    Args:
        name: Its name.

    Raises:
        InvalidInputError: No family can be called so.
    """
    if not _NAME.fullmatch(name) or name == _DEFAULT:
        raise InvalidInputError(
            f"a family cannot be called {name!r}: use up to 64 letters, digits, '.', '_', '+' and '-', a letter or "
            f"digit first, and not {_DEFAULT!r}"
        )
    return library_folder() / name


def _names() -> list[str]:
    folder = library_folder()
    if not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if _NAME.fullmatch(p.name) and (p / LIST).is_file())


def families() -> tuple[Family, ...]:
    """Return the families installed on this machine, by name."""
    return tuple(open_family(name) for name in _names())


def default_name() -> str | None:
    """Return the family that is meant where none is named: the chosen one, or the only one."""
    names, chosen = _names(), library_folder() / _DEFAULT
    if chosen.is_file() and (said := chosen.read_text(encoding="utf-8").strip()) in names:
        return said
    return names[0] if len(names) == 1 else None


def set_default(name: str) -> None:
    """Let a family be meant where none is named.

    Args:
        name: Its name.

    Raises:
        UnknownNameError: It is not installed.
    """
    _folder_of(name)
    new = library_folder() / f".{_DEFAULT}.{os.getpid()}"
    new.write_text(f"{name}\n", encoding="utf-8")
    new.replace(library_folder() / _DEFAULT)


def open_family(name: str | None = None) -> Family:
    """Return an installed family.

    Args:
        name: Its name; None for the default, or the only one.

    Raises:
        MissingPseudopotentialsError: None is named, and none is installed, or several and none is the default.
        UnknownNameError: It is not installed; the line that installs one is in the message.
        InvalidInputError: Its list cannot be read.
    """
    wanted = name if name is not None else default_name()
    if wanted is None:
        names = _names()
        if not names:
            raise MissingPseudopotentialsError(
                f"no pseudopotentials are installed (looked in {library_folder()}): {INSTALL_LINE}"
            )
        raise MissingPseudopotentialsError(
            f"several families of pseudopotentials are installed ({', '.join(names)}): name one, or choose with "
            "'nanoos pseudos default NAME'"
        )
    return _read(_folder_of(wanted))


def _folder_of(name: str) -> Path:
    if name not in (names := _names()):
        raise UnknownNameError(
            "family of pseudopotentials", name, names, hint=f"Install one with: {INSTALL_LINE}"
        )
    return library_folder() / name


def write_list(folder: Path, functional: str, members: Iterable[Pseudopotential]) -> None:
    """Write what a family's files are, beside them.

    Args:
        folder: The family's.
        functional: The family's.
        members: Its pseudopotentials; only the names of their files are kept of the paths.
    """
    rows = {p.element: {**asdict(p), "path": p.filename} for p in members}
    document = {"format": FORMAT, "functional": functional, "members": dict(sorted(rows.items()))}
    with (folder / LIST).open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _read(folder: Path) -> Family:
    path = folder / LIST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise InvalidInputError(
                f"{path} is of form {document['format']}, this version reads {FORMAT}: install the family again"
            )
        members = {symbol: _member(folder, row) for symbol, row in document["members"].items()}
        return Family(folder.name, str(document["functional"]), members, folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(
            f"{path} cannot be read ({error}): remove the family and install it again"
        ) from None


def _member(folder: Path, row: dict[str, Any]) -> Pseudopotential:
    filename = str(row["path"])
    if Path(filename).name != filename:
        raise InvalidInputError(f"{folder / LIST} names the file {filename!r} outside its folder")
    shells = tuple(Shell(**shell) for shell in row["shells"])
    return Pseudopotential(**{**row, "path": folder / filename, "shells": shells})


def check(name: str) -> tuple[str, ...]:
    """Return what is wrong with an installed family, a sentence for each file that was changed or is missing.

    Args:
        name: Its name.

    Raises:
        UnknownNameError: It is not installed.
        InvalidInputError: Its list cannot be read.
    """
    problems = []
    for symbol, member in open_family(name).members.items():
        if not member.path.is_file():
            problems.append(f"{symbol}: {member.filename} is missing")
        elif hashlib.sha256(member.path.read_bytes()).hexdigest() != member.sha256:
            problems.append(f"{symbol}: {member.filename} is no longer the file that was installed")
    return tuple(problems)


def remove(name: str) -> Path:
    """Remove an installed family from this machine.

    Args:
        name: Its name.

    Returns:
        The folder that is gone.

    Raises:
        UnknownNameError: It is not installed.
    """
    if not _NAME.fullmatch(name):
        raise UnknownNameError("family of pseudopotentials", name, _names(), hint="")
    folder = _folder_of(name)
    doomed = folder.with_name(f".removed-{name}-{os.getpid()}")
    folder.rename(doomed)  # gone for others at once, however long the files take
    shutil.rmtree(doomed)
    return folder
