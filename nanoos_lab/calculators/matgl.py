"""Potentials of the package matgl by folder or name: ``matgl:/whole/path`` or ``matgl:NAME``.

Nothing is downloaded, weights are read without running anything that they say, and a potential that misses its
reference predictions is refused. Importing this module imports neither torch nor matgl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.errors import MissingExtraError, NanoOSError
from nanoos_lab.potentials import matgl, matgl_folder
from nanoos_lab.potentials.references import limits_of
from nanoos_lab.properties import VOCABULARY, Method
from nanoos_lab.tasks import Params

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ase.calculators.calculator import Calculator as ASECalculator
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.workplace import Workplace

_HASH_SHOWN = 12


class MatGLOptions(Params):
    """Which potential."""

    model: str = Field(
        description="Whole path of the potential's folder, or its name in a folder of NANOOS_MODELS, of the "
        "person's own models or of matgl's cache."
    )


class MatGLCalculator:
    """A potential of matgl.

    Args:
        options: Which one.
    """

    name = "matgl"
    synthetic = False
    Options = MatGLOptions

    def __init__(self, options: MatGLOptions) -> None:
        self.options = options

    @property
    def folder(self) -> Path:
        """The potential's folder, looked for each time: it may be put in place while a session runs."""
        return matgl_folder.find_folder(self.options.model)

    @property
    def version(self) -> str:
        """The first digits of the weights' SHA-256; empty where there are none yet."""
        try:
            return matgl_folder.fingerprints(self.folder)["state.pt"][:_HASH_SHOWN]
        except NanoOSError:
            return ""

    @property
    def known_limits(self) -> Mapping[str, str]:
        """By property: what is known against this potential, and in all where it was not proven to be itself."""
        try:
            folder = self.folder
            known = matgl_folder.known_as(folder)
            proven = matgl_folder.references_of(folder) is not None
        except NanoOSError:
            return {}
        return limits_of(known["limits"] if known else {}, VOCABULARY, proven=proven)

    def available(self) -> str | None:
        """Return None where matgl is installed and the potential is on this machine, else what to do."""
        if missing := matgl_folder.missing_package():
            return str(MissingExtraError(missing, "matgl", "a matgl potential"))
        try:
            matgl_folder.describe(self.folder)
            return matgl_folder.withdrawn(self.folder)
        except NanoOSError as error:
            return str(error)

    def identity(self) -> Mapping[str, Any]:
        """Return the hashes of the potential's files and the versions of the packages, without importing them."""
        return matgl_folder.identity(self.folder)

    def check(self, structure: Structure) -> None:
        """Refuse what the potential cannot know.

        Args:
            structure: The crystal in question.
        """
        matgl_folder.check(self.folder, structure)

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with: the potential's name and its weights.

        Args:
            recipe: How the calculator was used.
        """
        return Method(name=matgl_folder.name_of(self.folder), version=self.version, recipe=recipe)

    def ase_calculator(self, structure: Structure, place: Workplace) -> ASECalculator:  # noqa: ARG002 - fits any
        """Return a fresh ASE calculator over the model shared by this process.

        Args:
            structure: Not needed.
            place: Not needed: there are no files.
        """
        from nanoos_lab.calculators.matgl_ase import MatGLASE  # noqa: PLC0415 - torch takes seconds

        return MatGLASE(matgl.load(self.folder))
