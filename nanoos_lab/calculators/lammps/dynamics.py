"""LAMMPS' own molecular dynamics: each stretch is a LAMMPS of its own, from restart file to restart file.

A stretch always begins by reading what the one before wrote, whether or not anything came between: so a run that was
interrupted gives the same frames, to the last bit, as one that was not.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators.abilities import DynamicsFrames, DynamicsState
from nanoos_lab.calculators.lammps import symbols_of
from nanoos_lab.calculators.lammps.ase_face import masses_of, preamble
from nanoos_lab.errors import CalculatorError
from nanoos_lab.programs.lammps.box import Box, box_of
from nanoos_lab.programs.lammps.executable import find_executable
from nanoos_lab.programs.lammps.files import Atoms, Frame, data_text, read_dump
from nanoos_lab.programs.lammps.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import DynamicsSegment
    from nanoos_lab.calculators.lammps import LAMMPSCalculator
    from nanoos_lab.calculators.workplace import Workplace

    FloatArray = NDArray[np.float64]
    Report = Callable[[int, float, float, float], None]

FS_PER_PS = 1000.0
BAR_PER_GPA = 1e4
_SEEDS = 900_000_000
"""LAMMPS takes seeds below this."""
_NUMBERS = re.compile(r"^\s*(\d+)" + r"\s+(\S+)" * 4 + r"\s*$")


class LAMMPSDynamics:
    """Molecular dynamics of one system by LAMMPS.

    Args:
        calculator: The potential.
        structure: The system.
        place: Where LAMMPS works.
    """

    def __init__(self, calculator: LAMMPSCalculator, structure: Structure, place: Workplace) -> None:
        self._calculator, self._place = calculator, place
        self._symbols = symbols_of(structure)
        sites = [getattr(site.specie, "element", site.specie).symbol for site in structure]
        self._types = [self._symbols.index(s) + 1 for s in sites]
        self._charges = calculator.charges_of(structure)

    def advance(
        self, state: DynamicsState, segment: DynamicsSegment, report: Report
    ) -> tuple[DynamicsFrames, DynamicsState]:
        """Run a stretch.

        Args:
            state: Where it starts.
            segment: The conditions.
            report: Told step, energies in eV and pressure in GPa of each frame as it comes.

        Raises:
            CalculatorError: LAMMPS stopped; the message holds its error.
        """
        if self._place.folder is not None:
            self._place.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="lammps-", dir=self._place.folder))
        try:
            return self._advance(folder, state, segment, report)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Give back nothing: no LAMMPS outlives its stretch."""

    def _advance(
        self, folder: Path, state: DynamicsState, segment: DynamicsSegment, report: Report
    ) -> tuple[DynamicsFrames, DynamicsState]:
        self._calculator.potential.link_into(folder)
        box = box_of(state.cell)
        box = Box(box.matrix, state.internals.get("rotation", box.rotation))
        heard = _Heard(state.step, report)
        with Session(find_executable(), folder) as session:
            session.ask(self._beginning(folder, box, state, segment))
            session.ask(_course(segment), heard)
            session.ask(
                [
                    "write_restart restart",
                    'write_dump all custom last id xu yu zu vx vy vz modify sort id format float "%.17g"',
                ]
            )
        frames = [f for f in read_dump(folder / "frames") if f.step > state.step]
        last = next(read_dump(folder / "last"))
        restart = np.frombuffer((folder / "restart").read_bytes(), dtype=np.uint8)
        return _sampled(frames, heard, box), DynamicsState(
            step=last.step,
            positions=_placed(last, box),
            velocities=box.outward(last.columns[:, 3:]) / FS_PER_PS,
            cell=last.matrix @ box.rotation,
            internals={"restart": restart, "rotation": box.rotation},
        )

    def _beginning(self, folder: Path, box: Box, state: DynamicsState, segment: DynamicsSegment) -> list[str]:
        """Return the commands that bring LAMMPS to where the stretch begins."""
        known = state.internals.get("restart")
        if known is not None:
            (folder / "start").write_bytes(known.tobytes())
            read = ["read_restart start"]
        else:
            atoms = Atoms(
                box=box,
                types=self._types,
                masses=masses_of(self._symbols),
                positions=box.inward(state.positions),
                velocities=box.inward(state.velocities) * FS_PER_PS,
                charges=self._charges,
            )
            # A cuboid may stay one, which is faster, unless the whole cell is to move at some time.
            text = data_text(atoms, upright=segment.barostat == "isotropic")
            (folder / "start").write_text(text, encoding="ascii")
            read = ["read_data start", f"reset_timestep {state.step}"]
        return [
            *preamble(charged=self._charges is not None),
            *read,
            *self._calculator.interaction(self._symbols),
            "neigh_modify every 1 delay 0 check yes",
        ]


class _Heard:
    """What LAMMPS said of each frame, told on as it is said."""

    def __init__(self, start: int, report: Report) -> None:
        self._start, self._report = start, report
        self.rows: list[tuple[int, float, float, float]] = []

    def __call__(self, line: str) -> None:
        match = _NUMBERS.match(line)
        if match is None or int(match[1]) <= self._start:
            return
        try:
            potential, kinetic, pressure = (float(match[k]) for k in (2, 3, 4))
        except ValueError:
            return
        row = (int(match[1]), potential, kinetic, pressure / BAR_PER_GPA)
        self.rows.append(row)
        self._report(*row)


def _course(segment: DynamicsSegment) -> list[str]:
    """Return the commands of a stretch."""
    return [
        f"timestep {segment.timestep / FS_PER_PS:.12g}",
        *_fixes(segment),
        "thermo_style custom step pe ke press vol",
        f"thermo {segment.every}",
        "thermo_modify norm no lost error flush yes format float %.16g",
        f"dump frames all custom {segment.every} frames id xu yu zu",
        'dump_modify frames sort id format float "%.12g"',
        f"run {segment.steps}",
    ]


def _fixes(segment: DynamicsSegment) -> list[str]:
    first, last = (f"{t:.10g}" for t in segment.temperature)
    damping = f"{segment.thermostat_time / FS_PER_PS:.10g}"
    if segment.ensemble == "nve":
        return ["fix motion all nve"]
    if segment.ensemble == "nvt" and segment.thermostat == "langevin":
        seed = 1 + segment.seed % (_SEEDS - 1)
        return ["fix motion all nve", f"fix heat all langevin {first} {last} {damping} {seed}"]
    temperature = f"temp {first} {last} {damping}"
    if segment.ensemble == "nvt":
        return [f"fix motion all nvt {temperature}"]
    pressure = f"{segment.pressure * BAR_PER_GPA:.10g}"
    kind = "iso" if segment.barostat == "isotropic" else "tri"
    # a cell that is flipped would change what its vectors mean from one frame to the next
    flip = " flip no" if kind == "tri" else ""
    slow = f"{segment.barostat_time / FS_PER_PS:.10g}"
    return [f"fix motion all npt {temperature} {kind} {pressure} {pressure} {slow}{flip}"]


def _placed(frame: Frame, box: Box) -> FloatArray:
    return box.outward(frame.columns[:, :3] - frame.origin)


def _sampled(frames: Sequence[Frame], heard: _Heard, box: Box) -> DynamicsFrames:
    if [f.step for f in frames] != [row[0] for row in heard.rows] or not frames:
        raise CalculatorError("LAMMPS' dump and its thermodynamic output do not belong together")
    table: Any = np.array([row[1:] for row in heard.rows])
    return DynamicsFrames(
        steps=np.array([f.step for f in frames]),
        positions=np.array([_placed(f, box) for f in frames]),
        cells=np.array([f.matrix @ box.rotation for f in frames]),
        potential=table[:, 0],
        kinetic=table[:, 1],
        pressure=table[:, 2],
    )
