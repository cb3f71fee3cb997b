"""What an import of others' calculations shows: what was found, what counts, and what failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.lab.details import value_cells
from nanoos_lab.programs.outputs.statements import method_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.runs import Run
    from nanoos_lab.programs.outputs import ProgramRun
    from nanoos_lab.store.schema import PropertyValueRow

_SHOWN = 40
_VALUES = ("property", "value", "origin", "")
_HEADERS = ("run", "structure", "program", "kind", "method", "energy / eV/atom", "state")


class ImportedRun:
    """One calculation that was taken in.

    Args:
        run: The run that records it.
        calculation: What its files say.
        left_out: Files that were not kept, each with the reason.
    """

    def __init__(self, run: Run, calculation: ProgramRun, left_out: Sequence[str] = ()) -> None:
        self.run, self.calculation, self.left_out = run, calculation, tuple(left_out)

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run.id

    @property
    def new(self) -> bool:
        """Whether it was not here before."""
        return not self.run.reused

    @property
    def converged(self) -> bool:
        """Whether its numbers are results."""
        return self.calculation.converged

    @property
    def failures(self) -> tuple[str, ...]:
        """What failed, one sentence each."""
        return self.calculation.failures

    @property
    def structure(self) -> StructureRecord:
        """The structure that its values are of: the final one."""
        made = self.run.structure
        return made if made is not None else self.run.inputs[0]

    @property
    def values(self) -> list[PropertyValueRow]:
        """Its values as stored."""
        return self.run.values

    def cells(self) -> tuple[str, ...]:
        """Return one row for a table of imports."""
        read = self.calculation
        atoms = len(read.final or read.initial or ()) or 1
        energy = "–" if read.energy is None else numbers.number(read.energy / atoms, digits=6)
        return (
            self.id,
            self.structure.name,
            f"{read.program} {read.version}",
            read.kind,
            read.method_name,
            energy,
            self.state,
        )

    @property
    def state(self) -> str:
        """How far its numbers can be believed, in a word or two."""
        word = "converged" if self.converged else "not converged" if not self.failures else "failed"
        return word if self.new else f"{word}, here before"

    def facts(self) -> list[tuple[str, str]]:
        """Return what belongs to it, as names and values in order."""
        read = self.calculation
        pairs = [
            ("Program", f"{read.program} {read.version}"),
            ("Kind", read.kind),
            ("Method", method_of(read).label),
            ("Structure", f"{self.structure.name} ({self.structure.formula}, {self.structure.space_group})"),
            ("Ionic steps", str(len(read.energies)) if read.energies else ""),
            ("Energy is", read.energy_meaning if read.energy is not None else ""),
            ("Electrons", _verdict(read.electronic_converged)),
            ("Geometry", _verdict(read.ionic_converged)),
            ("Took", numbers.duration(read.wall_time_s) if read.wall_time_s else ""),
            (
                "Files",
                f"{len(self.run.artifacts)} kept"
                + (f", {len(self.left_out)} left out" if self.left_out else ""),
            ),
            ("Run", self.id if self.new else f"{self.id} (was here before)"),
        ]
        return [(name, said) for name, said in pairs if said]

    def _sentences(self) -> list[tuple[str, str]]:
        read = self.calculation
        said = [("bad", one) for one in read.failures] + [("warn", one) for one in read.notes]
        return said + [("idle", f"left out: {one}") for one in self.left_out]

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        values = self.values
        return text.stack(
            text.table([f"imported: {self.state}", ""], self.facts()),
            *(f"{'failed' if tone == 'bad' else 'note'}: {said}" for tone, said in self._sentences()),
            text.table(_VALUES, map(_value, values)) if values else "no value is known from it",
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        said = [html.note(one, tone=tone) for tone, one in self._sentences()]
        rows = [(c[0], c[1], html.badge(c[2]), c[3]) for c in map(_value, self.values)]
        drawn = [html.table(_VALUES, rows)] if rows else []
        page = html.block(html.facts(self.facts()), *said, *drawn, title=f"Imported: {self.state}")
        return {"text/html": page, "text/plain": repr(self)}


class ImportedRuns(Sequence[ImportedRun]):
    """Several calculations that were taken in.

    Args:
        taken: What was taken in.
        problems: Files that could not be read, each with the reason.
    """

    def __init__(self, taken: Iterable[ImportedRun], problems: Iterable[tuple[str, str]] = ()) -> None:
        self._taken, self.problems = list(taken), list(problems)

    def __len__(self) -> int:
        return len(self._taken)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an index gives one, a slice a list
        return self._taken[index]

    @property
    def failed(self) -> list[ImportedRun]:
        """Those whose numbers are no results."""
        return [one for one in self._taken if not one.converged]

    def frame(self) -> pd.DataFrame:
        """Return one row for each calculation."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.DataFrame([one.cells() for one in self._taken], columns=list(_HEADERS))

    def _title(self) -> str:
        good = len(self._taken) - len(self.failed)
        return (
            f"{len(self._taken)} calculations imported, {good} converged, {len(self.problems)} not readable"
        )

    def _sentences(self) -> list[str]:
        failed = [f"{one.calculation.source}: {said}" for one in self.failed for said in one.failures]
        unread = [
            reason if reason.startswith(source) else f"{source}: {reason}" for source, reason in self.problems
        ]
        return [*failed[:_SHOWN], *unread[:_SHOWN]]

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        rows = [one.cells() for one in self._taken[:_SHOWN]]
        return text.stack(
            text.table(_HEADERS, rows, numeric=("energy / eV/atom",), title=self._title())
            if rows
            else self._title(),
            *self._sentences(),
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        rows = [one.cells() for one in self._taken[:_SHOWN]]
        drawn = [html.table(_HEADERS, rows, numeric=("energy / eV/atom",))] if rows else []
        said = [html.note(one, tone="bad") for one in self._sentences()]
        return {"text/html": html.block(*drawn, *said, title=self._title()), "text/plain": repr(self)}


def _verdict(converged: bool | None) -> str:  # noqa: FBT001 - one of three answers
    return "" if converged is None else "converged" if converged else "not converged"


def _value(row: PropertyValueRow) -> tuple[str, str, str, str]:
    """Return a value's cells without its method, which all of them share."""
    label, value, origin, _method, flags = value_cells(row)
    return (label, value, origin, flags)
