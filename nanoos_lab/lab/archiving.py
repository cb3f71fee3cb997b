"""Taking a project or a part of it elsewhere as one file, and giving up the bytes of files that runs can make again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.records import StructureRecord
from nanoos_lab.lab.runs import Run
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.store.artifacts import purging
from nanoos_lab.store.rows import resolve_id
from nanoos_lab.store.runs import runs_of_batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from nanoos_lab.store.archive import Exported, Imported
    from nanoos_lab.store.artifacts.purging import Purge

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_WORDS = {
    "property_value": "values",
    "run_input": "inputs of runs",
    "batch_run": "runs of batches",
    "batch": "batches",
    "event": "lines of the journal",
    "artifact": "files",
}
_NUMERIC = frozenset({"number", "added", "already here", "size"})
_SHOWN = 12
_Parts = tuple[str, tuple[str, ...], list[tuple[str, ...]], list[str]]
"""Title, headers, rows and sentences of a display."""


class Archiving(Workspace):
    """The verbs about archives and purging."""

    def export(
        self,
        path: str | Path,
        structures: StructureLike | Iterable[StructureLike] | None = None,
        *,
        artifacts: bool = True,
        overwrite: bool = False,
        **filters: Any,
    ) -> ArchiveWritten:
        """Write the project, or some structures with everything that explains them, as one file.

        Structures bring their parents, the runs that made them with inputs and files, and all values and samples of
        every structure that comes along. Unfinished runs stay behind.

        Args:
            path: The file, such as ``titanates.nanoos.zip``.
            structures: The chosen ones, or runs that made them; None for those that fit the filters, or the whole
                project without any.
            artifacts: Whether the bytes of files are put in; their names, sizes and hashes always are.
            overwrite: Whether a file that is there is replaced.
            filters: As for :meth:`find`.

        Raises:
            InvalidInputError: The file exists, or no structure fits.
            ArtifactError: The bytes of a file are missing or were changed.

        Example:
            >>> lab.export("iron.nanoos.zip", elements=["Fe"])  # doctest: +SKIP
        """
        from nanoos_lab.store.archive import export_archive  # noqa: PLC0415 - brings pymatgen

        ids = self._chosen(structures, filters)
        return ArchiveWritten(export_archive(self.store, path, ids, artifacts=artifacts, overwrite=overwrite))

    def import_archive(self, path: str | Path) -> ArchiveTaken:
        """Take an archive into this project; what is here already is recognised, so that nothing comes twice.

        It is checked whole first, and then taken whole or not at all. You are the author of what is new;
        who was before is in its history.

        Args:
            path: A file that :meth:`export` wrote, here or in another lab.

        Raises:
            InvalidInputError: The archive is damaged, of a newer format, or holds what cannot be.
            AccessDeniedError: You may only look at this project.
        """
        from nanoos_lab.store.archive import import_archive  # noqa: PLC0415 - brings pymatgen

        return ArchiveTaken(import_archive(self.store, path))

    def purge(
        self,
        record: Run | str | None = None,
        *,
        artifacts: Sequence[str] | None = None,
        task: str | None = None,
        state: str | None = None,
        older_than_days: float | None = None,
        larger_than: int | str | None = None,
        reason: str = "",
        yes: bool = False,
    ) -> PurgeReport:
        """Show what giving up the bytes of files would free, and with ``yes=True`` do it.

        Names, hashes and sizes stay. The bytes come back when the same file is stored again, as by running again with
        ``force=True``. Files of samples and arrays of values, which no run can make again, go only by their own ids.

        Args:
            record: A run, a batch or a file, or the id of one.
            artifacts: Only these files, by id.
            task: Only files of runs of this task.
            state: Only files of runs in this state, such as ``FAILED``.
            older_than_days: Only files of runs that finished longer ago.
            larger_than: Only larger files: bytes, or a text such as ``"100 MB"``.
            reason: Why, for whoever asks for them later.
            yes: Whether to do it.

        Raises:
            InvalidInputError: Nothing was said of what to purge.

        Example:
            >>> lab.purge(task="md", older_than_days=90, larger_than="1 GB")  # doctest: +SKIP
        """
        with self.store.read() as session:
            runs, files = self._named(record, artifacts)
            chosen = purging.choose(
                session,
                self.store.scope,
                artifacts=files,
                runs=runs,
                task=task,
                state=state,
                older_than_days=older_than_days,
                larger_than=None if larger_than is None else _bytes(larger_than),
            )
            found = purging.look(session, self.store.scope, chosen)
        if yes:
            found = purging.purge(self.store, [row.id for row in chosen], reason=reason)
        return PurgeReport(found)

    def _chosen(
        self, structures: StructureLike | Iterable[StructureLike] | None, filters: Mapping[str, Any]
    ) -> list[str] | None:
        if structures is None and not filters:
            return None
        if structures is None:
            found = self.find(**filters)
        elif filters:
            raise InvalidInputError("give structures or filters to export, not both")
        else:
            alone = isinstance(structures, str | StructureRecord | Run)
            named = [structures] if alone else structures
            found = self.structures(self.get(one) if isinstance(one, str) else one for one in named)
        if not found:
            raise InvalidInputError("no structure fits: nothing was written")
        return [one.id for one in found]

    def _named(
        self, record: Run | str | None, artifacts: Sequence[str] | None
    ) -> tuple[list[str] | None, list[str] | None]:
        """Return the full ids of the runs and of the files that were named."""
        files = None if artifacts is None else [artifacts] if isinstance(artifacts, str) else list(artifacts)
        with self.store.read() as session:
            scope = self.store.scope
            if files is not None:
                files = [resolve_id(session, scope, one, kinds=("artifact",))[1] for one in files]
            if record is None:
                return None, files
            given = record.id if isinstance(record, Run) else record
            kind, full = resolve_id(session, scope, given, kinds=("run", "batch", "artifact"))
            if kind == "artifact":
                return None, [*(files or []), full]
            if kind == "batch":
                return [run.id for run, _ in runs_of_batch(session, scope, full)], files
        return [full], files


class _Shown:
    """A table with sentences under it."""

    def _parts(self) -> _Parts:
        """Return title, headers, rows and sentences."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        title, headers, rows, notes = self._parts()
        table = text.table(headers, rows, title=title, numeric=_NUMERIC & {*headers}) if rows else None
        return text.stack(*([table] if rows else [title]), *notes)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        title, headers, rows, notes = self._parts()
        table = [html.table(headers, rows, numeric=_NUMERIC & {*headers})] if rows else []
        said = [html.note(note, tone="idle") for note in notes]
        return {"text/html": html.block(*table, *said, title=title), "text/plain": repr(self)}


class ArchiveWritten(_Shown):
    """What an export wrote.

    Args:
        written: The archive.
    """

    def __init__(self, written: Exported) -> None:
        self.path, self.size = written.path, written.size
        self.counts, self.left_out = dict(written.counts), dict(written.left_out)
        self.artifacts = written.artifacts

    def _parts(self) -> _Parts:
        rows: list[tuple[str, ...]] = [
            (_word(kind), str(number)) for kind, number in self.counts.items() if number
        ]
        notes = [f"{number} {what} were left out" for what, number in self.left_out.items()]
        title = f"{self.path.name} · {numbers.size(self.size)}"
        return title, ("what", "number"), rows, [f"written to {self.path}", *notes]


class ArchiveTaken(_Shown):
    """What an import brought.

    Args:
        taken: What it did.
    """

    def __init__(self, taken: Imported) -> None:
        self.added, self.already_there = dict(taken.added), dict(taken.already_there)
        self.notes, self.manifest = list(taken.notes), taken.manifest

    def _parts(self) -> _Parts:
        counted: list[tuple[str, ...]] = [
            (_word(kind), str(self.added.get(kind, 0)), str(self.already_there.get(kind, 0)))
            for kind in self.manifest.counts
        ]
        origin = self.manifest.origin
        title = f"from {origin.lab}, project {origin.project}, {self.manifest.created[:10]}"
        rows = [row for row in counted if row[1:] != ("0", "0")]
        return title, ("what", "added", "already here"), rows, list(self.notes)


class PurgeReport(_Shown):
    """What a purge would free, or freed.

    Args:
        purge: What it found.
    """

    def __init__(self, purge: Purge) -> None:
        self.artifacts, self.freed, self.shared, self.done = (
            purge.artifacts,
            purge.freed,
            purge.shared,
            purge.done,
        )

    def _parts(self) -> _Parts:
        if not self.artifacts:
            return "nothing to purge: no file with bytes fits", (), [], []
        rows: list[tuple[str, ...]] = [
            (row.id, numbers.size(row.size), row.name, row.run_id or row.sample_id or "–")
            for row in self.artifacts[:_SHOWN]
        ]
        verb = "freed" if self.done else "would be freed"
        title = f"{numbers.size(self.freed)} of {len(self.artifacts)} files {verb}"
        notes = [f"and {len(self.artifacts) - _SHOWN} smaller files"] if len(self.artifacts) > _SHOWN else []
        if self.shared:
            notes.append(f"{self.shared} of them share their bytes with files that stay, and free nothing")
        if not self.done:
            notes.append("nothing was done yet: yes=True, or --yes, does it")
        return title, ("file", "size", "name", "of"), rows, notes


def _word(kind: str) -> str:
    return _WORDS.get(kind, f"{kind}s")


def _bytes(given: int | str) -> int:
    """Return a number of bytes, written as one or as ``"1.5 GB"``."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kKmMgGtT]?)[bB]?\s*", str(given))
    if found is None:
        raise InvalidInputError(f"{given!r} is no size: write bytes, or a size such as '100 MB' or '1.5 GB'")
    return int(float(found[1]) * _UNITS[found[2].lower()])
