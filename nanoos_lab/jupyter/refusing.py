"""Saying no: every error of the server extension as a status with a message and a remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import ValidationError

from nanoos_lab.errors import (
    AccessDeniedError,
    AmbiguousIdError,
    ConnectionLostError,
    MissingExtraError,
    NanoOSError,
    RunError,
    StoreError,
    StructureParseError,
    UnknownNameError,
)

_PASSWORD = re.compile(r"(://[^:/@\s]+):[^@\s]+@")


@dataclass
class RefusedError(Exception):
    """A question that is not answered."""

    status: HTTPStatus
    message: str
    remedy: str = ""


_STATUS: tuple[tuple[type[Exception], HTTPStatus, str], ...] = (
    (AccessDeniedError, HTTPStatus.FORBIDDEN, "Ask who runs the lab to let you in."),
    (ConnectionLostError, HTTPStatus.SERVICE_UNAVAILABLE, "Try again; it may be back in a moment."),
    (UnknownNameError, HTTPStatus.NOT_FOUND, ""),
    (AmbiguousIdError, HTTPStatus.CONFLICT, ""),
    (MissingExtraError, HTTPStatus.NOT_IMPLEMENTED, "Install it where Jupyter's server runs, and start that again."),
    (StructureParseError, HTTPStatus.UNPROCESSABLE_ENTITY, "Open the file with the editor to see what it holds."),
    (RunError, HTTPStatus.CONFLICT, ""),
    (StoreError, HTTPStatus.CONFLICT, ""),
    (NanoOSError, HTTPStatus.BAD_REQUEST, ""),
)  # fmt: skip


def refusal_of(error: Exception) -> RefusedError | None:
    """Return how an error is told, or None for one that nobody foresaw.

    Args:
        error: What was raised.
    """
    if isinstance(error, RefusedError):
        return error
    if isinstance(error, ValidationError):
        said = [f"{'.'.join(map(str, e['loc'])) or 'question'}: {e['msg']}" for e in error.errors()[:5]]
        return RefusedError(HTTPStatus.BAD_REQUEST, "; ".join(said), "Check what was filled in.")
    for kind, status, remedy in _STATUS:
        if isinstance(error, kind):
            return RefusedError(status, _PASSWORD.sub(r"\1@", str(error)), remedy)
    return None
