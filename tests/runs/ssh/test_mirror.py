"""What is seen here of a folder there, and what is decided there alone."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.runs.attempts.presence import release
from nanoos_lab.runs.attempts.progress import read_progress
from nanoos_lab.runs.ssh.mirror import missing_outcomes, take_in
from tests.runs.ssh.conftest import OTHER, RUN, Pair

if TYPE_CHECKING:
    from tests.runs.ssh.conftest import Direct


def look(pair: Pair) -> dict[str, Any]:
    """Tell the agent what is wished, and take in what it says."""
    wishes, pair.mirror.wishes = sorted(pair.mirror.wishes), set()
    asked = {pair.mirror.name: {"wishes": wishes, "mark": pair.mirror.mark, "job": None}}
    said = pair.cluster.ask({"op": "look", "folders": asked}).header["folders"][pair.mirror.name]
    if "seen" in said:
        take_in(pair.here, pair.mirror, said["seen"], ahead_s=0.0)
        pair.mirror.mark = said["mark"]
    return said


def test_here_it_looks_as_there(pair: Pair) -> None:
    pair.work(RUN)
    assert pair.there.call_off_item(OTHER)
    pair.there.progress(RUN).write_text('{"at": 5.0, "fraction": 0.5, "message": "half"}\n{"torn')
    pair.there.stdout.write_text("what it says")
    long_ago = time.time() - 1000
    os.utime(pair.there.path / "started" / RUN, (long_ago, long_ago))
    look(pair)
    assert pair.here.read_claim() == {"pid": 7}
    assert pair.here.started()[RUN] == pytest.approx(long_ago)
    assert (pair.here.called_off(RUN), pair.here.called_off(OTHER)) == (False, True)
    assert (read_progress(pair.here, RUN).fraction, read_progress(pair.here, RUN).message) == (0.5, "half")
    assert pair.here.log_tail() == "what it says"
    assert pair.here.outcomes() == {}
    assert not pair.here.worker_alive()


def test_clocks_that_differ_are_set(pair: Pair) -> None:
    pair.work(RUN)
    pair.cluster.tamper = lambda header, blobs: (header, blobs)
    asked = {pair.mirror.name: {"wishes": [], "mark": "", "job": None}}
    seen = pair.cluster.ask({"op": "look", "folders": asked}).header["folders"][pair.mirror.name]["seen"]
    take_in(pair.here, pair.mirror, seen, ahead_s=-500.0)
    assert pair.here.started()[RUN] == pytest.approx(time.time() - 500, abs=60)


def test_what_was_seen_is_not_said_again(pair: Pair) -> None:
    assert "seen" in look(pair)
    assert "seen" not in look(pair)
    pair.work(RUN)
    assert "seen" in look(pair)


def test_an_outcome_there_is_known_and_not_here_yet(pair: Pair) -> None:
    pair.there.write_outcome(RUN, b"{}")
    pair.there.write_outcome("c" * 12, b"of a run that is not ours")
    pair.there.write_outcome("not a run", b"")
    look(pair)
    assert (missing_outcomes(pair.here, pair.mirror), pair.here.outcomes()) == ([RUN], {})


# ---------------------------------------------------------------------- decisions


def test_before_anybody_was_asked_a_fence_here_is_enough(pair: Pair) -> None:
    assert pair.here.fence()
    assert pair.here.fence()
    assert (pair.mirror.wishes, pair.hurried, pair.there.read_claim()) == (set(), 0, None)


def test_a_fence_is_one_when_it_is_one_there(pair: Pair) -> None:
    pair.ticket()
    assert not pair.here.fence()
    assert not pair.here.claim.exists()
    look(pair)
    assert pair.here.fence()
    assert pair.there.take_claim(b"{}") is None
    assert pair.here.read_claim() is None  # nobody works there: it is a fence


def test_a_fence_that_comes_too_late_is_none(pair: Pair) -> None:
    pair.ticket()
    assert not pair.here.fence()
    pair.work()
    look(pair)
    assert not pair.here.fence()
    assert pair.mirror.wishes == set()
    assert pair.here.read_claim() == {"pid": 7}


def test_who_asks_again_hurries(pair: Pair) -> None:
    pair.ticket()
    assert not pair.here.fence()
    assert pair.hurried == 0
    assert not pair.here.fence()
    assert pair.hurried == 1


def test_an_item_is_called_off_when_it_is_so_there(pair: Pair) -> None:
    assert not pair.here.call_off_item(RUN)  # it may be on its way there
    pair.ticket()
    assert not pair.here.call_off_item(RUN)
    look(pair)
    assert pair.here.call_off_item(RUN)
    assert not pair.there.start_item(RUN)


def test_an_item_that_was_begun_is_not_called_off(pair: Pair) -> None:
    pair.ticket()
    pair.work(RUN)
    assert not pair.here.call_off_item(RUN)
    look(pair)
    assert not pair.here.call_off_item(RUN)
    assert pair.mirror.wishes == set()


def test_a_worker_that_came_back_is_not_locked_out_by_an_old_wish(pair: Pair) -> None:
    pair.ticket()
    pair.work()
    look(pair)
    assert not pair.here.revoke()
    release(pair.there.claim and publish(pair, 1))
    look(pair)
    assert pair.there.generation() == 1
    assert not pair.here.revoke()  # of the one who came back
    look(pair)
    assert pair.here.revoke()
    assert pair.here.read_claim() == {"pid": 8}
    assert pair.there.generation() == 2


def publish(pair: Pair, generation: int) -> int:
    from nanoos_lab.runs.attempts.presence import publish_locked

    return publish_locked(pair.there.path / f"claim.{generation}", b'{"pid": 8}')


def test_a_folder_that_was_removed_there_is_as_good_as_fenced(pair: Pair, cluster: Direct) -> None:
    pair.ticket()
    cluster.ask({"op": "remove", "folders": [pair.mirror.name], "submissions": []})
    assert not pair.here.fence()
    look(pair)
    assert pair.here.fence()
    assert not pair.there.path.exists()


def test_a_folder_that_is_gone_here_does_not_come_again(pair: Pair) -> None:
    pair.work(RUN)
    pair.here.tidy()
    with pytest.raises(FileNotFoundError):
        look(pair)
    assert not pair.here.path.exists()


# ---------------------------------------------------------------------- strangers

GOOD = {"claims": [], "started": {}, "outcomes": {}, "progress": {}, "logs": {}}


@pytest.mark.parametrize(
    "said",
    [
        None, [], {}, {**GOOD, "more": 1}, {**GOOD, "claims": "ab"}, {**GOOD, "claims": [1]},
        {**GOOD, "started": {RUN: [float("nan"), False]}}, {**GOOD, "started": {RUN: [1.0]}},
        {**GOOD, "logs": {"../../evil": "x"}}, {**GOOD, "logs": {"stdout.log": "x" * 300_000}},
        {**GOOD, "progress": {RUN: {"fraction": 2.0, "message": "", "at": 0.0}}},
        {**GOOD, "outcomes": {RUN: "large"}},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_taken_in(pair: Pair, said: Any) -> None:
    before = sorted(pair.here.path.rglob("*"))
    with pytest.raises(InvalidInputError, match="makes no sense"):
        take_in(pair.here, pair.mirror, said, ahead_s=0.0)
    assert sorted(pair.here.path.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["../../../evil", "/root/evil", "..", "", "a" * 11, "A" * 12, "a" * 12 + "\n"]
)
def test_names_that_are_no_runs_are_passed_over(pair: Pair, tmp_path: Any, name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    progress = {"fraction": 0.5, "message": "", "at": 0.0}
    said = {**GOOD, "started": {name: [1.0, False]}, "outcomes": {name: 3}, "progress": {name: progress}}
    take_in(pair.here, pair.mirror, said, ahead_s=0.0)
    assert sorted(tmp_path.rglob("*")) == before
    assert pair.mirror.outcomes == {}
