"""Files of the lab that parameters name, such as a trained model's: sent to the cluster once, named there by its path.

A parameter names such a file by a path that ends in its SHA-256, with or without a word such as ``model:`` before it.
It is sent before the first run that needs it, in parts, and has its name there when its bytes hash to it.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nanoos_lab.runs.executors import StartError, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.runs.ssh.cluster import Cluster

FOLDER = "files"
"""Below the cluster's folder."""
PART_BYTES = 8 * 2**20
"""So many bytes go into one message."""
_MAY_NAME = re.compile(rb'/[0-9a-f]{64}"')
_NAMED = re.compile(r"((?:[a-z]+:)?)(/.*/([0-9a-f]{64}))")


class Carrier:
    """Sends what specs name, and lets them name it as it is called there.

    Args:
        cluster: The cluster.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def carried(self, specs: Sequence[bytes]) -> list[bytes]:
        """Return specs as a node there can follow them; what they name is there.

        Args:
            specs: As they lie here.

        Raises:
            StartError: A file cannot be read or has other bytes than its name says, or the cluster refuses it.
        """
        if not any(_MAY_NAME.search(raw) for raw in specs):
            return list(specs)
        read = [json.loads(raw) for raw in specs]
        files: dict[str, Path] = {}
        for spec in read:
            for item in spec["items"]:
                files |= named_files(item.get("params"))
        if not files:
            return list(specs)
        self._send(files)
        root = PurePosixPath(self._cluster.settings.folder) / FOLDER
        places = {str(path): str(root / sha256) for sha256, path in files.items()}
        for spec in read:
            for item in spec["items"]:
                item["params"] = _renamed(item.get("params"), places)
        return [json.dumps(spec).encode() for spec in read]

    def _send(self, files: Mapping[str, Path]) -> None:
        missing = self._cluster.ask({"op": "missing", "files": sorted(files)}).header.get("missing")
        for sha256 in sorted(set(missing if isinstance(missing, list) else []) & files.keys()):
            self._send_one(sha256, files[sha256])

    def _send_one(self, sha256: str, path: Path) -> None:
        asked = {"op": "put", "sha256": sha256, "part": secrets.token_hex(6)}
        try:
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                    raise StartError(
                        f"{path} has other bytes than it had: they do not hash to {sha256}", Verdict.FINAL
                    )
                stream.seek(0)
                offset = 0
                while part := stream.read(PART_BYTES):
                    self._cluster.ask(asked | {"offset": offset}, [part])
                    offset += len(part)
        except OSError as error:
            raise StartError(f"{path} cannot be read: {error.strerror or error}", Verdict.FINAL) from error
        self._cluster.ask(asked | {"op": "keep"})


def named_files(value: Any) -> dict[str, Path]:  # noqa: ANN401 - any JSON value
    """Return the files that parameters name, by SHA-256.

    Args:
        value: Parameters, or a part of them.
    """
    if isinstance(value, str):
        found = _NAMED.fullmatch(value)
        return {found[3]: Path(found[2])} if found and Path(found[2]).is_file() else {}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {sha256: path for one in inner for sha256, path in named_files(one).items()}


def _renamed(value: Any, places: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        found = _NAMED.fullmatch(value)
        return f"{found[1]}{places[found[2]]}" if found and found[2] in places else value
    if isinstance(value, dict):
        return {name: _renamed(one, places) for name, one in value.items()}
    return [_renamed(one, places) for one in value] if isinstance(value, list) else value
