from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nanoos_lab.store import patience as room
from nanoos_lab.store.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let time pass only where something sleeps, or where it is told to."""
    now = [1000.0]

    def advance(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(room.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(room.time, "sleep", advance)
    return advance


def bear(patience: Patience) -> int:
    tries = 0
    while patience.bears(tries):
        tries += 1
    return tries


def test_pauses_grow_and_end(clock: Callable[[float], None]) -> None:
    assert 20 < bear(Patience(20.0)) < 40


def test_whoever_comes_later_in_an_absence_is_told_at_once(clock: Callable[[float], None]) -> None:
    patience = Patience(20.0)
    bear(patience)
    clock(1.0)
    assert bear(patience) == 0


def test_an_answer_ends_an_absence(clock: Callable[[float], None]) -> None:
    patience = Patience(20.0)
    bear(patience)
    patience.rewarded()
    assert bear(patience) > 20


def test_a_later_absence_is_another_one(clock: Callable[[float], None]) -> None:
    patience = Patience(20.0)
    bear(patience)
    clock(60.0)
    assert bear(patience) > 20
