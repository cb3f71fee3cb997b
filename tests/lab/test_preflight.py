from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import nanoos_lab as nl
from nanoos_lab.calculators import CALCULATORS
from nanoos_lab.calculators.toy import ToyCalculator
from nanoos_lab.errors import CalculatorError, InvalidInputError, PreflightError, UnknownNameError
from nanoos_lab.settings import Profile, Resources, Settings
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.tasks import TASKS, Plan
from nanoos_lab.testing import crystal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAR = Profile(name="far", executor="slurm", resources=Resources(walltime_hours=1e-6))


class AbsentProgram(ToyCalculator):
    """A calculator whose program is missing."""

    name = "absent"
    known_limits: ClassVar = {"bulk_modulus": "about 10 % too soft"}

    def available(self) -> str | None:
        return "absent.x is not on the PATH: apt-get install absent"

    def identity(self) -> dict[str, Any]:
        return {"model": "absent"}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Any]:
    settings = Settings(profiles={**Settings().profiles, "far": FAR})
    with nl.Lab(tmp_path / "lab", settings=settings) as opened:
        opened.add(crystal("NaCl"), name="salt")
        yield opened


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> str:
    real = CALCULATORS.get
    monkeypatch.setattr(CALCULATORS, "get", lambda name: AbsentProgram if name == "absent" else real(name))
    return "absent"


@pytest.fixture
def salt(lab: Any) -> Any:
    return lab.structures()[0]


def test_nothing_is_computed_or_recorded(lab: Any, salt: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StructureEngine, "__call__", lambda *_: pytest.fail("it computed"))
    looked = lab.preflight("eos", salt, calculator="toy", points=7)
    assert looked.ok
    assert looked.require() is looked
    assert looked.seconds is None
    assert "measure=True" in looked.cost()
    assert len(lab.runs()) == 0


def test_the_plan_counts_what_really_happens(lab: Any, salt: Any) -> None:
    looked = lab.preflight("eos", salt, calculator="toy", points=5, relax_first=False, internal="none")
    assert (looked.calls, looked.most) == (5, 5)
    run = lab.run("eos", salt, calculator="toy", points=5, relax_first=False, internal="none", strain=0.1)
    assert run.summary["force_calls"] == 5
    loose = lab.preflight("relax", salt, calculator="toy", max_steps=3)
    assert loose.calls == loose.most == 4


def test_the_time_comes_from_earlier_runs_or_from_one_measured_evaluation(lab: Any, salt: Any) -> None:
    measured = lab.preflight("relax", salt, calculator="toy", measure=True)
    assert measured.basis == "one evaluation measured here"
    assert measured.seconds == pytest.approx(measured.calls * measured.seconds_per_call)
    lab.run("static", salt, calculator="toy")
    known = lab.preflight("relax", salt, calculator="toy")
    assert known.basis == "1 earlier run with toy"
    assert known.seconds > 0
    assert lab.preflight("relax", salt, calculator="chgnet").seconds is None


def test_what_is_missing_is_a_problem_with_its_install_line(lab: Any, salt: Any, absent: str) -> None:
    looked = lab.preflight("eos", salt, calculator=absent)
    assert not looked.ok
    with pytest.raises(PreflightError, match=r"(?s)eos of salt on here would fail.*apt-get install absent"):
        looked.require()
    assert "will fail" in repr(looked)
    assert "apt-get install absent" in looked._repr_mimebundle_()["text/html"]


def test_what_is_missing_here_may_be_there(lab: Any, salt: Any, absent: str) -> None:
    looked = lab.preflight("relax", salt, calculator=absent, on="far")
    assert not any("absent.x" in problem for problem in looked.problems)
    assert any("nanoos doctor --profile far" in warning for warning in looked.warnings)


def test_known_limits_and_synthetic_values_are_told_first(lab: Any, salt: Any, absent: str) -> None:
    warnings = lab.preflight("eos", salt, calculator=absent).warnings
    assert "Bulk modulus: about 10 % too soft" in warnings
    assert any("synthetic" in warning for warning in warnings)
    assert not any("too soft" in w for w in lab.preflight("relax", salt, calculator=absent).warnings)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"calculator": "tooy"}, "did you mean 'toy'"),
        ({"calculator": "toy", "options": {"cut": 3}}, "no options"),
        ({"calculator": "toy", "on": "nowhere"}, "no profile named 'nowhere'"),
    ],
)
def test_each_reason_is_named(lab: Any, salt: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(PreflightError, match=words):
        lab.preflight("relax", salt, **options).require()


def test_a_structure_that_the_calculator_cannot_take_is_named(lab: Any, salt: Any) -> None:
    lab.add("2\n\nO 0 0 0\nO 0 0 1.2\n", name="dimer")
    dimer = next(s for s in lab.structures() if s.name == "dimer")
    problems = lab.preflight("relax", [salt, dimer], calculator="toy").problems
    assert any(problem.startswith("dimer: ") for problem in problems)


def test_several_structures_cost_the_sum(lab: Any, salt: Any) -> None:
    lab.add(crystal("MgO"), name="magnesia")
    one, both = (lab.preflight("relax", s, calculator="toy").calls for s in (salt, lab.structures()))
    assert both == 2 * one


def test_an_identical_run_costs_nothing(lab: Any, salt: Any) -> None:
    run = lab.run("static", salt, calculator="toy")
    assert lab.preflight("static", salt, calculator="toy").reused == run.id
    assert lab.preflight("static", salt, calculator="chgnet").reused is None


def test_a_wall_time_that_will_not_do_is_told(lab: Any, salt: Any) -> None:
    lab.run("static", salt, calculator="toy")
    warnings = lab.preflight("relax", salt, calculator="toy", on="far").warnings
    assert any("raise walltime_hours" in warning for warning in warnings)


def test_a_package_that_the_task_needs_is_looked_for(
    lab: Any, salt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = TASKS.get("static")
    needy = type(task)(**{**vars(task), "plan": lambda *_: Plan(packages={"no_such_package": "simulation"})})
    monkeypatch.setattr(TASKS, "get", lambda _name: needy)
    with pytest.raises(PreflightError, match=r"nanoos-lab\[simulation\]"):
        lab.preflight("static", salt, calculator="toy").require()


def test_what_cannot_be_looked_at_is_refused(lab: Any, salt: Any) -> None:
    with pytest.raises(UnknownNameError, match="task"):
        lab.preflight("relaxx", salt)
    with pytest.raises(InvalidInputError, match="fmax"):
        lab.preflight("relax", salt, calculator="toy", fmax=-1)


def test_a_calculator_that_cannot_even_say_what_it_is_makes_the_run_fail(
    lab: Any, salt: Any, absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Any) -> dict[str, Any]:
        raise CalculatorError("no pseudopotentials are installed: nanoos pseudos install FOLDER --name NAME")

    monkeypatch.setattr(AbsentProgram, "identity", refuse)
    with pytest.raises(PreflightError, match="nanoos pseudos install"):
        lab.preflight("relax", salt, calculator=absent).require()
