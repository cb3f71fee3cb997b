"""What people state by hand: measured values, samples and their files; and values of all methods side by side."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab import stating
from nanoos_lab.conditions import named_conditions, normal_conditions
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.comparing import Comparison
from nanoos_lab.lab.runs import Run
from nanoos_lab.lab.sample_records import SampleRecord, SampleSet
from nanoos_lab.lab.value_records import ValueRecord
from nanoos_lab.lab.workspace import Workspace
from nanoos_lab.properties import get_property
from nanoos_lab.store import samples as sample_rows
from nanoos_lab.store import values as value_rows
from nanoos_lab.store.arrays import read_array
from nanoos_lab.store.artifacts import artifacts_of_sample
from nanoos_lab.store.rows import get_row, resolve_id
from nanoos_lab.store.samples import Subject
from nanoos_lab.store.schema import MaterialRow, PropertyValueRow, SampleRow, StructureRow
from nanoos_lab.store.tables import ImportReport, import_measured_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.properties import Method
    from nanoos_lab.store.schema import ArtifactRow

_OF_RECORD = ("unit", "method", "conditions", "source", "note", "origin", "uncertainty_kind", "uncertainty")
_OF_SAMPLE = ("synthesis", "files", "parent", "notes")


class Measuring(Workspace):
    """The verbs about measured values and samples."""

    def record(
        self,
        subject: Any,  # noqa: ANN401 - a record, a run, an id or a name
        property: str,  # noqa: A002 - the field's word
        value: Any,  # noqa: ANN401 - a number, a text with a unit, or an array
        uncertainty: float | str | None = None,
        *,
        unit: str | Sequence[str] | None = None,
        method: str | Method = "",
        conditions: Mapping[str, Any] | None = None,
        source: str = "",
        note: str = "",
        origin: str = "measured",
        uncertainty_kind: str = "standard",
        **named: Any,
    ) -> ValueRecord:
        """Record what is known of a structure, a material or a sample; the same fact again adds nothing.

        Args:
            subject: A structure, a sample or a material, or the id or name of one. What is recorded of a sample
                counts for its material too.
            property: A name of the vocabulary.
            value: A number, a text such as ``"171 GPa"`` or ``"171 ± 8 GPa"``, or of an array property rows of
                numbers, a data frame or a tuple of columns.
            uncertainty: Half width: a number in the value's unit, or a text such as ``"8 GPa"`` or ``"5 %"``.
            unit: The value's unit where it is not the kept one; of an array that of its last column, or a list.
            method: How it was found; by default ``literature`` where there is a source, else ``experiment``.
            conditions: Under which it holds, by name; names of your own are kept as they are given.
            source: A citation.
            note: One sentence that a reader of the value must know.
            origin: ``measured``, ``computed``, ``predicted`` or ``imported``.
            uncertainty_kind: ``standard`` (1 σ), ``expanded_90``, ``conformal_90`` or ``fit``.
            named: Conditions with a known name: ``temperature="300 K"``, ``pressure_GPa=5``.

        Raises:
            UnknownNameError: There is no such subject, property or condition; close names are suggested.
            InvalidInputError: A number, unit or condition cannot be understood; the message says what can.

        Example:
            >>> lab.record(sto, "bulk_modulus", "174 ± 2 GPa", temperature="300 K")  # doctest: +SKIP
        """
        stated = stating.state(
            property, value, uncertainty, unit=unit, method=method, source=source, note=note, origin=origin,
            uncertainty_kind=uncertainty_kind, conditions=_joined(conditions, named, _OF_RECORD),
        )  # fmt: skip
        with self.store.write() as session:
            of = self._subject(session, subject)
            (row,) = value_rows.insert_values(session, self.store.scope, estimates=[stated], **of.columns)
        return ValueRecord(self, row, of.name)

    def value(self, value_id: str) -> ValueRecord:
        """Return a recorded value; ``.array`` of it reads an array back after checking every byte.

        Args:
            value_id: Its id or a unique prefix.

        Raises:
            UnknownNameError: No value has this id.
        """
        with self.store.read() as session:
            row = get_row(session, self.store.scope, PropertyValueRow, value_id)
            return ValueRecord(self, row, self._subject_name(session, row))

    def sample(
        self,
        name: str,
        of: Any = None,  # noqa: ANN401 - a record, a run, an id or a name
        *,
        synthesis: Mapping[str, Any] | None = None,
        files: str | Path | Iterable[str | Path] | Mapping[str, str | Path | bytes] = (),
        parent: SampleRecord | str | None = None,
        notes: str = "",
        **named: Any,
    ) -> SampleRecord:
        """Return a sample by its name, made when it is new and something is said of it, else completed.

        Args:
            name: What its label says, or the id of one that exists.
            of: The structure or material it is of; by default its parent's.
            synthesis: How it was made: quantities as texts with a unit, other facts as they are; what was said
                before is completed, or replaced where it differs.
            files: Characterisation files to keep with it, by path, or by a name of their own.
            parent: The sample it was made from.
            notes: Free text; replaces what was there.
            named: Facts of the synthesis with a known name: ``temperature="900 °C"``, ``time="24 h"``.

        Raises:
            UnknownNameError: Only a name is given, and there is no such sample.
            InvalidInputError: The sample is known to be of something else, or a quantity cannot be understood.
            ArtifactError: A file cannot be read.
        """
        made = _joined(synthesis, named, _OF_SAMPLE)
        chosen = _files(files)
        if of is None and parent is None and synthesis is None and not (made or chosen or notes):
            return self._known_sample(name)
        scope = self.store.scope
        with self.store.write() as session:
            subject = None if of is None else self._subject(session, of)
            row, _new = sample_rows.put_sample(
                session, scope, name, subject=subject, synthesis=made, notes=notes,
                parent=None if parent is None else str(getattr(parent, "id", parent)),
            )  # fmt: skip
            for file_name, source in chosen.items():
                sample_rows.add_file(session, scope, row, source, name=file_name)
            return self._samples(session, [row])[0]

    def samples(
        self,
        of: Any = None,  # noqa: ANN401 - a record, a run, an id or a name
        *,
        parent: SampleRecord | str | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> SampleSet:
        """Return samples, oldest first.

        Args:
            of: Only those of this material, whichever of its structures is given.
            parent: Only those made from this sample.
            text: Only those with these words in name or notes.
            limit: At most so many.
        """
        scope = self.store.scope
        with self.store.read() as session:
            material = None if of is None else self._subject(session, of).material_id or ""
            above = None if parent is None else self._subject(session, parent).id
            rows = sample_rows.find_samples(
                session, scope, material_id=material, parent_id=above, text=text, limit=limit
            )
            found = value_rows.find_values(session, scope, sample_id=[row.id for row in rows])
            counts = Counter(value.sample_id or "" for value in found)
            return SampleSet(self._samples(session, rows), counts=dict(counts))

    def get(self, record_id: str) -> Any:  # noqa: ANN401 - any kind of record
        """Return the structure, run, batch, sample or value with this id or name.

        Args:
            record_id: Its id, a unique prefix, or the name of a structure or sample.

        Raises:
            UnknownNameError: Nothing has this id.
            AmbiguousIdError: The prefix fits several records.
        """
        kinds = ("structure", "run", "batch", "sample", "value")
        with self.store.read() as session:
            kind, full = resolve_id(session, self.store.scope, record_id, kinds=kinds)
        if kind == "sample":
            return self.sample(full)
        return self.value(full) if kind == "value" else super().get(full)

    def compare(self, subject: Any, property: str) -> Comparison:  # noqa: A002, ANN401 - the field's word
        """Compare what is known of one property of a material, in groups of like method and conditions.

        Values of its structures, of its samples and of the material as such count; synthetic ones do not.

        Args:
            subject: Any structure or sample of the material, or the material itself.
            property: The property's name.
        """
        entry, scope = get_property(property), self.store.scope
        with self.store.read() as session:
            of = self._subject(session, subject)
            if of.material_id is None:
                title, found = f"sample {of.name}", {of.id: of.name}
                rows = value_rows.find_values(session, scope, sample_id=of.id, property=property)
            else:
                pieces = sample_rows.find_samples(session, scope, material_id=of.material_id)
                title, found = (
                    self._material_title(session, of.material_id),
                    {one.id: one.name for one in pieces},
                )
                rows = value_rows.find_values(session, scope, material_id=of.material_id, property=property)
                rows += value_rows.find_values(session, scope, sample_id=list(found), property=property)
            rows = list({row.id: row for row in rows}.values())
            arrays = {row.id: read_array(session, scope, row) for row in rows[:12] if entry.kind == "array"}
        return Comparison(title, property, rows, samples=found, arrays=arrays, lab=self)

    def import_measured(self, table: str | Path) -> ImportReport:
        """Import measured values from a CSV file, each with its source; importing it again adds nothing.

        Args:
            table: A file with the columns ``property`` and ``value``, with ``formula`` and ``space_group`` or
                ``sample``, and where known ``unit``, ``uncertainty``, ``method``, ``source``, ``note`` and conditions
                whose names end in their unit, such as ``temperature_K`` or ``pressure_GPa``.

        Returns:
            What was added, what was there already, and which lines were refused and why.
        """
        with self.store.write() as session:
            return import_measured_csv(session, self.store.scope, Path(table))

    def files_of_sample(self, sample_id: str) -> list[ArtifactRow]:
        """Return the rows of a sample's files, by name.

        Args:
            sample_id: Its full id.
        """
        with self.store.read() as session:
            return artifacts_of_sample(session, self.store.scope, sample_id)

    def _subject(self, session: Session, given: Any) -> Subject:  # noqa: ANN401 - a record, a run, an id or a name
        if isinstance(given, MaterialRow):
            return Subject("material", given.id, given.name, given.id)
        if isinstance(given, Run):
            given = self.structure(given)
        return sample_rows.get_subject(session, self.store.scope, str(getattr(given, "id", given)))

    def _known_sample(self, name: str) -> SampleRecord:
        with self.store.read() as session:
            try:
                row = get_row(session, self.store.scope, SampleRow, name)
            except UnknownNameError as error:
                hint = "Say what it is of, or how it was made, to make it."
                raise UnknownNameError("sample", str(name), error.known, hint=hint) from None
            return self._samples(session, [row])[0]

    def _samples(self, session: Session, rows: Sequence[SampleRow]) -> list[SampleRecord]:
        key = self.store.scope.project_id
        records = []
        for row in rows:
            of = ""
            if row.structure_id is not None:
                of = session.get_one(StructureRow, (key, row.structure_id)).name
            elif row.material_id is not None:
                of = self._material_title(session, row.material_id)
            records.append(SampleRecord(self, row, of))
        return records

    def _material_title(self, session: Session, material_id: str) -> str:
        row = session.get_one(MaterialRow, (self.store.scope.project_id, material_id))
        name, phase = row.name or row.reduced_formula, row.phase_key.partition("|")[2]
        return f"{name} (space group {phase})" if phase.isdecimal() and phase != "0" else name

    def _subject_name(self, session: Session, row: PropertyValueRow) -> str:
        key = self.store.scope.project_id
        if row.sample_id is not None:
            return session.get_one(SampleRow, (key, row.sample_id)).name
        if row.structure_id is not None:
            return session.get_one(StructureRow, (key, row.structure_id)).name
        return self._material_title(session, row.material_id or "")


def _joined(
    given: Mapping[str, Any] | None, named: Mapping[str, Any], others: Iterable[str]
) -> dict[str, Any]:
    """Return conditions given both ways together."""
    kept, more = normal_conditions(given or {}), named_conditions(named, others)
    for name in kept.keys() & more.keys():
        if kept[name] != more[name]:
            raise InvalidInputError(f"{name} is given twice: {kept[name]} and {more[name]}")
    return kept | more


def _files(
    given: str | Path | Iterable[str | Path] | Mapping[str, str | Path | bytes],
) -> dict[str, Path | bytes]:
    """Return files by the name under which they are kept."""
    if isinstance(given, (str, Path)):
        given = [given]
    if not hasattr(given, "items"):
        given = {Path(path).name: path for path in given}
    return {name: one if isinstance(one, bytes) else Path(one).expanduser() for name, one in given.items()}
