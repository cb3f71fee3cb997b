"""Calculators: what gives energies, forces and stresses of a structure, behind one small form.

A calculator knows its own domain and identity and hands out an ASE calculator; what is done with it is the
business of ``simulate``. Adding one takes a class with the members of :class:`Calculator` and an entry
point ``nanoos_lab.calculators``; ``nanoos_lab.testing.check_calculator`` says whether it holds together.

What only some calculators can do, such as bands or a relaxation of their own, is in
:mod:`nanoos_lab.calculators.abilities`.

Example:
    >>> from nanoos_lab.calculators import get_calculator
    >>> get_calculator("toy").synthetic
    True
"""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from pydantic import ValidationError

from nanoos_lab.calculators.workplace import Workplace
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.plugins import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ase.calculators.calculator import Calculator as ASECalculator
    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import Method
    from nanoos_lab.tasks import Params

__all__ = ["CALCULATORS", "Calculator", "Workplace", "get_calculator", "settled"]


@runtime_checkable
class Calculator(Protocol):
    """What gives energies and forces.

    A class whose calculators have options takes them as its one argument, a model that it names ``Options``: see
    :func:`get_calculator`.
    """

    name: str
    """Its name in the registry."""
    version: str
    """Version of the model or code; empty where it is known only when the code has run."""
    synthetic: bool
    """True where its numbers mean nothing about real materials."""
    known_limits: Mapping[str, str]
    """By property: a sentence on where this calculator is known to be wrong, kept with every value."""

    def available(self) -> str | None:
        """Return None where it can be used, else the reason and the line that installs it."""

    def identity(self) -> Mapping[str, Any]:
        """Return what its numbers depend on: weights, files, codes, versions, options. Cheap: asked at each submit."""

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

    def ase_calculator(self, structure: Structure, place: Workplace) -> ASECalculator:
        """Return a fresh ASE calculator; the model behind it may be shared.

        Args:
            structure: What it will be asked about first; later geometries have the same atoms in the same order.
            place: Where a program may keep its files, and whom it tells how it is getting on.
        """


CALCULATORS: Registry[Callable[..., Calculator]] = Registry("calculators", "calculator")
"""Classes, or functions, that make a calculator: without arguments, or of their options."""

_INSTANCES: dict[tuple[Callable[..., Calculator], str], Calculator] = {}
_C = TypeVar("_C", bound=Calculator)


def get_calculator(name: str | Calculator, options: Mapping[str, Any] | None = None) -> Calculator:
    """Return a calculator by name, made once per process for the same options.

    Args:
        name: A name of the registry; ``"matgl:NAME"`` gives the first option of ``matgl``. A calculator is handed
            back as it is.
        options: Options of the calculator by name.

    Raises:
        UnknownNameError: No such calculator; close matches are suggested.
        PluginError: It exists but could not be loaded.
        InvalidInputError: An option is unknown or refused.
    """
    if not isinstance(name, str):
        return name
    plain, colon, first = name.partition(":")
    factory = CALCULATORS.get(plain)
    model: type[Params] | None = getattr(factory, "Options", None)
    said = dict(options or {})
    if colon:
        key = next(iter(model.model_fields), None) if model else None
        if key is None:
            raise InvalidInputError(
                f"the calculator {plain!r} comes in one form only: say {plain!r}, not {name!r}"
            )
        if key in said:
            raise InvalidInputError(f"{key} is said twice: as {name!r} and as the option {key}={said[key]!r}")
        said[key] = first
    chosen = _validated(plain, model, said)
    mark = (factory, "" if chosen is None else json.dumps(chosen.model_dump(mode="json"), sort_keys=True))
    if mark not in _INSTANCES:
        _INSTANCES[mark] = factory() if chosen is None else factory(chosen)
    return _INSTANCES[mark]


def _validated(name: str, model: type[Params] | None, said: dict[str, Any]) -> Params | None:
    known = ", ".join(model.model_fields) if model else ""
    if model is None:
        if said:
            raise InvalidInputError(
                f"the calculator {name!r} has no options, and was given {', '.join(said)}"
            )
        return None
    try:
        return model(**said)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'together'}={e['input']!r}: {e['msg']}" for e in error.errors()
        )
        raise InvalidInputError(
            f"the calculator {name!r} refuses its options: {problems} (options: {known})"
        ) from None


def settled(calculator: _C, structure: Structure) -> _C:
    """Return a calculator whose choices that depend on the structure are made, once for all its deformations.

    Energies of neighbouring geometries are only comparable on the same mesh of k-points with the same smearing and
    the same kind of moments: so whoever deforms a structure settles the calculator first.

    Args:
        calculator: Any calculator.
        structure: The structure that will be deformed.

    Returns:
        What its method ``settled(structure)`` returns where it has one, else the calculator itself.
    """
    settle = inspect.getattr_static(calculator, "settled", None)
    return calculator if settle is None else calculator.settled(structure)  # type: ignore[attr-defined]
