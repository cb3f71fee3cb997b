"""A relaxation that was interrupted goes on where it was, to the same end."""

from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.errors import RunCancelledError
from nanoos_lab.simulate import relax_structure
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal, rattled


class Context:
    """A context that is cancelled after some steps."""

    def __init__(self, folder, stop_at=None):
        self.folder, self.stop_at, self.lines = folder, stop_at, 0

    def progress(self, *_said):
        self.lines += 1
        if self.stop_at is not None and self.lines > self.stop_at:
            raise RunCancelledError("interrupted")


@pytest.fixture
def calls(monkeypatch):
    """Count what a calculator is really asked."""
    made = []
    act = StructureEngine.__call__

    def counted(self, positions, cell):
        made.append(1)
        return act(self, positions, cell)

    monkeypatch.setattr(StructureEngine, "__call__", counted)
    return made


START = rattled(crystal("NaCl"), displacement=0.08, seed=3)
PARAMS = {"calculator": "toy", "fmax": 1e-5}


def relax(context, **params):
    task = TASKS.get("relax")
    return task({"structure": START}, task.parse_params({**PARAMS, **params}), context)


@pytest.mark.parametrize("keep_symmetry", [False, True])
@pytest.mark.parametrize("stop_at", [1, 3, 5])
def test_it_ends_the_same_and_asks_nothing_twice(tmp_path, calls, stop_at, *, keep_symmetry):
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = relax(Context(tmp_path / "whole"), keep_symmetry=keep_symmetry)
    needed = len(calls)
    assert needed > stop_at or keep_symmetry
    with pytest.raises(RunCancelledError):
        relax(Context(tmp_path / "parts", stop_at), keep_symmetry=keep_symmetry)
    parts = relax(Context(tmp_path / "parts"), keep_symmetry=keep_symmetry)
    assert len(calls) == 2 * needed
    assert parts.summary == whole.summary
    assert parts.values == whole.values
    assert np.array_equal(parts.structures["relaxed"].cart_coords, whole.structures["relaxed"].cart_coords)


def test_it_can_be_interrupted_again_and_again(tmp_path, calls):
    reference = relax_structure(START, "toy", fmax=1e-5)
    needed = len(calls)
    for stop_at in range(1, needed):
        with pytest.raises(RunCancelledError):
            relax(Context(tmp_path, stop_at))
    assert relax(Context(tmp_path)).summary["energy_after"] == reference.energy
    assert len(calls) <= 2 * needed


@pytest.mark.parametrize("damage", ["torn", "rubbish", "another structure", "empty"])
def test_what_is_no_memory_of_this_is_not_used(tmp_path, calls, damage):
    whole = relax_structure(START, "toy", fmax=1e-5)
    needed = len(calls)
    memory = tmp_path / "evaluations.jsonl"
    with pytest.raises(RunCancelledError):
        relax(Context(tmp_path, 3))
    kept = memory.read_bytes()
    if damage == "torn":
        memory.write_bytes(kept[:-20])
    elif damage == "rubbish":
        memory.write_bytes(b'{"positions": 5}\n' + kept)
    elif damage == "empty":
        memory.write_bytes(b"")
    else:
        memory.unlink()
        relax_structure(rattled(crystal("NaCl"), displacement=0.05, seed=9), "toy", memory=memory)
    result = relax_structure(START, "toy", fmax=1e-5, memory=memory)
    assert result.energy == whole.energy
    calls.clear()
    again = relax_structure(START, "toy", fmax=1e-5, memory=memory)
    assert calls == []
    assert again.energy == whole.energy
    assert again.descent.energies == whole.descent.energies
    assert len(memory.read_bytes().splitlines()) == needed


def test_magnetic_moments_are_remembered(tmp_path):
    memory = tmp_path / "evaluations.jsonl"
    iron = rattled(crystal("Fe"), displacement=0.02)
    first = relax_structure(iron, memory=memory, max_steps=2)
    again = relax_structure(iron, memory=memory, max_steps=2)
    assert first.magnetization == again.magnetization
    assert first.magnetization > 1.0


def test_relax_says_that_it_can_be_continued():
    assert TASKS.get("relax").resumable
    assert not TASKS.get("predict").resumable


def volumes(context, structure=START, **params):
    task = TASKS.get("eos")
    said = {"calculator": "toy", "points": 5, "strain": 0.04, "fmax": 1e-3, **params}
    return task({"structure": structure}, task.parse_params(said), context)


@pytest.mark.parametrize(("relax_first", "stops"), [(False, (1, 2, 3, 4)), (True, (2, 4, 7, 9))])
def test_an_equation_of_state_goes_on_at_the_volume_where_it_was(tmp_path, calls, stops, *, relax_first):
    said = {"relax_first": relax_first, "structure": START}
    if not relax_first:
        said["structure"] = relax_structure(START, "toy", fmax=1e-2).structure
        calls.clear()
    (tmp_path / "whole").mkdir()
    whole = volumes(Context(tmp_path / "whole"), **said)
    needed = len(calls)
    (tmp_path / "parts").mkdir()
    for stop_at in stops:
        with pytest.raises(RunCancelledError):
            volumes(Context(tmp_path / "parts", stop_at), **said)
    parts = volumes(Context(tmp_path / "parts"), **said)
    assert len(calls) == 2 * needed
    assert parts.summary == whole.summary
    assert parts.values == whole.values


def test_where_the_first_relaxation_led_is_kept_whoever_relaxed(tmp_path, calls):
    volumes(Context(tmp_path))
    (tmp_path / "evaluations" / "first.jsonl").unlink()  # a code's own optimiser leaves none
    needed = len(calls)
    volumes(Context(tmp_path))
    assert len(calls) == needed
