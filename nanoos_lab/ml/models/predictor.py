"""A model file as a predictor: opened when first asked, proved before it answers, opened anew where it changed."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import (
    CalculatorError,
    InvalidInputError,
    MissingExtraError,
    ModelFileError,
    NanoOSError,
    UnknownNameError,
)
from nanoos_lab.ml.models import files, runners, statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml import Report
    from nanoos_lab.ml.models.manifest import Manifest
    from nanoos_lab.properties import PropertyEstimate

CHUNK = 1024
"""Crystals that are asked about together."""
TOLERANCE = 2e-3
"""Largest deviation from a reference prediction, as a part of the largest among them: rounding makes 1e-5."""


@dataclass
class _Opened:
    """A model in one state of its files."""

    stamp: tuple[tuple[str, int, int, int], ...]
    manifest: Manifest
    sha256: dict[str, str]
    unpacked: tempfile.TemporaryDirectory[str] | None = None
    runner: Any = None
    lock: threading.RLock = field(default_factory=threading.RLock)


class ModelPredictor:
    """A model of the lab, or of a friend, as a predictor.

    Args:
        path: Its folder or packed file.

    Raises:
        ModelFileError: There is no model, or it is not what it says.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).expanduser()
        self._lock = threading.RLock()
        self._state: _Opened | None = None
        if self.manifest.embedding:
            self.embed = self._embed

    def _opened(self) -> _Opened:
        seen = files.stamp(self.path)
        with self._lock:
            if self._state is None or self._state.stamp != seen:
                manifest, hashes = files.check(self.path)
                self._state = _Opened(seen, manifest, hashes)
            return self._state

    @property
    def manifest(self) -> Manifest:
        """What is said of the model."""
        return self._opened().manifest

    @property
    def name(self) -> str:
        """Its name, as its maker gave it."""
        return self.manifest.name

    @property
    def version(self) -> str:
        """Version of the model."""
        return self.manifest.version

    @property
    def synthetic(self) -> bool:
        """True where its numbers mean nothing about real materials."""
        return self.manifest.synthetic

    @property
    def properties(self) -> tuple[str, ...]:
        """Names of the vocabulary that it can state."""
        return self.manifest.properties

    def __repr__(self) -> str:
        return f"<model {self.manifest.label}: {', '.join(self.properties)}>"

    def available(self) -> str | None:
        """Return None where it can be used, else the reason and the line that installs what it needs."""
        try:
            lacking = runners.missing(self.manifest.architecture)
        except NanoOSError as error:
            return str(error)
        return lacking and str(MissingExtraError(*lacking, f"the model {self.name!r}"))

    def identity(self) -> Mapping[str, Any]:
        """Return the hashes of all its files; where they lie is no part of it."""
        opened = self._opened()
        return {
            "model": f"{opened.manifest.name} {opened.manifest.version}",
            "architecture": opened.manifest.architecture,
            "files_sha256": dict(sorted(opened.sha256.items())),
        }

    def check(self, structure: Structure) -> None:
        """Refuse what it cannot know.

        Args:
            structure: The crystal in question.
        """
        runners.check_structure(self.prove(), structure, self.name)

    def predict(
        self,
        structures: Sequence[Structure],
        properties: Sequence[str] | None = None,
        progress: Report | None = None,
    ) -> list[tuple[PropertyEstimate, ...]]:
        """State properties of structures.

        Args:
            structures: The crystals; each must pass :meth:`check`.
            properties: What to state; None for all.
            progress: Called with the done part and a line.

        Raises:
            UnknownNameError: A property is not among its own.
        """
        opened = self._opened()
        manifest = opened.manifest
        for name in properties or ():
            if name not in manifest.properties:
                raise UnknownNameError(f"property of the model {manifest.name!r}", name, manifest.properties)
        wanted = manifest.properties if properties is None else tuple(properties)
        done: list[tuple[PropertyEstimate, ...]] = []
        for first in range(0, len(structures), CHUNK):
            chunk = structures[first : first + CHUNK]
            answers = self._answers(chunk, first, len(structures))
            done += statements.state(chunk, answers, wanted, manifest)
            if progress is not None:
                progress(len(done) / len(structures), f"{len(done)} of {len(structures)} predicted")
        return done

    def _answers(self, chunk: Sequence[Structure], first: int, count: int) -> runners.Answers:
        runner = self.prove()
        try:
            if not hasattr(runner, "answer"):  # which checks crystals in bulk
                for structure in chunk:
                    runners.check_structure(runner, structure, self.name)
            return runners.answers_of(runner, chunk, self.manifest, self.path)
        except InvalidInputError as error:
            if first == 0:
                raise
            raise InvalidInputError(f"of {count}, after {first}: {error}") from error

    def _embed(self, structures: Sequence[Structure]) -> NDArray[np.float32]:
        """Return one vector per structure, shape (n, d), as ``ml.embedding.Embedder`` asks."""
        if not structures:
            return np.zeros((0, self.manifest.embedding), dtype=np.float32)
        runner = self.prove()
        return np.asarray(runner.embed(structures), dtype=np.float32)

    def contributions(self, structures: Sequence[Structure]) -> list[NDArray[np.float64]]:
        """Return what each site adds to the first property, one array per crystal, shape (sites,).

        Args:
            structures: The crystals; each must pass :meth:`check`.

        Raises:
            InvalidInputError: The architecture cannot tell.
        """
        runner = self.prove()
        if not hasattr(runner, "contributions"):
            raise InvalidInputError(
                f"the model {self.name!r} ({self.manifest.architecture}) gives no contributions of sites"
            )
        return list(runner.contributions(structures)) if structures else []

    def prove(self) -> Any:  # noqa: ANN401 - a runner, which may have more methods than the form asks
        """Return the runner, after it reproduced the reference predictions; asked once for each state of the files.

        Raises:
            CalculatorError: One is missed; the message holds both numbers.
            ModelFileError: The architecture's runner refuses the files.
        """
        opened = self._opened()
        with opened.lock:
            if opened.runner is None:
                manifest = opened.manifest
                if lacking := runners.missing(manifest.architecture):
                    raise MissingExtraError(*lacking, f"the model {manifest.name!r}")
                runner = runners.RUNNERS.get(manifest.architecture)(self._folder(opened), manifest)
                self._compare(runner, manifest)
                opened.runner = runner
            return opened.runner

    def _folder(self, opened: _Opened) -> Path:
        """Return where the model's files lie one by one."""
        if self.path.is_dir():
            return self.path
        if opened.unpacked is None:
            opened.unpacked = tempfile.TemporaryDirectory(prefix="nanoos-model-", ignore_cleanup_errors=True)
            found = files.unpack(self.path, Path(opened.unpacked.name) / "model")
            if found.sha256 != opened.manifest.sha256:
                raise ModelFileError(self.path, "it changed while it was opened: try again")
        return Path(opened.unpacked.name) / "model"

    def _compare(self, runner: Any, manifest: Manifest) -> None:  # noqa: ANN401
        crystals = [reference.structure() for reference in manifest.references]
        found = runners.answers_of(runner, crystals, manifest, self.path).values
        for at, target in enumerate(manifest.targets):
            said = statements.natural(found[:, at], target)
            recorded = [reference.values[target.property] for reference in manifest.references]
            allowed = max(TOLERANCE * max(map(abs, recorded)), 1e-9)
            for reference, was, now in zip(manifest.references, recorded, said, strict=True):
                if not abs(now - was) <= allowed:
                    raise CalculatorError(
                        f"the model {manifest.label} is not itself: for {reference.name} it gives "
                        f"{target.property} = {now:.5g} {target.unit} where {was:.5g} {target.unit} was recorded when "
                        "it was made. It is refused: a package that runs it behaves differently from the one it was "
                        "made with, or its weights do not belong to it; train it again, or use another version"
                    )


def open_model(path: Path | str) -> ModelPredictor:
    """Return a model as a predictor, proved.

    Args:
        path: Its folder or packed file.

    Raises:
        ModelFileError: There is no model, or it is not what it says.
        CalculatorError: A reference prediction is missed; the message holds both numbers.
        MissingExtraError: A package that runs it is not installed.
    """
    predictor = ModelPredictor(path)
    predictor.prove()
    return predictor
