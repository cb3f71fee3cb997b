"""Who did what and when, as the journal tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.lab.workspace import Workspace
from nanoos_lab.store.history import history_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.store.history import HistoryLine

_LATEST = 50
_LONG = 90


class History(Workspace):
    """The verb about the past."""

    def history(self, record: Any = None, *, limit: int | None = None) -> Log:  # noqa: ANN401 - any record
        """Return who did what to a record and when, oldest first; without one, the project's latest lines.

        Args:
            record: A structure, run, batch, sample, value or file, its id, or a name.
            limit: Only the newest so many; by default all of a record, and 50 of a project.

        Raises:
            UnknownNameError: There is no such record.
        """
        given = None if record is None else str(getattr(record, "id", record))
        most = _LATEST if limit is None and given is None else limit
        with self.store.read() as session:
            title, lines = history_of(session, self.store.scope, given, limit=most)
        return Log(lines, title=title)


class Log(Sequence["HistoryLine"]):
    """Lines of the journal in words, oldest first.

    Args:
        lines: The lines.
        title: What they are about.
    """

    _HEADERS = ("when", "who", "what")

    def __init__(self, lines: Sequence[HistoryLine], *, title: str) -> None:
        self._lines, self.title = list(lines), title

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an index gives a line, a slice a list
        return self._lines[index]

    def frame(self) -> pd.DataFrame:
        """Return one row for each line; ``when`` is in UTC."""
        import pandas as pd  # noqa: PLC0415 - heavy

        columns = ["when", "who", "what", "kind", "record", "data"]
        rows = [
            (one.at, one.author, in_words(one), one.kind, one.subject_id, one.data) for one in self._lines
        ]
        frame = pd.DataFrame(rows, columns=columns)
        frame["when"] = pd.to_datetime(frame["when"], unit="s", utc=True)
        return frame

    def _cells(self) -> list[tuple[str, str, str]]:
        return [(local_time(one.at), one.author, in_words(one)) for one in self._lines]

    def _heading(self) -> str:
        return f"history of {self.title}" if self._lines else f"nothing is told of {self.title} yet"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        if not self._lines:
            return text.stack(self._heading())
        return text.table(self._HEADERS, self._cells(), title=f"{self._heading()} (local time)")

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        if not self._lines:
            return {
                "text/html": html.block(html.note(self._heading(), tone="idle")),
                "text/plain": repr(self),
            }
        rows = [
            (
                html.Markup('<span title="{}">{}</span>').format(numbers.age(one.at), local_time(one.at)),
                one.author,
                html.Markup('<div style="white-space:normal">{}</div>').format(in_words(one)),
            )
            for one in self._lines
        ]
        drawn = html.table(self._HEADERS, rows)
        page = html.block(drawn, title=f"History of {self.title}", subtitle="Times are local.")
        return {"text/html": page, "text/plain": repr(self)}


def local_time(at: float) -> str:
    """Return a moment as the clock on the wall showed it.

    Args:
        at: UTC seconds since 1970.
    """
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def in_words(line: HistoryLine) -> str:
    """Return what a line of the journal says, to be read after the name of who did it.

    Args:
        line: The line; of a kind that is not known its own words are given.
    """
    said = _WORDS.get(line.kind, _plainly)
    return said(line)


def _name(line: HistoryLine) -> str:
    return line.subject or str(line.data.get("name") or line.subject_id)


def _plainly(line: HistoryLine) -> str:
    noun, _, verb = line.kind.partition(".")
    facts = ", ".join(
        f"{key} {_short(value)}" for key, value in line.data.items() if value not in (None, "", [])
    )
    about = f"{verb.replace('_', ' ')} {noun} {_name(line)}" if verb else f"{line.kind} {_name(line)}"
    return f"{about}: {facts}" if facts else about


def _short(value: object) -> str:
    said = str(value)
    return said if len(said) <= _LONG else f"{said[:_LONG]}…"


def _added(line: HistoryLine) -> str:
    source = line.data.get("source")
    return f"added {_name(line)}" + (f" from {source}" if source else "")


def _derived(line: HistoryLine) -> str:
    run = line.data.get("run")
    return f"made {_name(line)}" + (f" by run {run}" if run else "")


def _tagged(line: HistoryLine) -> str:
    words = line.data.get("tags") or []
    return f"tagged {_name(line)} as {', '.join(words)}" if words else f"took all tags from {_name(line)}"


def _changed(line: HistoryLine) -> str:
    name, notes = line.data.get("name"), line.data.get("notes")
    parts = [f"renamed it to {name}"] if name else []
    parts += [f"wrote the note “{_short(notes)}” to {_name(line)}"] if notes else []
    parts += [f"cleared the notes of {_name(line)}"] if notes == "" else []
    return " and ".join(parts) or f"changed {_name(line)}"


def _recorded(line: HistoryLine) -> str:
    data = line.data
    value = data.get("value")
    what = f"{data.get('property', _name(line))}{f' of {line.of}' if line.of else ''}"
    if value is None:
        return f"recorded the array {what} ({data.get('origin')})"
    number = numbers.value_text(value, data.get("uncertainty"), data.get("unit") or "")
    return f"recorded {what} = {number} ({data.get('origin')})"


def _sample_added(line: HistoryLine) -> str:
    of, parent = line.data.get("of"), line.data.get("parent")
    parts = [f"added sample {_name(line)}", f"of {of}" if of else "", f"made from {parent}" if parent else ""]
    return " ".join(filter(None, parts))


def _sample_changed(line: HistoryLine) -> str:
    parts = []
    for name, pair in line.data.items():
        old, new = pair if isinstance(pair, list) and len(pair) == 2 else ("", pair)  # noqa: PLR2004 - was and is
        if isinstance(new, dict):
            was = f" (was {numbers.conditions_text(old)})" if isinstance(old, dict) and old else ""
            parts.append(f"{name}: {numbers.conditions_text(new)}{was}")
        else:
            parts.append(
                f"{name.removesuffix('_id')}: {_short(new)}" + (f" (was {_short(old)})" if old else "")
            )
    return f"changed sample {_name(line)}, {'; '.join(parts)}"


def _sample_file(line: HistoryLine) -> str:
    size = line.data.get("size")
    return f"added the file {line.data.get('file')} to sample {_name(line)}" + (
        f" ({numbers.size(size)})" if size is not None else ""
    )


def _run(verb: str) -> Callable[[HistoryLine], str]:
    def words(line: HistoryLine) -> str:
        reason = line.data.get("reason")
        return f"{verb} {_name(line)} (run {line.subject_id})" + (f": {_short(reason)}" if reason else "")

    return words


def _completed(line: HistoryLine) -> str:
    made = line.data.get("structures")
    counts = {
        "structure": len(made) if isinstance(made, (list, dict)) else made,
        "value": line.data.get("values"),
    }
    gave = " and ".join(f"{n} {noun}{'' if n == 1 else 's'}" for noun, n in counts.items() if n)
    return f"collected {_name(line)} (run {line.subject_id})" + (f", which gave {gave}" if gave else "")


def _imported(line: HistoryLine) -> str:
    source = line.data.get("source")
    return f"imported {line.data.get('added')} measured values" + (f" from {source}" if source else "")


def _taken_over(line: HistoryLine) -> str:
    noun = line.kind.partition(".")[0]
    place = f"lab {line.data.get('lab')}, project {line.data.get('project')}"
    return f"imported the {noun} {_name(line)} from {place}"


def _archive(line: HistoryLine) -> str:
    added = line.data.get("added")
    counts = added.items() if isinstance(added, dict) else ()
    brought = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counts)
    return f"imported {line.data.get('file')} from lab {line.data.get('lab')}: {brought}"


def _purged(line: HistoryLine) -> str:
    size, reason = line.data.get("size"), line.data.get("reason")
    freed = f" ({numbers.size(size)})" if size is not None else ""
    return f"purged the bytes of {_name(line)}{freed}" + (f": {reason}" if reason else "")


def _member(line: HistoryLine) -> str:
    person, role, was = (line.data.get(key) for key in ("person", "role", "was"))
    if role is None:
        return f"took {person} out of the project (was {was})"
    return f"made {person} {role}" + (f" (was {was})" if was else "")


def _model(verb: str) -> Callable[[HistoryLine], str]:
    def words(line: HistoryLine) -> str:
        data = line.data
        label = f"{data.get('name')}@{data.get('version')}"
        was, reason, source = data.get("was"), data.get("reason"), data.get("source")
        parts = [
            f"{verb} the model {label}",
            f"from {source}" if source else "",
            f"(was {was})" if was else "",
        ]
        return " ".join(filter(None, parts)) + (f": {_short(reason)}" if reason else "")

    return words


_WORDS: dict[str, Callable[[HistoryLine], str]] = {
    "structure.added": _added,
    "structure.derived": _derived,
    "structure.tagged": _tagged,
    "structure.changed": _changed,
    "value.recorded": _recorded,
    "values.imported": _imported,
    "sample.added": _sample_added,
    "sample.changed": _sample_changed,
    "sample.file_added": _sample_file,
    "run.submitted": _run("asked for"),
    "run.started": _run("started"),
    "run.submitting": _run("is handing over"),
    "run.queued": _run("queued"),
    "run.completed": _completed,
    "run.failed": _run("saw the failure of"),
    "run.lost": _run("lost"),
    "run.cancelled": _run("cancelled"),
    "run.cancel_requested": _run("asked to stop"),
    "run.retried": _run("tried again"),
    "run.retrying": _run("will try again"),
    "run.adopted": _run("took over"),
    "batch.submitted": lambda line: f"asked for {_name(line)} of {line.data.get('runs')} runs",
    "model.registered": _model("registered"),
    "model.activated": _model("activated"),
    "model.deactivated": _model("deactivated"),
    "model.rolled_back": _model("rolled back to"),
    "model.retired": _model("retired"),
    "model.restored": _model("restored"),
    "artifact.purged": _purged,
    "artifact.restored": lambda line: f"stored the bytes of {_name(line)} again",
    "artifacts.cleaned": lambda line: f"removed {line.data.get('files')} files that nothing named",
    "archive.imported": _archive,
    **{
        f"{noun}.imported": _taken_over
        for noun in ("structure", "run", "sample", "batch", "material", "artifact", "value")
    },
    "project.created": lambda line: f"made the project {_name(line)}",
    "member.changed": _member,
}
