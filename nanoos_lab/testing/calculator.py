"""Does a calculator hold together: consistent derivatives, repeatable answers, clear refusals, honest options."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from nanoos_lab.calculators import Calculator, get_calculator, settled
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.tasks import Params
from nanoos_lab.testing.abilities import check_abilities
from nanoos_lab.testing.crystals import rattled
from nanoos_lab.testing.findings import Findings
from nanoos_lab.testing.places import check_cancellation, check_workplace
from nanoos_lab.testing.probing import Probe

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pymatgen.core.structure import Structure

Part = Literal["derivatives", "workplace", "cancellation", "abilities"]
"""What is checked besides the form: energies, forces and stress against each other; working in a folder; being
called off; the abilities that it has."""
PARTS: tuple[Part, ...] = get_args(Part)
DIRECTIONS = 3


@dataclass(frozen=True)
class CalculatorReport:
    """The largest deviations that were measured; 0 for what was left out."""

    force: float
    """Analytic minus numerical derivative along random directions, eV/Å."""
    stress: float
    """Analytic minus numerical derivative along random strains, eV/Å³."""
    repeat: float
    """Difference between two fresh calculators, eV/atom."""


def check_calculator(
    calculator: Calculator,
    structures: Sequence[Structure],
    *,
    force_tolerance: float = 0.02,
    stress_tolerance: float = 0.003,
    repeat_tolerance: float = 1e-5,
    parts: Collection[Part] = PARTS,
) -> CalculatorReport:
    """Check a calculator on some crystals; each is also taken out of equilibrium.

    Args:
        calculator: The calculator.
        structures: Crystals inside its domain, a few atoms each. Derivatives are taken of all, the rest is asked of
            the first.
        force_tolerance: Allowed deviation of forces from finite differences, eV/Å.
        stress_tolerance: Allowed deviation of the stress from strain derivatives, eV/Å³.
        repeat_tolerance: Allowed difference between two fresh calculators, eV/atom.
        parts: What to check besides the form. Derivatives take 13 evaluations a crystal, a folder 5, being called
            off 3: of an expensive code check parts in tests of their own.

    Returns:
        What was measured.

    Raises:
        ConformanceError: Something does not hold; the message lists everything.
    """
    findings = Findings(f"calculator {getattr(calculator, 'name', calculator)!r}")
    findings.expect(
        isinstance(calculator, Calculator), "a member of nanoos_lab.calculators.Calculator is missing"
    )
    findings.conclude()
    _check_form(calculator, findings)
    findings.conclude()
    report = CalculatorReport(0.0, 0.0, 0.0)
    if structures:
        _check_settling(calculator, structures[0], findings)
        first = rattled(structures[0])
        if "derivatives" in parts:
            report = CalculatorReport(
                *map(float, np.max([_measure(calculator, s, k) for k, s in enumerate(structures)], axis=0))
            )
        if "workplace" in parts:
            check_workplace(
                calculator,
                first,
                findings,
                repeat_tolerance=repeat_tolerance,
                force_tolerance=force_tolerance,
            )
        if "cancellation" in parts:
            check_cancellation(calculator, first, findings, repeat_tolerance=repeat_tolerance)
        if "abilities" in parts:
            check_abilities(calculator, structures[0], findings)
    findings.expect(
        report.force <= force_tolerance, f"forces miss finite differences by {report.force:.2g} eV/Å"
    )
    findings.expect(
        report.stress <= stress_tolerance,
        f"the stress misses strain derivatives by {report.stress:.2g} eV/Å³",
    )
    findings.expect(
        report.repeat <= repeat_tolerance, f"the same question differs by {report.repeat:.2g} eV/atom"
    )
    findings.conclude()
    return report


def check_options(
    name: str, options: Mapping[str, Any] | None = None, *, variations: Mapping[str, Any]
) -> None:
    """Check that a calculator's options are part of its identity, and that none is taken that it does not know.

    Args:
        name: Name of the calculator in the registry.
        options: Options to begin with.
        variations: By option: another value that gives other numbers.

    Raises:
        ConformanceError: Something does not hold; the message lists everything.
    """
    findings = Findings(f"calculator {name!r}")
    start = dict(options or {})
    before = _text(get_calculator(name, start))
    for option, value in variations.items():
        findings.expect(
            _text(get_calculator(name, {**start, option: value})) != before,
            f"identity() is the same for {option}={value!r}: a finished run would be taken for another one",
        )
    try:
        get_calculator(name, {**start, "no_such_option": 1})
    except InvalidInputError as error:
        findings.expect(
            "no_such_option" in str(error), f"an unknown option is refused without its name: {error}"
        )
    else:
        findings.expect(False, "it takes an option that it does not have")
    findings.conclude()


def _text(calculator: Calculator) -> str:
    return json.dumps(dict(calculator.identity()), sort_keys=True)


def _check_form(calculator: Calculator, findings: Findings) -> None:
    problem = calculator.available()
    findings.expect(problem is None, f"it is not available: {problem}")
    findings.conclude()
    findings.identity(calculator.identity)
    findings.expect(calculator.method("recipe").recipe == "recipe", "method() drops the recipe")
    findings.expect(calculator.method().name, "method() has no name")
    findings.refusals(calculator.check)
    for name in calculator.known_limits:
        findings.expect(name in VOCABULARY, f"known_limits names {name!r}, which is not in the vocabulary")
    _check_options_form(getattr(type(calculator), "Options", None), findings)


def _check_options_form(model: Any, findings: Findings) -> None:  # noqa: ANN401 - anything may be named Options
    if model is None:
        return
    if not (isinstance(model, type) and issubclass(model, Params)):
        findings.expect(False, "Options is not a nanoos_lab.tasks.Params")
        return
    findings.expect(model.model_config.get("extra") == "forbid", "Options takes names that it does not know")
    for option, field in model.model_fields.items():
        findings.expect(field.description, f"the option {option!r} has no description")


def _check_settling(calculator: Calculator, structure: Structure, findings: Findings) -> None:
    """Check that choices are made once: not again for what is settled, nor for a deformed structure."""
    once: object = settled(calculator, structure)
    findings.expect(
        isinstance(once, Calculator), f"settled() returns a {type(once).__name__}, not a calculator"
    )
    if not isinstance(once, Calculator):
        return
    deformed = structure.copy()
    deformed.scale_lattice(1.06 * structure.volume)
    for other in (structure, deformed):
        findings.expect(
            _text(settled(once, other)) == _text(once),
            "settled() chooses again where everything was chosen: energies of deformations do not compare",
        )


def _measure(calculator: Calculator, crystal: Structure, seed: int) -> tuple[float, float, float]:
    structure = rattled(crystal, seed=seed)
    calculator.check(structure)
    probe, again = Probe(calculator, structure), Probe(calculator, structure)
    random = np.random.default_rng(0)
    forces = max(probe.force_deviation(random.normal(size=(len(structure), 3))) for _ in range(DIRECTIONS))
    stress = max(probe.stress_deviation(random.normal(size=(3, 3))) for _ in range(DIRECTIONS))
    repeat = abs(probe.energy() - again.energy()) / len(structure)
    return forces, stress, repeat
