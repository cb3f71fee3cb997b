"""What an outcome file must look like, checked as a stranger's words.

A worker ran somebody's task, so its outcome is data to be validated: types, sizes, names, no NaN, no path
that leaves the item's folder. Nothing in it is executed, and nothing in it says whose it is.
"""

from __future__ import annotations

import json
import math
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import loads
from nanoos_lab.properties import ArrayEstimate, PropertyEstimate
from nanoos_lab.runs.attempts.folder import PROTOCOL

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_MAX_SUMMARY = 2**20


class ArtifactEntry(BaseModel):
    """A file that the task left."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    path: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    """Relative to the item's folder, with forward slashes."""
    sha256: Sha256
    size: Annotated[int, Field(ge=0)]

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or "\0" in path or not pure.parts:
            msg = f"{path!r} leaves the item's folder"
            raise ValueError(msg)
        return path


class ErrorEntry(BaseModel):
    """Why a run did not complete."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Annotated[str, StringConstraints(max_length=200)]
    message: Annotated[str, StringConstraints(max_length=10_000)]
    traceback: Annotated[str, StringConstraints(max_length=100_000)] = ""
    transient: bool = False


class OutcomeDocument(BaseModel):
    """The content of ``outcomes/<run>.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    protocol: Literal[1]
    run: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
    attempt: Annotated[int, Field(ge=1)]
    state: Literal["COMPLETED", "FAILED", "CANCELLED"]
    worker: dict[str, Any]
    started_at: float
    finished_at: float
    values: dict[Name, list[PropertyEstimate | ArrayEstimate]] = Field(default_factory=dict)
    structures: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    artifacts: Annotated[list[ArtifactEntry], Field(max_length=10_000)] = Field(default_factory=list)
    summary: dict[str, Any] = Field(default_factory=dict)
    converged: bool = True
    messages: Annotated[
        list[Annotated[str, StringConstraints(max_length=10_000)]], Field(max_length=1000)
    ] = Field(default_factory=list)
    error: ErrorEntry | None = None

    @field_validator("artifacts")
    @classmethod
    def _names_are_unique(cls, artifacts: list[ArtifactEntry]) -> list[ArtifactEntry]:
        if len({entry.name for entry in artifacts}) != len(artifacts):
            msg = "two artifacts have the same name"
            raise ValueError(msg)
        return artifacts

    @field_validator("summary")
    @classmethod
    def _summary_is_small(cls, summary: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(summary)) > _MAX_SUMMARY:
            msg = f"a summary holds at most {_MAX_SUMMARY} bytes; leave large data as an artifact"
            raise ValueError(msg)
        return summary


def parse_outcome(data: bytes) -> OutcomeDocument:
    """Read an outcome.

    Args:
        data: The file's bytes.

    Raises:
        InvalidInputError: It is not an outcome; the message says what is wrong with it.
    """
    try:
        raw = loads(data, "it", parse_constant=_refuse_constant, parse_float=_finite)
        if isinstance(raw, dict) and raw.get("protocol") != PROTOCOL:
            raise InvalidInputError(f"it speaks protocol {raw.get('protocol')!r}, not {PROTOCOL}")
        return OutcomeDocument.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "document"
        raise InvalidInputError(f"{place}: {first['msg']}") from None
    except RecursionError:
        raise InvalidInputError("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise InvalidInputError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise InvalidInputError(f"it is not JSON: {error}") from None


def _refuse_constant(name: str) -> float:
    raise InvalidInputError(f"it holds {name}, which is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise InvalidInputError(f"it holds {text[:40]}, which no float can hold")
    return number
