"""Sixteen processes write to one project for a minute: nobody is turned away, nothing is lost, nothing doubled.

``NANOOS_STRESS_S`` sets how long, in seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import traceback
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.engine import Runs
from nanoos_lab.store.database import Store
from nanoos_lab.store.sqlite import BUSY_TIMEOUT_S
from nanoos_lab.structures import describe

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.system, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

HERE = Path(__file__).parent
CONTEXT = multiprocessing.get_context("fork")
SECONDS = float(os.environ.get("NANOOS_STRESS_S", "60"))
HANDS = 16


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch) -> Any:
    for folder in ("faults", "chaos"):
        monkeypatch.syspath_prepend(str(HERE / folder))
    import chaos_tasks
    import fault_writers

    yield fault_writers
    for module in (chaos_tasks, fault_writers):
        sys.modules.pop(module.__name__, None)


def _be_a_hand(make: Any, run: str, barrier: Any, results: Any) -> None:
    try:
        hand = make()
        barrier.wait()
        results.put(hand.work_for(SECONDS, run))
    except BaseException:  # noqa: BLE001 - shown in the parent
        results.put(traceback.format_exc())


@pytest.mark.timeout(300 + 4 * SECONDS)
def test_sixteen_processes_write_without_one_error(
    lab_place: str | Path, tmp_path: Path, writers: Any, tally: Callable[[str], None]
) -> None:
    from chaos_tasks import journal

    describe(writers.crystal(0))  # what is loaded for it is loaded once
    with Store.open(lab_place) as store:
        runs = Runs(store, writers.SETTINGS, drive=False)
        first = runs.submit(journal, {}, {"index": -1, "journal": "nowhere"}).run.id
        runs.close()
        kind = store.backend.dialect
    barrier, results = CONTEXT.Barrier(HANDS), CONTEXT.Queue()
    children = []
    for number in range(HANDS):
        files = tmp_path / f"hand {number}"
        files.mkdir()
        make = partial(writers.Hand, str(lab_place), number, files)
        children.append(CONTEXT.Process(target=_be_a_hand, args=(make, first, barrier, results)))
    began = time.monotonic()
    for child in children:
        child.start()
    told = [results.get(timeout=240 + 3 * SECONDS) for _ in children]
    for child in children:
        child.join()
    problems = [one for one in told if isinstance(one, str)]
    assert not problems, problems[0]
    done: Counter[str] = sum((one["done"] for one in told), Counter())
    longest = max(one["longest"] for one in told)
    fewest, most = (f(one["done"].total() for one in told) for f in (min, max))
    with Store.open(lab_place) as store:
        lost, doubled = writers.wrong_of_hands(store, told, first)
    acts = ", ".join(f"{n} {act}" for act, n in sorted(done.items()))
    tally(
        f"{HANDS} writers on {kind} for {time.monotonic() - began:.0f} s: {done.total()} writes ({acts}), "
        f"{fewest} to {most} each; longest wait for a turn {longest:.1f} s; {len(lost)} lost, {len(doubled)} "
        "doubled, 0 errors"
    )
    assert (lost, doubled) == ([], [])
    assert longest < BUSY_TIMEOUT_S
