"""Bands and densities of states by the real pw.x, dos.x and projwfc.x, with loose settings."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.calculators import Workplace
from nanoos_lab.calculators.abilities import GivesBands, GivesDensityOfStates
from nanoos_lab.calculators.qe import QECalculator
from nanoos_lab.errors import CalculatorError, InvalidInputError, RunCancelledError
from nanoos_lab.simulate.bands import band_structure
from nanoos_lab.simulate.dos import density_of_states
from nanoos_lab.tasks import TASKS

SILICON = Structure.from_spacegroup(
    "Fd-3m", Lattice.cubic(5.43), ["Si"], [[0, 0, 0]]
).get_primitive_structure()
ALUMINIUM = Structure.from_spacegroup(
    "Fm-3m", Lattice.cubic(4.04), ["Al"], [[0, 0, 0]]
).get_primitive_structure()


class Heard:
    """A task's surroundings that keep what they are told."""

    def __init__(self, folder):
        self.folder, self.lines = folder, []

    def progress(self, _fraction, message=""):
        self.lines.append(message)


def test_it_has_both_abilities():
    assert isinstance(QECalculator(), GivesBands)
    assert isinstance(QECalculator(), GivesDensityOfStates)


def test_silicon_has_its_indirect_gap(make_qe, tmp_path):
    """PBE: 0.57 to 0.61 eV, from Γ to about 0.85 Γ-X (J. P. Perdew et al., PNAS 114, 2801 (2017): 0.57 eV)."""
    place = Workplace(tmp_path)
    calculator = make_qe(cutoff_ry=24.0, kpoints=(4, 4, 4), tolerance_ry=1e-8)
    found = band_structure(SILICON, calculator, spacing=0.09, place=place)
    gap = found.gap
    assert gap.gap == pytest.approx(0.59, abs=0.06)
    assert gap.kind == "indirect"
    assert gap.valence.place == "Γ"
    assert gap.conduction.place.endswith("Γ–X")
    assert float(gap.conduction.place.split()[0]) == pytest.approx(0.85, abs=0.06)
    assert gap.direct == pytest.approx(2.56, abs=0.08)  # Γ25' to Γ15
    (value,) = found.estimates
    assert value.value == gap.gap
    assert "from Γ to 0.8" in value.note
    assert value.method.name == "PBE"
    top = found.bands.energies[0, 0]
    assert np.ptp(top[1:4]) < 1e-3  # Γ25' is threefold
    assert top[3] - top[0] == pytest.approx(11.97, abs=0.15)  # valence band width in PBE
    before = sorted(p.stat().st_mtime_ns for p in tmp_path.rglob("pw.out"))
    again = band_structure(SILICON, calculator, spacing=0.09, place=place)
    assert np.array_equal(again.bands.energies, found.bands.energies)
    assert sorted(p.stat().st_mtime_ns for p in tmp_path.rglob("pw.out")) == before


def test_the_density_of_states_of_silicon_holds_its_electrons(make_qe):
    calculator = make_qe(kpoints=(4, 4, 4), tolerance_ry=1e-8)
    found = density_of_states(SILICON, calculator)
    assert found.states_below == pytest.approx(8.0, abs=0.1)
    assert found.at_fermi == pytest.approx(0.0, abs=1e-3)
    assert set(found.dos.projected) == {("Si", "s"), ("Si", "p")}
    below = found.dos.energies <= found.dos.fermi
    parts = sum(
        float(np.trapezoid(p[0][below], found.dos.energies[below])) for p in found.dos.projected.values()
    )
    assert 0.9 < parts / found.states_below <= 1.01  # Löwdin's projection spills a little
    (array,) = found.estimates
    assert array.array.shape[1] == 2
    assert "top of the valence bands" in array.note
    above = array.array[(array.array[:, 0] > 0.1) & (array.array[:, 0] < 0.3)]
    assert np.abs(above[:, 1]).max() < 1e-3


def test_aluminium_is_a_metal_of_nearly_free_electrons(make_qe):
    calculator = make_qe(kpoints=(6, 6, 6), tolerance_ry=1e-7)
    bands = band_structure(ALUMINIUM, calculator, spacing=0.3)
    assert bands.gap.is_metal
    assert bands.estimates[0].value == 0.0
    free = 0.5 * 13.6057 * 2 * (3 * np.pi**2 * 3 / (ALUMINIUM.volume / 0.529177**3)) ** (2 / 3)
    width = bands.bands.fermi - bands.bands.energies.min()
    assert width == pytest.approx(free, rel=0.08)  # 11.7 eV, N. W. Ashcroft and N. D. Mermin, table 2.1
    states = density_of_states(ALUMINIUM, calculator, projected=False, density_factor=1.0)
    assert states.dos.projected == {}
    assert states.states_below == pytest.approx(3.0, abs=0.05)
    assert states.at_fermi == pytest.approx(1.5 * 3 / free, rel=0.2)  # free electrons: 3n/2EF


def test_spins_of_iron_are_split(make_qe):
    iron = Structure(
        Lattice.cubic(2.84), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    ).get_primitive_structure()
    calculator = make_qe(cutoff_ry=24.0, kpoints=(3, 3, 3), tolerance_ry=1e-6)
    states = density_of_states(iron, calculator, density_factor=1.0)
    assert len(states.dos.total) == 2
    below = states.dos.energies <= states.dos.fermi
    up, down = (float(np.trapezoid(t[below], states.dos.energies[below])) for t in states.dos.total)
    assert up + down == pytest.approx(16.0, abs=1.0)  # 3s and 3p are narrower than the steps of energy
    assert up - down > 1.5


def test_the_tasks_leave_plain_documents(make_qe, tmp_path):
    options = make_qe(kpoints=(2, 2, 2), tolerance_ry=1e-6).options.model_dump(exclude_none=True)
    for name, params in (("bands", {"spacing": 0.4}), ("dos", {"density_factor": 1.0})):
        task, context = TASKS.get(name), Heard(tmp_path / name)
        context.folder.mkdir()
        outcome = task({"structure": SILICON}, task.parse_params({"options": options, **params}), context)
        document = json.loads(outcome.artifacts[name].read_text(encoding="utf-8"))
        assert document["format"] == f"nanoos {name} 1"
        assert document["formula"] == "Si"
        assert np.isfinite(np.array(document.get("energies"))).all()
        assert any("k-point" in line or "scf iteration" in line for line in context.lines)
        json.dumps(outcome.summary)
        assert outcome.values["structure"]


def test_no_self_consistency_gives_no_bands(make_qe):
    calculator = make_qe(max_iterations=1, remedies=False, tolerance_ry=1e-12)
    for ask in (band_structure, density_of_states):
        with pytest.raises(CalculatorError, match="self-consisten"):
            ask(SILICON, calculator)


def test_called_off_work_ends(make_qe, tmp_path):
    def report(line):
        if "bands" in line:
            raise RunCancelledError("called off")

    with pytest.raises(RunCancelledError):
        band_structure(SILICON, make_qe(), spacing=0.3, place=Workplace(tmp_path, report))
    assert band_structure(SILICON, make_qe(), spacing=0.3, place=Workplace(tmp_path)).gap.gap > 0.0


def test_orbitals_that_are_not_there_are_not_projected_on(make_qe, monkeypatch):
    calculator = make_qe()
    family = calculator.family()
    bare = replace(family, members={"Si": replace(family["Si"], shells=())})
    monkeypatch.setattr(QECalculator, "family", lambda _self: bare)
    with pytest.raises(InvalidInputError, match="projected=False"):
        density_of_states(SILICON, calculator)


def test_who_has_no_bands_says_who_has():
    with pytest.raises(InvalidInputError, match=r"'toy' knows energies and forces.*those that do: .*qe"):
        band_structure(SILICON, "toy")
    with pytest.raises(InvalidInputError, match=r"no densities of states of electrons.*qe"):
        density_of_states(SILICON, "toy")
