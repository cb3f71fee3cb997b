"""Which program wrote a file: by its name where that is fixed, and always by its first lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nanoos_lab.programs.outputs.opening import head_of

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = re.compile(
    r"^(CHGCAR|CHG|WAVECAR|WAVEDER|LOCPOT|ELFCAR|AECCAR\d|PARCHG|PROCAR|TMPCAR|POTCAR|vaspout\.h5|wfc\d*.*\.dat|.*\.wfc\d*|"
    r"charge-density\.dat|.*\.cube|.*\.restart|.*\.gpw|core\.\d+)([._].*)?$"
)
"""Names of files that are not worth keeping: large, or not free to be passed on."""
_LOG = re.compile(r"^\s*LAMMPS \(.+\)", re.MULTILINE)
_DATA = re.compile(r"^\s*\d+\s+atoms\s*$", re.MULTILINE)


def recognise(path: Path) -> str:
    """Return what a file is, or nothing where it is none of these.

    Args:
        path: A plain file, gzip-compressed or not.

    Returns:
        ``vasprun``, ``outcar``, ``pw-text``, ``pw-schema``, ``lammps-log``, ``lammps-dump``, ``lammps-data``,
        ``gpaw-text``, ``gpaw-restart``, ``phonopy``, ``phonopy-band``, ``phonopy-mesh``, ``phonopy-thermal``,
        ``phonopy-dos`` or ``force-sets``.
    """
    head = head_of(path)
    if not head:
        return ""
    if "<" in head[:200] and (kind := _xml(head)):
        return kind
    name = path.name.removesuffix(".gz")
    for kind, found in (
        ("outcar", _is_outcar(head, name)),
        ("pw-text", "Program PWSCF" in head),
        ("gpaw-text", "|___|_|" in head and "gpaw" in head.lower()),
        ("gpaw-restart", head.startswith(("- of Ulm", "AFFormatGPAW")) and name.endswith(".gpw")),
        ("lammps-log", _LOG.search(head[:2000])),
        ("lammps-dump", head.startswith(("ITEM: TIMESTEP", "ITEM: UNITS"))),
        ("lammps-data", _is_data(head)),
    ):
        if found:
            return kind
    return _phonopy(head, name)


def _is_outcar(head: str, name: str) -> bool:
    if re.search(r"^[\s\0]*vasp\.\d", head[:4000], re.MULTILINE) and "executed on" in head:
        return True
    return name.startswith("OUTCAR") and "POTCAR:" in head and "VRHFIN" in head


def _xml(head: str) -> str:
    if "<modeling>" in head:
        return "vasprun"
    return "pw-schema" if "<qes:espresso" in head else ""


def _is_data(head: str) -> bool:
    return bool(_DATA.search(head)) and "xlo xhi" in head and "atom types" in head


def _phonopy(head: str, name: str) -> str:
    if name.endswith((".yaml", ".yml")):
        if head.startswith("phonopy:") or "\nphonopy:" in head:
            return "phonopy"
        if "nqpoint:" in head:
            return "phonopy-band" if "npath:" in head else "phonopy-mesh" if "mesh:" in head else ""
        if "thermal_properties:" in head:
            return "phonopy-thermal"
    if name.endswith("total_dos.dat") and head.startswith("#"):
        return "phonopy-dos"
    if name == "FORCE_SETS":
        return "force-sets"
    return ""
