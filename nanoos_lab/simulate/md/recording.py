"""What a run leaves on the way, so that it can be gone on from: a file of frames per stretch, and the last state.

Frames are written before the state that comes after them, each under another name first: wherever the process dies,
the state says how many files of frames count.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators.abilities import DynamicsFrames, DynamicsState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FRAMES = ("steps", "positions", "cells", "potential", "kinetic", "pressure")
_STATE = ("step", "positions", "velocities", "cell")
_INTERNAL = "internal:"


class Recording:
    """The files of one run.

    Args:
        folder: Their folder; None keeps everything in memory.
        mark: What the run is: files of another run are thrown away.
    """

    def __init__(self, folder: Path | None, mark: str) -> None:
        self._folder, self._mark = folder, mark
        self._frames: list[DynamicsFrames] = []
        self._state: DynamicsState | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._read(folder)

    @property
    def done(self) -> int:
        """How many stretches are behind."""
        return len(self._frames)

    @property
    def frames(self) -> tuple[DynamicsFrames, ...]:
        """Their frames."""
        return tuple(self._frames)

    @property
    def state(self) -> DynamicsState | None:
        """Where the next stretch begins; None at the very start."""
        return self._state

    def keep(self, frames: DynamicsFrames, state: DynamicsState) -> None:
        """Keep a stretch.

        Args:
            frames: What was sampled.
            state: Where it ended.
        """
        if self._folder is not None:
            number = len(self._frames)
            _write(self._folder / f"frames-{number:05d}.npz", {n: getattr(frames, n) for n in _FRAMES})
            inner = {f"{_INTERNAL}{k}": v for k, v in state.internals.items()}
            known = {n: getattr(state, n) for n in _STATE}
            _write(self._folder / "state.npz", {**known, **inner, "mark": self._mark, "done": number + 1})
        self._frames.append(frames)
        self._state = state

    def _read(self, folder: Path) -> None:
        """Read what an earlier attempt left, as far as it is whole and of this run."""
        with contextlib.suppress(OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            kept = _load(folder / "state.npz")
            if str(kept["mark"]) == self._mark:
                parts = [_load(folder / f"frames-{k:05d}.npz") for k in range(int(kept["done"]))]
                self._frames = [DynamicsFrames(**{n: part[n] for n in _FRAMES}) for part in parts]
                inner = {k.removeprefix(_INTERNAL): v for k, v in kept.items() if k.startswith(_INTERNAL)}
                self._state = DynamicsState(
                    int(kept["step"]), kept["positions"], kept["velocities"], kept["cell"], inner
                )
        for number, path in enumerate(sorted(folder.glob("frames-*.npz"))):
            if number >= len(self._frames):
                path.unlink()

    def clear(self) -> None:
        """Remove the files: the run is over and its result is elsewhere."""
        if self._folder is not None:
            for path in (*self._folder.glob("frames-*.npz"), self._folder / "state.npz"):
                path.unlink(missing_ok=True)


def _write(path: Path, arrays: Mapping[str, Any]) -> None:
    beside = path.with_suffix(".part")
    with beside.open("wb") as stream:
        np.savez(stream, **arrays)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)


def _load(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
