"""The architectures ``megnet`` and ``m3gnet``: networks of matgl, trained from nothing or tuned from matgl's weights.

Beginning from a folder of matgl, such as the published MEGNet, a network keeps the sizes and the elements of its
start, and the scale of its outputs where it states the same property.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from nanoos_lab.errors import InvalidInputError, MissingExtraError, NanoOSError, OutOfDomainError
from nanoos_lab.ml.matgl import folder as folders
from nanoos_lab.ml.matgl.runner import NETWORK, WEIGHTS, NetworkFile
from nanoos_lab.ml.models.files import SUFFIX, check, unpack
from nanoos_lab.potentials.chgnet import known_elements
from nanoos_lab.potentials.domain import check_crystal
from nanoos_lab.potentials.weights import package_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pymatgen.core.structure import Structure
    from torch import Tensor, nn

    from nanoos_lab.ml.matgl.learning import Lesson
    from nanoos_lab.ml.training.architectures import Epoch, Examples, TrainingPlan

TUNING_RATE, FRESH_RATE = 5e-4, 2e-3
"""Largest learning rates, beginning from trained weights and from random ones."""
_LISTED = 10
_OPTIONS = {"arguments"}
_PACKAGES = {"torch": "matgl", "matgl": "matgl", "safetensors": "ml"}


@dataclass(frozen=True)
class _Start:
    """Weights to begin from."""

    network: NetworkFile
    members: list[dict[str, Tensor]]
    property: str = ""
    """What they state, where that is known."""


class MatGLArchitecture:
    """A network of matgl.

    An option of a plan: ``arguments``, what matgl's class is made of by name, such as ``{"units": 32}``; only from
    random weights.
    """

    name: ClassVar[str]
    model: ClassVar[str]
    """Name of matgl's class."""
    fresh: ClassVar[Mapping[str, Any]]
    """What a network with random weights is made of."""
    extra = "matgl"

    def available(self) -> str | None:
        """Return None where it can be trained here, else the line that installs what is missing."""
        for package, extra in _PACKAGES.items():
            if importlib.util.find_spec(package) is None:
                return str(MissingExtraError(package, extra, f"training {self.name}"))
        return None

    def identity(self, plan: TrainingPlan) -> Mapping[str, Any]:
        """Return the hashes of the weights to begin from, and the versions of the packages.

        Args:
            plan: How it is going to learn.

        Raises:
            InvalidInputError: There is nothing to begin from, or an option is unknown.
        """
        if foreign := sorted(set(plan.options) - _OPTIONS):
            raise InvalidInputError(
                f"training of {self.name} has no option {', '.join(foreign)}: there is arguments"
            )
        if plan.start and "arguments" in plan.options:
            raise InvalidInputError(
                f"the option arguments belongs to random weights: {plan.start} has its own; give start='' or "
                "no arguments"
            )
        versions = dict(package_versions(("matgl", "torch", "torch-geometric")))
        return {"start": self._digest(plan.start), "packages": versions}

    def _digest(self, start: str) -> Mapping[str, str]:
        """Return the hashes of what training begins from."""
        if not start:
            return {}
        if _is_file(start):
            manifest, hashes = check(Path(start).expanduser())
            if manifest.architecture != self.name or not {WEIGHTS, NETWORK} <= set(hashes):
                raise InvalidInputError(
                    f"training of {self.name} cannot begin from {start}: it is a model of {manifest.architecture!r}"
                )
            return {name: hashes[name] for name in (NETWORK, WEIGHTS)}
        place = folders.find(_plain(start))
        said = folders.describe(place)
        if said.architecture != self.model or said.kind != "property":
            raise InvalidInputError(
                f"training of {self.name} cannot begin from {place}: it holds a {said.kind} of {said.architecture}, "
                f"not a model of one property of {self.model}"
            )
        return dict(folders.identity(place)["sha256"])

    def base(self, start: str) -> str | None:
        """Return the predictor that training begins from; None where it is not proven to be itself.

        Args:
            start: As in a plan.
        """
        if not start:
            return None
        if _is_file(start):
            return f"model:{start}"
        try:
            return None if folders.unproven(folders.find(_plain(start))) else f"matgl:{_plain(start)}"
        except NanoOSError:
            return None

    def check(self, structure: Structure) -> None:
        """Refuse a crystal that the network cannot know.

        Args:
            structure: The crystal in question.
        """
        cutoff = float(self.fresh["cutoff"])
        check_crystal(structure, who=self.name, elements=known_elements(), cutoff_angstrom=cutoff)

    def train(
        self, examples: Examples, plan: TrainingPlan, folder: Path, report: Callable[[Epoch], None]
    ) -> Mapping[str, Path]:
        """Learn, and return ``network.json`` and ``weights.safetensors``.

        Args:
            examples: The rows.
            plan: How.
            folder: For checkpoints and the files.
            report: Is told of each pass.
        """
        from nanoos_lab.ml.matgl.learning import train_member  # noqa: PLC0415 - brings torch

        start = self._start(plan.start) if plan.start else None
        network = self._network(examples, plan, start)
        _refuse_unknown(examples.structures, network, plan.start or f"a fresh {self.model}")
        made = [self._made(network, plan, start, member) for member in range(plan.members)]
        lesson = self._lesson(examples, plan, network, made[0])
        trained = [
            train_member(one, lesson, folder / f"member-{k}.pt", report, member=k)
            for k, one in enumerate(made)
        ]
        return _saved(trained, network, folder)

    def _start(self, start: str) -> _Start:
        self._digest(start)
        if _is_file(start):
            return _of_file(Path(start).expanduser())
        from nanoos_lab.ml.matgl.model import read_parts  # noqa: PLC0415 - brings torch

        place = folders.find(_plain(start))
        references = folders.references_of(place)
        parts = read_parts(place, references.gathered_at if references else "beginning")
        scale = parts.transformer if hasattr(parts.transformer, "std") else None
        network = NetworkFile(
            architecture=parts.architecture,
            arguments=json.loads(json.dumps(parts.arguments)),
            mean=float(scale.mean) if scale else 0.0,
            scatter=float(scale.std) if scale else 1.0,
        )
        return _Start(network, [parts.state], references.property if references else "")

    def _network(self, examples: Examples, plan: TrainingPlan, start: _Start | None) -> NetworkFile:
        """Return what is trained: sizes, and how outputs become targets."""
        learnt = examples.targets()[examples.parts["train"]]
        mean, scatter = float(learnt.mean()), float(learnt.std()) or 1.0
        if start is None:
            arguments = {**self.fresh, **dict(plan.options.get("arguments", {}))}
            return NetworkFile(
                architecture=self.model, members=plan.members, arguments=arguments, mean=mean, scatter=scatter
            )
        same = start.property == examples.property and not examples.logarithm
        kept = start.network.model_copy(update={"members": plan.members})
        return kept if same else kept.model_copy(update={"mean": mean, "scatter": scatter})

    def _made(self, network: NetworkFile, plan: TrainingPlan, start: _Start | None, member: int) -> nn.Module:
        import torch  # noqa: PLC0415 - seconds to import

        from nanoos_lab.ml.matgl.model import Parts, filled, make  # noqa: PLC0415

        torch.manual_seed(plan.seed + member)
        if start is None:
            return make(self.model, network.arguments)
        state = start.members[member % len(start.members)]
        return filled(Parts(self.model, network.arguments, state, None), plan.start)

    def _lesson(
        self, examples: Examples, plan: TrainingPlan, network: NetworkFile, made: nn.Module
    ) -> Lesson:
        from nanoos_lab.ml.matgl.learning import Lesson  # noqa: PLC0415 - brings torch
        from nanoos_lab.ml.matgl.model import converter_of, graph_of  # noqa: PLC0415

        converter = converter_of(made)
        graphs = [graph_of(s, converter).to(plan.device) for s in examples.structures]
        targets = examples.targets().astype(np.float32)
        said = [asdict(plan), examples.property, network.model_dump(), self.identity(plan)]
        made_of = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
        positions = [graph.pos.cpu().numpy() for graph in graphs]
        for array in (targets, *positions, *(examples.parts[p] for p in ("train", "validation"))):
            made_of.update(np.ascontiguousarray(array).tobytes())
        rate = plan.rate or (TUNING_RATE if plan.start else FRESH_RATE)
        return Lesson(
            graphs, targets, examples.parts["train"], examples.parts["validation"], network.mean, network.scatter,
            plan.epochs, plan.patience, plan.batch, rate, plan.seed, plan.device, made_of.hexdigest(),
        )  # fmt: skip


class MEGNet(MatGLArchitecture):
    """MEGNet of matgl.

    Source: C. Chen et al., Chem. Mater. 31, 3564 (2019), doi:10.1021/acs.chemmater.9b01294.
    """

    name, model = "megnet", "MEGNet"
    fresh: ClassVar[Mapping[str, Any]] = {"cutoff": 5.0}


class M3GNet(MatGLArchitecture):
    """M3GNet of matgl, for one property of a crystal.

    Source: C. Chen, S. P. Ong, Nat. Comput. Sci. 2, 718 (2022), doi:10.1038/s43588-022-00349-3.
    """

    name, model = "m3gnet", "M3GNet"
    fresh: ClassVar[Mapping[str, Any]] = {
        "cutoff": 5.0,
        "is_intensive": True,
        "readout_type": "weighted_atom",
    }


def _refuse_unknown(structures: Sequence[Structure], network: NetworkFile, who: str) -> None:
    """Refuse rows that the network itself cannot know, all at once: it may see less far than the next one."""
    elements = frozenset(network.arguments.get("element_types") or known_elements())
    cutoff = float(network.arguments["cutoff"])
    refused: dict[int, InvalidInputError | OutOfDomainError] = {}
    for row, structure in enumerate(structures):
        try:
            check_crystal(structure, who=who, elements=elements, cutoff_angstrom=cutoff)
        except (InvalidInputError, OutOfDomainError) as error:
            refused[row] = error
    if refused:
        first, reason = next(iter(refused.items()))
        listed = ", ".join(map(str, list(refused)[:_LISTED])) + (", ..." if len(refused) > _LISTED else "")
        raise type(reason)(
            f"{len(refused)} of {len(structures)} rows cannot be learnt from (rows {listed}): leave them out; "
            f"row {first}: {reason}"
        )


def _is_file(start: str) -> bool:
    """Tell a model file, packed or not, from a folder of matgl."""
    path = Path(start).expanduser()
    return start.endswith(SUFFIX) or path.is_file() or (path.is_dir() and (path / NETWORK).is_file())


def _plain(start: str) -> str:
    return start.removeprefix("matgl:")


def _of_file(path: Path) -> _Start:
    from safetensors.torch import load_file  # noqa: PLC0415 - optional

    with tempfile.TemporaryDirectory(prefix="nanoos-start-") as temporary:
        folder = path
        manifest, _ = check(path)
        if not path.is_dir():
            folder = Path(temporary) / "model"
            unpack(path, folder)
        network = NetworkFile.model_validate_json((folder / NETWORK).read_bytes())
        weights = load_file(folder / WEIGHTS)
    members: list[dict[str, Tensor]] = [{} for _ in range(network.members)]
    for name, tensor in weights.items():
        member, _, rest = name.partition(".")
        members[int(member)][rest] = tensor
    target = manifest.targets[0]
    return _Start(network, members, "" if target.logarithm else target.property)


def _saved(trained: list[nn.Module], network: NetworkFile, folder: Path) -> Mapping[str, Path]:
    from safetensors.torch import save_file  # noqa: PLC0415 - optional

    weights = {
        f"{k}.{name}": tensor.detach().contiguous().clone()
        for k, one in enumerate(trained)
        for name, tensor in one.state_dict().items()
    }
    files = {NETWORK: folder / NETWORK, WEIGHTS: folder / WEIGHTS}
    save_file(weights, files[WEIGHTS])
    files[NETWORK].write_text(network.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return files
