"""What others ran becomes runs, structures and values once; what failed stays no result; on both databases."""

from __future__ import annotations

import gzip
import shutil
from typing import TYPE_CHECKING

import pytest

import nanoos_lab as nl
from nanoos_lab.cli import Session, app
from nanoos_lab.cli.app import SESSION
from nanoos_lab.errors import InvalidInputError, ProgramOutputError
from nanoos_lab.lab.imported import ImportedRuns

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lab(lab_place):
    with nl.open(lab_place) as opened:
        yield opened


@pytest.fixture
def vasp(shared_data) -> Path:
    return shared_data / "program_outputs/pymatgen/io/vasp"


@pytest.fixture
def chloride(vasp, tmp_path) -> Path:
    """Return the folder of a relaxation of CsCl with its inputs and a large file."""
    folder = tmp_path / "CsCl ü relax"
    folder.mkdir()
    shutil.copy(vasp / "outputs/vasprun.vdw.xml.gz", folder / "vasprun.xml.gz")
    (folder / "INCAR").write_text("ENCUT = 520\n")
    (folder / "CHGCAR").write_text("density")
    (folder / "POTCAR").write_text("licensed")
    (folder / "secret").symlink_to("/etc/passwd")
    return folder


def test_a_relaxation_is_taken_in_with_structures_values_and_files(lab, chloride):
    taken = lab.import_run(chloride, tags=["halide"], notes="from a colleague")
    assert taken.new
    assert taken.converged
    run = lab.get(taken.id)
    assert (run.task, str(run.state), run.row.converged) == ("import", "COMPLETED", True)
    (start,) = run.inputs
    assert (start.name, start.tags, start.formula) == ("CsCl ü relax", ("halide",), "CsCl")
    assert taken.structure.row.parent_id == start.id
    assert taken.structure.row.run_id == run.id
    values = {value.property: value for value in taken.values}
    energy = values["energy"]
    assert energy.value == pytest.approx(-9.78310677 / 2, abs=1e-7)
    assert (energy.method_name, energy.method_version, energy.origin) == ("PBE", "VASP 5.3.5", "computed")
    assert "energy(sigma→0)" in energy.note
    assert energy.structure_id == taken.structure.id
    assert {"max_force", "pressure", "band_gap", "volume_per_atom", "lattice_a"} <= values.keys()
    assert set(run.artifacts) == {"vasprun.xml.gz", "INCAR"}
    assert gzip.decompress(run.artifacts["vasprun.xml.gz"].read_bytes()).startswith(b"<?xml")
    assert {left.partition(":")[0] for left in taken.left_out} == {"CHGCAR", "POTCAR"}
    assert "−4.892 eV/atom" in repr(taken)
    html = taken._repr_mimebundle_()["text/html"]
    assert "CHGCAR" in html
    assert "PBE VASP 5.3.5" in html
    assert lab.compare(start, "energy") is not None
    assert lab.trace(taken.structure).graph.edges


def test_the_same_calculation_again_is_found_wherever_it_lies(lab, chloride, tmp_path):
    first = lab.import_run(chloride)
    before = len(lab.value_rows()), len(lab.find()), len(lab.runs())
    elsewhere = tmp_path / "copy"
    shutil.copytree(chloride, elsewhere, symlinks=True)
    again = lab.import_run(elsewhere)
    assert (again.id, again.new) == (first.id, False)
    assert (len(lab.value_rows()), len(lab.find()), len(lab.runs())) == before
    assert "was here before" in repr(again)


def test_what_did_not_converge_is_kept_and_does_not_count(lab, vasp):
    taken = lab.import_run(vasp / "outputs/vasprun.unconverged.xml.gz")
    assert not taken.converged
    run = lab.get(taken.id)
    assert run.row.converged is False
    assert any("did not converge" in message for message in run.messages)
    assert taken.values
    assert not any(value.converged for value in taken.values)
    assert not list(lab.find(energy="<0"))
    assert "electrons did not converge" in repr(taken)


def test_many_folders_are_reported_each_and_bad_ones_stop_none(lab, vasp, tmp_path):
    for name, source in (
        ("a/good", "fixtures/scan_relaxation"),
        ("b/also good", "fixtures/static_silicon"),
    ):
        shutil.copytree(vasp / source, tmp_path / name)
    (tmp_path / "c").mkdir()
    shutil.copy(vasp / "outputs/vasprun.bad.xml.gz", tmp_path / "c")
    (tmp_path / "d").mkdir()
    shutil.copy(vasp / "outputs/vasprun.wrong_sp.xml.gz", tmp_path / "d")
    taken = lab.import_run(tmp_path, recursive=True)
    assert isinstance(taken, ImportedRuns)
    assert (len(taken), len(taken.failed), len(taken.problems)) == (3, 1, 1)
    assert "'Z' is no element" in taken.problems[0][1]
    assert "3 calculations imported, 2 converged, 1 not readable" in repr(taken)
    assert "cut short" in taken._repr_mimebundle_()["text/html"]
    assert len(taken.frame()) == 3


def test_an_energy_at_a_known_crystal_is_of_that_record(lab, shared_data, tmp_path):
    source = shared_data / "program_outputs/pymatgen/io/pwscf/Si.pwscf.out"
    shutil.copy(source, tmp_path)
    taken = lab.import_run(tmp_path / "Si.pwscf.out", name="silicon")
    assert taken.structure.name == "silicon"
    assert taken.structure.row.run_id is None
    (value,) = taken.values
    assert (value.property, value.method_version) == ("energy", "QE 5.1.2")


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"nothing of this kind", InvalidInputError, "no output is recognised"),
        (
            b"<?xml version='1.0'?><modeling><generator>",
            ProgramOutputError,
            "ends before the first structure",
        ),
        (
            b"LAMMPS (29 Aug 2024)\nunits metal\nTotal wall time: 0:00:01\n",
            ProgramOutputError,
            "holds no structure",
        ),
    ],
)
def test_what_cannot_be_taken_in_leaves_nothing(lab, tmp_path, content, error, says):
    (tmp_path / "some file").write_bytes(content)
    with pytest.raises(error, match=says):
        lab.import_run(tmp_path)
    assert not list(lab.runs())
    assert not list(lab.find())


def test_a_place_that_is_not_there(lab, tmp_path):
    with pytest.raises(ProgramOutputError, match="no such file or folder"):
        lab.import_run(tmp_path / "absent")


def test_the_command(lab, chloride, vasp):
    token = SESSION.set(Session(lab=lab, embedded=True))
    try:
        one = app(args=["import-run", str(chloride), "-t", "halide"], standalone_mode=False)
        two = app(
            args=["import-run", str(chloride), str(vasp / "fixtures/relaxation"), "/absent"],
            standalone_mode=False,
        )
    finally:
        SESSION.reset(token)
    assert one.structure.tags == ("halide",)
    assert [taken.new for taken in two] == [False, True]
    assert "no such file" in two.problems[0][1]
