"""A file that a run names is on the cluster before the run is, once, whole, and under a name that leads to it there."""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.executors import StartError
from nanoos_lab.runs.ssh import carry
from nanoos_lab.runs.ssh.carry import Carrier, named_files
from tests.runs.ssh.conftest import Direct

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"weights" * 100


@pytest.fixture
def there(tmp_path: Path) -> Path:
    return tmp_path / "there"


@pytest.fixture
def cluster(there: Path) -> Direct:
    return Direct(there)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file as a lab keeps it: under its hash, in a folder whose name is not made for patterns."""
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    path = tmp_path / 'a lab "of" Å' / "artifacts" / sha256[:2] / sha256
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


def spec(*params: Any) -> bytes:
    items = [{"run": "a" * 12, "attempt": 1, "params": one, "inputs": {}} for one in params]
    return json.dumps({"protocol": 1, "items": items}).encode()


def params_of(raw: bytes) -> list[Any]:
    return [item["params"] for item in json.loads(raw)["items"]]


def test_it_comes_in_parts_and_is_named_by_its_place_there(
    cluster: Direct, there: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry, "PART_BYTES", 64)
    given = {"predictor": f"model:{file}", "properties": None, "more": [{"deep": str(file)}]}
    (raw,) = Carrier(cluster).carried([spec(given, {"predictor": "chgnet"})])
    place = there / "files" / file.name
    first, second = params_of(raw)
    assert first == {"predictor": f"model:{place}", "properties": None, "more": [{"deep": str(place)}]}
    assert second == {"predictor": "chgnet"}
    assert place.read_bytes() == CONTENT
    assert [path.name for path in place.parent.iterdir()] == [file.name]


def test_it_is_sent_once(cluster: Direct, file: Path) -> None:
    for _ in range(3):
        Carrier(cluster).carried([spec({"x": str(file)}), spec({"x": f"model:{file}"})])
    assert [one["op"] for one in cluster.asked] == ["missing", "put", "keep", "missing", "missing"]


def test_what_names_no_file_goes_as_it_is_and_asks_nothing(cluster: Direct, tmp_path: Path) -> None:
    raw = [spec({"predictor": "nanoos-gnn", "path": f"{tmp_path}/{'ab' * 32}", "word": "ab" * 32})]
    assert Carrier(cluster).carried(raw) == raw
    assert cluster.asked == []
    assert named_files([1, None, {"a": "/etc/passwd"}]) == {}


def test_a_changed_file_is_not_sent(cluster: Direct, there: Path, file: Path) -> None:
    file.write_bytes(b"other")
    with pytest.raises(StartError, match="other bytes"):
        Carrier(cluster).carried([spec({"x": str(file)})])
    assert not (there / "files").exists()


def test_bytes_that_came_wrong_have_no_name_there(cluster: Direct, there: Path, file: Path) -> None:
    put = cluster.agent.put
    cluster.agent.put = lambda header, blobs: put(header, [blobs[0][::-1]])  # type: ignore[method-assign]
    with pytest.raises(StartError, match="came with other bytes"):
        Carrier(cluster).carried([spec({"x": str(file)})])
    assert list((there / "files").iterdir()) == []


def test_a_connection_that_breaks_leaves_no_half_file(cluster: Direct, there: Path, file: Path) -> None:
    keep = cluster.agent.keep

    def broken(*_: Any) -> Any:
        raise OSError(5, "gone")

    cluster.agent.keep = broken  # type: ignore[method-assign]
    with pytest.raises(StartError, match="gone"):
        Carrier(cluster).carried([spec({"x": str(file)})])
    assert not (there / "files" / file.name).exists()
    cluster.agent.keep = keep  # type: ignore[method-assign]
    Carrier(cluster).carried([spec({"x": str(file)})])
    assert (there / "files" / file.name).read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ab" * 31, "AB" * 32])
def test_no_other_name_is_taken(cluster: Direct, name: str) -> None:
    from nanoos_lab.errors import RunError

    with pytest.raises(RunError, match="no file's hash"):
        cluster.agent.answer({"op": "put", "sha256": name, "part": "a", "offset": 0}, [b"x"])


def test_what_no_run_has_named_for_long_is_removed(cluster: Direct, there: Path, file: Path) -> None:
    Carrier(cluster).carried([spec({"x": str(file)})])
    old, half = there / "files" / ("0" * 64), there / "files" / f".{'1' * 64}.ab"
    for path, days in ((old, 61), (half, 8)):
        path.touch()
        os.utime(path, (time.time() - 86400 * days,) * 2)
    cluster.agent.answer({"op": "remove", "folders": [], "submissions": []}, [])
    assert [path.name for path in (there / "files").iterdir()] == [file.name]
