"""The lines of pw.x that say the settings: cut-offs, functional, k-points, species, U, levels and moments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nanoos_lab.programs.outputs.qe.names import BOHR_ANGSTROM, RYDBERG_EV, element_of, functional_name

if TYPE_CHECKING:
    from nanoos_lab.programs.outputs.opening import Lines
    from nanoos_lab.programs.outputs.qe.state import State


def number_after(line: str, sign: str, lines: Lines, what: str) -> float:
    """Return the number behind a sign."""
    return lines.floats(
        line.split(sign, 1)[1].split(maxsplit=1)[0] if line.split(sign, 1)[1].split() else "", 1, what
    )[0]


def program(state: State, line: str, lines: Lines) -> None:
    """Take the version; a second program in one file is refused."""
    found = re.search(r"Program PWSCF\s+v\.\s*(\S+)", line)
    if found and state.version and state.steps:
        raise lines.error("a second calculation begins here: give each its own file")
    state.version = found[1] if found else state.version


def alat(state: State, line: str, lines: Lines) -> None:
    """Take the lattice parameter with all its digits."""
    first = number_after(line, "celldm(1)=", lines, "celldm(1)")
    if first > 0:
        state.alat = first * BOHR_ANGSTROM


def rough_alat(state: State, line: str, lines: Lines) -> None:
    """Take the lattice parameter where no better one is there."""
    if state.alat is None:
        state.alat = number_after(line, "=", lines, "the lattice parameter") * BOHR_ANGSTROM


def atoms(state: State, line: str, lines: Lines) -> None:
    """Take the number of atoms."""
    state.n_atoms = int(number_after(line, "=", lines, "the number of atoms"))


def volume(state: State, line: str, lines: Lines) -> None:
    """Take the volume."""
    state.volume = number_after(line, "=", lines, "the volume") * BOHR_ANGSTROM**3


def cutoff(state: State, line: str, lines: Lines) -> None:
    """Take the cut-off of the orbitals."""
    if "=" not in line:
        return
    state.cutoff = number_after(line, "=", lines, "the cut-off") * RYDBERG_EV


def density_cutoff(state: State, line: str, lines: Lines) -> None:
    """Take the cut-off of the density."""
    state.density_cutoff = number_after(line, "=", lines, "the density's cut-off") * RYDBERG_EV


def exchange(state: State, line: str, _lines: Lines) -> None:
    """Take the functional."""
    state.exchange = functional_name(line.split("=", 1)[1])


def kpoints(state: State, line: str, lines: Lines) -> None:
    """Take the number of k-points and the smearing."""
    state.n_kpoints = int(number_after(line, "=", lines, "the number of k-points"))
    rest = line.split("=", 1)[1]
    if "smearing" in rest and "=" in rest:
        width = number_after(rest, "=", lines, "the smearing's width") * RYDBERG_EV
        name = re.sub(r"^\s*\d+\s*|smearing.*", "", rest).strip()
        state.smearing = f"{name} {width:.3g} eV"
    elif "tetrahedron" in rest:
        state.smearing = "tetrahedra"


def file(state: State, line: str, lines: Lines) -> None:
    """Take a pseudopotential's file name."""
    after = line.split("file", 1)[1].lstrip(": ").strip()
    name = after or lines.following("the pseudopotential's file").strip()
    state.files.append(re.split(r"[/\\]", name)[-1])


def species(state: State, _line: str, lines: Lines) -> None:
    """Take which label is which element."""
    for line in lines:
        words = line.split(None, 3)
        if len(words) < 4:  # noqa: PLR2004 - label, valence, mass, pseudopotential
            return
        state.elements[words[0]] = element_of(words[0], words[3])


def polarised(state: State, line: str, _lines: Lines) -> None:
    """Take the kind of spin polarisation."""
    state.spin = "noncollinear" if "oncollinear" in line else "collinear"


def hubbard_old(state: State, line: str, lines: Lines) -> None:
    """Take U as versions before 7.1 print it."""
    if "with parameters" not in line:
        return
    for row in lines:
        words = row.split()
        if words[:1] == ["atomic"]:
            continue
        if len(words) < 3 or not words[1].isdigit():  # noqa: PLR2004 - species, l, U
            return
        state.hubbard[element_of(words[0])] = lines.floats(words[2], 1, "U")[0]


def hubbard_new(state: State, line: str, lines: Lines) -> None:
    """Take U as versions from 7.1 print it."""
    found = re.match(r"\s*U\((\w+)-\d\w\)\s*=\s*(\S+)", line)
    if found:
        state.hubbard[element_of(found[1])] = lines.floats(found[2], 1, "U")[0]


def dispersion(state: State, line: str, _lines: Lines) -> None:
    """Take the dispersion correction."""
    known = {
        "DFT-D3": "D3",
        "Grimme-D2": "D2",
        "DFT-D ": "D2",
        "XDM": "XDM",
        "Tkatchenko": "TS",
        "MBD": "MBD",
    }
    state.dispersion = next((short for mark, short in known.items() if mark in line), "dispersion")


def fermi(state: State, line: str, lines: Lines) -> None:
    """Take the Fermi level."""
    state.fermi = lines.floats(line.split(" is ", 1)[1], 1, "the Fermi energy")[0]


def levels(state: State, line: str, lines: Lines) -> None:
    """Take the highest occupied and the lowest empty level."""
    values = line.split(":", 1)[1]
    if "lowest unoccupied" in line:
        top, bottom = lines.floats(values, 2, "the highest occupied and the lowest empty level")
        state.fermi, state.gap = top, max(0.0, bottom - top)
    else:
        state.fermi, state.gap = lines.floats(values, 1, "the highest occupied level")[0], None


def total_moment(state: State, line: str, lines: Lines) -> None:
    """Take the moment of the cell."""
    words = line.split("=", 1)[1].split("Bohr", maxsplit=1)[0].split()
    if len(words) == 1:
        state.total_moment = lines.floats(words[0], 1, "the total magnetization")[0]


def site_moments(state: State, _line: str, lines: Lines) -> None:
    """Take the moments of the sites."""
    state.moments = []
    for line in lines:
        found = re.match(r"\s*atom:?\s+\d+.*magn:?\s*=?\s+(\S+)", line)
        if found is None:
            return
        state.moments.append(lines.floats(found[1], 1, "a site's moment")[0])
