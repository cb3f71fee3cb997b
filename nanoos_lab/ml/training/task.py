"""The task ``train``: from structures and values to a packed model that says how far to trust it.

It learns by an architecture of the table, asks what came of it as it will be served, measures intervals on rows held
out for that and the model on rows held out from everything, and compares it on those with what it began from and
with a training from nothing.
"""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from nanoos_lab._version import __version__
from nanoos_lab.errors import CalculatorError, InvalidInputError, NanoOSError
from nanoos_lab.ml.models import SUFFIX, Manifest, Target, open_model, pack, write_model
from nanoos_lab.ml.models.manifest import NAME, VERSION
from nanoos_lab.ml.training import judging
from nanoos_lab.ml.training.architectures import PARTS, Epoch, Examples, TrainingPlan, get_architecture
from nanoos_lab.ml.training.curve import FILE, Curve
from nanoos_lab.ml.training.partition import Split, divide
from nanoos_lab.ml.training.starting import SHIPPED, WEIGHTS, called
from nanoos_lab.properties import get_property
from nanoos_lab.tasks import Context, Outcome, Params, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.models import Figures
    from nanoos_lab.ml.training.architectures import Architecture
    from nanoos_lab.ml.training.judging import Judged

LOGARITHMIC = frozenset(
    {
        "bulk_modulus", "shear_modulus", "young_modulus", "hardness", "debye_temperature", "melting_temperature",
        "thermal_conductivity", "refractive_index", "dielectric_constant", "phonon_peak",
        "highest_phonon_frequency", "heat_capacity",
    }
)  # fmt: skip
"""Properties that span decades, or are positive by definition: their logarithm is learnt unless one says otherwise."""
MODEL, SCRATCH = "model", "scratch"
"""The two trainings of a run in its curves: the model itself, and the one from nothing that it is compared with."""


class TrainParams(Params):
    """Parameters of the task ``train``."""

    property: str = Field(description="What is learnt: a number of the vocabulary.")
    values: tuple[float, ...] = Field(description="One for each structure, in the vocabulary's unit.")
    name: str = Field(
        "", pattern=f"{NAME}|^$", description="The model's name; by default after the property."
    )
    version: str = Field("1", pattern=VERSION, description="The model's version.")
    architecture: str = Field(
        "nanoos-gnn", description="What learns: nanoos-gnn, megnet, m3gnet, or a plug-in's."
    )
    start: str = Field(
        "nanoos-gnn", description="What to begin from: a shipped model, a model file, or '' for nothing."
    )
    logarithm: bool | None = Field(
        None, description="Whether log10 is learnt; by default as the property suggests."
    )
    split: Split = Field(Split(), description="Which rows serve for what.")
    epochs: int = Field(120, ge=1, description="Passes over the training rows at most.")
    patience: int = Field(
        30, ge=1, description="Passes without a better validation error after which it ends."
    )
    batch: int = Field(16, ge=1, description="Crystals in a step.")
    rate: float | None = Field(
        None, gt=0, description="Largest learning rate; None for the architecture's own."
    )
    members: int = Field(3, ge=1, le=20, description="Networks that answer as one.")
    seed: int = Field(0, ge=0, description="Of first weights and of the order of rows.")
    device: str = Field("auto", description="Where torch computes: auto, cpu, cuda.")
    compare: bool = Field(True, description="Whether to train from nothing as well, to compare with.")
    options: dict[str, Any] = Field({}, description="Of the architecture.")
    source: str = Field("", description="Citation of the values.")
    data: dict[str, Any] = Field(
        {}, description="What else is known of the values: origin, method, conditions."
    )

    def plan(self, *, start: str | None = None, device: str = "cpu") -> TrainingPlan:
        """Return how an architecture is asked to learn.

        Args:
            start: What to begin from, instead of its own.
            device: Where torch computes.
        """
        return TrainingPlan(
            start=self.start if start is None else start, epochs=self.epochs, patience=self.patience,
            batch=self.batch, rate=self.rate, members=self.members, seed=self.seed, device=device,
            options=self.options,
        )  # fmt: skip

    def model_name(self) -> str:
        """Return the model's name."""
        return self.name or f"my-{self.property.replace('_', '-')}"


def learns_logarithm(params: TrainParams) -> bool:
    """Return whether the logarithm to the base 10 is learnt.

    Args:
        params: What is asked for.
    """
    if params.logarithm is None:
        return params.property in LOGARITHMIC and min(params.values, default=0.0) > 0
    return params.logarithm


def _identity(params: TrainParams) -> Mapping[str, Any]:
    architecture = get_architecture(params.architecture)
    return {"architecture": params.architecture, **architecture.identity(params.plan())}


def _plan(inputs: Mapping[str, Any], params: TrainParams) -> Plan:
    rows = len(inputs.get("structures", params.values))
    trainings = 2 if params.compare and params.start else 1
    words = f"passes over {round(rows * params.split.train)} rows, {params.members} networks"
    steps = (Step(words, 0, params.epochs * params.members * trainings),)
    return Plan(steps, packages={"torch": "ml", "onnx": get_architecture(params.architecture).extra})


@task("train", version="1", identity=_identity, resumable=True, plan=_plan)
def train(inputs: Mapping[str, Any], params: TrainParams, context: Context) -> Outcome:
    """A model of a property, learnt from values of structures, with intervals and its figures on unseen rows."""
    architecture = get_architecture(params.architecture)
    if problem := architecture.available():
        raise CalculatorError(problem)
    context.progress(0.0, f"{len(params.values)} rows")
    work = _Work(
        _examples(list(inputs.get("structures", ())), params, architecture), params, architecture, context
    )
    judged, files = work.trained(MODEL, params.start)
    comparison, gains, others = work.compare(judged)
    path, manifest = work.write(judged, files)
    parity = context.folder / "parity.json"
    parity.write_text(json.dumps(work.parity(judged, others)), encoding="utf-8")
    context.progress(1.0, work.sentence(manifest.metrics["test"][params.property]))
    return Outcome(
        artifacts={path.name: path, FILE: context.folder / FILE, "parity.json": parity},
        summary=work.summary(manifest, path, comparison, gains),
        messages=tuple(work.messages(comparison, gains)),
    )


def _examples(structures: Sequence[Structure], params: TrainParams, architecture: Architecture) -> Examples:
    """Check rows and divide them."""
    if get_property(params.property).kind != "scalar":
        raise InvalidInputError(f"{params.property} is an array: a model learns single numbers")
    if len(structures) != len(params.values):
        raise InvalidInputError(
            f"{len(structures)} structures and {len(params.values)} values: give one value for each structure"
        )
    values = np.array(params.values, dtype=float)
    if bad := [k for k, v in enumerate(params.values) if not math.isfinite(v)]:
        raise InvalidInputError(
            f"the value of structure {bad[0]} is {params.values[bad[0]]}: it must be a number"
        )
    low = int((values <= 0).sum())
    logarithm = learns_logarithm(params)
    if logarithm and low:
        raise InvalidInputError(
            f"{low} of {len(values)} values of {params.property} are not above zero and have no logarithm: give "
            "logarithm=False, or leave these rows out"
        )
    for row, structure in enumerate(structures):
        try:
            architecture.check(structure)
        except NanoOSError as error:
            raise type(error)(f"row {row} of {len(structures)} cannot be learnt from: {error}") from error
    return Examples(params.property, structures, values, divide(structures, params.split), logarithm)


@dataclass
class _Work:
    """One run of the task."""

    examples: Examples
    params: TrainParams
    architecture: Architecture
    context: Context

    def __post_init__(self) -> None:
        self._curve = Curve(self.context.folder / FILE)
        self._device = _device(self.params.device)
        self._unit = get_property(self.params.property).unit

    def trained(self, stage: str, start: str) -> tuple[Judged, Mapping[str, Path]]:
        """Train, or go on with it, and ask what came of it."""
        folder = self.context.folder / stage
        folder.mkdir(exist_ok=True)
        plan = self.params.plan(start=start, device=self._device)
        files = self.architecture.train(self.examples, plan, folder, self._report(stage))
        asked = folder / "asked"
        shutil.rmtree(asked, ignore_errors=True)
        manifest = judging.draft(self.examples, self.params.architecture, files, asked)
        count = len(self.examples.structures)
        answers = judging.ask(
            asked, manifest, self.examples.structures,
            lambda done: self.context.progress(None, f"asked about {done} of {count} rows"),
        )  # fmt: skip
        shutil.rmtree(asked)
        return judging.judge(self.examples, answers), files

    def _report(self, stage: str) -> Callable[[Epoch], None]:
        least: dict[int, float] = {}
        trainings = 2 if self._compares else 1

        def report(epoch: Epoch) -> None:
            self._curve.add(stage, epoch)
            least[epoch.member] = min(epoch.validation, least.get(epoch.member, math.inf))
            done = (epoch.member + (epoch.epoch + 1) / epoch.epochs) / self.params.members
            done = (done + (stage == SCRATCH)) / trainings
            who = f"network {epoch.member + 1} of {self.params.members}, " if self.params.members > 1 else ""
            what = "from nothing, to compare: " if stage == SCRATCH else ""
            error, best = self._words(epoch.validation), self._words(least[epoch.member])
            self.context.progress(
                0.95 * done,
                f"{what}{who}epoch {epoch.epoch + 1} of {epoch.epochs}: validation error {error}, best {best}",
            )

        return report

    def _words(self, error: float) -> str:
        return f"{error:.3g} {'of log10' if self.examples.logarithm else self._unit}".strip()

    @property
    def _compares(self) -> bool:
        return self.params.compare and bool(self.params.start)

    def compare(self, judged: Judged) -> tuple[dict[str, Figures], dict[str, Any], dict[str, Any]]:
        """Judge what it began from, the model and a training from nothing on the same test rows.

        How far off each is, how much closer the model is than the others row by row, and what the others said.
        """
        rows = self.examples.parts["test"]
        truth = self.examples.values[rows]
        said: dict[str, Any] = {}
        base = self.architecture.base(self.params.start)
        if base is not None and (found := judging.said_by(base, self.examples, rows)) is not None:
            said["base"] = found
        said["tuned" if self.params.start else "trained"] = judged.values[rows]
        if self._compares:
            said[SCRATCH] = self.trained(SCRATCH, "")[0].values[rows]
        known = np.all([np.isfinite(values) for values in said.values()], axis=0)
        figures = {who: judging.figures_of(truth[known], values[known]) for who, values in said.items()}
        others = {who: v for who, v in said.items() if who in {"base", SCRATCH}}
        own = judged.values[rows][known]
        gains = {who: judging.gain_over(truth[known], own, v[known]) for who, v in others.items()}
        return figures, {who: one for who, one in gains.items() if one is not None}, others

    def write(self, judged: Judged, files: Mapping[str, Path]) -> tuple[Path, Manifest]:
        """Write the model, packed, and open it once as anybody will."""
        params, name = self.params, self.params.property
        metrics = judging.figures_by_part(self.examples, judged)
        domain = judging.domain_of(self.examples, judged, _known_elements(params.start))
        manifest = Manifest(
            name=params.model_name(), version=params.version, architecture=params.architecture,
            targets=(Target(property=name, logarithm=self.examples.logarithm),),
            elements=tuple(domain.elements), base=called(params.start) or None, training=self._training(),
            metrics={part: {name: one} for part, one in metrics.items()}, intervals={name: judged.rule},
            domain=domain, embedding=0 if judged.states is None else judged.states.shape[1],
            references=judging.references_of(self.examples, judged), source=params.source,
        )  # fmt: skip
        folder, path = (
            self.context.folder / "packed",
            self.context.folder / f"{params.model_name()}-{params.version}{SUFFIX}",
        )
        shutil.rmtree(folder, ignore_errors=True)
        path.unlink(missing_ok=True)
        manifest = write_model(folder, manifest, files)
        pack(folder, path)
        shutil.rmtree(folder)
        open_model(path)
        return path, manifest

    def _training(self) -> dict[str, Any]:
        params = self.params
        return {
            "nanoos_lab": __version__, "data": params.data, "rows": len(self.examples.values),
            "split": params.split.model_dump(mode="json"),
            "plan": {**params.model_dump(mode="json", include=_PLANNED), "start": called(params.start)},
            "identity": dict(_identity(params)), "best": self._curve.best(MODEL),
        }  # fmt: skip

    def parity(self, judged: Judged, others: Mapping[str, Any]) -> dict[str, Any]:
        """Return truth and prediction of every row, as JSON."""
        part_of = {row: part for part, rows in self.examples.parts.items() for row in rows.tolist()}
        place = {row: k for k, row in enumerate(self.examples.parts["test"].tolist())}
        rows = []
        for row, structure in enumerate(self.examples.structures):
            one = {
                "row": row, "formula": structure.composition.reduced_formula, "part": part_of[row],
                "truth": float(self.examples.values[row]), "value": float(judged.values[row]),
                "half_width": float(judged.halves[row]),
            }  # fmt: skip
            for who, values in others.items():
                if row in place and np.isfinite(values[place[row]]):
                    one[who] = float(values[place[row]])
            rows.append(one)
        return {"property": self.params.property, "unit": self._unit, "rows": rows}

    def summary(
        self, manifest: Manifest, path: Path, comparison: Mapping[str, Figures], gains: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return how it went as small JSON values."""
        return {
            "property": self.params.property, "unit": self._unit, "logarithm": self.examples.logarithm,
            "architecture": self.params.architecture, "start": called(self.params.start), "device": self._device,
            "model": {"name": manifest.name, "version": manifest.version, "file": path.name},
            "rows": {part: len(self.examples.parts[part]) for part in PARTS},
            "split": self.params.split.model_dump(mode="json"), "data": self.params.data,
            "metrics": {p: manifest.metrics[p][self.params.property].model_dump() for p in manifest.metrics},
            "comparison": {who: one.model_dump() for who, one in comparison.items()}, "gains": dict(gains),
            "members": [
                {"best_epoch": row["epoch"] + 1, "validation": row["validation"]} for row in self._curve.best(MODEL)
            ],
            "continued": {"epochs_before": self._curve.before, "epochs_repeated": self._curve.repeated},
            "synthetic": False,
        }  # fmt: skip

    def sentence(self, figures: Figures) -> str:
        """Return in a line how good the model is."""
        unit = f" {self._unit}" if self._unit else ""
        return f"test rows: MAE {figures.mae:.3g}{unit} over {figures.n}"

    def messages(self, comparison: Mapping[str, Figures], gains: Mapping[str, Any]) -> list[str]:
        """Return what a reader must know before trusting the model."""
        found = []
        for who, words in (("base", "what it began from"), (SCRATCH, "a training from nothing")):
            one, tuned = comparison.get(who), comparison.get("tuned")
            if one is None or tuned is None or one.mae > tuned.mae:
                continue
            chance = who in gains and gains[who]["low"] < 0
            found.append(
                f"tuning did not pay: on the {one.n} test rows {words} has a mean absolute error of {one.mae:.3g} "
                f"{self._unit}, the tuned model {tuned.mae:.3g} {self._unit}"
                + ("; on so few rows that may be chance" if chance else "")
            )
        if self.params.source == "" and self.params.data.get("origin") in {"measured", "imported"}:
            found.append("the model cites no source of its values: give source='...' where there is one")
        return found


_PLANNED = {"epochs", "patience", "batch", "rate", "members", "seed", "start", "options"}


def _known_elements(start: str) -> dict[str, int]:
    """Return how many crystals with each element what a training begins from had learnt from."""
    from nanoos_lab.ml.gnn.bundle import load_bundle  # noqa: PLC0415 - only where it is asked for
    from nanoos_lab.ml.models import read_manifest  # noqa: PLC0415

    if start == SHIPPED:
        return dict(load_bundle("fast").domain.elements)
    path = Path(start).expanduser()
    known = start and (path.is_file() or (path / WEIGHTS).is_file())
    return dict(read_manifest(path).domain.elements) if known else {}


def _device(asked: str) -> str:
    import torch  # noqa: PLC0415 - heavy import

    if asked == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if asked.startswith("cuda") and not torch.cuda.is_available():
        raise CalculatorError(
            f"device={asked!r}: this torch ({torch.__version__}) sees no GPU; use device='cpu' or 'auto', or a "
            "profile with gpus"
        )
    return asked
