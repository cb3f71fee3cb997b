"""What UPF files say of themselves, and what is refused of files that nobody should trust."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.errors import NanoOSError, PseudopotentialError
from nanoos_lab.programs.pseudopotentials import normal_functional, read_header
from nanoos_lab.programs.pseudopotentials.upf import parse_header

PACKAGED = Path("/usr/share/espresso/pseudo")


@pytest.fixture(scope="module")
def oncv(shared_data):
    return shared_data / "pseudopotentials_oncv_pbe"


@pytest.fixture(scope="module")
def silicon(oncv):
    return (oncv / "abinit" / "Si_ONCV_PBE_sr.upf").read_bytes()


def test_every_file_of_the_shared_data_is_read(oncv):
    files = sorted(oncv.glob("*/*.upf"))
    assert len(files) == 92
    for file in files:
        header = read_header(file)
        assert header.element == file.name.partition("_")[0]
        assert (header.functional, header.kind, header.relativistic) == ("PBE", "norm-conserving", "scalar")
        assert header.cutoff_ry is None  # ONCVPSP suggests none; its rho_cutoff is the end of its mesh
        assert header.density_cutoff_ry is None
        assert header.smoothness_ry > 20
        assert header.valence == pytest.approx(sum(shell.occupation for shell in header.shells), abs=1.01)


@pytest.mark.parametrize(
    ("name", "said", "cutoff"),
    [
        ("C.UPF", ("PZ", "norm-conserving", 4.0), None),  # format 1
        ("Si.pz-vbc.UPF", ("PZ", "norm-conserving", 4.0), None),
        ("Fe.pbe-spn-rrkjus_psl.0.2.1.UPF", ("PBE", "ultrasoft", 16.0), 63.93),
        ("Fe.pbesol-spn-kjpaw_psl.1.0.0.UPF", ("PBESOL", "paw", 16.0), 70.77),
        ("H.blyp-vbc.UPF", ("BLYP", "norm-conserving", 1.0), 60.0),
        ("Ni.rel-pbe-nd-rrkjus.UPF", ("PBE", "ultrasoft", 10.0), 23.557),
    ],
)
def test_both_formats_of_quantum_espressos_own_package(require, name, said, cutoff):
    require(PACKAGED.is_dir(), "the package quantum-espresso-data is not installed")
    header = read_header(PACKAGED / name)
    assert (header.functional, header.kind, header.valence) == said
    assert header.cutoff_ry == (None if cutoff is None else pytest.approx(cutoff, abs=0.01))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (" SLA  PW   PBX  PBC", "PBE"),
        ("sla+pw+pbe+pbe", "PBE"),
        ("SLA-PW-PSX-PSC", "PBESOL"),
        ("LDA                 ", "PZ"),
        ("pbe", "PBE"),
        ("SCAN", "SCAN"),
    ],
)
def test_spellings_of_functionals(said, name):
    assert normal_functional(said) == name


def changed(data, old, new):
    assert old in data
    return data.replace(old, new, 1)


def test_broken_files_say_what_is_wrong(silicon):
    cases = {
        "truncated": silicon[: len(silicon) // 2],
        "does not end with": silicon.replace(b"</UPF>", b""),
        "no section PP_HEADER": b"hello",
        "which is no element": changed(silicon, b'element="Si"', b'element="Xx"'),
        "not a number": changed(silicon, b'z_valence="    4.00"', b'z_valence="four"'),
        "number of valence electrons": changed(silicon, b'z_valence="    4.00"', b'z_valence="-4"'),
        "does not say functional": changed(silicon, b'functional="PBE"', b'functional=""'),
        "none of norm-conserving": changed(silicon, b'pseudo_type="NC"', b'pseudo_type="1/r"'),
        "document type or entities": b'<!DOCTYPE x [<!ENTITY a "b">]>' + silicon,
    }
    for words, data in cases.items():
        with pytest.raises(PseudopotentialError, match=words):
            parse_header(data, "Si.upf")


def test_entities_are_never_expanded(silicon):
    bomb = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(PseudopotentialError, match="do not trust it"):
        parse_header(bomb + silicon.replace(b"anonymous", b"&b;"), "bomb.upf")


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=40))
def test_any_damage_to_a_header_is_an_error_of_ours_or_harmless(silicon, at, damage):
    start = silicon.index(b"<PP_HEADER") + at % 900
    try:
        header = parse_header(silicon[:start] + damage + silicon[start + len(damage) :], "Si.upf")
    except NanoOSError:
        return
    assert header.valence > 0


def test_a_missing_or_huge_file_is_named(tmp_path):
    with pytest.raises(PseudopotentialError, match="cannot be read"):
        read_header(tmp_path / "none.upf")
    huge = tmp_path / "huge.upf"
    with huge.open("wb") as file:
        file.truncate(2**27)
    with pytest.raises(PseudopotentialError, match="too large"):
        read_header(huge)
