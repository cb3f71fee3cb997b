"""What pw.x prints and leaves behind, read by us and by ASE."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.errors import CalculatorError
from nanoos_lab.programs.qe import Progress, find_failure, read_result, read_text
from nanoos_lab.programs.qe.result import band_gap

INPUT = """\
&CONTROL
 calculation='vc-relax' outdir='out' pseudo_dir='{place}' tprnfor=.true. tstress=.true.
/
&SYSTEM
 ibrav=0 nat=2 ntyp=1 ecutwfc=12 occupations='smearing' smearing='gaussian' degauss=0.004
/
&ELECTRONS
/
&IONS
/
&CELL
 press_conv_thr=5
/
ATOMIC_SPECIES
Si 28.0855 Si_ONCV_PBE_sr.upf
CELL_PARAMETERS angstrom
0 2.7 2.7
2.7 0 2.7
2.7 2.7 0
ATOMIC_POSITIONS angstrom
Si 0 0 0
Si 1.40 1.37 1.35
K_POINTS automatic
1 1 1 0 0 0
"""


@pytest.fixture(scope="module")
def relaxation(shared_data, require, tmp_path_factory):
    """Return the folder of a real variable-cell relaxation."""
    require(shutil.which("pw.x"), "pw.x is not on PATH: apt install quantum-espresso")
    folder = tmp_path_factory.mktemp("vc")
    (folder / "pw.in").write_text(INPUT.format(place=shared_data / "pseudopotentials_oncv_pbe" / "abinit"))
    with (folder / "pw.out").open("w") as out:
        subprocess.run(["pw.x", "-in", "pw.in"], cwd=folder, stdout=out, check=True)
    return folder


# ASE reads pw.x's output with the constants of CODATA 2006: the seventh digit differs.
def test_geometries_and_energies_are_those_that_ase_reads(relaxation):
    from ase.io import read

    ours = read_text((relaxation / "pw.out").read_text())
    theirs = read(relaxation / "pw.out", index=":", format="espresso-out")
    assert ours.finished
    assert ours.relaxed
    assert ours.first_energy == pytest.approx(theirs[0].get_potential_energy(), rel=3e-7)
    known = [step for step in ours.steps if step.energy is not None]
    assert len(known) == len(theirs) - 1
    for step, image in zip(known, theirs[1:], strict=True):
        assert step.energy == pytest.approx(image.get_potential_energy(), rel=3e-7)
        assert step.positions == pytest.approx(image.positions, abs=1e-6)
        assert step.cell == pytest.approx(image.cell.array, abs=1e-6)


def test_the_numbers_of_the_xml_are_those_that_ase_reads_from_the_text(relaxation):
    from ase.io import read

    ours = read_result(relaxation / "out" / "pwscf.save" / "data-file-schema.xml")
    theirs = read(relaxation / "pw.out", format="espresso-out")
    assert ours.converged
    assert ours.free_energy == pytest.approx(theirs.get_potential_energy(), rel=3e-7)
    assert ours.forces == pytest.approx(theirs.get_forces(), abs=1e-6)
    assert ours.stress == pytest.approx(theirs.get_stress(voigt=False), abs=1e-6)
    assert ours.cell == pytest.approx(theirs.cell.array, abs=1e-6)
    text = (relaxation / "pw.out").read_text()
    assert ours.fermi == pytest.approx(float(re.findall(r"the Fermi energy is\s+(\S+)", text)[-1]), abs=1e-3)
    assert ours.electrons == 8
    assert ours.weights.sum() == pytest.approx(2.0)
    assert ours.version == read_text(text).version


@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
def test_a_cut_off_xml_is_refused(relaxation, tmp_path, part):
    whole = (relaxation / "out" / "pwscf.save" / "data-file-schema.xml").read_bytes()
    (tmp_path / "cut.xml").write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(CalculatorError, match="cannot be read"):
        read_result(tmp_path / "cut.xml")
    with pytest.raises(CalculatorError, match="cannot be read"):
        read_result(tmp_path / "missing.xml")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_cut_off_text_is_unfinished_and_keeps_what_it_has(relaxation, part):
    whole = (relaxation / "pw.out").read_text()
    cut = whole[: int(part * len(whole))]
    assert not read_text(cut).finished
    assert len(read_text(cut).steps) <= len(read_text(whole).steps)
    assert find_failure(cut, "", None) is not None
    assert find_failure(whole, "", None) is None


@given(cuts=st.lists(st.integers(0, 4000), max_size=30))
def test_progress_does_not_depend_on_how_the_text_arrives(cuts):
    text = "".join(
        f"     iteration #{n:3d}     ecut=    30.00 Ry     beta= 0.70\n     total energy =  -15.7 Ry\n"
        f"     estimated scf accuracy    <       {0.1**n:.8f} Ry\n"
        for step in range(3)
        for n in range(1, 8)
    )
    text += "!    total energy              =     -15.75049028 Ry\n"
    whole, pieces, stream = Progress(), Progress(), io.StringIO(text)
    whole.feed(text)
    for cut in sorted(cuts):
        pieces.feed(stream.read(max(0, cut - stream.tell())))
    pieces.feed(stream.read())
    assert pieces.line == whole.line
    assert whole.line.startswith(
        "ionic step 3, scf iteration 7, estimated accuracy 1.4e-06 eV, E = -214.2963"
    )


def test_the_gap_is_counted_by_electrons():
    levels = np.array([[[-5.0, 1.0, 3.0], [-4.0, 2.0, 2.5]]])
    assert band_gap(levels, 4.0, 0.0) == pytest.approx(0.5)
    assert band_gap(levels, 2.0, 0.0) == pytest.approx(5.0)
    assert band_gap(levels, 3.0, 0.0) == 0.0  # half a band
    assert band_gap(levels, 6.0, 0.0) is None  # no empty level is known
    crossing = np.array([[[-5.0, 1.0, 3.0], [-4.0, 3.5, 4.0]]])
    assert band_gap(crossing, 4.0, 0.0) == 0.0


def test_the_gap_of_a_magnet_is_between_any_spins():
    up, down = [[-5.0, -1.0, 3.0]], [[-4.0, 1.0, 3.5]]
    levels = np.array([up, down])
    assert band_gap(levels, 3.0, 1.0) == pytest.approx(2.0)  # two up, one down
    assert band_gap(levels, 3.0, 0.5) == 0.0
