"""What the fault tests have many processes write at once, and what must then be in the store: exactly that."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from pymatgen.core import Lattice, Structure
from sqlalchemy import func, select

from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.runs.engine import Runs
from nanoos_lab.settings import Profile, Settings
from nanoos_lab.store.artifacts import put_artifact, read_artifact
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import record_event
from nanoos_lab.store.schema import (
    ArtifactRow,
    EventRow,
    PropertyValueRow,
    RunRow,
    StructureRow,
    TagRow,
)
from nanoos_lab.store.structures import insert_structure
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

CATIONS = (
    "Li",
    "Na",
    "K",
    "Rb",
    "Cs",
    "Mg",
    "Ca",
    "Sr",
    "Ba",
    "Ti",
    "V",
    "Cr",
    "Mn",
    "Fe",
    "Co",
    "Ni",
    "Zn",
    "Cd",
)
ANIONS = ("F", "Cl", "Br", "I", "O", "S", "Se", "Te", "N", "P", "As", "H", "C", "B")
KINDS = list(itertools.product(CATIONS, ANIONS))
SETTINGS = Settings(
    profiles={"process": Profile(name="process", executor="process")}, default_profile="process"
)


def crystal(number: int) -> Structure:
    """Return the crystal of this number, which is like no other's: a cell of caesium chloride's kind."""
    cation, anion = KINDS[number % len(KINDS)]
    a = 3.0 * 1.02 ** (number // len(KINDS))
    return Structure(Lattice.cubic(a), [cation, anion], [[0, 0, 0], [0.5, 0.5, 0.5]])


def gap(value: float) -> PropertyEstimate:
    return PropertyEstimate(
        property="band_gap", value=value, origin=Origin.COMPUTED, method=Method(name="PBE")
    )


def write_all_of(store: Store, number: int, run: str, files: Path) -> str:
    """Store a structure with two tags, two values, a file and a note, whatever happens to the server meanwhile."""
    file = files / f"file {number}"
    file.write_text(f"content {number}")

    def work(session: Session) -> str:
        row, new = insert_structure(session, store.scope, crystal(number), name=f"n{number}", tags=["a", "b"])
        estimates = [gap(number), gap(-number - 1)]
        insert_values(session, store.scope, row.material_id, row.id, estimates)
        put_artifact(session, store.scope, run, file.name, file)
        if new:
            record_event(session, store.scope, "written", row.id, number=number)
        return row.id

    return store.ensure(work)


def wrong_of(store: Store, acknowledged: set[int], run: str) -> tuple[list[str], list[str], int]:
    """Return what was lost, what is doubled, and how many numbers are there in all."""
    with store.read() as session:
        notes = session.scalars(select(EventRow).where(EventRow.kind == "written")).all()
        written = Counter(note.data["number"] for note in notes)
        subject = {note.data["number"]: note.subject_id for note in notes}
        names = Counter(session.scalars(select(StructureRow.name)).all())
        tags, values = (
            Counter(session.scalars(select(table.structure_id)).all()) for table in (TagRow, PropertyValueRow)
        )
        artifacts = session.scalars(select(ArtifactRow).where(ArtifactRow.run_id == run)).all()
    files = Counter(int(artifact.name.split()[1]) for artifact in artifacts)
    lost = [f"{number} was acknowledged" for number in sorted(acknowledged) if number not in written]
    doubled = []
    for number, times in written.items():
        found = (times, names[f"n{number}"], tags[subject[number]], values[subject[number]], files[number])
        if found != (1, 1, 2, 2, 1):
            (lost if min(found) == 0 else doubled).append(
                f"{number}: notes, structures, tags, values, files {found}"
            )
    if set(files) != set(written) or sum(names.values()) != len(written):
        doubled.append(f"{len(names)} structures, {len(files)} files and {len(written)} notes")
    lost += [
        f"the bytes of {artifact.name}"
        for artifact in artifacts
        if read_artifact(store.scope, artifact).decode() != artifact.name.replace("file", "content")
    ]
    return lost, doubled, len(written)


class Hand:
    """One of many processes that write to one project for a while, each what it likes, and remember it.

    Args:
        place: The lab.
        number: Which one this is.
        files: A folder of its own.
    """

    SHARED = 60

    def __init__(self, place: str, number: int, files: Path) -> None:
        self.chance, self.number, self.files = random.Random(number), number, files
        self.store = Store.open(place)
        self.runs = Runs(self.store, SETTINGS, drive=False)
        self.done: Counter[str] = Counter()
        self.longest = 0.0
        self.own: list[int] = []
        self.tagged: dict[str, list[str]] = {}
        self.recorded: dict[str, str] = {}
        self.count = itertools.count()
        self._time_waits()

    def _time_waits(self) -> None:
        turn, begin, backend = self.store.backend.turn, self.store.backend.begin_write, self.store.backend
        asked = 0.0

        def timed_turn() -> Any:
            nonlocal asked
            asked = time.perf_counter()
            return turn()

        def timed_begin(*args: Any) -> None:
            begin(*args)
            self.longest = max(self.longest, time.perf_counter() - asked)

        backend.turn, backend.begin_write = timed_turn, timed_begin  # type: ignore[method-assign]

    def work_for(self, seconds: float, first_run: str) -> dict[str, Any]:
        """Write until the time is over and return what was acknowledged."""
        acts: list[Callable[[str], None]] = [
            self.add_shared,
            self.add_own,
            self.tag,
            self.submit,
            self.cancel,
        ]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            act = self.chance.choice(acts)
            act(first_run)
            self.done[act.__name__] += 1
        self.runs.close()
        self.store.close()
        return {
            "done": self.done, "longest": self.longest, "own": self.own, "tagged": self.tagged,
            "recorded": self.recorded,
        }  # fmt: skip

    def add_shared(self, _: str) -> None:
        """Add one of the crystals that all add, in another setting, with a value that all state."""
        which = self.chance.randrange(self.SHARED)
        structure = crystal(which) * (1, 1, self.chance.choice([1, 2]))
        with self.store.write() as session:
            row, _new = insert_structure(
                session, self.store.scope, structure, name=f"shared {which}", tags=[f"by {self.number}"]
            )
            insert_values(session, self.store.scope, row.material_id, row.id, [gap(which)])

    def add_own(self, first_run: str) -> None:
        """Add a crystal, its values, a file and a note, which nobody else adds."""
        number = self.SHARED + self.number + 16 * next(self.count)
        write_all_of(self.store, number, first_run, self.files)
        self.own.append(number)

    def tag(self, _: str) -> None:
        """Give one of the own crystals other tags."""
        if not self.own:
            return
        from nanoos_lab.store.structures import set_tags

        name = f"n{self.chance.choice(self.own)}"
        words = [f"t{self.chance.randrange(5)}", "own"]
        with self.store.write() as session:
            row = session.scalars(select(StructureRow).where(StructureRow.name == name)).one()
            self.tagged[name] = set_tags(session, self.store.scope, row.id, words)

    def submit(self, _: str) -> None:
        """Ask for a run that nobody starts."""
        from chaos_tasks import journal

        index = self.number + 16 * next(self.count)
        run = self.runs.submit(journal, {}, {"index": index, "journal": "nowhere"}).run
        self.recorded[run.id] = "PENDING"

    def cancel(self, _: str) -> None:
        """Cancel one of the own runs."""
        pending = [run for run, state in self.recorded.items() if state == "PENDING"]
        if pending:
            run = self.runs.cancel(self.chance.choice(pending))
            self.recorded[run.id] = run.state


def wrong_of_hands(store: Store, told: list[dict[str, Any]], first_run: str) -> tuple[list[str], list[str]]:
    """Return what was lost and what is doubled of what many hands were told is stored."""
    own = {number for one in told for number in one["own"]}
    tagged = {name: words for one in told for name, words in one["tagged"].items()}
    recorded = {run: state for one in told for run, state in one["recorded"].items()}
    lost, doubled = [], []
    with store.read() as session:
        structures = Counter(session.scalars(select(StructureRow.name)).all())
        states = dict(session.execute(select(RunRow.id, RunRow.state).where(RunRow.id != first_run)).all())
        words: dict[str, list[str]] = {}
        for name, tag in session.execute(
            select(StructureRow.name, TagRow.tag)
            .join(TagRow, TagRow.structure_id == StructureRow.id)
            .order_by(TagRow.tag)
        ):
            words.setdefault(name, []).append(tag)
        fingerprints = session.scalars(select(PropertyValueRow.fingerprint)).all()
        files = Counter(session.scalars(select(ArtifactRow.name)).all())
        notes = Counter(
            e.data["number"] for e in session.scalars(select(EventRow).where(EventRow.kind == "written"))
        )
        events = session.scalar(
            select(func.count()).where(EventRow.kind == "run.submitted", EventRow.subject_id != first_run)
        )
        digests = session.scalars(select(StructureRow.record_key)).all()
    expected = {f"n{number}" for number in own} | {name for name in structures if name.startswith("shared ")}
    lost += [f"structure {name}" for name in expected - set(structures)]
    doubled += [f"structure {name}" for name, times in structures.items() if times > 1]
    doubled += [f"structure {name} that nobody was told of" for name in set(structures) - expected]
    lost += [f"file {n}" for n in own if files[f"file {n}"] != 1] + [f"note {n}" for n in own if not notes[n]]
    doubled += [f"note {n}" for n, times in notes.items() if times > 1]
    lost += [f"tags of {name}: {words[name]}" for name, said in tagged.items() if words[name] != said]
    lost += [f"run {run} is {states.get(run)}" for run, state in recorded.items() if states.get(run) != state]
    shared = {name for name in structures if name.startswith("shared ")}
    values = 2 * len(own) + len(shared)
    for what, found, wanted in (
        ("values", len(fingerprints), values), ("values by fingerprint", len(set(fingerprints)), values),
        ("structures by key", len(set(digests)), len(expected)), ("runs", len(states), len(recorded)),
        ("submissions in the journal", events, len(recorded)), ("files", sum(files.values()), len(own)),
    ):  # fmt: skip
        if found != wanted:
            (lost if found < wanted else doubled).append(f"{what}: {found}, not {wanted}")
    return lost, doubled
