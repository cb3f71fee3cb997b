"""Cut, damaged and hostile files: an error of ours, or a number that says that it does not count."""

from __future__ import annotations

import gzip
import math
import os
import random

import numpy as np
import pytest

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import opening, read_folder, read_output, recognise

CASES = {
    "vasprun.xml": "pymatgen/io/vasp/outputs/vasprun.vdw.xml.gz",
    "vasprun2.xml": "pymatgen/io/vasp/fixtures/static_silicon/vasprun.xml.gz",
    "OUTCAR": "pymatgen/io/vasp/fixtures/relaxation/OUTCAR",
    "OUTCAR2": "pymatgen/io/vasp/fixtures/static_silicon/OUTCAR",
    "pw.out": "pymatgen/io/pwscf/Si.pwscf.out",
    "gpaw.txt": "ase/ase/test/testdata/gpaw_expected_text_output",
    "log.lammps": "pymatgen/io/lammps/log.5Oct16.comb.Si.elastic.g++.1.gz",
    "data.tatb": "pymatgen/io/lammps/tatb.data",
    "phonopy.yaml": "pymatgen/io/phonopy/NaCl_phonopy.yaml",
}


@pytest.fixture(params=CASES)
def case(request, shared_outputs):
    data = (shared_outputs / CASES[request.param]).read_bytes()
    return request.param, gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def _read(path):
    """Return what a file gives, None where it is refused in our own words."""
    try:
        return read_output(path)
    except ProgramOutputError as error:
        if path.name not in str(error):
            raise
        return None


def _same(run, whole) -> bool:
    if (run.energy is None) != (whole.energy is None):
        return False
    if run.energy is not None and not math.isclose(run.energy, whole.energy, abs_tol=2e-4):
        return False
    return len(run.final or ()) == len(whole.final or ())


def test_a_file_cut_anywhere_gives_no_result(case, tmp_path):
    name, data = case
    path = tmp_path / name
    path.write_bytes(data)
    whole = _read(path)
    assert whole.converged
    end = len(data.rstrip())
    numbers = random.Random(7)
    for at in [*(numbers.randrange(end) for _ in range(25)), end // 2, end - 300]:
        path.write_bytes(data[:at])
        run = _read(path)
        assert run is None or not run.converged or _same(run, whole), f"cut at {at} of {end}"
        if run is not None and run.converged and run.kind != "structure":  # velocities may be missing
            assert at > 0.8 * end, f"cut at {at} of {end}"  # only what says nothing more is missing


def test_changed_bytes_raise_nothing_else_and_change_no_energy(case, tmp_path):
    name, data = case
    path = tmp_path / name
    path.write_bytes(data)
    whole = _read(path)
    numbers = random.Random(11)
    for _ in range(30):
        at, byte = numbers.randrange(len(data)), numbers.randrange(256)
        path.write_bytes(data[:at] + bytes([byte]) + data[at + 1 :])
        run = _read(path)
        assert run is None or not run.converged or _same(run, whole), f"byte {at} became {byte}"


def test_digits_of_the_last_energy_are_checked(shared_outputs, tmp_path):
    """A changed digit where the number stands: the file's own sums and repetitions notice."""
    for name, old, new in (
        ("gpaw.txt", b"Kinetic:         +7.060775", b"Kinetic:         +7.160775"),
        (
            "pw.out",
            b"hartree contribution      =       1.11763463",
            b"hartree contribution      =       1.21763463",
        ),
    ):
        data = (shared_outputs / CASES[name]).read_bytes()
        assert old in data
        path = tmp_path / name
        path.write_bytes(data.replace(old, new))
        assert not read_output(path).converged


def test_a_compressed_file_that_was_cut(shared_outputs, tmp_path):
    path = tmp_path / "vasprun.xml.gz"
    packed = (shared_outputs / CASES["vasprun.xml"]).read_bytes()
    path.write_bytes(packed[: len(packed) // 2])
    run = read_output(path)
    assert not run.converged
    assert "cut short" in run.failures[0]


def test_entities_are_refused(tmp_path):
    path = tmp_path / "vasprun.xml"
    path.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<modeling>&b;</modeling>'
    )
    with pytest.raises(ProgramOutputError, match="document type or entities"):
        read_output(path)


def test_a_bomb_is_refused_before_it_fills_anything(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_RATIO_COUNTS_FROM", 1 << 20)
    path = tmp_path / "vasprun.xml.gz"
    path.write_bytes(gzip.compress(b"<modeling>" + b" " * (8 << 20) + b"</modeling>"))
    with pytest.raises(ProgramOutputError, match="unpacks to more than 400 times"):
        read_output(path)
    monkeypatch.setattr(opening, "MOST_BYTES", 1 << 20)
    path.write_bytes(b"<modeling>" + os.urandom(3 << 20).hex().encode())
    with pytest.raises(ProgramOutputError, match="more than"):
        read_output(path)


def test_deep_xml_and_endless_lines_are_refused(tmp_path):
    path = tmp_path / "vasprun.xml"
    path.write_text("<modeling>" + "<a>" * 100)
    with pytest.raises(ProgramOutputError, match="levels deep"):
        read_output(path)
    path = tmp_path / "OUTCAR"
    path.write_text(" vasp.6.3.0\n executed on\n" + "x" * (2 << 20))
    with pytest.raises(ProgramOutputError, match="longer than a megabyte"):
        read_output(path)


def test_links_are_not_followed(shared_outputs, tmp_path):
    inside = tmp_path / "calculation"
    inside.mkdir()
    (inside / "OUTCAR").symlink_to(shared_outputs / CASES["OUTCAR"])
    (inside / "deep").symlink_to(shared_outputs, target_is_directory=True)
    assert recognise(inside / "OUTCAR") == ""
    with pytest.raises(ProgramOutputError, match="no output is recognised"):
        read_folder(inside)
    os.mkfifo(inside / "vasprun.xml")
    with pytest.raises(ProgramOutputError, match="no output is recognised"):
        read_folder(inside)


def test_numbers_of_fortran():
    with_stars = opening.fortran_float("********")
    assert math.isnan(with_stars)
    assert opening.fortran_float("-1.5D+02") == -150.0
    for word in ("0x10", "1_000", "abc", "1e", ""):
        with pytest.raises(ValueError, match=r".*"):
            opening.fortran_float(word)
    assert np.allclose([opening.fortran_float(w) for w in ("1.", ".5", "-0.25e1")], [1.0, 0.5, -2.5])
