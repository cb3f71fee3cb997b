"""What can be added: files, folders, texts, objects, sample names; and what is said of the rest."""

from __future__ import annotations

import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import InvalidInputError, StructureParseError
from nanoos_lab.lab import sources

NACL = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_a_bare_name_may_be_a_shipped_sample(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = sources.collect("SrTiO3.cif")
    assert [p.structure.composition.reduced_formula for p in found.parsed] == ["SrTiO3"]


def test_a_file_of_the_working_folder_goes_before_a_sample(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "SrTiO3.cif").write_text(NACL.to(fmt="cif"))
    assert sources.collect("SrTiO3.cif").parsed[0].structure.composition.reduced_formula == "NaCl"


def test_a_missing_file_says_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match=r"no file 'SrTiO4.cif'.*did you mean 'SrTiO3.cif'"):
        sources.collect("SrTiO4.cif")


def test_a_folder_gives_the_good_and_names_the_bad(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "good.cif").write_text(NACL.to(fmt="cif"))
    (tmp_path / "POSCAR_nacl").write_text(NACL.to(fmt="poscar"))
    (tmp_path / "bad.cif").write_text("data_x\n_cell_length_a 5\n")
    (tmp_path / "notes.txt").write_text("not a structure")
    (tmp_path / ".hidden.cif").write_text("no")
    found = sources.collect(tmp_path)
    assert len(found.parsed) == 2
    assert [name for name, _ in found.problems] == ["bad.cif"]


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(InvalidInputError, match="holds no structure file"):
        sources.collect(tmp_path)


def test_a_single_bad_text_is_an_error():
    with pytest.raises(StructureParseError):
        sources.collect("this is\nno structure\n")


@pytest.mark.parametrize("kind", ["text", "bytes", "pymatgen", "ase"])
def test_the_same_crystal_from_many_kinds(kind):
    from pymatgen.io.ase import AseAtomsAdaptor

    text = NACL.to(fmt="cif")
    source = {
        "text": text,
        "bytes": text.encode(),
        "pymatgen": NACL,
        "ase": AseAtomsAdaptor.get_atoms(NACL),
    }[kind]
    (parsed,) = sources.collect(source).parsed
    assert parsed.structure.matches(NACL)


def test_an_unknown_kind_is_named():
    with pytest.raises(InvalidInputError, match="a float is not a structure"):
        sources.collect(1.5)


def test_a_list_keeps_its_order_and_reports_each_bad_item(tmp_path):
    found = sources.collect([NACL, str(tmp_path / "absent.cif"), 3])
    assert len(found.parsed) == 1
    assert len(found.problems) == 2
