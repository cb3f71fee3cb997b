"""What pw.x wrote is what ASE's reader finds in it, over many versions; real failures are said."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import warnings
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nanoos_lab.programs.outputs import estimates_of, find_calculations, method_of, read_folder, read_output

if TYPE_CHECKING:
    from pathlib import Path

RYDBERG_EV = 13.605693122994
ASE_RYDBERG_EV = 13.60569193
"""ASE reads outputs of pw.x with the constants of 2006."""
INPUT = """
&control
  calculation='{kind}', prefix='si', outdir='.', pseudo_dir='{pseudos}', tprnfor=.true., tstress=.true., {control}
/
&system
  ibrav=0, nat=2, ntyp=1, ecutwfc=14, {system}
/
&electrons
  conv_thr=1e-7, {electrons}
/
&ions
/
&cell
/
ATOMIC_SPECIES
Si 28.085 {pseudo}
CELL_PARAMETERS angstrom
0.00 2.75 2.75
2.75 0.00 2.75
2.75 2.75 0.00
ATOMIC_POSITIONS crystal
Si 0.00 0.00 0.00
Si 0.26 0.25 0.25
K_POINTS automatic
{mesh} 0 0 0
"""


@pytest.fixture(scope="module")
def pw(tmp_path_factory, shared_data, require):
    """Return a function that runs pw.x on silicon and returns the folder."""
    require(shutil.which("pw.x"), "pw.x is absent: apt-get install quantum-espresso")
    pseudos = shared_data / "pseudopotentials_oncv_pbe" / "sg15"
    pseudo = "Si_ONCV_PBE_sr.upf"

    def run(kind="scf", *, control="", system="", electrons="", mesh="2 2 2") -> Path:
        folder = tmp_path_factory.mktemp("pw")
        said = {"control": control, "system": system, "electrons": electrons, "mesh": mesh}
        text = INPUT.format(kind=kind, pseudos=pseudos, pseudo=pseudo, **said)
        (folder / "pw.in").write_text(text)
        with (folder / "pw.out").open("wb") as out:
            words = [str(shutil.which("pw.x")), "-in", "pw.in"]
            subprocess.run(
                words, cwd=folder, stdout=out, check=False, env=os.environ | {"OMP_NUM_THREADS": "1"}
            )
        return folder

    return run


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode(errors="replace")


def _ase(path: Path):
    from ase.io.espresso import read_espresso_out

    text = _text(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(read_espresso_out(io.StringIO(text), index=slice(None)))[-1]


def test_outputs_of_many_versions_agree_with_ase(espresso_outputs):
    counted, versions = Counter(), set()
    for path in espresso_outputs:
        run = read_output(path)
        versions.add(run.version.split(".")[0])
        counted[run.kind, run.converged] += 1
        try:
            reference = _ase(path)
            energy = reference.get_potential_energy() / ASE_RYDBERG_EV
        except Exception:  # noqa: BLE001, S112 - ASE fails in many ways on what it does not know
            continue
        if run.kind == "bands" or "!!" in _text(path):
            continue  # of exact exchange ASE does not take the last energy
        assert run.energies[-1] / RYDBERG_EV == pytest.approx(energy, rel=1e-9, abs=1e-7), path
        assert np.abs(run.final.lattice.matrix - reference.cell.array).max() < 2e-5, path
        apart = run.final.lattice.get_fractional_coords(reference.positions) - run.final.frac_coords
        assert np.abs((apart - np.round(apart)) @ run.final.lattice.matrix).max() < 2e-5, path
        if "forces" in reference.calc.results:
            assert np.abs(run.forces - reference.get_forces()).max() < 1e-4, path
        counted["compared"] += 1
    print(f"{len(espresso_outputs)} outputs of pw.x {sorted(versions)}: {dict(counted)}")
    assert versions >= {"5", "6"}
    assert counted["compared"] >= 100
    assert counted["static", True] >= 150
    assert sum(n for what, n in counted.items() if what != "compared" and not what[1]) <= 8


def test_version_5_is_read_to_the_last_digit(shared_outputs):
    run = read_output(shared_outputs / "pymatgen/io/pwscf/Si.pwscf.out")
    assert run.converged
    assert run.energy == pytest.approx(-93.45259708 * RYDBERG_EV, abs=1e-7)
    assert (run.version, run.theory.functional, run.theory.n_kpoints) == ("5.1.2", "PBE", 16)
    assert run.final.volume == pytest.approx(275.0159 * 0.529177210903**3, rel=1e-5)
    assert run.fermi == 6.0347
    assert method_of(run).label.startswith("PBE QE 5.1.2")


def test_text_and_schema_of_one_real_calculation_agree(pw):
    folder = pw()
    both = read_folder(folder)
    text, schema = (read_output(path) for path in both.files)
    assert both.converged
    assert text.energy == pytest.approx(schema.energy, abs=1e-6)
    assert np.abs(text.forces - schema.forces).max() < 1e-5
    assert np.abs(text.stress - schema.stress).max() < 1e-5
    assert np.abs(text.final.lattice.matrix - schema.final.lattice.matrix).max() < 1e-5
    assert both.theory.kpoints == (2, 2, 2)
    assert text.theory.cutoff_ev == pytest.approx(14 * RYDBERG_EV)
    assert schema.theory.cutoff_ev == pytest.approx(14 * RYDBERG_EV)
    assert {"energy", "max_force", "pressure"} <= {one.property for one in estimates_of(both)}
    reference = _ase(folder / "pw.out")
    assert np.abs(text.stress - reference.get_stress(voigt=False)).max() < 1e-5


def test_a_real_relaxation_of_the_cell(pw):
    run = read_folder(pw("vc-relax"))
    assert (run.kind, run.converged, run.ionic_converged) == ("vc-relax", True, True), run.failures
    assert len(run.energies) > 2
    assert run.energies[0] > min(run.energies)
    assert run.initial.volume != pytest.approx(run.final.volume, rel=1e-3)
    assert "lattice_a" in {one.property for one in estimates_of(run)}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"electrons": "electron_maxstep=2"}, "self-consistency was not reached in 2 iterations"),
        ({"kind": "relax", "control": "nstep=1", "mesh": "1 1 1"}, "geometry did not converge"),
        ({"control": "max_seconds=0.01"}, "out of its time"),
        ({"system": "nbnd=2"}, "Error in routine"),
    ],
)
def test_real_failures_are_said(pw, options, says):
    options = dict(options)
    found = find_calculations(pw(options.pop("kind", "scf"), **options))
    run = read_output(found[0].paths[0])
    assert not run.converged
    assert any(says in failure for failure in run.failures), run.failures


def test_a_changed_digit_of_the_energy_is_noticed(shared_outputs, tmp_path):
    text = (shared_outputs / "pymatgen/io/pwscf/Si.pwscf.out").read_text()
    changed = tmp_path / "changed.out"
    changed.write_text(
        text.replace(
            "!    total energy              =     -93.45259708",
            "!    total energy              =     -93.55259708",
        )
    )
    run = read_output(changed)
    assert not run.converged
    assert "not the sum of its terms" in " ".join(run.failures)
