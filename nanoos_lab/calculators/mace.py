"""MACE potentials from a model file on this machine, through the package ``mace-torch`` where it is installed.

A MACE model file is a pickle of Python objects: opening one runs whatever its maker, or whoever changed it since,
put there. There is no other form of these files. So none is opened before the option ``trust_pickle`` says that
its maker is trusted; its SHA-256 is part of the calculator's identity, so that a changed file is another one.

Nothing is downloaded. Importing this module imports neither torch nor mace.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import warnings
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from nanoos_lab.errors import CalculatorError, InvalidInputError, NanoOSError
from nanoos_lab.potentials.domain import check_crystal
from nanoos_lab.potentials.references import limits_of, read_references, verify
from nanoos_lab.potentials.weights import file_sha256, find_model, follow_thread_setting, package_versions
from nanoos_lab.properties import VOCABULARY, Method
from nanoos_lab.tasks import Params

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ase.calculators.calculator import Calculator as ASECalculator
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.workplace import Workplace

INSTALL = "pip install mace-torch  (it holds e3nn at 0.4.4: not beside sevenn)"
PACKAGES = ("mace-torch", "torch", "e3nn", "ase")
_REMEDY = (
    "get a model file, such as of https://github.com/ACEsuit/mace-foundations, on a machine with a network, then say "
    "mace:/whole/path/NAME.model, or put it into a folder of NANOOS_MODELS"
)
_HASH_SHOWN = 12


class MACEOptions(Params):
    """Which model, and how it is evaluated."""

    model: str = Field(
        description="Whole path of the model file, or its name in a folder of NANOOS_MODELS or of the person's own "
        "models."
    )
    trust_pickle: bool = Field(
        default=False,
        description="Whether the file's maker is trusted: it is a pickle, and opening it runs what it says.",
    )
    head: str = Field(default="", description="Which head of a model with several; empty where there is one.")
    dtype: Literal["float32", "float64"] = Field(
        default="float64", description="Precision; float64 for relaxations and phonons, float32 for fast MD."
    )


class _Model(NamedTuple):
    module: Any
    elements: frozenset[str]
    cutoff_angstrom: float


class MACECalculator:
    """A MACE potential.

    Args:
        options: Which one, and how it is evaluated.
    """

    name = "mace"
    synthetic = False
    Options = MACEOptions

    def __init__(self, options: MACEOptions) -> None:
        self.options = options

    @property
    def path(self) -> Path:
        """The model file, looked for each time: it may be put in place while a session runs."""
        return find_model(
            self.options.model,
            what="MACE model file",
            places=(),
            holds=lambda p: p.is_file() and p.suffix in {".model", ".pt", ".pth"},
            remedy=_REMEDY,
        )

    @property
    def references_path(self) -> Path:
        """Where this model's reference predictions are, if it has any: ``NAME.model.references.json``."""
        return self.path.with_name(f"{self.path.name}.references.json")

    @property
    def version(self) -> str:
        """The first digits of the model file's SHA-256; empty where there is no file yet."""
        try:
            return file_sha256(self.path)[:_HASH_SHOWN]
        except NanoOSError:
            return ""

    @property
    def known_limits(self) -> Mapping[str, str]:
        """In all properties: that the model was not proven to be itself, where it has no references."""
        try:
            return limits_of({}, VOCABULARY, proven=self.references_path.is_file())
        except NanoOSError:
            return {}

    def available(self) -> str | None:
        """Return None where mace is installed and the model may be opened, else what to do."""
        if importlib.util.find_spec("mace") is None:
            return f"MACE needs the package 'mace', which is not installed: {INSTALL}"
        try:
            path = self.path
        except NanoOSError as error:
            return str(error)
        if not self.options.trust_pickle:
            return (
                f"{path} is a pickle, and opening it runs what its maker put there: where you trust whom you have "
                "it from, say the option trust_pickle=True"
            )
        return None

    def identity(self) -> Mapping[str, Any]:
        """Return the hash of the model file, the options and the versions of the packages, without importing them."""
        if importlib.util.find_spec("mace") is None:
            raise CalculatorError(f"MACE needs the package 'mace', which is not installed: {INSTALL}")
        own = self.references_path
        return {
            "model": "MACE",
            "sha256": file_sha256(self.path),
            "references_sha256": file_sha256(own) if own.is_file() else None,
            "head": self.options.head,
            "dtype": self.options.dtype,
            "packages": dict(package_versions(PACKAGES)),
        }

    def check(self, structure: Structure) -> None:
        """Refuse what the potential cannot know; opens the model.

        Args:
            structure: The crystal in question.
        """
        model = self._opened()
        check_crystal(
            structure,
            who=f"the MACE potential {self.path.name}",
            elements=model.elements,
            cutoff_angstrom=model.cutoff_angstrom,
        )

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with: the model's name and its hash.

        Args:
            recipe: How the calculator was used.
        """
        head = f" head {self.options.head}" if self.options.head else ""
        return Method(name=f"MACE {self.path.stem}{head}", version=self.version, recipe=recipe)

    def ase_calculator(self, structure: Structure, place: Workplace) -> ASECalculator:  # noqa: ARG002 - fits any
        """Return a fresh ASE calculator over the model shared by this process.

        Args:
            structure: Not needed.
            place: Not needed: there are no files.
        """
        return _ase(self._opened().module, self.options.head, self.options.dtype)

    def _opened(self) -> _Model:
        if problem := self.available():
            raise CalculatorError(problem)
        own = self.references_path
        hashes = (file_sha256(self.path), file_sha256(own) if own.is_file() else "")
        return _open(self.path, hashes, self.options.head, self.options.dtype)


@contextlib.contextmanager
def _environment_kept() -> Iterator[None]:
    """Undo that importing mace makes torch unpickle anything, in all of this process, wherever nobody says."""
    name = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
    before = os.environ.get(name)
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before


@functools.lru_cache(maxsize=4)
def _open(path: Path, hashes: tuple[str, str], head: str, dtype: str) -> _Model:
    """Open a model file that is trusted, and check its references where there are any."""
    import torch  # noqa: PLC0415 - seconds to import
    from ase.data import chemical_symbols  # noqa: PLC0415

    follow_thread_setting()
    with warnings.catch_warnings(), _environment_kept():
        warnings.simplefilter("ignore")  # e3nn's import uses what torch has given up

        module = torch.load(path, map_location="cpu", weights_only=False)
    if not (hasattr(module, "atomic_numbers") and hasattr(module, "r_max")):
        raise InvalidInputError(f"{path} holds a {type(module).__name__}, which is no MACE model")
    elements = frozenset(chemical_symbols[int(z)] for z in module.atomic_numbers)
    if hashes[1]:
        verify(
            functools.partial(_energy, module, head, dtype),
            read_references(path.with_name(f"{path.name}.references.json")),
            who=f"the potential {path}",
            remedy=f"it was not made for {dict(package_versions(PACKAGES))}, or is damaged: get it again",
        )
    return _Model(module, elements, float(module.r_max))


def _ase(module: Any, head: str, dtype: str) -> ASECalculator:  # noqa: ANN401 - a module of torch
    with _environment_kept():
        from mace.calculators.mace import MACECalculator as Face  # noqa: PLC0415

    heads = list(getattr(module, "heads", None) or [])
    if head and head not in heads:
        raise InvalidInputError(
            f"this MACE model has no head {head!r}: it has {', '.join(heads) or 'one only'}"
        )
    chosen = {"head": head} if head else {}
    calculator: ASECalculator = Face(models=[module], device="cpu", default_dtype=dtype, **chosen)
    return calculator


def _energy(module: Any, head: str, dtype: str, structure: Structure) -> float:  # noqa: ANN401
    from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415

    atoms: Any = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    atoms.calc = _ase(module, head, dtype)
    return float(atoms.get_potential_energy())
