"""What an archive says of itself: ``manifest.json``, the list of its members with their hashes."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.archive.tables import FIRST, FORMAT, KINDS, kinds_of, read_line

NAME = "manifest.json"
FORMAT_NAME = "nanoos-lab archive"
_ARTIFACT = re.compile(r"artifacts/[0-9a-f]{64}")


class Member(BaseModel):
    """A file in an archive."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    """In bytes, unpacked."""


class Origin(BaseModel):
    """Where an archive comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    lab: str
    """The lab's name."""
    lab_id: str
    project: str
    """The project's name."""
    project_id: str
    person: str
    """Who exported it."""


class Manifest(BaseModel):
    """What an archive says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: str = FORMAT_NAME
    version: int = FIRST
    tool: str
    """Name and version of the program that wrote it."""
    created: str
    """ISO 8601, UTC."""
    origin: Origin
    whole: bool
    """Whether it holds a whole project, or chosen structures with their provenance."""
    artifacts: bool
    """Whether the bytes of artifacts are in it."""
    counts: dict[str, int]
    """Rows of each table."""
    left_out: dict[str, int] = Field(default_factory=dict)
    """What was not taken along and how many, such as unfinished runs."""
    members: dict[str, Member]
    """Every other file of the archive by its name."""


def read_manifest(data: bytes) -> Manifest:
    """Return what a manifest says.

    Args:
        data: Its bytes.

    Raises:
        InvalidInputError: It is damaged, says something unknown, or is of a newer format.
    """
    said = read_line(data)
    version = said.get("version")
    if said.get("format") != FORMAT_NAME or type(version) is not int:
        raise InvalidInputError("its manifest is not that of an archive of NANO-OS Lab")
    if version > FORMAT:
        raise InvalidInputError(
            f"it has format {version}, newer than this nanoos-lab knows ({FORMAT}): upgrade with pip install -U "
            "nanoos-lab"
        )
    if version < 1:
        raise InvalidInputError(f"there is no format {version}")
    try:
        manifest = Manifest.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(
            f"its manifest is damaged: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from None
    for name in manifest.members:
        if not _ARTIFACT.fullmatch(name) and name not in map(table_member, KINDS):
            raise InvalidInputError(f"its manifest names a file that no archive has: {name!r:.80}")
    kinds = kinds_of(version)
    if manifest.counts.keys() != kinds.keys() or any(
        (table_member(kind) in manifest.members) != (kind in kinds) for kind in KINDS
    ):
        raise InvalidInputError("its manifest does not name every table")
    return manifest


def table_member(kind: str) -> str:
    """Return the name of a table's member."""
    return f"tables/{kind}.jsonl"


def artifact_member(sha256: str) -> str:
    """Return the name of the member that holds some bytes."""
    return f"artifacts/{sha256}"
