"""Bands and densities of states by pw.x, dos.x and projwfc.x, on the density of a self-consistent calculation.

Each part works in a folder of its own on a copy of the self-consistent density, so that what the calculator knows and
may go on from stays as it is. A part that is there already, asked with the same words, is not computed again.
"""

from __future__ import annotations

import math
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators.abilities import Bands, DensityOfStates
from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.programs.qe.failures import find_failure
from nanoos_lab.programs.qe.input import OUT_FOLDER, PREFIX, PSEUDO_FOLDER
from nanoos_lab.programs.qe.result import HARTREE_EV, read_result
from nanoos_lab.programs.running import find_program, run_program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import FloatArray
    from nanoos_lab.calculators.qe.calculator import QECalculator
    from nanoos_lab.calculators.workplace import Workplace
    from nanoos_lab.programs.qe.input import PwInput
    from nanoos_lab.programs.qe.result import PwResult

EMPTY_SHARE, LEAST_EMPTY = 0.5, 6
"""Empty bands over occupied ones, and at least."""
STEP_EV, MARGIN_EV = 0.02, 1.0
LEVEL_TOLERANCE_RY = 1e-8
"""Of the diagonalisation at a fixed density; of levels it makes far less than a meV."""
_SAVE = f"{PREFIX}.save"
_COUNTER = re.compile(r"Computing kpt #:\s*(\d+)\s+of\s+(\d+)")
_UNFINISHED = re.compile(r"c_bands:\s+(\d+) eigenvalues not converged")
_PDOS = re.compile(r"\.pdos_atm#(\d+)\(\w+\)[_-]wfc#\d+\(([spdf])(?:_j[\d.]+)?\)$")
_NEAR_WHOLE = 0.05
_SAME_LEVEL_EV = 1e-3


@dataclass(frozen=True)
class Ground:
    """A finished self-consistent calculation."""

    folder: Path
    """Where it ran: its density is in the folder ``out``, its pseudopotentials in ``pseudo``."""
    question: PwInput
    result: PwResult
    version: str = ""
    """Of pw.x."""

    @property
    def electrons_of_spins(self) -> list[float]:
        """Electrons that the bands of each spin hold; half of all where there is one kind of bands."""
        electrons, moment = self.result.electrons, self.result.total_magnetization or 0.0
        if not self.result.spin_polarised:
            return [electrons / 2.0]
        return [(electrons + moment) / 2.0, (electrons - moment) / 2.0]

    @property
    def bands_wanted(self) -> int:
        """How many bands show the gap and what lies above."""
        occupied = math.ceil(max(self.electrons_of_spins) - _NEAR_WHOLE)
        most = self.result.eigenvalues.shape[2]
        return max(int(most), occupied + max(LEAST_EMPTY, math.ceil(EMPTY_SHARE * occupied)))


def band_structure(
    calculator: QECalculator, structure: Structure, kpoints: FloatArray, place: Workplace
) -> Bands:
    """Return levels at k-points, on the density of a full mesh.

    Args:
        calculator: With its options.
        structure: The crystal.
        kpoints: Fractional coordinates, shape (k, 3).
        place: Where files are kept, and who is told.

    Raises:
        CalculatorError: A calculation failed, or did not converge.
    """
    with place.opened() as folder:
        here = replace(place, folder=folder)
        return bands_on(_ground_state(calculator, structure, here), kpoints, here)


def density_of_states(
    calculator: QECalculator,
    structure: Structure,
    place: Workplace,
    *,
    projected: bool,
    density_factor: float,
) -> DensityOfStates:
    """Return the density of states by optimised tetrahedra.

    Args:
        calculator: With its options.
        structure: The crystal.
        place: Where files are kept, and who is told.
        projected: Whether it is wanted by element and shell, too.
        density_factor: Multiplies the density of k-points along each direction.

    Raises:
        InvalidInputError: It is to be projected, and a pseudopotential has no atomic orbitals.
        CalculatorError: A calculation failed, or did not converge.
    """
    elements = [site.specie.symbol for site in structure]
    bare = [s for s, p in calculator.family().for_elements(elements).items() if not p.shells]
    if projected and bare:
        raise InvalidInputError(
            f"the pseudopotentials of {', '.join(bare)} hold no atomic orbitals to project on: ask with "
            "projected=False, or use a family whose files have them (section PP_PSWFC)"
        )
    with place.opened() as folder:
        here = replace(place, folder=folder)
        ground = _ground_state(calculator, structure, here)
        first = ground.question.mesh
        mesh = tuple(max(2, math.ceil(n * density_factor - _NEAR_WHOLE)) for n in first)
        return states_on(ground, (mesh[0], mesh[1], mesh[2]), elements, here, projected=projected)


def _ground_state(calculator: QECalculator, structure: Structure, place: Workplace) -> Ground:
    """Return a self-consistent calculation in the place, from before where it is there."""
    inside = place.within("ground")
    assert inside.folder is not None  # noqa: S101 - opened by the caller
    performer, question = calculator.performer(inside.folder, inside), calculator.question(structure)
    if performer.holds_density_of(question):
        result = read_result(inside.folder / OUT_FOLDER / _SAVE / "data-file-schema.xml")
    else:
        answer = performer.perform(question)
        question, result = answer.question, answer.result
    if not result.converged:
        raise CalculatorError("pw.x did not reach self-consistency: there is no density to take bands from")
    return Ground(inside.folder, question, result, calculator.version)


def bands_on(ground: Ground, kpoints: FloatArray, place: Workplace) -> Bands:
    """Return levels at k-points, on the density of a full mesh.

    Args:
        ground: The self-consistent calculation.
        kpoints: Fractional coordinates, shape (k, 3).
        place: Where files are kept, and who is told.

    Raises:
        CalculatorError: pw.x failed, or did not converge its levels.
    """
    points = np.asarray(kpoints, dtype=float)
    with place.within("bands").opened() as folder:
        question = replace(_not_self_consistent(ground, "bands"), points=points)
        done = _run_pw(ground, question, folder, place, "bands")
        levels = _levels(_read(done), len(points))
    return Bands(points, levels, _fermi(ground), float(ground.result.electrons), _edges(ground))


def states_on(
    ground: Ground, mesh: tuple[int, int, int], elements: Sequence[str], place: Workplace, *, projected: bool
) -> DensityOfStates:
    """Return the density of states by optimised tetrahedra on a mesh.

    Args:
        ground: The self-consistent calculation.
        mesh: Of k-points, at least 2 along each direction.
        elements: Symbol of each atom.
        place: Where files are kept, and who is told.
        projected: Whether it is wanted by element and shell, too: by Löwdin's projection on atomic orbitals.

    Raises:
        CalculatorError: A program failed, or did not converge its levels.

    Source: M. Kawamura, Y. Gohda, S. Tsuneyuki, Phys. Rev. B 89, 094515 (2014).
    """
    with place.within("dos").opened() as folder:
        question = _not_self_consistent(ground, "nscf").changed(
            {"system": {"occupations": "tetrahedra_opt", "smearing": None, "degauss": None}}
        )
        question = replace(question, mesh=mesh, shift=(0, 0, 0))
        done = _run_pw(ground, question, folder, place, "density of states")
        root = _read(done)
        levels, fermi = _levels(root), _said_fermi(root)
        window = float(levels.min()) - MARGIN_EV, float(levels[:, :, -1].min())
        if projected:
            place.report("projwfc.x: densities of states")
            _post("projwfc.x", "projwfc", {"filpdos": "part", **_window(window)}, done)
        else:
            place.report("dos.x: density of states")
            _post("dos.x", "dos", {"fildos": "part.pdos_tot", **_window(window)}, done)
        table = np.loadtxt(done / "part.pdos_tot", ndmin=2)
        parts = _parts(done, elements, len(levels), table[:, 0]) if projected else {}
        total = np.ascontiguousarray(table[:, 1 : 1 + len(levels)].T)
    return DensityOfStates(table[:, 0], total, fermi, parts)


def _window(window: tuple[float, float]) -> dict[str, float]:
    return {"Emin": round(window[0], 3), "Emax": round(window[1], 3), "DeltaE": STEP_EV}


def _not_self_consistent(ground: Ground, calculation: str) -> PwInput:
    return ground.question.changed(
        {
            "control": {
                "calculation": calculation, "tprnfor": None, "tstress": None, "restart_mode": None,
                "max_seconds": None, "disk_io": None, "outdir": f"./{OUT_FOLDER}", "prefix": PREFIX,
                "pseudo_dir": f"./{PSEUDO_FOLDER}",
            },
            "system": {"nbnd": ground.bands_wanted},
            "electrons": {
                "diago_thr_init": LEVEL_TOLERANCE_RY, "startingpot": None, "startingwfc": None,
                "diagonalization": None,
            },
        }
    )  # fmt: skip


def _run_pw(ground: Ground, question: PwInput, folder: Path, place: Workplace, what: str) -> Path:
    """Run a calculation on a copy of the density, if need be by a slower diagonalisation; return its folder."""
    failure = ""
    for method in ("david", "cg"):
        asked = question.changed({"electrons": {"diagonalization": method}})
        part = folder / method
        failure = _run_once(ground, asked.text(ground.version), part, _watch(place, what))
        if not failure:
            return part
    raise CalculatorError(f"pw.x gave no {what}: {failure} (with both Davidson's and the cg method)")


def _run_once(ground: Ground, text: str, folder: Path, watch: Callable[[str], None]) -> str:
    """Run a calculation, if it was not run with the same words before; return what went wrong, or nothing."""
    output, source = folder / "pw.out", folder / "pw.in"
    known = output.is_file() and source.is_file() and source.read_text(encoding="utf-8") == text
    if not known or not _data_file(folder).is_file():
        _copy_density(ground, folder)
        source.write_text(text, encoding="utf-8")
        program = find_program("pw.x", program="qe")
        run_program(program, ["-in", "pw.in"], folder=folder, output="pw.out", watch=watch)
    return _trouble(output)


def _data_file(folder: Path) -> Path:
    return folder / OUT_FOLDER / _SAVE / "data-file-schema.xml"


def _read(folder: Path) -> ET.Element:
    return ET.parse(_data_file(folder)).getroot()  # noqa: S314 - written by the program that we ran ourselves


def _copy_density(ground: Ground, folder: Path) -> None:
    target = folder / OUT_FOLDER / _SAVE
    shutil.rmtree(folder, ignore_errors=True)
    target.mkdir(parents=True)
    for file in (ground.folder / OUT_FOLDER / _SAVE).iterdir():
        if file.is_file() and not file.name.startswith("wfc"):
            shutil.copyfile(file, target / file.name)
    pseudo = folder / PSEUDO_FOLDER
    pseudo.mkdir(exist_ok=True)
    for file in (ground.folder / PSEUDO_FOLDER).iterdir():
        if not (pseudo / file.name).exists():
            shutil.copyfile(file, pseudo / file.name)


def _watch(place: Workplace, what: str) -> Callable[[str], None]:
    def look(text: str) -> None:
        found = _COUNTER.findall(text)
        if found:
            place.report(f"pw.x: {what}, k-point {found[-1][0]} of {found[-1][1]}")

    place.report(f"pw.x: {what}")
    return look


def _trouble(output: Path) -> str:
    text = output.read_text(encoding="utf-8", errors="replace")
    errors = output.with_name(f"{output.name}.err")
    said = errors.read_text(encoding="utf-8", errors="replace") if errors.is_file() else ""
    if failure := find_failure(text, said, None):
        return failure.said
    lost = sum(int(count) for count in _UNFINISHED.findall(text))
    return f"{lost} levels did not converge" if lost else ""


def _levels(root: ET.Element, count: int | None = None) -> FloatArray:
    """Return levels in eV, shape (spins, k, bands)."""
    bands = root.find("output/band_structure")
    if bands is None:
        raise CalculatorError("pw.x left no band structure in its data file")
    rows = [(point.findtext("eigenvalues") or "").split() for point in bands.iter("ks_energies")]
    values = np.array(rows, dtype=float) * HARTREE_EV
    if (bands.findtext("lsda") or "").strip() == "true":
        up = int(bands.findtext("nbnd_up") or 0)
        values = np.stack([values[:, :up], values[:, up:]])
    else:
        values = values[None]
    if count is not None and values.shape[1] != count:
        raise CalculatorError(f"pw.x gave levels at {values.shape[1]} k-points instead of {count}")
    return values


def _said_fermi(root: ET.Element) -> float:
    for name in ("fermi_energy", "highestOccupiedLevel"):
        if text := root.findtext(f"output/band_structure/{name}"):
            return float(text) * HARTREE_EV
    if text := root.findtext("output/band_structure/two_fermi_energies"):
        return max(map(float, text.split())) * HARTREE_EV
    raise CalculatorError("pw.x said no Fermi level")


def _fermi(ground: Ground) -> float:
    if ground.result.fermi is not None:
        return ground.result.fermi
    edges = _edges(ground)
    if edges is None:
        raise CalculatorError("pw.x said neither a Fermi level nor a highest occupied one")
    return edges[0]


def _edges(ground: Ground) -> tuple[float, float] | None:
    """Return the highest occupied and the lowest empty level on the mesh, for an insulator."""
    counts = ground.electrons_of_spins
    levels = ground.result.eigenvalues
    full = [round(n) for n in counts]
    whole = all(abs(n - f) <= _NEAR_WHOLE for n, f in zip(counts, full, strict=True))
    if not whole or any(n >= levels.shape[2] for n in full):
        return None
    top = max(float(bands[:, n - 1].max()) for n, bands in zip(full, levels, strict=True) if n)
    bottom = min(float(bands[:, n].min()) for n, bands in zip(full, levels, strict=True))
    return (top, bottom) if bottom - top > _SAME_LEVEL_EV else None


def _post(name: str, namelist: str, variables: Mapping[str, Any], folder: Path) -> None:
    """Run a program on what pw.x left."""
    said = {"prefix": PREFIX, "outdir": f"./{OUT_FOLDER}", **variables}
    lines = [f"  {key} = {f'{value!r}'}" for key, value in said.items()]
    stem = name.partition(".")[0]
    (folder / f"{stem}.in").write_text("\n".join([f"&{namelist}", *lines, "/", ""]), encoding="utf-8")
    program = find_program(name, program="qe")
    ended = run_program(program, ["-in", f"{stem}.in"], folder=folder, output=f"{stem}.out")
    text = (folder / f"{stem}.out").read_text(encoding="utf-8", errors="replace")
    errors = (folder / f"{stem}.out.err").read_text(encoding="utf-8", errors="replace")
    if failure := find_failure(text, errors, ended):
        raise CalculatorError(f"{name} failed: {failure.said}")


def _parts(
    folder: Path, elements: Sequence[str], spins: int, energies: FloatArray
) -> dict[tuple[str, str], FloatArray]:
    """Return the density of states by element and shell, summed over atoms and directions."""
    found: dict[tuple[str, str], FloatArray] = {}
    for file in sorted(folder.glob("part.pdos_atm*")):
        match = _PDOS.search(file.name)
        if match is None:
            continue
        table = np.loadtxt(file, ndmin=2)
        part = np.array([np.interp(energies, table[:, 0], table[:, 1 + s], 0.0, 0.0) for s in range(spins)])
        name = (elements[int(match[1]) - 1], match[2])
        found[name] = found[name] + part if name in found else part
    if not found:
        raise CalculatorError("projwfc.x left no projected densities of states")
    order = {shell: index for index, shell in enumerate("spdf")}
    return dict(sorted(found.items(), key=lambda item: (elements.index(item[0][0]), order[item[0][1]])))
