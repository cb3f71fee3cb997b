"""Read ``vasprun.xml``, plain or compressed, part by part: DOS and projections are passed over.

VASP writes wrong ``e_0_energy`` at the end of some ionic steps (https://www.vasp.at/forum/viewtopic.php?t=16942); the
energy for σ → 0 is therefore the step's free energy plus the difference of the two in the last electronic step.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.run import SELF_CONSISTENT, ProgramRun
from nanoos_lab.programs.outputs.vasp.convergence import judge
from nanoos_lab.programs.outputs.vasp.theory import kind_of, theory_of
from nanoos_lab.programs.outputs.xml_parts import XmlParts, numbers_in

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from pymatgen.core.structure import Structure

    from nanoos_lab.programs.outputs.shapes import FloatArray

ENERGY = "energy(sigma→0) of VASP, the electronic energy extrapolated to no smearing"
EV_PER_A3_IN_KBAR = 1602.1766208
_CALCULATION = "modeling/calculation"
_WANTED = (
    "modeling/generator", "modeling/incar", "modeling/parameters", "modeling/kpoints", "modeling/atominfo",
    "modeling/structure", f"{_CALCULATION}/scstep", f"{_CALCULATION}/structure", f"{_CALCULATION}/varray",
    f"{_CALCULATION}/energy", f"{_CALCULATION}/eigenvalues", f"{_CALCULATION}/dos/i",
)  # fmt: skip


@dataclass
class _Step:
    """One ionic step."""

    electronic: list[dict[str, float]] = field(default_factory=list)
    energy: dict[str, float] = field(default_factory=dict)
    structure: Structure | None = None
    forces: FloatArray | None = None
    stress: FloatArray | None = None

    def zero_smearing(self) -> float:
        """Return energy(sigma→0) in eV; NaN where it is not there."""
        last = self.electronic[-1] if self.electronic else {}
        free, stated = self.energy.get("e_fr_energy", math.nan), self.energy.get("e_0_energy", math.nan)
        if not math.isfinite(free) or not {"e_0_energy", "e_fr_energy"} <= last.keys():
            return stated if math.isfinite(stated) else free
        corrected = free + last["e_0_energy"] - last["e_fr_energy"]
        return corrected if math.isfinite(corrected) else stated


class _Document:
    """What a file says, part by part."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.version = self.program = ""
        self.tags: dict[str, Any] = {}
        self.species: list[str] = []
        self.elements: list[str] = []
        self.titles: list[str] = []
        self.mesh: tuple[int, ...] = ()
        self.n_kpoints: int | None = None
        self.line_mode = False
        self.ends: dict[str, Structure] = {}
        self.steps: list[_Step] = []
        self.step = _Step()
        self.fermi: float | None = None
        self.gap: float | None = None
        self.seconds = 0.0
        self.problems: list[str] = []
        self.parts = XmlParts(path, _WANTED, self._take, ends=(_CALCULATION,))

    def _take(self, names: str, element: Element, _line: int) -> None:
        name = names.removeprefix("modeling/").replace("/", "_")
        try:
            getattr(self, f"_{name}")(element)
        except (ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
            raise self.parts.error(f"<{element.tag}> cannot be understood: {error}") from error

    def _generator(self, element: Element) -> None:
        said = {one.get("name"): (one.text or "").strip() for one in element}
        self.program, self.version = said.get("program", ""), said.get("version", "")

    def _incar(self, element: Element) -> None:
        self.tags |= _tags(element)

    def _parameters(self, element: Element) -> None:
        said = _tags(element)
        self.tags = said | self.tags if "ENMAX" in said else self.tags | said
        for name in (
            "NELM",
            "NSW",
            "IBRION",
            "LDAU",
            "ISIF",
            "EDIFF",
            "EDIFFG",
            "ICHARG",
            "LEPSILON",
            "ISPIN",
        ):
            if name in said:
                self.tags[name] = said[name]

    def _kpoints(self, element: Element) -> None:
        generation = element.find("generation")
        if generation is not None:
            self.line_mode = (generation.get("param") or "").strip().lower() == "listgenerated"
            divisions = generation.find("v[@name='divisions']")
            if divisions is not None:
                self.mesh = tuple(int(n) for n in numbers_in(divisions))
        points = element.find("varray[@name='kpointlist']")
        if points is not None:
            self.n_kpoints = len(points)

    def _atominfo(self, element: Element) -> None:
        atoms = [
            [(c.text or "").strip() for c in row] for row in element.iterfind("array[@name='atoms']/set/rc")
        ]
        types = [
            [(c.text or "").strip() for c in row]
            for row in element.iterfind("array[@name='atomtypes']/set/rc")
        ]
        self.titles = [row[4] for row in types]
        self.elements = [_symbol(row[1], row[4]) for row in types]
        self.species = [self.elements[int(row[1]) - 1] for row in atoms]
        stated = element.findtext("atoms")
        if stated is not None and int(stated) != len(self.species):
            raise ValueError(f"{len(self.species)} atoms are listed where {stated.strip()} are stated")

    def _structure(self, element: Element) -> None:
        if element.get("name") in {"initialpos", "finalpos"}:
            self.ends[str(element.get("name"))] = self._crystal(element)

    def _crystal(self, element: Element) -> Structure:
        basis = element.find("crystal/varray[@name='basis']")
        positions = element.find("varray[@name='positions']")
        if basis is None or positions is None:
            raise ValueError("it lacks basis or positions")
        made = shapes.crystal(_rows(basis), self.species, _rows(positions))
        stated = element.find("crystal/i[@name='volume']")
        if stated is not None and abs(numbers_in(stated)[0] - made.volume) > 1e-4 * made.volume + 1e-3:
            raise ValueError(
                f"its vectors span {made.volume:.4f} Å³, and it states {(stated.text or '').strip()} Å³"
            )
        return made

    def _calculation_scstep(self, element: Element) -> None:
        found = element.find("energy")
        said = (
            {} if found is None else {str(one.get("name")): numbers_in(one)[0] for one in found.iterfind("i")}
        )
        self.step.electronic.append(said)
        total = element.find("time[@name='total']")
        if total is not None and (times := numbers_in(total)):
            self.seconds += times[-1] if math.isfinite(times[-1]) else 0.0

    def _calculation_structure(self, element: Element) -> None:
        self.step.structure = self._crystal(element)

    def _calculation_varray(self, element: Element) -> None:
        if element.get("name") == "forces":
            self.step.forces = self._finite(
                shapes.table(_rows(element), 3, "the forces", len(self.species), finite=False)
            )
        elif element.get("name") == "stress":
            self.step.stress = self._finite(shapes.table(_rows(element), 3, "the stress", 3, finite=False))

    def _finite(self, array: FloatArray) -> FloatArray | None:
        return array if np.isfinite(array).all() else None

    def _calculation_energy(self, element: Element) -> None:
        self.step.energy = {str(one.get("name")): numbers_in(one)[0] for one in element.iterfind("i")}

    def _calculation_eigenvalues(self, element: Element) -> None:
        spins = element.findall("array/set/set")
        found = [[[numbers_in(r)[:2] for r in k] for k in spin] for spin in spins]
        levels = np.array(found, dtype=np.float64)
        if levels.ndim == 4 and np.isfinite(levels).all():  # noqa: PLR2004 - spin, k, band, pair
            try:
                self.gap = shapes.gap_of(levels[..., 0], levels[..., 1], 1.0)
            except ValueError:
                self.gap = None

    def _calculation_dos_i(self, element: Element) -> None:
        if element.get("name") == "efermi":
            level = numbers_in(element)[0]
            self.fermi = level if math.isfinite(level) else None

    def _calculation(self, _element: Element) -> None:
        self.steps.append(self.step)
        self.step = _Step()


def _symbol(stated: str, title: str) -> str:
    """Return an element's symbol; the titles know where the column of the symbol holds something else."""
    words = title.split()
    from_title = words[1].split("_")[0].split(".")[0] if len(words) > 1 else ""
    return from_title if stated in {"r", "X", "Z", ""} and from_title else stated


def _rows(element: Element) -> list[list[float]]:
    return [numbers_in(row) for row in element.iterfind("v")]


def _tags(element: Element) -> dict[str, Any]:
    """Return tags by upper-case name; of a tag that stands twice the first counts."""
    found: dict[str, Any] = {}
    for one in element.iter():
        name = (one.get("name") or "").upper()
        if one.tag not in {"i", "v"} or not name or name in found:
            continue
        words = (one.text or "").split()
        kind = one.get("type", "float")
        if kind == "logical":
            found[name] = bool(words) and words[0].strip(".").upper().startswith("T")
        elif kind == "string":
            found[name] = (one.text or "").strip()
        else:
            values = numbers_in(one)
            typed = [int(v) if kind == "int" and math.isfinite(v) else v for v in values]
            found[name] = typed if one.tag == "v" else typed[0] if typed else None
    return {name: value for name, value in found.items() if value is not None}


def read_vasprun(path: Path) -> ProgramRun:
    """Read a ``vasprun.xml``.

    Args:
        path: The file, plain or compressed.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    document = _Document(path)
    cut = document.parts.read()
    if not document.species or not (document.ends or document.steps):
        raise ProgramOutputError(
            f"it ends before the first structure: {cut or 'nothing of a calculation is in it'}; copy the file again, "
            "or give the folder of another calculation", str(path),
        )  # fmt: skip
    return _as_run(document, cut)


def _as_run(document: _Document, cut: str) -> ProgramRun:
    if document.step.electronic or document.step.structure:
        cut = cut or "its last ionic step is not complete"
    tags, steps = document.tags, document.steps
    kind = kind_of(tags, len(steps))
    if tags.get("ML_LMLFF") is True and not any(step.electronic for step in steps):
        kind = "md"
    failures = [f"the file was cut short: {cut}"] if cut else []
    if not cut and "finalpos" not in document.ends and kind in {"static", "relax", "vc-relax", "md"}:
        failures.append("the file has no final structure: the program did not come to its end")
    last = steps[-1] if steps else _Step()
    verdict = judge(
        kind, tags, n_steps=len(steps), n_electronic=len(last.electronic),
        changes=_changes(last), forces=last.forces,
    )  # fmt: skip
    failures += verdict.failures
    final, problems = _final(document, last, moved=kind == "md")
    failures += problems
    energy = last.zero_smearing()
    if not steps and kind in SELF_CONSISTENT:
        failures.append("no ionic step was finished")
    elif not math.isfinite(energy) and kind in SELF_CONSISTENT:
        failures.append("the last energy is missing, not a number, or its column was too narrow")
    if steps and last.energy and last.forces is None and kind in {"relax", "vc-relax"}:
        failures.append("the last forces are missing, or their columns were too narrow")
    energies = tuple(e for e in (step.zero_smearing() for step in steps) if math.isfinite(e))
    usable = math.isfinite(energy) and kind in {"static", "relax", "vc-relax", "md"} and final is not None
    return ProgramRun(
        program="VASP",
        version=document.version,
        kind=kind,
        source=document.path,
        files=(document.path,),
        theory=theory_of(tags, document.elements, document.titles, document.mesh, document.n_kpoints),
        settings={
            name: tags[name]
            for name in ("PREC", "EDIFF", "EDIFFG", "ISIF", "LREAL", "NELECT")
            if name in tags
        },
        initial=document.ends.get("initialpos") or (steps[0].structure if steps else None),
        final=final,
        energies=energies,
        energy=energy if usable else None,
        energy_meaning=ENERGY,
        forces=last.forces,
        stress=None if last.stress is None else -last.stress / EV_PER_A3_IN_KBAR,
        band_gap=document.gap if kind in SELF_CONSISTENT | {"bands", "md"} else None,
        fermi=document.fermi,
        finished=not cut and ("finalpos" in document.ends or kind in {"response", "other"}),
        electronic_converged=verdict.electronic,
        ionic_converged=verdict.ionic,
        failures=tuple(failures),
        notes=("the levels lie on a path of k-points",)
        if document.line_mode and document.gap is not None
        else (),
    )


def _changes(step: _Step) -> list[float]:
    energies = [one.get("e_fr_energy", math.nan) for one in step.electronic]
    return [abs(b - a) for a, b in itertools.pairwise(energies)]


def _final(document: _Document, last: _Step, *, moved: bool) -> tuple[Structure | None, list[str]]:
    """Return the last geometry for which there is an energy, and where the file contradicts itself.

    After a step of molecular dynamics the final positions are already those of the next one.
    """
    stated, computed = document.ends.get("finalpos"), last.structure
    if stated is None or computed is None:
        return computed or stated or document.ends.get("initialpos"), []
    if moved or shapes.same_geometry(stated, computed):
        return computed, []
    return computed, ["the final structure is not that of the last step: the file is damaged or was edited"]
