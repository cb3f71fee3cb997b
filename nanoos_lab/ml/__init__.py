"""Predictors: models that state property values of structures, each with an honest uncertainty.

A predictor answers for many structures at once and says with every value how far to trust it: a calibrated
half width where one could be measured, an explicit ``none`` where not, and whether the structure resembles
what the calibration rests on. Adding one takes a class with the members of :class:`Predictor` and an entry
point ``nanoos_lab.predictors``; ``nanoos_lab.testing.check_predictor`` says whether it holds together.

Example:
    >>> from nanoos_lab.ml import get_predictor
    >>> get_predictor("chgnet").properties
    ('formation_energy', 'energy', 'bulk_modulus', 'magnetization')
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.plugins import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import PropertyEstimate

    Report = Callable[[float | None, str], None]

__all__ = ["PREDICTORS", "Predictor", "get_predictor"]


@runtime_checkable
class Predictor(Protocol):
    """A model that states property values."""

    name: str
    """Its name in the registry."""
    version: str
    """Version of the model."""
    synthetic: bool
    """True where its numbers mean nothing about real materials."""
    properties: tuple[str, ...]
    """Names of the vocabulary that it can state."""

    def available(self) -> str | None:
        """Return None where it can be used, else the reason and the line that installs it."""

    def identity(self) -> Mapping[str, Any]:
        """Return what its numbers depend on: weights, calibration, versions. Cheap: asked at each submit."""

    def check(self, structure: Structure) -> None:
        """Refuse what it cannot know.

        Args:
            structure: The crystal in question.

        Raises:
            InvalidInputError: The structure cannot be used; the message names the site and the remedy.
            OutOfDomainError: The structure is sound but outside what the model knows.
        """

    def predict(
        self,
        structures: Sequence[Structure],
        properties: Sequence[str] | None = None,
        progress: Report | None = None,
    ) -> list[tuple[PropertyEstimate, ...]]:
        """State properties of structures.

        Args:
            structures: The crystals; each must pass :meth:`check`.
            properties: What to state; None for all, where one that a structure does not allow is left out.
            progress: Called with the done part and a line.

        Returns:
            One tuple of estimates per structure, in order.

        Raises:
            InvalidInputError: A structure cannot be used, or a property is not among its own.
            OutOfDomainError: A structure is outside what the model knows.
        """


PREDICTORS: Registry[Callable[..., Predictor]] = Registry("predictors", "predictor")
"""Classes, or functions, that make a predictor: without arguments, or of the one that stands after the colon."""

_INSTANCES: dict[tuple[Callable[..., Predictor], str], Predictor] = {}


def get_predictor(name: str | Predictor) -> Predictor:
    """Return a predictor by name, made once per process.

    Args:
        name: A name of the registry, such as ``"chgnet"``, with what it asks for after a colon, such as
            ``"model:PATH"`` for a model's file or folder; a predictor is handed back as it is.

    Raises:
        UnknownNameError: No such predictor; close matches are suggested.
        PluginError: It exists but could not be loaded.
        InvalidInputError: It asks for something after a colon and got nothing, or the other way round.
    """
    if not isinstance(name, str):
        return name
    plain, colon, rest = name.partition(":")
    factory = PREDICTORS.get(plain)
    wanted = asks_for(factory)
    if wanted and not rest:
        raise InvalidInputError(f"the predictor {plain!r} is a family: say which as '{plain}:{wanted}'")
    if colon and not wanted:
        raise InvalidInputError(
            f"the predictor {plain!r} comes in one form only: say {plain!r}, not {name!r}"
        )
    if (factory, rest) not in _INSTANCES:
        _INSTANCES[factory, rest] = factory(rest) if wanted else factory()
    return _INSTANCES[factory, rest]


def asks_for(factory: Callable[..., Predictor]) -> str:
    """Return what a predictor's name holds after a colon, such as ``PATH``; empty where it holds nothing.

    Args:
        factory: A member of ``PREDICTORS``.
    """
    for parameter in inspect.signature(factory).parameters.values():
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            return parameter.name.upper()
    return ""
