"""What must hold in an archive before any of it is stored: rows that fit together, and say what is true of them.

A structure's digest, by which runs are found again, is worked out anew. What cannot be checked, such as a value, is
taken on the word of whoever made the archive.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.properties import Origin
from nanoos_lab.store.archive.tables import KINDS
from nanoos_lab.store.artifacts import check_name
from nanoos_lab.store.artifacts.payloads import is_sha256
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.schema import FINAL_STATES, RunState
from nanoos_lab.store.tags import clean_tags
from nanoos_lab.store.vectors import FLOAT32

if TYPE_CHECKING:
    from nanoos_lab.store.archive.reading import Archive
    from nanoos_lab.store.archive.tables import Kind

_UNIT_WITHIN = 1e-3
MODEL_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?")
MODEL_VERSION = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.+_-]{0,38}[0-9A-Za-z])?")


class Identity(NamedTuple):
    """What identifies a structure, worked out from its content."""

    digest: str
    crystal_hashes: tuple[str, ...]
    plain: bool
    """Whether its content is written as this store writes it, so that it need not be read again."""


def check_archive(archive: Archive) -> dict[str, Identity]:
    """Read every table of an archive once, and refuse it if anything in it cannot be.

    Args:
        archive: The open archive.

    Returns:
        What identifies each structure, by its id in the archive.

    Raises:
        InvalidInputError: The message names table and row.
    """
    check = _Check(archive)
    check.run()
    return check.identities


class _Check:
    """What is known of an archive while it is read."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._payloads = archive, archive.artifacts
        self._keys: dict[str, set[Any]] = {kind: set() for kind in KINDS}
        self._formulas: dict[str, str] = {}
        """Reduced formulas of materials, by id."""
        self.identities: dict[str, Identity] = {}
        self._active: set[str] = set()
        self._versions: set[str] = set()
        self._active_models: set[str] = set()
        self._named: set[str] = set()
        """Hashes of the bytes that artifacts name."""

    def run(self) -> None:
        special = {
            "material": self._material,
            "run": self._run,
            "structure": self._structure,
            "tag": self._tag,
            "attempt": self._attempt,
            "artifact": self._artifact,
            "model": self._model,
            "property_value": self._value,
            "embedding": self._embedding,
        }
        for kind in KINDS.values():
            for number, row in enumerate(self._archive.rows(kind.name), start=1):
                try:
                    self._place(kind, row)
                    if kind.name in special:
                        special[kind.name](row)
                except (NanoOSError, ValidationError) as error:
                    raise InvalidInputError(
                        f"{self._archive.path} cannot be imported: row {number} of {kind.name}: {error}"
                    ) from None
        if unnamed := sorted(self._payloads.keys() - self._named):
            raise InvalidInputError(
                f"{self._archive.path} cannot be imported: no artifact names the bytes {unnamed[0]}"
            )

    def _place(self, kind: Kind, row: dict[str, Any]) -> None:
        """Refuse a row that is there twice, or names what has not come before it."""
        for column, other in kind.references.items():
            if row[column] is not None and row[column] not in self._keys[other]:
                raise InvalidInputError(f"its {column} {row[column]} names no {other} that comes before it")
        key = row[kind.key[0]] if len(kind.key) == 1 else tuple(row[name] for name in kind.key)
        if key in self._keys[kind.name]:
            raise InvalidInputError(f"{key} is there twice")
        self._keys[kind.name].add(key)

    def _material(self, row: dict[str, Any]) -> None:
        if row["phase_key"].partition("|")[0] != row["reduced_formula"]:
            raise InvalidInputError(f"the phase {row['phase_key']!r} is none of {row['reduced_formula']!r}")
        self._formulas[row["id"]] = row["reduced_formula"]

    def _run(self, row: dict[str, Any]) -> None:
        if row["state"] not in FINAL_STATES:
            raise InvalidInputError(
                f"it is a run in state {row['state']!r}: only runs that have ended travel"
            )
        if not is_sha256(row["key"]):
            raise InvalidInputError(f"its key {row['key']!r} is not a SHA-256")
        active = row["active_key"]
        if active is not None and (active != row["key"] or row["state"] != RunState.COMPLETED):
            raise InvalidInputError("it answers for a key that is not its own, or without having completed")
        if active is not None and active in self._active:
            raise InvalidInputError(f"another run answers for its key {active}")
        self._active |= {active} - {None}

    def _structure(self, row: dict[str, Any]) -> None:
        new = new_structure(row)
        if new.digest != row["digest"]:
            raise InvalidInputError(f"its content hashes to {new.digest}, not to {row['digest']} as stated")
        composition, said = new.structure.composition, new.described
        stated = (said.formula, said.reduced_formula, said.n_sites)
        if stated != (composition.formula, composition.reduced_formula, len(new.structure)):
            raise InvalidInputError(
                f"its description speaks of {said.formula}, and its content is {composition.formula}"
            )
        self.identities[row["id"]] = Identity(new.digest, new.crystal_hashes, new.content == row["content"])
        if said.reduced_formula != self._formulas[row["material_id"]]:
            raise InvalidInputError(
                f"{said.reduced_formula} is not of its material {self._formulas[row['material_id']]}"
            )

    def _tag(self, row: dict[str, Any]) -> None:
        if clean_tags([row["tag"]]) != [row["tag"]]:
            raise InvalidInputError(f"the tag {row['tag']!r} has space around it")

    def _attempt(self, row: dict[str, Any]) -> None:
        if row["ended"] is not None and row["ended"] not in FINAL_STATES:
            raise InvalidInputError(f"no attempt ends {row['ended']!r}")

    def _artifact(self, row: dict[str, Any]) -> None:
        check_name(row["name"])
        sha256, size = row["sha256"], row["size"]
        if not is_sha256(sha256) or size < 0:
            raise InvalidInputError(f"it names no bytes: sha256 {sha256!r}, size {size}")
        if row["purged_at"] is None and self._archive.manifest.artifacts and sha256 not in self._payloads:
            raise InvalidInputError(f"its bytes {sha256} are not in the archive")
        if self._payloads.get(sha256, size) != size:
            raise InvalidInputError(f"it has {size} bytes, and {sha256} has {self._payloads[sha256]}")
        self._named.add(sha256)

    def _model(self, row: dict[str, Any]) -> None:
        for name, known in (("name", MODEL_NAME), ("version", MODEL_VERSION)):
            if not known.fullmatch(row[name]):
                raise InvalidInputError(f"no model has the {name} {row[name]!r}")
        label = f"{row['name']}@{row['version']}"
        if label in self._versions:
            raise InvalidInputError(f"{label} is there twice")
        self._versions.add(label)
        if not row["active"]:
            return
        if row["retired_at"] is not None:
            raise InvalidInputError(f"{label} is active, and retired")
        if row["name"] in self._active_models:
            raise InvalidInputError(f"of {row['name']!r} two versions are active")
        self._active_models.add(row["name"])

    def _value(self, row: dict[str, Any]) -> None:
        if row["origin"] not in set(Origin):
            raise InvalidInputError(f"{row['origin']!r} is no origin of a value")
        if row["material_id"] is None and row["sample_id"] is None:
            raise InvalidInputError("it is a value of nothing")
        if (row["value"] is None) == (row["artifact_id"] is None):
            raise InvalidInputError("it is neither one number nor one array")

    def _embedding(self, row: dict[str, Any]) -> None:
        vector = read_vector(row["vector"])
        if not abs(float(np.linalg.norm(vector)) - 1.0) < _UNIT_WITHIN:
            raise InvalidInputError("its vector is not of length 1")


def new_structure(
    row: dict[str, Any], identity: Identity | None = None, *, to_compare: bool = True
) -> NewStructure:
    """Return a row's structure as the store takes structures in, worked out from its content.

    Args:
        row: Of an archive; what it names is not looked up.
        identity: What identifies it, where that was worked out before.
        to_compare: Whether it may be compared with others; else its content is read only where that is needed to
            store it.

    Raises:
        InvalidInputError: Its content is no structure, or its description none of a structure.
    """
    from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

    try:
        as_it_is = identity is not None and identity.plain and not to_compare
        structure = None if as_it_is else science.from_json(row["content"])
        description = science.Description.model_validate(row["description"])
    except (ValidationError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise InvalidInputError(f"its content or description cannot be read: {error}") from error
    new = NewStructure(
        structure,
        row["name"],
        description=description,
        original_text=row["original_text"],
        original_format=row["original_format"],
        original_name=row["original_name"],
        parent_id=row["parent_id"],
        run_id=row["run_id"],
        notes=row["notes"],
        distinct=row["record_key"].startswith("cell:"),
    )
    if identity is not None:
        # these are properties that are worked out once and kept
        vars(new).update(digest=identity.digest, crystal_hashes=identity.crystal_hashes)
        vars(new).update({"content": row["content"]} if identity.plain else {})
    return new


def read_vector(text: str) -> Any:  # noqa: ANN401 - an array of float32, shape (d,)
    """Return the vector that a text of base64 holds.

    Args:
        text: Of little-endian float32.

    Raises:
        InvalidInputError: It holds none, or numbers that are not finite.
    """
    try:
        vector = np.frombuffer(base64.b64decode(text, validate=True), dtype=FLOAT32)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(f"its vector cannot be read: {error}") from None
    if not len(vector) or not np.isfinite(vector).all():
        raise InvalidInputError("its vector is empty or not finite")
    return vector
