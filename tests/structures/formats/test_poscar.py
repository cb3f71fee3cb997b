"""POSCAR and CONTCAR: what pymatgen reads, with line numbers for what is wrong."""

from __future__ import annotations

import gzip
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pymatgen.io.vasp.inputs import Poscar

from nanoos_lab.errors import StructureParseError
from nanoos_lab.structures import read_structure, read_structures

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "GaAs\n1.0\n0 2.8 2.8\n2.8 0 2.8\n2.8 2.8 0\n"


def test_every_messy_poscar_agrees_with_pymatgen(shared_data: Path) -> None:
    found = (shared_data / "messy_structures").rglob("*")
    paths = sorted(
        p for p in found if p.is_file() and p.name.split(".")[0].split("_")[0] in {"POSCAR", "CONTCAR"}
    )
    assert len(paths) > 70
    for path in paths:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = Poscar.from_str(raw.decode()).structure
        if path.name == "POSCAR_overlap":  # pymatgen lets two atoms 0.001 Å apart pass
            with pytest.raises(StructureParseError, match=r"line 10: atoms on top of each other"):
                read_structures(path)
            continue
        parsed = read_structure(path)
        assert parsed.format == "poscar"
        ours = parsed.structure
        assert np.allclose(ours.lattice.matrix, theirs.lattice.matrix), path
        assert ours.species == theirs.species, path
        assert np.allclose(ours.frac_coords, theirs.frac_coords), path
        for name in ("velocities", "selective_dynamics"):
            assert (name in ours.site_properties) == (name in theirs.site_properties), path
            if name in ours.site_properties:
                mine, other = ours.site_properties[name], theirs.site_properties[name]
                assert np.allclose(np.array(mine, dtype=float), np.array(other, dtype=float)), path


@pytest.mark.parametrize(
    "body",
    [
        "Ga As\n1 1\nDirect\n0 0 0\n0.25 0.25 0.25\n",
        "1 1\nDirect\n0 0 0 Ga\n0.25 0.25 0.25 As\n",
        "Ga_d/abc As_sv\n1 1\nSelective dynamics\nCartesian\n0 0 0 T T F\n1.4 1.4 1.4 F F F\n",
        "Ga\nAs\n1\n1\ndirect\n0 0 0\n0.25 0.25 0.25 As\n\n0 0 0\n0 0 0\n",
    ],
    ids=["VASP 5", "VASP 4", "VASP 6, Cartesian", "wrapped"],
)
def test_versions_of_the_format(body: str) -> None:
    structure = read_structure(HEAD + body).structure
    assert [str(site.specie) for site in structure] == ["Ga", "As"]
    assert structure.get_distance(0, 1) == pytest.approx(2.8 * 3**0.5 / 2)


def test_vasp4_takes_the_symbols_of_the_comment() -> None:
    text = HEAD.replace("GaAs", "Ga As") + "1 1\nDirect\n0 0 0\n0.25 0.25 0.25\n"
    assert read_structure(text).structure.composition.reduced_formula == "GaAs"


@pytest.mark.parametrize(
    ("scale", "volume"), [("2.0", 8 * 43.904), ("-43.904", 43.904), ("2 1 1", 2 * 43.904)]
)
def test_scale_factors(scale: str, volume: float) -> None:
    text = HEAD.replace("1.0", scale, 1) + "Ga As\n1 1\nDirect\n0 0 0\n0.25 0.25 0.25\n"
    assert read_structure(text).structure.volume == pytest.approx(volume, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (HEAD + "1 1\nDirect\n0 0 0\n0.25 0.25 0.25\n", 6, "write a line with the symbols"),
        (HEAD + "Ga Xx\n1 1\nDirect\n0 0 0\n0.25 0.25 0.25\n", 6, "unknown element 'Xx'"),
        (HEAD + "Ga As\n1 1 1\nDirect\n0 0 0\n0.25 0.25 0.25\n", 7, "2 element symbols but 3 counts"),
        (HEAD + "Ga As\n1 1\nDirect\n0 0 0\n", 10, "2 atoms are announced but only 1 follow"),
        (HEAD + "Ga As\n1 1\nDirect\n0 0 0\n0.25 0.x 0.25\n", 10, "expected 3 coordinates"),
        (HEAD + "Ga As\n1 1\nDirect\n0 0 0\n0.25 nan 0.25\n", 10, "expected 3 coordinates"),
        (HEAD + "Ga As\n1 1\n0 0 0\n0.25 0.25 0.25\n", 8, "expected 'Direct' or 'Cartesian'"),
        (HEAD + "Ga As\n1 1\nDirect\n0 0 0\n0.001 0 0\n", 10, "on top of each other"),
        (
            HEAD.replace("2.8 2.8 0\n", "2.8 2.8\n") + "Ga\n1\nDirect\n0 0 0\n",
            5,
            "components of a cell vector",
        ),
        (HEAD.replace("2.8 2.8 0\n", "2.8 2.8 5.6\n") + "Ga\n1\nDirect\n0 0 0\n", 3, "flat"),
        (HEAD.replace("1.0", "0", 1) + "Ga\n1\nDirect\n0 0 0\n", 2, "scale factor 0 is not usable"),
        (HEAD + "Ga As\n", 7, "the file ends where element symbols or counts should stand"),
    ],
)
def test_errors_name_the_line(text: str, line: int, message: str) -> None:
    with pytest.raises(StructureParseError) as caught:
        read_structures(text, name="POSCAR", format="poscar")
    assert message in caught.value.problem
    assert caught.value.line == line
