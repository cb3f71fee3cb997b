"""Structures as a model sees them: computing embeddings once, and finding what is alike by them.

Embeddings come from recorded runs of the task ``embed``, a few hundred structures each, whose files are kept as
of any run; the vectors are then put into the store, a run's in one transaction. If that is interrupted, the next
call finds the finished runs again and goes on. A structure outside the model's domain is named, and a line of
the journal keeps it from being tried again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from nanoos_lab.errors import AccessDeniedError, ArtifactError, InvalidInputError, UnknownNameError
from nanoos_lab.lab import sources
from nanoos_lab.lab.modelling.names import PREFIX, named_predictor
from nanoos_lab.lab.neighbours import EmbeddingReport, Neighbours, Subject
from nanoos_lab.lab.records import StructureRecord
from nanoos_lab.lab.runs import Run
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.store import embeddings
from nanoos_lab.store.schema import Role, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from nanoos_lab.ml.embedding import Embedder
    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.database import Store

Missing = Literal["embed", "error", "ignore"]
PER_RUN = 256
"""Structures that one run embeds: what a kill at any moment may cost."""
PER_BATCH = 16
"""Runs that are asked for at once."""


@dataclass(frozen=True)
class Index:
    """The vectors of one model and version."""

    model: str
    """What every process knows the model by."""
    embedder: Embedder

    @property
    def name(self) -> str:
        """The model's own name."""
        return self.embedder.name

    @cached_property
    def version(self) -> str:
        """Its version; of a model's file with the beginning of its hash, since anyone may call a file anything."""
        version = self.embedder.version
        if not self.model.startswith(PREFIX):
            return version
        said = json.dumps(dict(self.embedder.identity()), sort_keys=True).encode()
        return f"{version} #{hashlib.sha256(said).hexdigest()[:8]}"

    @property
    def key(self) -> tuple[str, str]:
        """Name and version."""
        return self.name, self.version


class Similarity(Workspace):
    """The verbs about embeddings and similarity.

    Args:
        store: The open store.
        runs: The runs of the store's project.
    """

    def __init__(self, store: Store, runs: Runs) -> None:
        super().__init__(store, runs)
        self._complete: dict[tuple[str, str], tuple[str, int]] = {}
        """By model and version: the journal's mark at which nothing was missing, and how many were refused."""

    def embed(
        self,
        structures: StructureLike | Iterable[StructureLike] | None = None,
        *,
        model: str = "chgnet",
        on: str | None = None,
    ) -> EmbeddingReport:
        """Compute and store the embeddings that are missing, a few hundred structures in a run.

        Args:
            structures: Of these; None for every structure of the project, derived ones too.
            model: A predictor that embeds, such as ``chgnet``, ``nanoos-gnn`` or a registered model of the lab.
            on: The profile to run on; by default the settings' own.

        Raises:
            InvalidInputError: The predictor gives no embeddings.
            AccessDeniedError: One may only look at this project.
        """
        index = self.index_of(model)
        if self.store.scope.role is Role.VIEWER:
            raise AccessDeniedError(
                f"{self.store.scope.author} may look at {self.project} but not add embeddings: ask an editor to "
                "run lab.embed()"
            )
        scope, key = self.store.scope, index.key
        with self.store.read() as session:
            missing, refused = embeddings.without_embedding(session, scope, *key)
            present = embeddings.count_embeddings(session, scope).get(key, 0)
        if structures is not None:
            chosen = self._ids_of(structures)
            left = set(chosen) & {*missing, *refused}
            present = len(chosen) - len(left)
            missing = [i for i in missing if i in left]
            refused = {i: reason for i, reason in refused.items() if i in left}
        added, runs, failed = 0, [], []
        for first in range(0, len(missing), PER_RUN * PER_BATCH):
            for run, ids in self._embed(index, missing[first : first + PER_RUN * PER_BATCH], on):
                runs.append(run)
                if run.state is RunState.COMPLETED:
                    stored, bad = self._keep(index, run, ids, on)
                    added, refused = added + stored, refused | bad
                else:
                    failed.append(run)
        named = [(record, refused[record.id]) for record in self.structures(refused)]
        return EmbeddingReport(
            " ".join(key), added=added, present=present, refused=named, runs=runs, failed=failed
        )

    def similar(
        self,
        structure: Any,  # noqa: ANN401 - a record, an id, a name, a file, a pymatgen or ASE object
        k: int = 20,
        *,
        model: str = "chgnet",
        missing: Missing | None = None,
        **filters: Any,
    ) -> Neighbours:
        """Return the stored structures that are most like one, by the cosine of their embeddings.

        All structures of the project are compared, also those that runs derived; ``derived=False`` leaves them out.

        Args:
            structure: A record, a run that made one, an id or name; or a file, text, pymatgen or ASE object that
                need not be in the lab.
            k: How many, at most. A stored structure is not in its own answer.
            model: A predictor that embeds; vectors of two models or versions are never compared.
            missing: What to do where structures have no embedding yet: ``"embed"`` them first, the default for
                who may; ``"ignore"`` them and say how many, the default for viewers; or raise an ``"error"``.
            **filters: As for ``find``, without ``limit``: ``elements=["O"]``, ``space_group=62``,
                ``band_gap=(1, 2)``, ``tags="perovskite"``.

        Raises:
            OutOfDomainError: The model cannot know the structure.
            InvalidInputError: Embeddings are missing and ``missing="error"``, or the question cannot be understood.
        """
        from nanoos_lab.store.similar import similar  # noqa: PLC0415 - brings numpy

        index = self.index_of(model)
        notes = self._prepare(index, self._choice(missing))
        record, value = self._searched(structure)
        vector = self._vector(index, record, value)
        with self.store.read() as session:
            found = similar(
                session, self.store.scope, vector, model=index.name, version=index.version, k=k,
                exclude=[record.id] if record else (), **filters,
            )  # fmt: skip
        records = {r.id: r for r in self.find(ids=[n.structure_id for n in found])} if found else {}
        kept = [n for n in found if n.structure_id in records]
        label = record.name if record else f"the given {value.composition.reduced_formula}"
        return Neighbours(
            [records[n.structure_id] for n in kept], [n.distance for n in kept],
            subject=Subject(label, value.composition.reduced_formula, value),
            model=" ".join(index.key), notes=notes,
        )  # fmt: skip

    def index_of(self, model: str) -> Index:
        """Return the vectors' name and version, and who makes them.

        Args:
            model: A predictor that embeds: of the registry, a registered model of the lab, or ``model:PATH``.

        Raises:
            UnknownNameError: There is none of that name; close matches are suggested.
            InvalidInputError: It gives no embeddings.
        """
        from nanoos_lab.ml.embedding import get_embedder  # noqa: PLC0415 - brings numpy

        known = named_predictor(self.store, model)
        return Index(known, get_embedder(known))

    def _choice(self, missing: str | None) -> Missing:
        if missing is None:
            return "ignore" if self.store.scope.role is Role.VIEWER else "embed"
        if missing not in {"embed", "error", "ignore"}:
            raise InvalidInputError(f"missing is 'embed', 'error' or 'ignore', not {missing!r}")
        return missing  # type: ignore[return-value] # checked above

    def _ids_of(self, structures: StructureLike | Iterable[StructureLike]) -> list[str]:
        one = isinstance(structures, (str, StructureRecord, Run))
        given = [structures] if one else structures
        return list(dict.fromkeys(self.structure(s).id for s in given))

    # Embeddings -------------------------------------------------------------------------------------

    def _prepare(self, index: Index, choice: Missing) -> list[str]:
        """See to structures without an embedding, and return what must be said of those that stay without.

        Where nothing was recorded since the last look, nothing is missing that was not then.
        """
        key = index.key
        for last in (False, True):
            with self.store.read() as session:
                mark = embeddings.last_change(session, self.store.scope)
                known, refused = self._complete.get(key, ("", 0))
                if known == mark:
                    return _said(0, refused, key)
                missing, bad = embeddings.without_embedding(session, self.store.scope, *key)
            if not missing:
                self._complete[key] = mark, len(bad)
            if not missing or choice == "ignore" or last:
                break
            if choice == "error":
                raise InvalidInputError(
                    f"{_counted(len(missing))} of this project no {' '.join(key)} embedding: compute them with "
                    f"lab.embed(model={index.name!r}), or pass missing='ignore'"
                )
            self.embed(model=index.model)
        return _said(len(missing), len(bad), key)

    def _embed(
        self, index: Index, ids: Sequence[str], on: str | None, *, force: bool = False
    ) -> list[tuple[Run, Sequence[str]]]:
        """Run the task on structures and return each run with those it was given."""
        pieces = [ids[start : start + PER_RUN] for start in range(0, len(ids), PER_RUN)]
        with self.store.read() as session:
            rows = [embeddings.structures_to_embed(session, self.store.scope, piece) for piece in pieces]
        inputs = [{"structures": some} for some in rows]
        label = f"embeddings by {index.name}"
        asked = self._runs.submit_many(
            "embed", inputs, {"model": index.model}, on=on, force=force, label=label
        )
        batch = self.batch(asked.id).wait()
        return [(run, [row.id for row in some]) for run, some in zip(batch, rows, strict=True)]

    def _keep(self, index: Index, run: Run, ids: Sequence[str], on: str | None) -> tuple[int, dict[str, str]]:
        """Store what a run computed; return how many vectors were new, and why others are refused."""
        from nanoos_lab.ml.embedding import VECTORS, read_vectors  # noqa: PLC0415 - brings numpy

        try:
            path: Path = run.artifacts[VECTORS]
        except (ArtifactError, KeyError):  # purged since, or damaged
            ((run, _),) = self._embed(index, ids, on, force=True)
            path = run.check().artifacts[VECTORS]
        vectors = read_vectors(path, len(ids))
        refused = {ids[int(i)]: str(reason) for i, reason in run.summary["refused"].items()}
        sound = {i: vector for i, vector in zip(ids, vectors, strict=True) if i not in refused}
        scope, key = self.store.scope, index.key
        with self.store.write() as session:
            stored = embeddings.insert_embeddings(session, scope, *key, sound)
            embeddings.refuse_embeddings(session, scope, *key, refused)
        return stored, refused

    # The question -----------------------------------------------------------------------------------

    def _searched(self, structure: Any) -> tuple[StructureRecord | None, Any]:  # noqa: ANN401
        """Return the record that is meant, if it is a stored one, and the structure itself."""
        if isinstance(structure, (StructureRecord, Run)):
            record = self.structure(structure)
            return record, record.structure
        if isinstance(structure, str) and "\n" not in structure:
            try:
                record = self.structure(structure)
            except UnknownNameError:
                return None, _read_one(structure, unknown=True)
            return record, record.structure
        return None, _read_one(structure)

    def _vector(self, index: Index, record: StructureRecord | None, value: Any) -> Any:  # noqa: ANN401
        if record is not None:
            with self.store.read() as session:
                known = embeddings.embedding_of(session, self.store.scope, *index.key, record.id)
            if known is not None:
                return known
        from nanoos_lab.ml.embedding import normalised  # noqa: PLC0415 - brings numpy

        index.embedder.check(value)
        return normalised(index.embedder.embed([value]))[0]


def _read_one(source: Any, *, unknown: bool = False) -> Any:  # noqa: ANN401
    """Return the one structure that a source outside the lab holds."""
    try:
        found = sources.collect(source)
    except InvalidInputError as error:
        if unknown:
            raise UnknownNameError(
                "structure or file", str(source), hint="Give an id, a name, or a structure file."
            ) from error
        raise
    if len(found.parsed) != 1:
        raise InvalidInputError(
            f"{str(source)[:80]!r} holds {len(found.parsed)} structures: search with one of them"
        )
    return found.parsed[0].structure


def _said(missing: int, refused: int, key: tuple[str, str]) -> list[str]:
    model = " ".join(key)
    notes = []
    if missing:
        notes.append(f"not compared: {_counted(missing)} no {model} embedding yet")
    if refused:
        notes.append(
            f"not compared: {_counted(refused)} no {model} embedding, being outside what the model knows; "
            "lab.embed() says which and why"
        )
    return notes


def _counted(count: int) -> str:
    return "1 structure has" if count == 1 else f"{count:,} structures have"
