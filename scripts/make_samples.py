"""Write the sample crystals and the table of measured values from their specification.

The specification is in ``scripts/samples``: structure types, space groups, cells, sites and sources as they were
published. From it come ``notebooks/structures/*.cif``, their table ``notebooks/structures/README.md`` and
``notebooks/measured.csv``. Nothing is downloaded and nothing is computed but symmetry, density and units.

Run ``python scripts/make_samples.py`` after a change, or with ``--check`` to see whether the files are up to date.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gemmi
from scipy.constants import Avogadro, elementary_charge

from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REPOSITORY = Path(__file__).resolve().parent.parent
SPECIFICATION = Path(__file__).resolve().parent / "samples"
FAMILIES = ("elements", "binaries", "oxides", "layered_and_ternary")
COLUMNS = [
    "formula",
    "space_group",
    "property",
    "value",
    "unit",
    "uncertainty",
    "temperature_K",
    "source",
    "note",
]
FREE_CELL = {
    "cubic": "a",
    "tetragonal": "ac",
    "hexagonal": "ac",
    "trigonal": "ac",
    "orthorhombic": "abc",
    "monoclinic": "abcβ",
}
GRAMS_PER_CM3 = 1e24 / Avogadro
KJ_PER_MOL_IN_EV = 1e3 / (Avogadro * elementary_charge)
Toml = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """A crystal as published, completed by symmetry."""

    spec: Toml
    group: gemmi.SpaceGroup
    cell: gemmi.UnitCell

    @property
    def file(self) -> str:
        """The name of the file, without ``.cif``."""
        return str(self.spec["file"])

    @property
    def formula(self) -> str:
        """The formula as chemists write it."""
        return str(self.spec["formula"])

    @property
    def temperature(self) -> float | None:
        """In K, or None where the source says no more than room temperature."""
        given = self.spec["temperature"]
        return None if given == "room" else float(given)

    @property
    def counts(self) -> dict[str, int]:
        """Atoms of each element in a formula unit."""
        parts = re.findall(r"([A-Z][a-z]?)(\d*)", self.formula)
        return {element: int(number or 1) for element, number in parts}

    @property
    def units(self) -> int:
        """Formula units in the cell."""
        atoms: dict[str, int] = {}
        for element, wyckoff, *_ in self.spec["sites"]:
            atoms[element] = atoms.get(element, 0) + multiplicity(wyckoff)
        ratios = {Fraction(atoms.get(element, 0), count) for element, count in self.counts.items()}
        if len(ratios) != 1 or set(atoms) != set(self.counts):
            raise ValueError(f"{self.file}: the sites hold {atoms}, which is not {self.formula}")
        return int(ratios.pop())

    @property
    def density(self) -> float:
        """In g/cm³."""
        weight = sum(gemmi.Element(element).weight * count for element, count in self.counts.items())
        return float(weight * self.units / self.cell.volume * GRAMS_PER_CM3)


def multiplicity(wyckoff: str) -> int:
    """Return the number in front of a Wyckoff letter, 4 for ``4a``."""
    return int(wyckoff[:-1])


def split_uncertainty(text: str) -> tuple[float, float | None]:
    """Return value and standard uncertainty of a number as printed: ``4.988(1)`` gives (4.988, 0.001)."""
    match = re.fullmatch(r"(-?\d+(?:\.(\d+))?)(?:\((\d+)\))?", text)
    if match is None:
        raise ValueError(f"{text!r} is not a number with an uncertainty in brackets")
    number, decimals, digits = match.groups()
    return float(number), int(digits) / 10 ** len(decimals or "") if digits else None


def coordinate(text: str) -> str:
    """Return a fractional coordinate for a CIF: fractions as decimals to ten digits, numbers as printed."""
    if "/" not in text:
        return text
    decimal = f"{float(Fraction(text)):.10f}".rstrip("0")
    return decimal + "0" if decimal.endswith(".") else decimal


def complete_cell(group: gemmi.SpaceGroup, given: dict[str, str]) -> gemmi.UnitCell:
    """Return the unit cell from the lengths and the angle that the crystal system leaves free.

    Raises:
        ValueError: Other lengths or angles are given than the system leaves free.
    """
    system = group.crystal_system_str()
    keys = "".join({"beta": "β"}.get(key, key) for key in given)
    if keys != FREE_CELL[system]:
        raise ValueError(f"{group.xhm()} is {system}: give {FREE_CELL[system]}, not {keys}")
    values = {key: split_uncertainty(text)[0] for key, text in given.items()}
    gamma = 120.0 if system in {"hexagonal", "trigonal"} else 90.0
    a = values["a"]
    b = values.get("b", a)
    return gemmi.UnitCell(a, b, values.get("c", b), 90.0, values.get("beta", 90.0), gamma)


def load_samples() -> list[Sample]:
    """Return all samples, in the order of the specification."""
    samples = []
    for family in FAMILIES:
        for spec in tomllib.loads((SPECIFICATION / f"{family}.toml").read_text(encoding="utf-8"))["sample"]:
            group = gemmi.find_spacegroup_by_name(spec["group"])
            if group is None:
                raise ValueError(f"{spec['file']}: no space group {spec['group']!r}")
            samples.append(Sample(spec, group, complete_cell(group, spec["cell"])))
    return samples


def load_sources() -> dict[str, Toml]:
    """Return the literature by key."""
    return tomllib.loads((SPECIFICATION / "sources.toml").read_text(encoding="utf-8"))


def cite(source: Toml, where: str = "") -> str:
    """Return a citation in one line."""
    names = [f"{initials} {family}" for family, initials in (a.split(", ", 1) for a in source["authors"])]
    authors = f"{names[0]} et al." if len(names) > 5 else " and ".join(names[-2:])  # noqa: PLR2004 - a habit of print
    if 2 < len(names) <= 5:  # noqa: PLR2004
        authors = ", ".join(names[:-2]) + ", " + authors
    details = f"{', ' + where if where else ''}"
    if "publisher" in source:
        volume = f", vol. {source['volume']}" if "volume" in source else ""
        pages = f", pp. {source['pages']}" if "pages" in source else ""
        return (
            f"{authors}, {source['title']}{volume}{pages} ({source['publisher']}, {source['year']}){details}"
        )
    pages = f", {source['pages']}" if "pages" in source else ""
    return f"{authors}, {source['journal']} {source['volume']}{pages} ({source['year']}){details}"


def quote(text: str) -> str:
    """Return a CIF value: bare, quoted, or as a text field."""
    if re.fullmatch(r"[^\s'\"_#$\[\];][^\s'\"]*", text):
        return text
    return gemmi.cif.quote(text)


def cif_of(sample: Sample, sources: dict[str, Toml]) -> str:
    """Return the text of a sample's CIF."""
    lines = ["#\\#CIF_1.1", f"data_{sample.file}"]
    lines += [f"{tag:<36} {value}" for tag, value in _cif_items(sample)]
    remarks = [r for r in (_room(sample), str(sample.spec.get("note", ""))) if r]
    if remarks:
        lines += ["_cell_special_details", ";", *remarks, ";"]
    lines += _loop(["_space_group_symop_operation_xyz"], _operations(sample.group))
    lines += _loop(
        [f"_atom_site_{name}" for name in ("label", "type_symbol", "symmetry_multiplicity", "Wyckoff_symbol")]
        + [f"_atom_site_{name}" for name in ("fract_x", "fract_y", "fract_z", "occupancy")],
        _sites(sample),
    )
    lines += _citations([(key, sources[key]) for key in sample.spec["sources"]])
    return "\n".join(lines) + "\n"


def _cif_items(sample: Sample) -> Iterator[tuple[str, str]]:
    hill = sorted(sample.counts, key=lambda e: (e != "C" or "C" not in sample.counts, e))
    yield "_chemical_name_common", quote(sample.spec["name"])
    yield "_chemical_name_structure_type", quote(sample.spec["type"])
    yield "_chemical_formula_structural", quote(sample.formula)
    yield "_chemical_formula_sum", quote(" ".join(f"{e}{sample.counts[e]}" for e in hill))
    yield "_space_group_name_H-M_alt", quote(sample.group.xhm())
    yield "_space_group_name_Hall", quote(sample.group.hall)
    yield "_space_group_IT_number", str(sample.group.number)
    yield "_space_group_crystal_system", sample.group.crystal_system_str()
    given = sample.spec["cell"]
    for axis, fallback in (("a", "a"), ("b", "a"), ("c", "a")):
        yield f"_cell_length_{axis}", given.get(axis, given[fallback])
    yield "_cell_angle_alpha", "90"
    yield "_cell_angle_beta", given.get("beta", "90")
    yield "_cell_angle_gamma", f"{sample.cell.gamma:g}"
    yield "_cell_volume", f"{sample.cell.volume:.3f}"
    yield "_cell_formula_units_Z", str(sample.units)
    if sample.temperature is not None:
        yield "_cell_measurement_temperature", f"{sample.temperature:g}"
        yield "_diffrn_ambient_temperature", f"{sample.temperature:g}"
    yield "_exptl_crystal_density_diffrn", f"{sample.density:.3f}"


def _room(sample: Sample) -> str:
    return "Room temperature." if sample.temperature is None else ""


def _operations(group: gemmi.SpaceGroup) -> list[list[str]]:
    return [[quote(operation.triplet())] for operation in group.operations()]


def _sites(sample: Sample) -> list[list[str]]:
    elements = [site[0] for site in sample.spec["sites"]]
    rows = []
    for index, (element, wyckoff, *position) in enumerate(sample.spec["sites"]):
        label = f"{element}{elements[: index + 1].count(element)}"
        fractions = [coordinate(text) for text in position]
        rows.append([label, element, str(multiplicity(wyckoff)), wyckoff[-1], *fractions, "1"])
    return rows


def _loop(tags: list[str], rows: Iterable[list[str]]) -> list[str]:
    return ["loop_", *(f"  {tag}" for tag in tags), *("  " + " ".join(row) for row in rows)]


def _citations(cited: list[tuple[str, Toml]]) -> list[str]:
    fields = {
        "title": "title",
        "journal": "journal_full",
        "volume": "journal_volume",
        "year": "year",
        "publisher": "book_publisher",
    }
    rows, authors = [], []
    for number, (_, source) in enumerate(cited, start=1):
        name = "primary" if number == 1 else str(number)
        first, _, last = str(source.get("pages", "")).partition("-")
        values = [str(source.get(field, "")) for field in fields] + [first, last]
        rows.append([name, *(quote(value) if value else "?" for value in values)])
        authors += [[name, quote(author)] for author in source["authors"]]
    tags = [f"_citation_{tag}" for tag in ("id", *fields.values(), "page_first", "page_last")]
    names = ["_citation_author_citation_id", "_citation_author_name"]
    return _loop(tags, rows) + _loop(names, authors)


_AXIS_NAMES = str.maketrans("xyz", "abc")


def lattice_rows(sample: Sample, sources: dict[str, Toml]) -> Iterator[list[str]]:
    """Give the cell as rows of the table of measured values.

    Orthorhombic lengths are those of the reference setting of the International Tables, in which the lab states
    computed ones; the note says where the published setting has other names for its axes.
    """
    published = [name for name in "abc" if name in sample.spec["cell"]]
    targets = dict(zip("abc", sample.group.basisop.triplet().translate(_AXIS_NAMES).split(","), strict=True))
    moves = sample.group.crystal_system_str() == "orthorhombic"
    for name in sorted(published, key=lambda n: targets[n] if moves else n):
        target = targets[name] if moves else name
        text = sample.spec["cell"][name]
        uncertainty = split_uncertainty(text)[1]
        moved = f"Published as {name} in {sample.group.short_name()}." if target != name else ""
        note = " ".join(part for part in (_room(sample), moved) if part)
        yield [
            sample.formula,
            str(sample.group.number),
            f"lattice_{target}",
            text.partition("(")[0],
            get_property(f"lattice_{target}").unit,
            "" if uncertainty is None else f"{uncertainty:.10f}".rstrip("0"),
            "" if sample.temperature is None else f"{sample.temperature:g}",
            cite(sources[sample.spec["sources"][0]]),
            note,
        ]


def value_row(sample: Sample, name: str, entry: Toml, sources: dict[str, Toml]) -> list[str]:
    """Return an entry of ``measured.toml`` as a row; an enthalpy becomes a formation energy in eV/atom."""
    value, note = entry["value"], entry.get("note", "")
    uncertainty = float(entry["uncertainty"]) / entry.get("coverage", 1) if "uncertainty" in entry else None
    temperature = entry.get("temperature", "")
    if name == "enthalpy":
        atoms = sum(sample.counts.values())
        printed = f"{value} ± {entry['uncertainty']}" if "uncertainty" in entry else value
        note = (
            f"Standard enthalpy of formation at 298.15 K, {printed} kJ/mol of {sample.formula}, divided by "
            f"{atoms} atoms and {1 / KJ_PER_MOL_IN_EV:.4f} kJ/mol per eV."
        )
        value = f"{float(value) * KJ_PER_MOL_IN_EV / atoms:.4f}"
        uncertainty = None if uncertainty is None else uncertainty * KJ_PER_MOL_IN_EV / atoms
        temperature = "298.15"
    if name == "density":
        note = "Room temperature."
    if entry.get("coverage", 1) != 1:
        note = f"{note} The source's uncertainty is {entry['coverage']} standard uncertainties."
    property_name = "formation_energy" if name == "enthalpy" else name
    return [
        sample.formula,
        str(sample.group.number),
        property_name,
        value,
        get_property(property_name).unit,
        "" if uncertainty is None else f"{uncertainty:.2g}",
        str(temperature),
        cite(sources[entry["source"]], entry.get("where", "")),
        note,
    ]


def measured_csv(samples: list[Sample], sources: dict[str, Toml]) -> str:
    """Return the text of ``measured.csv``."""
    table = tomllib.loads((SPECIFICATION / "measured.toml").read_text(encoding="utf-8"))
    unknown = {e["file"] for entries in table.values() for e in entries} - {s.file for s in samples}
    if unknown:
        raise ValueError(f"measured.toml speaks of no sample: {sorted(unknown)}")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for sample in samples:
        writer.writerows(lattice_rows(sample, sources))
        for name, entries in table.items():
            writer.writerows(value_row(sample, name, e, sources) for e in entries if e["file"] == sample.file)
    return out.getvalue()


def readme(samples: list[Sample], sources: dict[str, Toml]) -> str:
    """Return the table of all samples as Markdown."""
    types = {sample.spec["type"] for sample in samples}
    about = (SPECIFICATION / "about.md").read_text(encoding="utf-8")
    lines = [
        "# Sample crystals",
        "",
        f"{len(samples)} ordered crystals of {len(types)} structure types. {about}",
        "| file | formula | name | structure type | space group | a, b, c (Å) | T (K) | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for s in samples:
        lengths = ", ".join(text for name, text in s.spec["cell"].items() if name != "beta")
        temperature = "room" if s.temperature is None else f"{s.temperature:g}"
        cited = "; ".join(cite(sources[key]) for key in s.spec["sources"])
        group = f"{s.group.short_name()} ({s.group.number})"
        named = f"[{s.file}]({s.file}.cif) | {s.formula} | {s.spec['name']} | {s.spec['type']}"
        lines.append(f"| {named} | {group} | {lengths} | {temperature} | {cited} |")
    return "\n".join(lines) + "\n"


def expected_files() -> dict[Path, str]:
    """Return every file this script writes, with its text, by path relative to the repository."""
    samples, sources = load_samples(), load_sources()
    folder = Path("notebooks/structures")
    files = {folder / f"{sample.file}.cif": cif_of(sample, sources) for sample in samples}
    files[folder / "README.md"] = readme(samples, sources)
    files[Path("notebooks/measured.csv")] = measured_csv(samples, sources)
    return files


def stale_files(root: Path = REPOSITORY) -> list[Path]:
    """Return the files under ``root`` that are missing, differ, or are samples without a specification."""
    expected = expected_files()
    stale = [
        p for p, text in expected.items() if not (root / p).is_file() or (root / p).read_text("utf-8") != text
    ]
    found = {path.relative_to(root) for path in (root / "notebooks/structures").glob("*.cif")}
    return sorted({*stale, *(found - set(expected))})


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a file is not up to date"
    )
    if parser.parse_args().check:
        stale = stale_files()
        print("\n".join(f"not up to date: {path}" for path in stale) or "all files are up to date")
        return 1 if stale else 0
    files = expected_files()
    for path, text in files.items():
        (REPOSITORY / path).parent.mkdir(parents=True, exist_ok=True)
        (REPOSITORY / path).write_text(text, encoding="utf-8")
    print(f"wrote {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
