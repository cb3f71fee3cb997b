"""Take what an attempt left into the store: once, whole, and without trusting it.

Everything that needs time (parsing, describing structures) happens before the one transaction in which the
run's state, its values, structures and artifacts, and its line in the journal appear together, if the run
still stands at the attempt that made them.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from nanoos_lab.errors import ArtifactError, InvalidInputError, NanoOSError, RunError, StoreError
from nanoos_lab.runs.attempts.outcome import OutcomeDocument, parse_outcome
from nanoos_lab.runs.driving.endings import settle
from nanoos_lab.store import runs as rows
from nanoos_lab.store.artifacts import Payload, place, put_artifact, record_file
from nanoos_lab.store.events import record_event
from nanoos_lab.store.run_changes import Ending
from nanoos_lab.store.schema import RunState
from nanoos_lab.store.values import insert_values_of_many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from nanoos_lab.runs.attempts.folder import AttemptFolder
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.schema import StructureRow

_BAD_OUTCOME = (
    NanoOSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    IntegrityError,
)
"""What hostile or broken content raises while it is read; a failing disk or database is not among it."""
_SHOWN = 10


@dataclass(frozen=True)
class _Prepared:
    """An outcome, parsed, with what the store needs of its structures worked out."""

    document: OutcomeDocument
    structures: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """Structure and description by name."""
    payloads: Mapping[str, Payload] = field(default_factory=dict)
    """The bytes of its artifacts, in place already, by the artifact's name."""


@dataclass(frozen=True)
class _Subject:
    material_id: str
    structure_id: str
    name: str


def collect(
    store: Store, run_id: str, attempt: int, folder: AttemptFolder, *, data: bytes | None = None
) -> RunState | None:
    """Take the outcome of a run's attempt into the store.

    Args:
        store: The open store.
        run_id: The run.
        attempt: The attempt it is believed to stand at; an outcome of any other is left alone.
        folder: The attempt folder.
        data: The outcome's bytes where they are at hand.

    Returns:
        The run's new state, or None where nothing was changed.

    Raises:
        StoreError: The store did not take it for a reason of its own, such as a full disk; try again.
        OSError: The outcome cannot be read now; try again.
    """
    try:
        prepared = _prepare(folder, run_id, data)
        if prepared.document.attempt != attempt:
            return None
        # Large files take their time, in which nobody else could write to the project.
        placed = replace(prepared, payloads=_place_artifacts(store, run_id, folder, prepared.document))
        return _commit(store, run_id, attempt, folder, placed)
    except FileNotFoundError:
        return None
    except StoreError as error:
        if not isinstance(error, ArtifactError):
            raise
        reason: BaseException = error
    except _BAD_OUTCOME as error:
        reason = error
    return _refuse(store, run_id, attempt, reason)


def _prepare(folder: AttemptFolder, run_id: str, data: bytes | None) -> _Prepared:
    document = parse_outcome(folder.read_outcome(run_id) if data is None else data)
    if document.run != run_id:
        raise InvalidInputError(f"it speaks of run {document.run}, not of {run_id}")
    if not document.structures:
        return _Prepared(document)
    from nanoos_lab.structures import describe, from_json  # noqa: PLC0415 - brings pymatgen, needed only here

    parsed = {name: from_json(content) for name, content in document.structures.items()}
    return _Prepared(document, {name: (s, describe(s)) for name, s in parsed.items()})


def _commit(
    store: Store, run_id: str, attempt: int, folder: AttemptFolder, prepared: _Prepared
) -> RunState | None:
    document = prepared.document

    def take(session: Session) -> RunState | None:
        if document.state != "COMPLETED":
            return _commit_failure(session, store, run_id, attempt, document)
        values = {
            "summary": document.summary,
            "messages": document.messages,
            "converged": document.converged,
            "error": None,
        }
        done = settle(session, store.scope, run_id, attempt, _ending(document), values=values, event={})
        if done is None:
            return None
        made = _store_results(session, store, run_id, folder, prepared)
        data = {"structures": made, "values": sum(map(len, document.values.values()))}
        record_event(session, store.scope, "run.completed", run_id, attempt=attempt, **data)
        return done

    return store.ensure(take)


def _commit_failure(
    session: Session, store: Store, run_id: str, attempt: int, document: OutcomeDocument
) -> RunState | None:
    error = document.error.model_dump() if document.error else {"type": "", "message": "no reason was given"}
    transient = bool(error.pop("transient", False))
    return settle(
        session,
        store.scope,
        run_id,
        attempt,
        _ending(document, str(error["message"])),
        values={"error": error},
        again=transient,
    )


def _ending(document: OutcomeDocument, reason: str = "") -> Ending:
    now = time.time()
    started = min(max(document.started_at, 0.0), now)
    finished = min(max(document.finished_at, started), now)
    return Ending(
        RunState(document.state),
        reason,
        started,
        finished,
        document.worker,
        _usage(document.worker, finished - started),
    )


def _usage(worker: Mapping[str, Any], elapsed_s: float) -> dict[str, Any]:
    """Return what an attempt took by its worker's word, which is the person's own."""
    usage: dict[str, Any] = {"elapsed_s": elapsed_s, "source": "worker"}
    peak = worker.get("max_rss_bytes")
    if isinstance(peak, int) and 0 < peak < 2**60:
        usage["max_rss_bytes"] = peak
    return usage


def _refuse(store: Store, run_id: str, attempt: int, reason: BaseException) -> RunState | None:
    """End a run whose outcome cannot be taken, saying why."""
    said = f"{type(reason).__name__}: {reason}" if not isinstance(reason, NanoOSError) else str(reason)
    message = f"the outcome of this run was refused: {said}"[:10_000]
    error = {"type": "OutcomeRefused", "message": message, "traceback": ""}
    now = time.time()
    ending = Ending(RunState.FAILED, message, now, now)
    return store.ensure(
        lambda session: settle(session, store.scope, run_id, attempt, ending, values={"error": error})
    )


# ---------------------------------------------------------------------- results


def _place_artifacts(
    store: Store, run_id: str, folder: AttemptFolder, document: OutcomeDocument
) -> dict[str, Payload]:
    if document.state != "COMPLETED":
        return {}
    item = folder.item(run_id)
    return {
        artifact.name: place(store.scope, item / artifact.path, sha256=artifact.sha256, inside=item)
        for artifact in document.artifacts
    }


def _store_results(
    session: Session, store: Store, run_id: str, folder: AttemptFolder, prepared: _Prepared
) -> dict[str, str]:
    document = prepared.document
    for artifact in document.artifacts:
        item, scope = folder.item(run_id), store.scope
        try:
            record_file(session, scope, artifact.name, prepared.payloads[artifact.name], run_id=run_id)
        except ArtifactError:  # purged just now, as another run's: here and now nobody else can
            source = item / artifact.path
            put_artifact(session, scope, run_id, artifact.name, source, sha256=artifact.sha256, inside=item)
    if not document.values and not prepared.structures:
        return {}
    subjects = _input_subjects(session, store, run_id)
    made = _store_structures(session, store, run_id, prepared, subjects.get("structure"))
    subjects |= made
    for name in document.values:
        if name not in subjects:
            known = ", ".join(list(subjects)[:_SHOWN]) or "none"
            raise RunError(f"it states values of {name!r}, which is no input or output (there are: {known})")
    stated = ((subjects[name], estimates) for name, estimates in document.values.items())
    groups = ((s.material_id, s.structure_id, estimates) for s, estimates in stated)
    insert_values_of_many(session, store.scope, groups, run_id=run_id)
    return {name: subject.structure_id for name, subject in made.items()}


def _input_subjects(session: Session, store: Store, run_id: str) -> dict[str, _Subject]:
    """Return the run's inputs as values may name them: ``structure``, and ``structures[0]`` in a set."""
    subjects = {}
    for edge, row in rows.inputs_of(session, store.scope, [run_id])[run_id]:
        name = edge.name if edge.position == 0 else f"{edge.name}[{edge.position - 1}]"
        subjects[name] = _subject(row)
    return subjects


def _store_structures(
    session: Session, store: Store, run_id: str, prepared: _Prepared, parent: _Subject | None
) -> dict[str, _Subject]:
    if not prepared.structures:
        return {}
    from nanoos_lab.store.structures import insert_structure  # noqa: PLC0415 - needed only with structures

    made = {}
    for name, (structure, description) in prepared.structures.items():
        row, _ = insert_structure(
            session,
            store.scope,
            structure,
            name=f"{parent.name} · {name}"[:200] if parent else name,
            description=description,
            parent_id=parent.structure_id if parent else None,
            run_id=run_id,
        )
        made[name] = _subject(row)
    return made


def _subject(row: StructureRow) -> _Subject:
    return _Subject(row.material_id, row.id, row.name)


def clean_up(folder: AttemptFolder, run_id: str) -> None:
    """Remove the files of a settled item that the store now holds; what cannot be removed is left."""
    with contextlib.suppress(OSError):
        folder.forget_item(run_id)
