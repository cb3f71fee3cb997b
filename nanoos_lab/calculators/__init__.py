"""Calculators: what gives energies, forces and stresses of a structure, behind one small form.

A calculator knows its own domain and identity and hands out an ASE calculator; what is done with it is the
business of ``simulate``. Adding one takes a class with the members of :class:`Calculator` and an entry
point ``nanoos_lab.calculators``; ``nanoos_lab.testing.check_calculator`` says whether it holds together.

Example:
    >>> from nanoos_lab.calculators import get_calculator
    >>> get_calculator("toy").synthetic
    True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from nanoos_lab.plugins import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ase.calculators.calculator import Calculator as ASECalculator
    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import Method

__all__ = ["CALCULATORS", "Calculator", "get_calculator"]


@runtime_checkable
class Calculator(Protocol):
    """What gives energies and forces."""

    name: str
    """Its name in the registry."""
    version: str
    """Version of the model or code."""
    synthetic: bool
    """True where its numbers mean nothing about real materials."""
    known_limits: Mapping[str, str]
    """By property: a sentence on where this calculator is known to be wrong, kept with every value."""

    def available(self) -> str | None:
        """Return None where it can be used, else the reason and the line that installs it."""

    def identity(self) -> Mapping[str, Any]:
        """Return what its numbers depend on: weights, codes, versions. Cheap: asked at each submit."""

    def check(self, structure: Structure) -> None:
        """Refuse what it cannot know.

        Args:
            structure: The crystal in question.

        Raises:
            InvalidInputError: The structure cannot be used; the message names the site and the remedy.
            OutOfDomainError: The structure is sound but outside what the calculator knows.
        """

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with.

        Args:
            recipe: How the calculator was used.
        """

    def ase_calculator(self) -> ASECalculator:
        """Return a fresh ASE calculator; the model behind it may be shared."""


CALCULATORS: Registry[Callable[[], Calculator]] = Registry("calculators", "calculator")
"""Classes, or functions without arguments, that make a calculator."""

_INSTANCES: dict[Callable[[], Calculator], Calculator] = {}


def get_calculator(name: str | Calculator) -> Calculator:
    """Return a calculator by name, made once per process.

    Args:
        name: A name of the registry; a calculator is handed back as it is.

    Raises:
        UnknownNameError: No such calculator; close matches are suggested.
        PluginError: It exists but could not be loaded.
    """
    if not isinstance(name, str):
        return name
    factory = CALCULATORS.get(name)
    if factory not in _INSTANCES:
        _INSTANCES[factory] = factory()
    return _INSTANCES[factory]
