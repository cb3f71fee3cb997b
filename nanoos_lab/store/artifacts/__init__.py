"""Files that runs leave and that samples and values have, kept once by their SHA-256.

Their bytes lie in the project's folder ``artifacts``, or under the URL that the lab's setting ``artifacts`` names.
"""

from __future__ import annotations

from nanoos_lab.store.artifacts.payloads import Payload, PayloadStore, payloads_of
from nanoos_lab.store.artifacts.records import (
    artifact_path,
    artifacts_of,
    artifacts_of_sample,
    check_name,
    checked_path,
    open_artifact,
    place,
    put_artifact,
    put_file,
    read_artifact,
    record_file,
    restore,
)

__all__ = [
    "Payload",
    "PayloadStore",
    "artifact_path",
    "artifacts_of",
    "artifacts_of_sample",
    "check_name",
    "checked_path",
    "open_artifact",
    "payloads_of",
    "place",
    "put_artifact",
    "put_file",
    "read_artifact",
    "record_file",
    "restore",
]
