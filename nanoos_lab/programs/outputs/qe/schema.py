"""Read ``data-file-schema.xml`` of pw.x (versions 6.2 to 7), part by part.

Source of the form: https://www.quantum-espresso.org/ns/qes/qes-1.0 (energies in Hartree, lengths in bohr).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.qe.names import (
    BOHR_ANGSTROM,
    ENERGY,
    HARTREE_EV,
    element_of,
    functional_name,
)
from nanoos_lab.programs.outputs.run import RELAXATIONS, ProgramRun, Theory
from nanoos_lab.programs.outputs.xml_parts import XmlParts, numbers_in

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from pymatgen.core.structure import Structure

    from nanoos_lab.programs.outputs.shapes import FloatArray

_ROOT = "qes:espresso"
_OUTPUT = f"{_ROOT}/output"
_WANTED = {
    f"{_ROOT}/general_info": "general", f"{_ROOT}/input/control_variables": "control",
    f"{_ROOT}/input/atomic_structure": "start", f"{_ROOT}/step": "step", f"{_ROOT}/exit_status": "exit",
    f"{_ROOT}/timing_info": "timing",
} | {
    f"{_OUTPUT}/{name}": name
    for name in (
        "convergence_info", "atomic_species", "atomic_structure", "basis_set", "dft", "magnetization", "total_energy",
        "band_structure", "forces", "stress",
    )
}  # fmt: skip
_KINDS = {
    "scf": "static",
    "relax": "relax",
    "vc-relax": "vc-relax",
    "md": "md",
    "vc-md": "md",
    "nscf": "bands",
    "bands": "bands",
}


def read_schema(path: Path) -> ProgramRun:
    """Read a ``data-file-schema.xml``.

    Args:
        path: The file.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    parts: dict[str, Element] = {}
    steps: list[Element] = []

    def keep(names: str, element: Element, _line: int) -> None:
        if _WANTED[names] == "step":
            steps.append(element)
        else:
            parts[_WANTED[names]] = element

    cut = XmlParts(path, _WANTED, keep).read()
    if "general" not in parts:
        raise ProgramOutputError(
            f"it is no data-file-schema.xml of pw.x: {cut or 'no general_info is in it'}", str(path)
        )
    try:
        return _as_run(path, parts, steps, cut)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise ProgramOutputError(f"it cannot be understood: {error}", str(path)) from error


def _as_run(path: Path, parts: dict[str, Element], steps: list[Element], cut: str) -> ProgramRun:
    kind = _KINDS.get(_text(parts.get("control"), "calculation"), "other")
    elements = _elements(parts.get("atomic_species"))
    initial = _structure(parts.get("start"), elements)
    failures = [f"the file was cut short: {cut}"] if cut else []
    stated = parts.get("atomic_structure")
    final = _structure(stated, elements)
    cycle = _flag(parts.get("convergence_info"), "scf_conv/convergence_achieved")
    if cycle is False:
        failures.append("self-consistency was not reached")
    ionic = (
        _flag(parts.get("convergence_info"), "opt_conv/convergence_achieved") if kind in RELAXATIONS else None
    )
    if ionic is False:
        failures.append("the geometry did not converge")
    status = _text(parts.get("exit"), ".")
    if status not in {"", "0"}:
        failures.append(f"pw.x ended with exit status {status}")
    energy = _number(parts.get("total_energy"), "etot") * HARTREE_EV
    if not cut and not math.isfinite(energy) and kind in _KINDS.values():
        failures.append("the file holds no total energy: the calculation did not come to its end")
    energies = [_number(step.find("total_energy"), "etot") * HARTREE_EV for step in steps]
    count = len(final) if final is not None else None
    return ProgramRun(
        program="Quantum ESPRESSO",
        version=_attribute(parts["general"].find("creator"), "VERSION"),
        kind=kind,
        source=path,
        files=(path,),
        theory=_theory(parts),
        initial=initial,
        final=final,
        energies=tuple(e for e in (*energies, energy) if math.isfinite(e)) if kind != "bands" else (),
        energy=energy if math.isfinite(energy) and kind != "bands" else None,
        energy_meaning=ENERGY,
        forces=_array(parts.get("forces"), count, HARTREE_EV / BOHR_ANGSTROM),
        stress=_array(parts.get("stress"), 3, -HARTREE_EV / BOHR_ANGSTROM**3),
        total_magnetization=_moment(parts),
        band_gap=_gap(parts.get("band_structure")),
        fermi=_fermi(parts.get("band_structure")),
        finished=not cut and "total_energy" in parts and "timing" in parts,
        electronic_converged=cycle if kind != "bands" else None,
        ionic_converged=ionic,
        failures=tuple(failures),
        wall_time_s=_finite(_number(parts.get("timing"), "total/wall")),
    )


def _theory(parts: dict[str, Element]) -> Theory:
    dft, bands = parts.get("dft"), parts.get("band_structure")
    hubbard: dict[str, float] = {}
    for one in [] if dft is None else dft.iter("Hubbard_U"):
        value = numbers_in(one)[0] * HARTREE_EV
        if value:
            hubbard[element_of(one.get("specie", ""))] = round(value, 6)
    vdw = "" if dft is None else (dft.findtext("vdW/vdw_corr") or dft.findtext("vdw/vdw_corr") or "").strip()
    name = functional_name(_text(dft, "functional")) if dft is not None and _text(dft, "functional") else ""
    mesh = None if bands is None else bands.find("starting_k_points/monkhorst_pack")
    smearing = "" if bands is None else (bands.findtext("smearing") or "").strip()
    width = None if bands is None else bands.find("smearing")
    degauss = float(width.get("degauss", "nan")) * HARTREE_EV if width is not None else math.nan
    spin = {True: "noncollinear"}.get(_flag(bands, "noncolin") or False)
    files = parts.get("atomic_species")
    cutoff = _finite(_number(parts.get("basis_set"), "ecutwfc") * HARTREE_EV)
    return Theory(
        functional=name and name + ("+U" if hubbard else "") + (f"+{vdw}" if vdw else ""),
        cutoff_ev=cutoff,
        kpoints=() if mesh is None else tuple(int(mesh.get(f"nk{i}", "0")) for i in (1, 2, 3)),
        n_kpoints=int(n) if math.isfinite(n := _number(bands, "nks")) else None,
        hubbard_ev=hubbard,
        spin=spin or {True: "collinear", False: "none"}.get(_flag(bands, "lsda"), ""),  # type: ignore[arg-type]
        smearing=f"{smearing} {degauss:.3g} eV" if smearing and math.isfinite(degauss) else smearing,
        pseudopotentials=tuple(
            (one.text or "").strip() for one in ([] if files is None else files.iter("pseudo_file"))
        ),
    )


def _elements(species: Element | None) -> dict[str, str]:
    found = [] if species is None else species.findall("species")
    return {one.get("name", ""): element_of(one.get("name", "")) for one in found}


def _structure(element: Element | None, elements: dict[str, str]) -> Structure | None:
    if element is None or element.find("cell") is None:
        return None
    cell = [numbers_in(row) for row in element.find("cell") or ()]
    atoms = element.findall("atomic_positions/atom")
    if not atoms:
        return None
    species = [elements.get(atom.get("name", "")) or element_of(atom.get("name", "")) for atom in atoms]
    places = shapes.table(
        [numbers_in(atom) for atom in atoms], 3, "the positions", int(element.get("nat", len(atoms)))
    )
    return shapes.crystal(np.array(cell) * BOHR_ANGSTROM, species, places * BOHR_ANGSTROM, cartesian=True)


def _array(element: Element | None, count: int | None, factor: float) -> FloatArray | None:
    if element is None or count is None:
        return None
    numbers = numbers_in(element)
    if len(numbers) != 3 * count:
        raise ValueError(f"<{element.tag}> should hold {3 * count} numbers, not {len(numbers)}")
    return shapes.table(np.array(numbers).reshape(count, 3), 3, f"<{element.tag}>", count) * factor


def _gap(bands: Element | None) -> float | None:
    """Return the gap between the levels by their occupations."""
    if bands is None:
        return None
    points = bands.findall("ks_energies")
    levels = [numbers_in(one) for point in points for one in point.findall("eigenvalues")]
    taken = [numbers_in(one) for point in points for one in point.findall("occupations")]
    if (
        not levels
        or {len(row) for row in levels} != {len(row) for row in taken}
        or len({len(row) for row in levels}) != 1
    ):
        return None
    energies, occupations = np.array(levels) * HARTREE_EV, np.array(taken)
    if _flag(bands, "lsda") and energies.shape[1] % 2 == 0:
        half = energies.shape[1] // 2
        energies = np.stack([energies[:, :half], energies[:, half:]])
        occupations = np.stack([occupations[:, :half], occupations[:, half:]])
    else:
        energies, occupations = energies[None], occupations[None]
    try:
        return shapes.gap_of(energies, occupations, 1.0)
    except ValueError:
        return None


def _fermi(bands: Element | None) -> float | None:
    for name in ("fermi_energy", "highestOccupiedLevel"):
        if math.isfinite(level := _number(bands, name)):
            return level * HARTREE_EV
    return None


def _moment(parts: dict[str, Element]) -> float | None:
    if _flag(parts.get("magnetization"), "lsda") is not True:
        return None
    return _finite(_number(parts.get("magnetization"), "total"))


def _text(element: Element | None, name: str) -> str:
    found = None if element is None else element.find(name)
    return "" if found is None else (found.text or "").strip()


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")


def _number(element: Element | None, name: str) -> float:
    """Return a number, NaN where there is none."""
    said = _text(element, name)
    return float(said.split()[0]) if said else math.nan


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _flag(element: Element | None, name: str) -> bool | None:
    said = _text(element, name).lower()
    return None if said not in {"true", "false"} else said == "true"
