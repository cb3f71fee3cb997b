"""GPAW, LAMMPS and phonopy outputs, against ASE's, pymatgen's and phonopy's own readers."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import warnings

import numpy as np
import pytest

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import estimates_of, read_folder, read_output
from nanoos_lab.programs.outputs.lammps.atoms import element_of_mass, read_data, read_dump
from nanoos_lab.programs.outputs.lammps.log import read_log

MINIMISE = """
units metal
atom_style atomic
lattice fcc 3.7
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass 1 39.948
displace_atoms all random 0.1 0.1 0.1 4711
pair_style lj/cut 8.0
pair_coeff * * 0.0104 3.4
write_data start.data
thermo 10
{what}
write_dump all custom end.dump id element x y z modify element Ar
"""


@pytest.fixture(scope="session")
def lammps(shared_outputs):
    return shared_outputs / "pymatgen" / "io" / "lammps"


def test_gpaw_text_agrees_with_ase(shared_outputs):
    from ase.io.gpaw_out import read_gpaw_out

    path = shared_outputs / "ase/ase/test/testdata/gpaw_expected_text_output"
    with path.open() as stream:
        reference = read_gpaw_out(stream, 0)
    run = read_output(path)
    assert run.converged
    assert run.energy == -6.707307
    assert np.abs(run.forces - reference.get_forces()).max() < 1e-9
    assert np.abs(run.final.cart_coords - reference.positions).max() < 1e-9
    assert (run.version, run.theory.functional, run.fermi, run.band_gap) == (
        "20.1.1b1",
        "PBE",
        -6.86043,
        11.621,
    )


def test_a_gpaw_that_did_not_converge_says_so(shared_outputs, tmp_path):
    text = (shared_outputs / "ase/ase/test/testdata/gpaw_expected_text_output").read_text()
    for old, new, says in (
        ("Converged after 13 iterations", "Did not converge!", "self-consistency"),
        ("Free energy:     -6.707307", "Free energy:     -6.807307", "not the sum of its terms"),
        ("Extrapolated:    -6.707307", "Extrapolated:    -6.717307", "does not fit"),
        ("Total:                                        10.889", "", "did not come to its end"),
    ):
        path = tmp_path / "gpaw.txt"
        path.write_text(text.replace(old, new))
        run = read_output(path)
        assert not run.converged
        assert any(says in failure for failure in run.failures), run.failures


def test_logs_agree_with_pymatgen(lammps):
    from pymatgen.io.lammps.outputs import parse_lammps_log

    for path in sorted(lammps.glob("log.*")):
        log = read_log(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reference = parse_lammps_log(str(path))
        assert len(log.sections) == len(reference)
        for section, table in zip(log.sections, reference, strict=True):
            assert section.columns == list(table.columns)
            assert np.array_equal(np.array(section.rows), table.to_numpy(dtype=float))


@pytest.mark.parametrize(
    ("name", "style"),
    [("data.peptide", "full"), ("data.quartz", "atomic"), ("ethane.data", "full"), ("tatb.data", "charge")],
)
def test_data_files_agree_with_pymatgen(lammps, name, style):
    from pymatgen.io.lammps.data import LammpsData

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = LammpsData.from_file(str(lammps / name), atom_style=style).structure
    structure, _ = read_data(lammps / name)
    assert (
        np.abs(np.array(structure.lattice.parameters) - np.array(reference.lattice.parameters)).max() < 1e-6
    )
    assert structure.composition == reference.composition
    ours, theirs = structure.distance_matrix[:6, :6], reference.distance_matrix[:6, :6]
    if name != "data.peptide":  # pymatgen keeps the order of the file there
        assert np.abs(np.sort(ours.ravel()) - np.sort(theirs.ravel())).max() < 1e-4


def test_dumps_agree_with_pymatgen(lammps):
    from pymatgen.io.lammps.outputs import parse_lammps_dumps

    elements = {1: "C", 2: "H", 3: "O", 4: "N"}
    for name in ("dump.tatb", "dump.rdx.gz"):
        frames, problems = read_dump(lammps / name, elements)
        reference = list(parse_lammps_dumps(str(lammps / name)))
        assert problems == []
        for frame, other in ((frames[0], reference[0]), (frames[-1], reference[-1])):
            box = other.box.to_lattice()
            assert np.abs(np.array(frame.lattice.parameters) - np.array(box.parameters)).max() < 1e-6
            assert len(frame) == other.natoms


def test_masses_are_elements_or_refused():
    assert [element_of_mass(m) for m in (1.0, 12.011, 15.9994, 39.948, 55.85, 6.94)] == [
        "H",
        "C",
        "O",
        "Ar",
        "Fe",
        "Li",
    ]
    for mass in (1.728, 14.5, 500.0, 58.9):
        if mass == 58.9:  # cobalt and nickel lie close together
            assert element_of_mass(mass) == "Co"
            continue
        with pytest.raises(ValueError, match="mass"):
            element_of_mass(mass)


@pytest.fixture
def run_lammps(tmp_path):
    from nanoos_lab.programs.lammps.executable import find_executable

    program = find_executable()

    def run(what: str):
        (tmp_path / "in.argon").write_text(MINIMISE.format(what=what))
        words = [
            *program.launcher,
            str(program.path),
            "-log",
            "log.lammps",
            "-screen",
            "none",
            "-in",
            "in.argon",
        ]
        subprocess.run(words, cwd=tmp_path, env=program.environment(), check=False, capture_output=True)
        return tmp_path

    return run


def test_a_real_minimisation(run_lammps):
    folder = run_lammps("minimize 1e-8 1e-8 1000 10000")
    run = read_folder(folder)
    assert (run.kind, run.converged) == ("relax", True), run.failures
    assert run.energy == pytest.approx(run.energies[-1])
    assert run.energies[-1] < run.energies[0]
    assert run.final.formula == "Ar32"
    assert run.method_name == "LAMMPS lj/cut 0.0104 3.4"


def test_a_minimisation_that_ran_out_of_steps(run_lammps):
    run = read_folder(run_lammps("minimize 1e-14 1e-14 2 10"))
    assert not run.converged
    assert "did not reach its tolerances" in " ".join(run.failures)


def test_an_error_of_lammps_is_said(run_lammps):
    run = read_folder(run_lammps("run 5\nfix broken all nonsense"))
    assert not run.converged
    assert any("ERROR" in failure for failure in run.failures), run.failures


def test_reduced_units_are_refused(lammps):
    with pytest.raises(ProgramOutputError, match="units 'lj'"):
        read_output(lammps / "log.13Oct16.ehex.g++.8.gz")
    with pytest.raises(ProgramOutputError, match=r"line 19.*mass 1\.728"):
        read_output(lammps / "virus.data")


@pytest.fixture(scope="session")
def sodium_chloride(shared_outputs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("phonopy")
    for name in ("NaCl_phonopy.yaml", "NaCl_total_dos.dat", "NaCl_band.yaml"):
        shutil.copy(shared_outputs / "pymatgen/io/phonopy" / name, folder)
    return folder


def test_phonopy_files_together(sodium_chloride):
    import yaml

    run = read_folder(sodium_chloride)
    assert run.converged, run.failures
    assert run.final.formula == "Na4 Cl4"
    dos = run.tables["phonon_density_of_states"]
    assert np.trapezoid(dos[:, 1], dos[:, 0]) == pytest.approx(3.0, abs=0.06)
    raw = np.loadtxt(sodium_chloride / "NaCl_total_dos.dat")
    assert np.allclose(dos[:, 1] * 2, raw[:, 1])
    with (sodium_chloride / "NaCl_phonopy.yaml").open() as stream:
        said = yaml.safe_load(stream)
    assert np.allclose(run.final.lattice.matrix, said["unit_cell"]["lattice"])
    assert {str(one.origin) for one in estimates_of(run)} == {"imported"}


def test_a_short_density_of_states_is_noticed(sodium_chloride, tmp_path):
    for path in sodium_chloride.iterdir():
        shutil.copy(path, tmp_path)
    dos = tmp_path / "NaCl_total_dos.dat"
    dos.write_text("".join(dos.read_text().splitlines(keepends=True)[:120]))
    run = read_folder(tmp_path)
    assert not run.converged
    assert run.tables == {}
    assert "modes per atom" in " ".join(run.failures)


def test_phonopy_itself_is_the_oracle_of_thermal_properties(tmp_path):
    import phonopy
    from phonopy.structure.atoms import PhonopyAtoms

    cell = PhonopyAtoms(
        symbols=["Ar"],
        cell=np.array([[0, 2.6, 2.6], [2.6, 0, 2.6], [2.6, 2.6, 0]]),
        scaled_positions=[[0, 0, 0]],
    )
    phonon = phonopy.Phonopy(cell, np.diag([2, 2, 2]))
    phonon.generate_displacements(distance=0.01)
    from ase import Atoms
    from ase.calculators.lj import LennardJones

    forces = []
    for supercell in phonon.supercells_with_displacements:
        atoms = Atoms(
            supercell.symbols, cell=supercell.cell, scaled_positions=supercell.scaled_positions, pbc=True
        )
        atoms.calc = LennardJones(sigma=3.4, epsilon=0.0104, rc=7.0)
        forces.append(atoms.get_forces())
    phonon.forces = forces
    phonon.produce_force_constants()
    phonon.run_mesh([6, 6, 6])
    phonon.run_thermal_properties(t_min=0, t_max=400, t_step=100)
    phonon.write_yaml_thermal_properties(filename=str(tmp_path / "thermal_properties.yaml"))
    phonon.mesh.write_yaml(filename=str(tmp_path / "mesh.yaml"))
    phonon.save(filename=str(tmp_path / "phonopy_params.yaml"))
    run = read_folder(tmp_path)
    values = {one.property: one for one in estimates_of(run)}
    expected = phonon.get_thermal_properties_dict()
    at_300 = list(expected["temperatures"]).index(300.0)
    assert values["heat_capacity"].value == pytest.approx(expected["heat_capacity"][at_300], rel=1e-6)
    assert values["heat_capacity"].conditions == {"temperature_K": 300.0}
    assert values["vibrational_free_energy"].value == pytest.approx(
        expected["free_energy"][at_300] / 96.4853321, rel=1e-6
    )
    assert values["highest_phonon_frequency"].value == pytest.approx(
        phonon.get_mesh_dict()["frequencies"].max(), abs=1e-6
    )
    assert run.final.formula == "Ar1"


def test_yaml_with_aliases_is_refused(tmp_path):
    bomb = "phonopy:\n  version: '2'\na: &a [x, x]\nb: &b [*a, *a]\nunit_cell: *b\n"
    (tmp_path / "phonopy.yaml").write_bytes(gzip.compress(bomb.encode()))
    with pytest.raises(ProgramOutputError, match="aliases"):
        read_folder(tmp_path)
