"""Reading: formats by content, names, line numbers, and nothing but StructureParseError for bad input."""

from __future__ import annotations

import gzip
import json
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.errors import InvalidInputError, StructureParseError, UnknownNameError
from nanoos_lab.structures import ParsedStructure, read_structure, read_structures, write_structure

if TYPE_CHECKING:
    from pathlib import Path

ROCKSALT = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
CIF = write_structure(ROCKSALT)
POSCAR = write_structure(ROCKSALT, "poscar")
EXTXYZ = write_structure(ROCKSALT, "extxyz")
WATER = "3\nwater\nO 0.0 0.0 0.1173\nH 0.0 0.7572 -0.4692\nH 0.0 -0.7572 -0.4692\n"
JSON = json.dumps(ROCKSALT.as_dict())


@pytest.mark.parametrize(
    ("text", "format_name"),
    [(CIF, "cif"), (POSCAR, "poscar"), (EXTXYZ, "extxyz"), (WATER, "xyz"), (JSON, "json")],
    ids=["cif", "poscar", "extxyz", "xyz", "json"],
)
@pytest.mark.parametrize("carrier", ["text", "bytes", "gzip", "path", "wrong name", "crlf", "bom"])
def test_format_is_recognised_by_content(text: str, format_name: str, carrier: str, tmp_path: Path) -> None:
    path = tmp_path / ("SPOSCAR 1.cif" if carrier == "wrong name" else "a structure")
    path.write_text(text)
    source: str | bytes | Path = {
        "text": text + "\n",
        "bytes": text.encode(),
        "gzip": gzip.compress(text.encode()),
        "crlf": text.replace("\n", "\r\n").encode(),
        "bom": b"\xef\xbb\xbf" + text.encode(),
    }.get(carrier, path)
    parsed = read_structure(source)
    assert parsed.format == format_name
    assert parsed.structure.composition.reduced_formula in {"NaCl", "H2O"}
    assert isinstance(parsed.structure, Molecule if format_name == "xyz" else Structure)


def test_original_text_name_and_index_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "NaCl.cif"
    path.write_text(CIF)
    parsed = read_structure(str(path))
    assert parsed == ParsedStructure(parsed.structure, CIF, "cif", "NaCl.cif", 0)
    assert read_structure(CIF).name == "NaCl"
    assert read_structure(CIF.encode(), name="mine.cif").name == "mine.cif"
    assert read_structure(WATER).name == "water"
    assert read_structure("1\n\nHe 0 0 0\n").name == "He"


def test_many_structures_in_one_file() -> None:
    other = write_structure(Structure(Lattice.cubic(2.87), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    blocks = read_structures("data_global\n_audit_creation_date 2020\n\n" + CIF + "\n" + other)
    assert [(p.structure.composition.reduced_formula, p.index) for p in blocks] == [("NaCl", 0), ("Fe", 1)]
    assert blocks[1].text.startswith("data_Fe")
    assert "data_NaCl" not in blocks[1].text
    assert read_structure(blocks[1].text).structure == blocks[1].structure
    frames = read_structures(WATER * 3 + "\n\n" + EXTXYZ)
    assert [len(p.structure) for p in frames] == [3, 3, 3, 8]
    assert frames[0].text == WATER
    with pytest.raises(StructureParseError, match="holds 2 structures"):
        read_structure(CIF + "\n" + other)


def test_equal_block_names_are_two_structures() -> None:
    assert len(read_structures(CIF + "\n" + CIF)) == 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "<text>: the text is empty"),
        ("\n \n", "the text is empty"),
        (b"", "the text is empty"),
        (b"\x7fELF\x02\x01\x00\x00", "zero bytes"),
        (CIF.encode("utf-16-le"), "UTF-16"),
        ("Dear colleague,\nplease find no structure here.\n", "no CIF, POSCAR, XYZ or pymatgen JSON"),
        (gzip.compress(CIF.encode())[:-9], "gzip file that ends early"),
        (b"\x1f\x8bnonsense", "damaged gzip"),
        ("no/such/file.cif", "no/such/file.cif: there is no such file"),
        ("data_x\n_cell_length_a 3\nloop_\n_atom_site_label\n_atom_site_fract_x\nFe 0 0\n", "line 3"),
        ('{"@class": "Structure", "sites": []}\n', "'sites' must be a list of at least one site"),
        ('{"@class": "Structure",\n "sites": [}\n', "line 2: not valid JSON"),
        ("[" * 100_000 + "\n", "nested too deeply"),
        ("[]\n", "empty list"),
    ],
)
def test_bad_input_says_what_is_wrong(source: str | bytes, message: str) -> None:
    with pytest.raises(StructureParseError) as caught:
        read_structures(source)
    assert message in str(caught.value)


def test_utf16_with_its_mark_and_latin1_are_text() -> None:
    assert read_structure(CIF.encode("utf-16")).format == "cif"
    latin = CIF.replace("data_NaCl", "data_NaCl\n_publ_author_name 'Müller'").encode("latin-1")
    assert read_structure(latin).structure == ROCKSALT.copy()


def test_a_folder_and_a_wrong_type_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StructureParseError, match="is a folder"):
        read_structures(tmp_path)
    with pytest.raises(InvalidInputError, match="not int"):
        read_structures(3)  # type: ignore[arg-type]


def test_unknown_and_mistaken_format() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'cif'"):
        read_structures(CIF, format="ciff")
    with pytest.raises(StructureParseError, match="looks like cif, not poscar"):
        read_structures(CIF, format="poscar")


def _damaged(text: str, seed: int) -> str:
    """Cut, double, swap or overwrite a few pieces of a text."""
    dice = random.Random(seed)
    for _ in range(dice.randint(1, 3)):
        a = dice.randrange(len(text) + 1)
        b = min(len(text), a + dice.choice([1, 1, 2, 5, 30, 300]))
        junk = dice.choice(
            [
                "",
                "",
                text[a:b] * 2,
                "nan",
                "-",
                "'",
                ";\n",
                "_",
                "\n",
                "9" * 20,
                "Qq",
                "é",
                "data_",
                "loop_\n",
            ]
        )
        text = text[:a] + junk + text[b:]
    return text


def structures_or_refusal(source: str | bytes, format_name: str | None = None) -> list[ParsedStructure] | str:
    """Read; a StructureParseError counts as an answer, anything else raised fails the test."""
    try:
        return read_structures(source, format=format_name)
    except StructureParseError as error:
        return f"{error.source}: {error.problem}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.sampled_from([CIF, POSCAR, EXTXYZ, WATER, JSON]),
    seed=st.integers(0, 2**32),
    format_name=st.sampled_from([None, None, None, "cif", "poscar", "xyz", "extxyz", "json"]),
)
def test_damaged_files_parse_or_raise_parse_errors(text: str, seed: int, format_name: str | None) -> None:
    found = structures_or_refusal(_damaged(text, seed) + "\n", format_name)
    assert isinstance(found, str) or all(len(item.structure) for item in found)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_parse_or_raise_parse_errors(data: bytes) -> None:
    found = structures_or_refusal(data)
    assert found
    assert not isinstance(found, str) or found.startswith("<text>: ")


@settings(max_examples=100, deadline=None)
@given(data=st.text(alphabet="data_lop_atom_site_fract_x0123456789.-+() \n\t'\";CFe{}[]:,", max_size=200))
def test_any_text_parses_or_raises_parse_errors(data: str) -> None:
    for format_name in ("cif", "poscar", "xyz", "json"):
        assert structures_or_refusal("\n" + data, format_name)
