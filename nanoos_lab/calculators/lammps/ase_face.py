"""The ASE face of LAMMPS: one LAMMPS stays up, and is told each geometry."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.data import atomic_masses, atomic_numbers

from nanoos_lab.errors import CalculatorError
from nanoos_lab.programs.lammps.box import box_of
from nanoos_lab.programs.lammps.executable import find_executable
from nanoos_lab.programs.lammps.files import Atoms, data_text, dump_text, read_dump
from nanoos_lab.programs.lammps.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ase
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.lammps import LAMMPSCalculator
    from nanoos_lab.calculators.workplace import Workplace

BAR_IN_EV_PER_CUBIC_ANGSTROM = 1.0 / 1.6021765e6
"""LAMMPS' own constant of metal units, whose pressures are thereby taken back to energies exactly."""
_SAID = re.compile(r"^nanoos-energy (\S+) virial (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)$")
_SAY = (
    'print "nanoos-energy $(pe:%.17g) virial $(c_virial[1]:%.17g) $(c_virial[2]:%.17g) $(c_virial[3]:%.17g) '
    '$(c_virial[6]:%.17g) $(c_virial[5]:%.17g) $(c_virial[4]:%.17g)"'
)
_EVALUATE = (
    "run 0 post no",
    _SAY,
    'write_dump all custom forces id fx fy fz modify sort id format float "%.17g"',
)


def preamble(*, charged: bool) -> list[str]:
    """Return the commands that every input begins with.

    Args:
        charged: Whether atoms have charges.
    """
    return [
        "units metal",
        f"atom_style {'charge' if charged else 'atomic'}",
        "boundary p p p",
        "box tilt large",
    ]


class LAMMPSASE(Calculator):
    """Energies in eV, forces in eV/Å, stress in eV/Å³.

    Args:
        calculator: The potential.
        structure: The system.
        place: Where LAMMPS works.
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress"]  # noqa: RUF012 - ASE's form

    def __init__(self, calculator: LAMMPSCalculator, structure: Structure, place: Workplace) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # ASE is not typed
        for name, value in list(vars(self).items()):
            if getattr(value, "__self__", None) is self:  # ASE holds itself, and LAMMPS would outlive its use
                delattr(self, name)
        from nanoos_lab.calculators.lammps import symbols_of  # noqa: PLC0415 - it imports us

        self._potential = calculator
        self._symbols = symbols_of(structure)
        self._charges = calculator.charges_of(structure)
        self._place, self._folder = place, Path()
        self._session: Session | None = None
        self._numbers: Any = None
        self._asked = 0

    def calculate(
        self,
        atoms: ase.Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Let LAMMPS evaluate the geometry.

        Args:
            atoms: The atoms.
            properties: What is asked for; everything is evaluated in any case.
            system_changes: What changed since the last call.
        """
        super().calculate(atoms, list(properties), list(system_changes))  # type: ignore[no-untyped-call]
        now: Any = self.atoms
        box = box_of(np.array(now.cell))
        positions = box.inward(np.array(now.positions))
        try:
            session = self._ready(now)
            self._asked += 1
            (self._folder / "geometry").write_text(dump_text(positions, box, self._asked), encoding="ascii")
            said = session.ask([f"read_dump geometry {self._asked} x y z box yes replace yes", *_EVALUATE])
        except CalculatorError:
            self._session = None
            raise
        match = next((m for line in said if (m := _SAID.match(line))), None)
        if match is None:
            raise CalculatorError("LAMMPS did not say an energy")
        energy, *virial = (float(v) for v in match.groups())
        frame = next(read_dump(self._folder / "forces"))
        if not np.isfinite([energy, *virial]).all() or not np.isfinite(frame.columns).all():
            raise CalculatorError(
                "LAMMPS gave numbers that are not finite: atoms are too close to each other"
            )
        pressure = np.array(virial)[[[0, 5, 4], [5, 1, 3], [4, 3, 2]]] * BAR_IN_EV_PER_CUBIC_ANGSTROM
        stress = -box.tensor_outward(pressure)
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "forces": box.outward(frame.columns),
            "stress": stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
        }

    def _ready(self, now: Any) -> Session:  # noqa: ANN401 - ASE's atoms, untyped
        """Return a LAMMPS that holds these atoms somewhere."""
        if self._session is not None and np.array_equal(self._numbers, now.numbers):
            return self._session
        if self._session is not None:
            self._session.close()
        self._folder = _fresh_folder(self._place)
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._potential.potential.link_into(self._folder)
        box = box_of(np.array(now.cell))
        text = data_text(
            Atoms(
                box=box,
                types=[self._symbols.index(s) + 1 for s in now.get_chemical_symbols()],
                masses=masses_of(self._symbols),
                positions=box.inward(np.array(now.positions)),
                charges=self._charges,
            )
        )
        (self._folder / "start").write_text(text, encoding="ascii")
        session = Session(find_executable(), self._folder)
        session.ask(
            [
                *preamble(charged=self._charges is not None),
                "atom_modify sort 0 0",  # the same geometry is summed in the same order each time
                "read_data start",
                *self._potential.interaction(self._symbols),
                "compute virial all pressure NULL virial",
                "thermo_style custom step pe c_virial[1] c_virial[2] c_virial[3] c_virial[4] c_virial[5] c_virial[6]",
                "thermo_modify norm no",
            ]
        )
        self._session, self._numbers = session, np.array(now.numbers)
        return session


def masses_of(symbols: Sequence[str]) -> list[float]:
    """Return the masses of elements in u.

    Args:
        symbols: The elements.
    """
    return [float(atomic_masses[atomic_numbers[s]]) for s in symbols]


def _fresh_folder(place: Workplace) -> Path:
    if place.folder is None:
        return Path(tempfile.mkdtemp(prefix="nanoos-lammps-"))
    place.folder.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="lammps-", dir=place.folder))
