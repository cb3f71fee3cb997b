"""Installing a family: from a folder or archive, wholly or not at all."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError, PseudopotentialError
from nanoos_lab.programs.pseudopotentials.cutoffs import Entry, read_table, suggested
from nanoos_lab.programs.pseudopotentials.family import Family, Pseudopotential
from nanoos_lab.programs.pseudopotentials.functionals import normal_functional
from nanoos_lab.programs.pseudopotentials.library import (
    family_folder,
    library_folder,
    open_family,
    write_list,
)
from nanoos_lab.programs.pseudopotentials.source import upf_files
from nanoos_lab.programs.pseudopotentials.upf import Header, parse_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SHOWN = 6


@dataclass(frozen=True)
class Wishes:
    """How to choose where a folder holds more than one file of an element, or of several functionals."""

    functional: str = ""
    """Only files for this functional; by default all must be for the same one."""
    prefer: tuple[str, ...] = ()
    """Patterns of paths, such as ``sg15/*`` or ``Si_*``: of an element's files the first that fits is taken."""
    cutoffs: Path | None = None
    """A JSON or TOML table of cut-offs by element, such as SSSP's; it also chooses where it names files."""


@dataclass(frozen=True)
class _Found:
    """A file of the source."""

    source: str
    data: bytes
    header: Header

    @property
    def filename(self) -> str:
        return PurePosixPath(self.source).name


def install(source: str | Path, name: str, wishes: Wishes | None = None) -> Family:
    """Install a family, wholly or not at all.

    Args:
        source: A folder, or a zip or tar archive, of UPF files; folders inside count.
        name: What the family is to be called.
        wishes: How to choose among files, and their cut-offs.

    Returns:
        The installed family.

    Raises:
        InvalidInputError: There is such a family, the source is unsafe or without UPF files, files are broken, or
            there are several for an element, or for several functionals, and nothing chooses; each is named.
    """
    wishes, target = wishes or Wishes(), family_folder(name)
    if target.exists():
        raise InvalidInputError(
            f"there is a family {name!r}: choose another name, or remove it first with 'nanoos pseudos remove {name}'"
        )
    table = read_table(wishes.cutoffs) if wishes.cutoffs is not None else {}
    found = _read_all(Path(source).expanduser(), wishes)
    chosen = _one_each(found, wishes, table)
    functional = _one_functional(chosen.values())
    library_folder().mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".incoming-{name}-", dir=library_folder()))
    try:
        members = [_keep(one, staged, table.get(symbol)) for symbol, one in sorted(chosen.items())]
        write_list(staged, functional, members)
        staged.chmod(0o755)
        _publish(staged, target, name)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return open_family(name)


def _publish(staged: Path, target: Path, name: str) -> None:
    try:
        staged.rename(target)
    except OSError:
        raise InvalidInputError(
            f"somebody installed a family {name!r} meanwhile: choose another name"
        ) from None


def _read_all(source: Path, wishes: Wishes) -> list[_Found]:
    found, broken = [], []
    wanted = normal_functional(wishes.functional) if wishes.functional else ""
    for path, data in upf_files(source):
        try:
            header = parse_header(data, path)
        except PseudopotentialError as error:
            broken.append(str(error))
            continue
        if not wanted or header.functional == wanted:
            found.append(_Found(path, data, header))
    if broken:
        more = f" (and {len(broken) - _SHOWN} more)" if len(broken) > _SHOWN else ""
        raise InvalidInputError(
            f"nothing was installed, since {len(broken)} of the files in {source} cannot be used: "
            + "; ".join(broken[:_SHOWN])
            + more
        )
    if not found:
        which = f" for {wanted}" if wanted else ""
        raise InvalidInputError(f"{source} holds no UPF files{which} (looked for *.upf and *.UPF)")
    return found


def _one_each(found: Sequence[_Found], wishes: Wishes, table: Mapping[str, Entry]) -> dict[str, _Found]:
    by_element: dict[str, list[_Found]] = {}
    for one in found:
        by_element.setdefault(one.header.element, []).append(one)
    chosen = {s: _choice(candidates, wishes, table.get(s)) for s, candidates in by_element.items()}
    if open_ := {s: by_element[s] for s, one in chosen.items() if one is None}:
        listed = [f"{s}: {', '.join(c.source for c in candidates)}" for s, candidates in open_.items()]
        more = f"; and {len(listed) - _SHOWN} more elements" if len(listed) > _SHOWN else ""
        raise InvalidInputError(
            f"{len(listed)} elements have several files, and nothing says which to take: "
            f"{'; '.join(listed[:_SHOWN])}{more}. Choose with --prefer, such as --prefer "
            f"'{_folder_pattern(next(iter(open_.values()))[0].source)}'"
        )
    picked = {s: one for s, one in chosen.items() if one is not None}
    twice = [n for n, count in Counter(one.filename.lower() for one in picked.values()).items() if count > 1]
    if twice:
        raise InvalidInputError(f"files of different elements are both called {twice[0]}: rename one")
    for symbol, one in picked.items():
        _check_digests(symbol, one, table.get(symbol))
    return picked


def _folder_pattern(source: str) -> str:
    folder = PurePosixPath(source).parent
    return f"{folder}/*" if folder.name else source


def _choice(candidates: Sequence[_Found], wishes: Wishes, entry: Entry | None) -> _Found | None:
    if len({one.header.sha256 for one in candidates}) == 1:
        return candidates[0]
    for pattern in wishes.prefer:
        fitting = [one for one in candidates if _fits(one.source, pattern)]
        if len(fitting) == 1:
            return fitting[0]
    if entry is not None and entry.filename:
        named = [one for one in candidates if one.filename == entry.filename]
        if len(named) == 1:
            return named[0]
    return None


def _fits(path: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(PurePosixPath(path).name, pattern)


def _check_digests(symbol: str, one: _Found, entry: Entry | None) -> None:
    for kind, digest in entry.digests if entry else ():
        if entry is not None and entry.filename and entry.filename != one.filename:
            raise InvalidInputError(
                f"the table of cut-offs is about {entry.filename} for {symbol}, and the file found is {one.source}"
            )
        if hashlib.new(kind, one.data, usedforsecurity=False).hexdigest() != digest:
            raise InvalidInputError(
                f"{one.source} is not the file that the table of cut-offs is about: its {kind} differs"
            )


def _one_functional(chosen: Iterable[_Found]) -> str:
    by_functional: dict[str, list[str]] = {}
    for one in chosen:
        by_functional.setdefault(one.header.functional, []).append(one.source)
    if len(by_functional) > 1:
        said = "; ".join(f"{f}: {', '.join(names[:_SHOWN])}" for f, names in sorted(by_functional.items()))
        raise InvalidInputError(
            f"the files are made for several functionals, and a family has one: {said}. Choose with --functional"
        )
    return next(iter(by_functional))


def _keep(one: _Found, folder: Path, entry: Entry | None) -> Pseudopotential:
    path = folder / one.filename
    with path.open("xb") as file:
        file.write(one.data)
        file.flush()
        os.fsync(file.fileno())
    header = one.header
    wave, density, origin = suggested(header, entry)
    return Pseudopotential(
        element=header.element,
        path=path,
        sha256=header.sha256,
        functional=header.functional,
        kind=header.kind,
        valence=header.valence,
        cutoff_ry=wave,
        density_cutoff_ry=density,
        cutoff_source=origin,
        relativistic=header.relativistic,
        spin_orbit=header.spin_orbit,
        shells=header.shells,
        source=one.source,
    )
