"""The thread that executes ``here``: in order, one at a time, and no later than it may."""

from __future__ import annotations

import threading
import time

import pytest

from nanoos_lab.runs.executors import EXECUTORS
from nanoos_lab.runs.executors.here import HereExecutor
from nanoos_lab.settings import Profile


@pytest.fixture
def executor():
    made = HereExecutor(Profile(name="here", executor="here"))
    yield made
    made.stop()


def test_the_urgent_first_then_the_oldest_and_one_at_a_time(executor: HereExecutor) -> None:
    done, gate, end = [], threading.Event(), threading.Event()
    executor.enqueue(gate.wait)
    for name, priority in (("a", 0), ("b", 0), ("c", 9), ("d", -9)):
        executor.enqueue(
            lambda name=name: done.append((name, threading.current_thread().name)), priority=priority
        )
    executor.enqueue(end.set, priority=-10)
    gate.set()
    assert end.wait(60)
    assert done == [(name, "nanoos-here") for name in "cabd"]


def test_what_must_wait_does_not_hold_up_the_rest(executor: HereExecutor) -> None:
    done, end = [], threading.Event()
    start = time.time()
    executor.enqueue(lambda: (done.append(time.time()), end.set()), not_before=start + 0.1, priority=5)
    executor.enqueue(lambda: done.append(0.0))
    assert end.wait(60)
    assert done[0] == 0.0
    assert done[1] >= start + 0.1


def test_stopping_finishes_what_is_at_work_and_begins_nothing(executor: HereExecutor) -> None:
    began, gate, done = threading.Event(), threading.Event(), []
    executor.enqueue(lambda: (began.set(), gate.wait(), done.append("first")))
    executor.enqueue(lambda: done.append("second"))
    assert began.wait(60)
    stopping = threading.Thread(target=executor.stop)
    stopping.start()
    gate.set()
    stopping.join()
    assert done == ["first"]


def test_only_its_own_work_may_work_inside(executor: HereExecutor) -> None:
    done, end = [], threading.Event()

    def outer() -> None:
        executor.enqueue(lambda: done.append("inner"))
        done.append(executor.work_one())
        done.append(executor.work_one())
        end.set()

    executor.enqueue(outer)
    assert end.wait(60)
    assert done == ["inner", True, False]
    assert not executor.work_one()


def test_the_built_in_executors_are_registered() -> None:
    assert {"here", "process"} <= set(EXECUTORS.names())
    assert EXECUTORS.get("here").inline
    assert not EXECUTORS.get("process").inline
