"""Results are brought whole or not at all, whatever the other side says."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.ssh import fetch
from nanoos_lab.runs.ssh.fetch import Fetcher
from nanoos_lab.runs.ssh.wire import WireError
from tests.runs.ssh.conftest import OTHER, RUN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runs.ssh.conftest import Direct, Pair

CONTENT = bytes(range(256)) * 100


def outcome(pair: Pair, *paths: str, content: bytes = CONTENT, run: str = RUN, **changed: Any) -> None:
    """Leave an outcome there that speaks of files, which are there too."""
    artifacts = []
    for path in paths:
        sha256 = hashlib.sha256(content).hexdigest()
        artifacts.append(
            {"name": path.replace("/", " "), "path": path, "sha256": sha256, "size": len(content), **changed}
        )
        place = pair.there.item(run) / path
        if ".." not in path and not path.startswith("/"):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    document = {
        "protocol": 1, "run": run, "attempt": 1, "state": "COMPLETED", "worker": {}, "started_at": 1.0,
        "finished_at": 2.0, "artifacts": artifacts,
    }  # fmt: skip
    pair.there.write_outcome(run, json.dumps(document).encode())
    pair.mirror.outcomes[run] = 1


def bring(pair: Pair, *, patience_s: float = 60.0, until: float = 60.0, max_gb: float = 1.0) -> bool:
    fetcher = Fetcher(pair.cluster, max_gb, patience_s)
    return fetcher.bring([(pair.here, pair.mirror)], time.monotonic() + until)


def told(pair: Pair, run: str = RUN) -> dict[str, Any]:
    return json.loads(pair.here.read_outcome(run))


def test_an_outcome_comes_with_what_it_speaks_of(pair: Pair) -> None:
    outcome(pair, "deep/er/file name", "plain")
    outcome(pair, run=OTHER)
    assert bring(pair)
    assert sorted(pair.here.outcomes()) == [RUN, OTHER]
    assert [(pair.here.item(RUN) / path).read_bytes() for path in ("deep/er/file name", "plain")] == [
        CONTENT
    ] * 2
    assert pair.here.read_outcome(RUN) == pair.there.read_outcome(RUN)
    assert sum(one["op"] == "fetch" for one in pair.cluster.asked) == 3


def test_many_outcomes_are_asked_for_at_once_and_large_ones_in_pieces(pair: Pair, monkeypatch: Any) -> None:
    monkeypatch.setattr(fetch, "FIRST_BYTES", 100)
    outcome(pair)
    outcome(pair, "file", run=OTHER)
    assert bring(pair)
    assert [pair.here.read_outcome(run) for run in (RUN, OTHER)] == [
        pair.there.read_outcome(run) for run in (RUN, OTHER)
    ]


def test_what_was_brought_is_gone_on_with(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "BLOCK_BYTES", 1000)
    outcome(pair, "file")
    calls = []

    def break_off(header: Any, blobs: Any) -> Any:
        calls.append(blobs)
        if len(calls) == 10:
            raise ConnectionError("it broke")
        return header, blobs

    pair.cluster.tamper = break_off
    with pytest.raises(ConnectionError):
        bring(pair)
    assert pair.here.outcomes() == {}
    assert bring(pair)
    assert (pair.here.item(RUN) / "file").read_bytes() == CONTENT
    assert len(calls) == 1 + 26 + 1 + 1  # both outcomes, each block, and the one that broke


def test_time_that_is_out_leaves_the_rest_for_later(pair: Pair) -> None:
    outcome(pair, "file")
    assert not bring(pair, until=-1.0)
    assert pair.here.outcomes() == {}
    assert bring(pair)


def test_a_file_system_that_is_late_is_waited_for(pair: Pair) -> None:
    outcome(pair, "file")
    (pair.there.item(RUN) / "file").write_bytes(CONTENT[:100])
    bring(pair)
    assert (pair.here.outcomes(), "it has 100 bytes, not 25600" in pair.mirror.trouble) == ({}, True)
    (pair.there.item(RUN) / "file").write_bytes(bytes(len(CONTENT)))
    bring(pair)
    assert (pair.here.outcomes(), "SHA-256 differs" in pair.mirror.trouble) == ({}, True)
    (pair.there.item(RUN) / "file").write_bytes(CONTENT)
    bring(pair)
    assert told(pair)["state"] == "COMPLETED"
    assert pair.mirror.doubtful == {}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: (item / "file").unlink(),
        lambda item: (item / "file").write_bytes(b"short"),
        lambda item: (item / "file").write_bytes(b"x" + CONTENT[1:]),
        lambda item: ((item / "file").unlink(), (item / "file").symlink_to("/etc/passwd")),
        lambda item: ((item / "file").unlink(), (item / "file").mkdir()),
    ],
)
def test_files_that_are_not_as_they_are_said_to_be_end_in_a_failure(pair: Pair, spoil: Any) -> None:
    outcome(pair, "file")
    spoil(pair.there.item(RUN))
    bring(pair)
    assert pair.here.outcomes() == {}
    bring(pair, patience_s=-1.0)
    assert (told(pair)["state"], told(pair)["error"]["type"]) == ("FAILED", "TransferError")
    assert "could not be brought here: artifact 'file'" in told(pair)["error"]["message"]


def test_paths_that_stand_in_each_others_way_end_in_a_failure(pair: Pair) -> None:
    outcome(pair, "one")
    document = json.loads(pair.there.read_outcome(RUN))
    document["artifacts"].append({**document["artifacts"][0], "name": "two", "path": "one/two"})
    pair.there.write_outcome(RUN, json.dumps(document).encode())
    bring(pair, patience_s=-1.0)
    assert told(pair)["state"] == "FAILED"


def test_too_much_is_refused_before_it_is_brought(pair: Pair) -> None:
    outcome(pair, "file", size=2 * 10**9)
    assert bring(pair)
    assert "its results are 2.0 GB, more than max_result_gb = 1" in told(pair)["error"]["message"]
    assert not pair.here.item(RUN).exists()


def test_an_outcome_that_is_too_large_is_refused(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MAX_OUTCOME_BYTES", 10)
    outcome(pair)
    bring(pair)
    assert "more than is allowed" in told(pair)["error"]["message"]


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"protocol": 9}', b"\xff" * 40])
def test_what_is_no_outcome_is_left_to_be_refused(pair: Pair, content: bytes) -> None:
    pair.there.write_outcome(RUN, content)
    pair.mirror.outcomes[RUN] = len(content)
    bring(pair)
    assert pair.here.read_outcome(RUN) == content


@pytest.mark.parametrize("path", ["../../../evil", "/root/nanoos-evil", "a/../../b", ".."])
def test_paths_that_lead_out_are_never_followed(pair: Pair, tmp_path: Path, path: str) -> None:
    outcome(pair, path)
    bring(pair)
    assert told(pair)["artifacts"][0]["path"] == path  # to be refused by whoever collects it
    assert not [p for p in (tmp_path / "here").rglob("*") if "evil" in p.name or p.name == "b"]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda _, blobs: ({}, blobs),
        lambda *_: ({"files": []}, []),
        lambda *_: ({"files": "ab"}, [b"", b""]),
        lambda header, blobs: (header, [*blobs, b"more"]),
        lambda _, blobs: ({"files": [{"size": "large"}]}, blobs),
        lambda header, _: (header, [bytes(2**20 + 1)]),
    ],
)
def test_answers_that_make_no_sense_are_not_believed(pair: Pair, tamper: Any) -> None:
    outcome(pair)
    pair.cluster.tamper = tamper
    with pytest.raises(WireError):
        bring(pair)
    assert pair.here.outcomes() == {}


def test_a_folder_that_was_settled_by_another_process_is_left_alone(pair: Pair) -> None:
    outcome(pair, "file")
    assert pair.mirror.attempts is None
    pair.here.read_spec()
    original = pair.cluster.ask

    def ask(header: dict[str, Any], blobs: Any = ()) -> Any:
        pair.here.tidy()
        return original(header, blobs)

    pair.cluster.ask = ask
    bring(pair)
    assert not pair.here.path.exists()


def test_a_file_that_another_process_is_bringing_is_left_to_it(
    pair: Pair, cluster: Direct, monkeypatch: Any
) -> None:
    outcome(pair, "file")

    def flock(*_: Any) -> None:
        raise BlockingIOError

    with monkeypatch.context() as patch:
        patch.setattr(fetch.fcntl, "flock", flock)
        bring(pair)
    assert (pair.here.outcomes(), pair.mirror.doubtful) == ({}, {})
    bring(pair)
    assert told(pair)["state"] == "COMPLETED"
