"""Calculators that are broken on purpose, each in one way, and what the check says of them."""

from __future__ import annotations

import json
import signal
import subprocess
from types import MappingProxyType

import numpy as np
import pytest
from pydantic import Field

from nanoos_lab.calculators import CALCULATORS
from nanoos_lab.calculators.abilities import Bands, DensityOfStates, NativeRelaxation
from nanoos_lab.calculators.toy import ToyCalculator
from nanoos_lab.calculators.toy_ase import ToyASE
from nanoos_lab.errors import RunCancelledError
from nanoos_lab.tasks import Params
from nanoos_lab.testing import (
    ConformanceError,
    check_calculator,
    check_interruption,
    check_options,
    crystal,
)

SILICON = crystal("Si")


class KeepingASE(ToyASE):
    """Keeps its answer in the folder, as a program keeps its density; reports on the way."""

    knows_its_own = True
    reports = 3
    program = False
    ends_it = True
    heeds = True
    torn = False
    hangs = False

    def __init__(self, place):
        super().__init__()
        self.place = place

    def calculate(self, *args, **kwargs):
        with self.place.opened() as folder:
            kept = folder / "kept.json"
            super().calculate(*args, **kwargs)
            mark = np.round(self.atoms.positions, 6).tolist() if self.knows_its_own else None
            if kept.is_file() and json.loads(kept.read_text())["mark"] == mark:
                self.results = {k: np.array(v) for k, v in json.loads(kept.read_text())["results"].items()}
                self.results["energy"] = self.results["free_energy"] = float(self.results["energy"])
                return
            self._work(folder)
            self._keep(folder)

    def _keep(self, folder, **other):
        said = {k: np.asarray(v).tolist() for k, v in {**self.results, **other}.items()}
        mark = np.round(self.atoms.positions, 6).tolist() if self.knows_its_own else None
        (folder / "kept.json").write_text(json.dumps({"mark": mark, "results": said}))

    def _work(self, folder):
        if self.torn:
            self._keep(folder, energy=-1.0)
        child = None
        if self.program:
            child = subprocess.Popen(["sleep", "4" if self.hangs else "60"], cwd=folder)
            STARTED.append(child)
        try:
            for step in range(self.reports):
                self._tell(f"step {step}")
                if self.hangs:
                    signal.pause()
        except RunCancelledError:
            if child is not None and self.ends_it:
                child.kill()
                child.wait()
            raise
        if child is not None:
            child.kill()
            child.wait()

    def _tell(self, line):
        try:
            self.place.report(line)
        except RunCancelledError:
            if self.heeds:
                raise


STARTED: list[subprocess.Popen] = []


@pytest.fixture(autouse=True)
def ended():
    yield
    for child in STARTED:
        child.kill()
        child.wait()
    STARTED.clear()


class Keeping(ToyCalculator):
    face = KeepingASE

    def ase_calculator(self, structure, place):  # noqa: ARG002 - the protocol has it
        return self.face(place)


def broken(base=Keeping, *, face=None, **members):
    """Return a calculator that is broken in one way."""
    if face is not None:
        members["face"] = type("Face", (KeepingASE,), face)
    return type("Broken", (base,), members)()


@pytest.mark.parametrize("face", [{}, {"program": True}])
def test_a_calculator_with_a_folder_that_does_all_well_passes(face):
    check_calculator(broken(face=face), [SILICON])


@pytest.mark.parametrize(
    ("face", "words"),
    [
        ({"knows_its_own": False}, r"another geometry in the folder of a first one, it misses"),
        ({"heeds": False}, r"called off at its report \['step 0'\], it goes on"),
        ({"program": True, "ends_it": False}, r"called off, it leaves processes: \["),
    ],
)
def test_what_lives_badly_with_a_folder_is_found(face, words):
    with pytest.raises(ConformanceError, match=words):
        check_calculator(broken(face=face), [SILICON], parts=("workplace", "cancellation"))


def test_another_error_than_cancellation_is_found():
    def complain(self, line):
        try:
            self.place.report(line)
        except RunCancelledError as error:
            raise OSError("the program went away") from error

    with pytest.raises(ConformanceError, match="raises OSError instead: the program went away"):
        check_calculator(broken(face={"_tell": complain}), [SILICON], parts=("cancellation",))


def test_an_answer_that_drifts_with_its_own_leftovers_is_found():
    class Drifting(KeepingASE):
        def calculate(self, *args, **kwargs):
            ToyASE.calculate(self, *args, **kwargs)
            with self.place.opened() as folder:
                times = len(list(folder.iterdir()))
                (folder / f"{times}").touch()
            self.results["energy"] += 1e-3 * times

    with pytest.raises(
        ConformanceError, match=r"asked again in the folder it worked in, it differs by 0\.0005"
    ):
        check_calculator(broken(face=dict(vars(Drifting))), [SILICON], parts=("workplace",))


class Wide(Params):
    model_config = Params.model_config | {"extra": "ignore"}
    width: float = 1.0


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Options": Wide}, "Options takes names that it does not know"),
        ({"Options": Wide}, "the option 'width' has no description"),
        ({"Options": dict}, r"Options is not a nanoos_lab\.tasks\.Params"),
        ({"known_limits": MappingProxyType({"colour": "pink"})}, "'colour', which is not in the vocabulary"),
        ({"settled": lambda _self, _s: None}, r"settled\(\) returns a NoneType"),
        ({"available": lambda _self: "pip install it"}, "it is not available: pip install it"),
    ],
)
def test_a_form_that_does_not_hold_is_found(members, words):
    with pytest.raises(ConformanceError, match=words):
        check_calculator(broken(ToyCalculator, **members), [SILICON], parts=())


def test_choosing_again_is_found():
    class Choosing(ToyCalculator):
        chosen = None

        def settled(self, structure):
            made = Choosing()
            made.chosen = round(structure.volume, 3)
            return made

        def identity(self):
            return {"chosen": self.chosen, "model": "it"}

    with pytest.raises(ConformanceError, match=r"settled\(\) chooses again"):
        check_calculator(Choosing(), [SILICON], parts=())
    Choosing.settled = lambda self, s, once=Choosing.settled: self if self.chosen else once(self, s)
    check_calculator(Choosing(), [SILICON], parts=())


GOOD_BANDS = {"energies": np.arange(12.0).reshape(1, 3, 4) % 4, "fermi": 1.5}
GOOD_DENSITY = {"energies": np.arange(5.0), "total": np.ones((1, 5)), "fermi": 1.0}


def spectra(bands=None, density=None):
    return broken(
        ToyCalculator,
        band_structure=lambda _self, _s, k, _place: Bands(**{"kpoints": k, **GOOD_BANDS, **(bands or {})}),
        density_of_states=lambda _self, _s, _place, **_: DensityOfStates(
            **{**GOOD_DENSITY, **(density or {})}
        ),
    )


def test_good_spectra_pass():
    check_calculator(spectra(density={"projected": {("Si", "p"): np.ones((1, 5))}}), [SILICON])


@pytest.mark.parametrize(
    ("bands", "density", "words"),
    [
        ({"energies": np.zeros((3, 4))}, None, r"have the shape \(3, 4\), not \(spins, 3, bands\)"),
        ({"energies": GOOD_BANDS["energies"][:, :, ::-1]}, None, "bands do not rise"),
        ({"fermi": 50.0}, None, "outside all bands"),
        ({"kpoints": np.ones((3, 3))}, None, "other k-points than those asked for"),
        ({"energies": GOOD_BANDS["energies"] * np.nan}, None, "not a finite number"),
        (None, {"total": np.ones(5)}, r"at \(5,\) energies has the shape \(5,\)"),
        (None, {"total": -np.ones((1, 5))}, "density of states is negative"),
        (None, {"energies": np.zeros(5)}, "do not rise"),
        (None, {"projected": {("Si", "p"): np.ones((2, 5))}}, "projection on Si p has the shape"),
        (None, {"projected": {("Ge", "p"): np.ones((1, 5))}}, r"named \('Ge', 'p'\)"),
    ],
)
def test_spectra_of_another_form_are_found(bands, density, words):
    with pytest.raises(ConformanceError, match=words):
        check_calculator(spectra(bands, density), [SILICON], parts=("abilities",))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"energies": [-1.0, -2.0]}, "1 geometries and 2 energies"),
        ({"forces": np.zeros((3, 3))}, r"relaxation of 2 atoms gives forces \(3, 3\)"),
        ({"converged": False}, "does not say why"),
        ({"structures": [crystal("NaCl")]}, "changes the atoms or their order"),
    ],
)
def test_a_native_relaxation_of_another_form_is_found(change, words):
    answer = {
        "structures": [SILICON],
        "energies": [-1.0],
        "forces": np.zeros((2, 3)),
        "stress": np.zeros((3, 3)),
        "converged": True,
    }
    calculator = broken(
        ToyCalculator, relax_natively=lambda _self, _s, _place, **_: NativeRelaxation(**{**answer, **change})
    )
    if words is None:
        check_calculator(calculator, [SILICON], parts=("abilities",))
        return
    with pytest.raises(ConformanceError, match=words):
        check_calculator(calculator, [SILICON], parts=("abilities",))


class TunedOptions(Params):
    depth: float = Field(0.2, description="Depth of the well in eV.")


class Tuned(ToyCalculator):
    Options = TunedOptions

    def __init__(self, options):
        self.options = options

    def identity(self):
        return {"depth": self.options.depth}


@pytest.fixture
def register(monkeypatch):
    def register(name, factory):
        monkeypatch.setitem(CALCULATORS._loaded, name, factory)

    return register


def test_options_that_tell_pass_and_silent_ones_are_found(register):
    register("tuned", Tuned)
    check_options("tuned", variations={"depth": 0.3})
    register("silent", type("Silent", (Tuned,), {"identity": lambda _self: {"model": "it"}}))
    with pytest.raises(ConformanceError, match=r"the same for depth=0\.3"):
        check_options("silent", variations={"depth": 0.3})
    register(
        "wide", type("Open", (Tuned,), {"Options": Wide, "identity": lambda self: {"w": self.options.width}})
    )
    with pytest.raises(ConformanceError, match="takes an option that it does not have"):
        check_options("wide", variations={"width": 2.0})


SETUP = """
import sys; sys.path.insert(0, {folder!r})
from test_calculator import CALCULATORS, broken
CALCULATORS.register({name!r}, lambda: broken(face={face!r}))
"""


@pytest.mark.parametrize(
    ("name", "face", "words"),
    [
        ("kept", {}, ()),
        ("torn", {"torn": True}, ("asked again after it was killed, it differs", "leaves programs at work")),
        ("outliving", {}, ("killed, it leaves programs at work in its folder",)),
    ],
)
def test_what_a_kill_leaves_is_found(request, register, name, face, words):
    from nanoos_lab.testing import places

    request.getfixturevalue("monkeypatch").setattr(places, "END_S", 0.2)
    killed = {**face, "program": True, "hangs": True} if words else face
    register(name, lambda: broken(face=face))
    setup = SETUP.format(folder=str(request.path.parent), name=name, face=killed)
    if not words:
        check_interruption(name, SILICON, setup=setup)
        return
    with pytest.raises(ConformanceError) as caught:
        check_interruption(name, SILICON, setup=setup)
    for piece in words:
        assert piece in str(caught.value)


def test_a_calculator_that_fails_in_a_process_of_its_own_says_why(register):
    register("here", ToyCalculator)
    with pytest.raises(
        ConformanceError, match=r"(?s)in a process of its own it fails:.*no calculator named 'here'"
    ):
        check_interruption("here", SILICON)
