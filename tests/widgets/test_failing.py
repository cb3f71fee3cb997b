"""A monitor whose source cannot be read says so and nothing else, also when Python takes away what is left of it."""

from __future__ import annotations

import gc
import sys

import pytest

from nanoos_lab.errors import StoreError
from nanoos_lab.widgets import BatchMonitor
from nanoos_lab.widgets.batch import BatchPanel
from nanoos_lab.widgets.live import Source
from nanoos_lab.widgets.training import TrainingMonitor


def _moved(*_):
    raise StoreError("the lab was moved")


def _nothing():
    return {"kind": "runs", "unfinished": False}


MAKERS = {
    "batch": lambda: BatchMonitor(_moved),
    "batch panel": lambda: BatchPanel(_moved, on_choice=print),
    "training, its run": lambda: TrainingMonitor(Source("course", _nothing), Source("run", _moved)),
    "training, its course": lambda: TrainingMonitor(Source("course", _moved), Source("run", _nothing)),
}


@pytest.mark.parametrize("what", MAKERS)
def test_nothing_is_raised_behind_the_error(what, monkeypatch):
    behind = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: behind.append(found.exc_value))
    with pytest.raises(StoreError, match="the lab was moved"):
        MAKERS[what]()
    gc.collect()
    assert behind == []
