"""The ``Lab``: the one object a notebook holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from nanoos_lab.lab import adding, reporting, sources
from nanoos_lab.lab.accounting import Accounting
from nanoos_lab.lab.archiving import Archiving
from nanoos_lab.lab.comparing_models import ComparingModels
from nanoos_lab.lab.explaining import Explaining
from nanoos_lab.lab.finding import Finding
from nanoos_lab.lab.history import History
from nanoos_lab.lab.hulls import Stability
from nanoos_lab.lab.importing import Importing
from nanoos_lab.lab.mapping import Cartography
from nanoos_lab.lab.measuring import Measuring
from nanoos_lab.lab.modelling.registry import Modelling
from nanoos_lab.lab.modelling.training import Training
from nanoos_lab.lab.predicting.verbs import Predicting
from nanoos_lab.lab.records import StructureRecord, StructureSet
from nanoos_lab.lab.runs import Batch, Run
from nanoos_lab.lab.sharing import Sharing
from nanoos_lab.lab.tables import Tabling
from nanoos_lab.lab.watching import Watching
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.runs.engine import Runs
from nanoos_lab.settings import load_settings, user_settings_path
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from nanoos_lab.lab.answers import Report
    from nanoos_lab.settings import Resources, RetryPolicy, Settings
    from nanoos_lab.structures import ParsedStructure


class Lab(
    Accounting,
    Archiving,
    Cartography,
    ComparingModels,
    Explaining,
    Finding,
    History,
    Importing,
    Measuring,
    Modelling,
    Predicting,
    Sharing,
    Stability,
    Tabling,
    Training,
    Watching,
    Workspace,
):
    """An open workspace: structures, runs and values of one project, in a folder or on a server.

    Args:
        place: The lab folder, made when it is new, or the address of a lab on a PostgreSQL server.
        project: The project to work in.
        settings: Settings; by default the person's file, then the lab's own.
        files: On a server, where the lab's files are seen from here, if not where the lab says.
        drive: Whether this process looks after runs elsewhere by itself; a worker says when it does.

    Example:
        >>> lab = Lab("titanates")  # doctest: +SKIP
        >>> sto = lab.add("SrTiO3.cif", tags=["perovskite"])  # doctest: +SKIP
        >>> relaxed = lab.run("relax", sto, calculator="chgnet")  # doctest: +SKIP
    """

    def __init__(
        self,
        place: str | Path,
        *,
        project: str = "default",
        settings: Settings | None = None,
        files: str | Path | None = None,
        drive: bool = True,
    ) -> None:
        store = Store.open(place, project=project, files=files)
        self.settings = settings or load_settings(user_settings_path(), store.root / "settings.toml")
        looks_on = store.scope.role is Role.VIEWER
        super().__init__(store, Runs(store, self.settings, drive=drive and not looks_on))
        if not looks_on:
            self._runs.recover()

    def close(self) -> None:
        """Let go of the store; runs elsewhere go on."""
        self._runs.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Structures -------------------------------------------------------------------------------------

    def add(
        self,
        source: Any,  # noqa: ANN401 - files, folders, texts, bytes, objects, lists of them
        *,
        name: str | None = None,
        tags: Iterable[str] = (),
        notes: str = "",
        distinct: bool = False,
    ) -> StructureRecord | StructureSet:
        """Add structures; the same crystal is kept once, whatever its setting.

        Measured values of the added materials that ship with the package are attached with their sources.

        Args:
            source: A path, a folder, text, bytes, a pymatgen or ASE object, or a list of these; a bare file
                name that is not found here may name a shipped sample, such as ``"SrTiO3.cif"``.
            name: Its name; by default the file's.
            tags: Words to find it by.
            notes: Free text.
            distinct: Keep another setting of a known crystal as a structure of its own.

        Returns:
            The record, or a set where the source holds several, whose ``problems`` names what was unreadable.

        Raises:
            StructureParseError: A single source cannot be read.
            InvalidInputError: The source is of no known kind, or does not exist.
        """
        if adding.is_collection(source):
            found: Iterable[ParsedStructure | sources.Problem] = sources.stream(source)
        else:
            found = sources.collect(source, name=name).parsed
            if len(found) == 1:
                return adding.store_one(self, found[0], tags=tags, notes=notes, distinct=distinct)
        records, problems = adding.store_all(self, found, tags=tags, notes=notes, distinct=distinct)
        return StructureSet(records, title="structures added", problems=problems)

    # Runs -------------------------------------------------------------------------------------------

    def submit(
        self,
        task: str,
        structure: StructureLike | Sequence[StructureLike] | Mapping[str, StructureLike] | None = None,
        *,
        on: str | None = None,
        force: bool = False,
        priority: int = 0,
        resources: Resources | None = None,
        retry: RetryPolicy | None = None,
        label: str = "",
        **params: Any,
    ) -> Run:
        """Record a run, start it where the profile says, and return at once.

        An identical run that has finished, or is under way, is returned instead.

        Args:
            task: The task's name.
            structure: What it works on; several for a task that takes a set, by name for one that names them, such
                as ``{"initial": ..., "final": ...}``.
            on: The profile; by default the settings' default.
            force: Run again even where an identical run has finished.
            priority: Higher goes first among what waits.
            resources: What it needs, instead of the profile's.
            retry: Its retry policy, instead of the profile's.
            label: A word of your own.
            params: The task's parameters.
        """
        submission = self._runs.submit(
            task, self._inputs(structure), self._with_named_models(task, params), on=on, force=force,
            priority=priority, resources=resources, retry=retry, label=label,
        )  # fmt: skip
        return Run(self, submission.run, reused=submission.reused)

    def run(
        self,
        task: str,
        structure: StructureLike | Sequence[StructureLike] | Mapping[str, StructureLike] | None = None,
        *,
        timeout: float | None = None,
        **options: Any,
    ) -> Run:
        """Submit a run, wait for its end and return it; an interrupt detaches and never cancels.

        Args:
            task: The task's name.
            structure: What it works on.
            timeout: Seconds to wait, or None for as long as it takes.
            options: As for :meth:`submit`.

        Raises:
            RunFailedError: It ended without a result.
        """
        return self.submit(task, structure, **options).wait(timeout)

    def map(
        self,
        task: str,
        structures: Iterable[StructureLike],
        *,
        wait: bool = True,
        timeout: float | None = None,
        **options: Any,
    ) -> Batch:
        """Run one task on many structures; one that fails does not stop the others.

        Args:
            task: The task's name.
            structures: What it works on, one run each.
            wait: Whether to wait for all of them.
            timeout: Seconds to wait, or None for as long as it takes.
            options: ``on``, ``force``, ``priority``, ``resources``, ``retry``, ``label`` and the task's
                parameters, as for :meth:`submit`.
        """
        known = {"on", "force", "priority", "resources", "retry", "label"}
        params = {key: value for key, value in options.items() if key not in known}
        options = {key: value for key, value in options.items() if key in known}
        inputs = [self._inputs(one) for one in structures]
        row = self._runs.submit_many(task, inputs, self._with_named_models(task, params), **options)
        batch = self.batch(row.id)
        return batch.wait(timeout) if wait else batch

    # Answers ----------------------------------------------------------------------------------------

    def report(
        self,
        template: str = "screening",
        structures: Iterable[StructureLike] | None = None,
        *,
        format: reporting.Format = "html",  # noqa: A002 - the word people look for
        **params: Any,
    ) -> Report:
        """Run a template on structures and write one HTML file that opens from disk, or a PDF.

        The notebook is executed anew each time; the runs it asks for are reused where they have finished.

        Args:
            template: The template's name.
            structures: What it works on; None for all added ones.
            format: ``html``, in which 3D views and figures still move, or ``pdf``, printed by an installed Chromium.
            params: The template's parameters.

        Raises:
            MissingBrowserError: A PDF is asked for, and there is no Chromium.
            RunFailedError: A cell failed; the message says which and why.
        """
        return reporting.make_report(self, template, self.structures(structures), params, format)

    def _inputs(
        self, structure: StructureLike | Sequence[StructureLike] | Mapping[str, StructureLike] | None
    ) -> Mapping[str, Any]:
        if structure is None:
            return {}
        if isinstance(structure, dict):
            return {name: self.structure(one).row for name, one in structure.items()}
        if isinstance(structure, (list, tuple, StructureSet)):
            return {"structures": [self.structure(one).row for one in structure]}
        return {"structure": self.structure(structure).row}
