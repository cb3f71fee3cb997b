"""GPAW in this process, on small cells and coarse meshes."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from nanoos_lab.calculators import CALCULATORS, Workplace, get_calculator, settled
from nanoos_lab.calculators.abilities import GivesBands, GivesDensityOfStates
from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError, RunCancelledError
from nanoos_lab.simulate import evaluate, relax_structure
from nanoos_lab.testing import check_calculator, crystal, rattled

COARSE = {"cutoff_ev": 300.0, "kpoints": (2, 2, 2)}


@pytest.fixture(autouse=True)
def _installed(require):
    require(importlib.util.find_spec("_gpaw"), "GPAW is absent: make gpaw")


def gpaw(**options):
    return get_calculator("gpaw", {**COARSE, **options})


class Listener:
    """Remembers what is told, and may call the work off."""

    def __init__(self, folder=None, stop_at="") -> None:
        self.lines, self.stop_at = [], stop_at
        self.place = Workplace(folder, self)

    def __call__(self, line):
        self.lines.append(line)
        if self.stop_at and self.stop_at in line:
            raise RunCancelledError("asked to stop")

    @property
    def iterations(self):
        return sum("iteration " in line for line in self.lines)


def test_forces_are_derivatives_of_the_energy_to_a_thousandth():
    report = check_calculator(
        gpaw(cutoff_ev=350.0, kpoints=(1, 1, 1)),
        [crystal("NaCl")],
        force_tolerance=1e-3,
        stress_tolerance=2e-3,
        repeat_tolerance=1e-6,
    )
    assert report.force > 0.0


def test_silicon_has_a_gap_and_bulk_aluminium_none():
    silicon = {e.property: e for e in evaluate(crystal("Si"), gpaw(kpoints=(3, 3, 3))).estimates}
    assert 0.4 < silicon["band_gap"].value < 1.2  # PBE: 0.58 eV on a dense mesh
    assert silicon["band_gap"].method.name == "PBE"
    assert silicon["band_gap"].method.version.startswith("GPAW ")
    metal = {e.property: e for e in evaluate(crystal("Al"), gpaw(kpoints=(4, 4, 4))).estimates}
    assert metal["band_gap"].value == 0.0


def test_the_bands_of_silicon_have_the_known_gap():
    calculator = gpaw(kpoints=(4, 4, 4), cutoff_ev=350.0)
    assert isinstance(calculator, GivesBands)
    towards_x = np.array([[t, 0.0, t] for t in (0.0, 0.4, 0.42, 0.44, 0.5)])
    bands = calculator.band_structure(crystal("Si"), towards_x, Workplace())
    assert bands.energies.shape[:2] == (1, 5)
    assert bands.electrons == pytest.approx(8.0)
    top, bottom = bands.energies[0, :, 3], bands.energies[0, :, 4]
    assert int(np.argmax(top)) == 0
    assert top.max() < bands.fermi < bottom.min()
    # published PBE gaps of silicon lie between 0.57 and 0.62 eV
    assert bottom.min() - top.max() == pytest.approx(0.60, abs=0.06)


def test_the_density_of_states_holds_all_electrons(tmp_path):
    calculator = gpaw(kpoints=(3, 3, 3))
    assert isinstance(calculator, GivesDensityOfStates)
    heard = Listener(tmp_path)
    dos = calculator.density_of_states(crystal("Si"), heard.place, projected=True, density_factor=2.0)
    below = dos.energies <= dos.fermi
    held = np.trapezoid(dos.total[0][below], dos.energies[below])
    assert held == pytest.approx(8.0, abs=0.1)
    assert set(dos.projected) == {("Si", "s"), ("Si", "p")}
    deep = dos.energies < dos.fermi - 8.0  # the lowest valence band of silicon is s-like
    s, p = (np.trapezoid(dos.projected["Si", shell][0][deep], dos.energies[deep]) for shell in "sp")
    assert s > 5.0 * p
    again = Listener(tmp_path)
    calculator.density_of_states(crystal("Si"), again.place, projected=False, density_factor=1.0)
    assert again.iterations == 0  # the density was kept


def test_rocksalt_relaxes_to_its_lattice_constant():
    start = crystal("NaCl").copy()
    start.scale_lattice(start.volume * 1.09)
    calculator = gpaw(cutoff_ev=500.0, kpoints=(3, 3, 3), convergence="loose")
    result = relax_structure(start, calculator, fmax=0.02)
    assert result.converged
    (a,) = {round(e.value, 4) for e in result.estimates if e.property == "lattice_a"}
    assert a == pytest.approx(5.714, rel=0.015)  # PBE: F. Tran et al., Phys. Rev. B 75, 115131 (2007)


def test_iron_is_a_ferromagnet():
    point = evaluate(crystal("Fe"), gpaw(kpoints=(5, 5, 5), convergence="loose"))
    moment = next(e.value for e in point.estimates if e.property == "magnetization")
    assert moment == pytest.approx(2.2, abs=0.3)


def test_a_displacement_that_breaks_the_symmetry_is_seen():
    silicon = crystal("Si")
    engine = gpaw().ase_calculator(silicon, Workplace())
    from ase import Atoms

    atoms = Atoms("Si2", cell=silicon.lattice.matrix, positions=silicon.cart_coords, pbc=True)
    atoms.calc = engine
    assert np.abs(atoms.get_forces()).max() < 1e-3
    atoms.positions[0] += (0.05, 0.02, -0.01)
    moved = atoms.get_forces()
    fresh = atoms.copy()
    fresh.calc = gpaw().ase_calculator(silicon, Workplace())
    assert np.abs(moved).min() > 0.01
    assert moved == pytest.approx(fresh.get_forces(), abs=2e-3)


def test_the_mesh_is_settled_for_all_deformations():
    silicon, wide = crystal("Si"), crystal("Si").copy()
    wide.scale_lattice(wide.volume * 1.5)
    by_spacing = get_calculator("gpaw", {"kpoint_spacing": 0.5})
    fixed = settled(by_spacing, silicon)
    assert fixed.choices_for(wide).mesh == fixed.choices_for(silicon).mesh == (5, 5, 5)
    assert by_spacing.choices_for(wide).mesh == (4, 4, 4)


def test_it_can_be_called_off_and_asked_again(tmp_path):
    heard = Listener(tmp_path, stop_at="iteration 3")
    with pytest.raises(RunCancelledError):
        evaluate(crystal("Si"), gpaw(), place=heard.place)
    assert evaluate(crystal("Si"), gpaw(), place=Listener(tmp_path).place).response.energy < 0.0


def test_what_is_finished_is_not_computed_twice(tmp_path):
    structure = rattled(crystal("Si"))
    first = evaluate(structure, gpaw(), place=Listener(tmp_path).place)
    heard = Listener(tmp_path)
    second = evaluate(structure, gpaw(), place=heard.place)
    assert heard.lines == []
    assert second.response.energy == first.response.energy
    assert second.estimates == first.estimates
    other = Listener(tmp_path)
    evaluate(structure, gpaw(cutoff_ev=250.0), place=other.place)
    assert other.iterations > 3


def test_options_are_checked_together():
    with pytest.raises(InvalidInputError, match="kpoints or kpoint_spacing"):
        gpaw(kpoint_spacing=0.3)
    with pytest.raises(InvalidInputError, match="no U for He"):
        gpaw(hubbard={"He": 3.0})
    with pytest.raises(InvalidInputError, match="functional"):
        gpaw(functional="B3LYP")
    assert get_calculator("gpaw:LDA").method().name == "LDA"


def test_hubbard_and_setups_reach_gpaw(tmp_path):
    calculator = gpaw(hubbard={"Fe": 4.0}, setups={"Na": "1"})
    assert calculator.method().name == "PBE+U"
    options = calculator.options
    assert options.setups_of(crystal("Fe"), {"Fe": 4.0}) == {"Fe": ":d,4"}
    assert options.setups_of(crystal("NaCl"), {}) == {"Na": "1"}
    with pytest.raises(OutOfDomainError, match=r"no PBE setup 'big' of Si; it has ''"):
        gpaw(setups={"Si": "big"}).check(crystal("Si"))


def test_an_element_without_a_setup_is_refused():
    strange = crystal("CsCl").copy()
    strange.replace_species({"Cs": "Cm"})
    with pytest.raises(OutOfDomainError, match="no PBE setup of Cm"):
        gpaw().check(strange)


def test_its_identity_knows_setups_and_options():
    assert gpaw().identity() != gpaw(cutoff_ev=310.0).identity()
    one, other = gpaw().identity()["setups"], get_calculator("gpaw:LDA").identity()["setups"]
    assert one["PBE"] != other["LDA"]
    assert len(one["PBE"]) == 64


@pytest.mark.parametrize("package", ["gpaw", "_gpaw"])
def test_without_gpaw_it_says_how_to_install_it(monkeypatch, package):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == package else find(name, *a)
    )
    calculator = CALCULATORS.get("gpaw")()
    assert "pip install 'nanoos-lab[gpaw]'" in calculator.available()
    assert "libxc-dev libopenblas-dev" in calculator.available()
    with pytest.raises(CalculatorError, match="make gpaw"):
        evaluate(crystal("Si"), calculator)
