"""Does a calculator live well with a folder: asked again, asked something else, called off, killed on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.calculators import Calculator, Workplace, get_calculator
from nanoos_lab.errors import RunCancelledError
from nanoos_lab.testing.crystals import rattled
from nanoos_lab.testing.findings import Findings
from nanoos_lab.testing.probing import Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

END_S = 20.0
"""How long a program may outlive whoever started it."""
_CHILD = """
import json, sys
said = json.loads(sys.stdin.read())
exec(said["setup"], {})
from pathlib import Path
from pymatgen.core.structure import Structure
from nanoos_lab.calculators import Workplace, get_calculator
from nanoos_lab.testing.probing import Probe
tell = lambda line: print("reported", flush=True)
calculator = get_calculator(said["name"], said["options"])
structure = Structure.from_dict(said["structure"])
probe = Probe(calculator, structure, Workplace(Path(said["folder"]), tell))
print("ready", flush=True)
probe.energy()
print("done", flush=True)
"""


def check_workplace(
    calculator: Calculator,
    structure: Structure,
    findings: Findings,
    *,
    repeat_tolerance: float,
    force_tolerance: float,
) -> None:
    """Ask twice in one folder, then something else in it.

    Args:
        calculator: The calculator.
        structure: A crystal inside its domain.
        findings: Takes what does not hold.
        repeat_tolerance: Allowed difference of energies, eV/atom.
        force_tolerance: Allowed difference of forces, eV/Å.
    """
    other = rattled(structure, seed=11)
    with tempfile.TemporaryDirectory(prefix="nanoos-check ") as folder:
        place = Workplace(Path(folder) / "calculator")
        first = Probe(calculator, structure, place)
        first.energy()
        energy, force = Probe(calculator, structure, place).difference(first)
        findings.expect(
            energy <= repeat_tolerance and force <= force_tolerance,
            f"asked again in the folder it worked in, it differs by {energy:.2g} eV/atom and {force:.2g} eV/Å",
        )
        energy, force = Probe(calculator, other, place).difference(Probe(calculator, other))
        findings.expect(
            energy <= repeat_tolerance and force <= force_tolerance,
            "asked about another geometry in the folder of a first one, it misses a fresh answer by "
            f"{energy:.2g} eV/atom and {force:.2g} eV/Å: does it go on from what is not its own?",
        )


def check_cancellation(
    calculator: Calculator, structure: Structure, findings: Findings, *, repeat_tolerance: float
) -> None:
    """Call a calculation off at its first report, then ask again in the same folder.

    A calculator that never reports cannot be called off on the way, and nothing is checked of it.

    Args:
        calculator: The calculator.
        structure: A crystal inside its domain.
        findings: Takes what does not hold.
        repeat_tolerance: Allowed difference of energies, eV/atom.
    """
    lines: list[str] = []

    def call_off(line: str) -> None:
        lines.append(line)
        raise RunCancelledError("called off by the check")

    before = _children()
    with tempfile.TemporaryDirectory(prefix="nanoos-check ") as folder:
        where = Path(folder) / "calculator"
        try:
            Probe(calculator, structure, Workplace(where, call_off)).energy()
        except RunCancelledError:
            pass
        except Exception as error:  # noqa: BLE001 - a plug-in under test may raise anything: it is a finding
            findings.expect(False, f"called off, it raises {type(error).__name__} instead: {error}")
        else:
            findings.expect(not lines, f"called off at its report {lines[:1]}, it goes on")
        left = _children() - before
        findings.expect(not left, f"called off, it leaves processes: {sorted(left)}")
        if lines:
            energy, _ = Probe(calculator, structure, Workplace(where)).difference(
                Probe(calculator, structure)
            )
            findings.expect(
                energy <= repeat_tolerance,
                f"asked again after it was called off, it differs by {energy:.2g} eV/atom",
            )


def _children() -> set[int]:
    """Return the live processes that this one started, where the system tells (Linux)."""
    found: set[int] = set()
    for tasks in Path("/proc/self/task").glob("*/children"):
        found.update(map(int, tasks.read_text(encoding="ascii").split()))
    return {pid for pid in found if _lives(pid)}


def _lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def check_interruption(
    name: str,
    structure: Structure,
    *,
    options: Mapping[str, Any] | None = None,
    setup: str = "",
    tolerance: float = 1e-5,
) -> None:
    """Kill a process in the middle of a calculation, then ask again in the same folder.

    Args:
        name: Name of the calculator, or ``"matgl:NAME"``.
        structure: A crystal inside its domain.
        options: Options of the calculator.
        setup: Lines of Python that the other process runs first, such as an import that registers the calculator.
        tolerance: Allowed difference from an answer that was not interrupted, eV/atom.

    Raises:
        ConformanceError: A program outlived the process that started it, or the answer is another one.
    """
    findings = Findings(f"calculator {name!r}")
    calculator = get_calculator(name, options)
    with tempfile.TemporaryDirectory(prefix="nanoos-check ") as folder:
        where = Path(folder) / "calculator"
        question = {
            "name": name,
            "options": dict(options or {}),
            "setup": setup,
            "folder": str(where),
            "structure": structure.as_dict(),
        }
        _interrupt(question, findings)
        left = _outliving(where)
        findings.expect(not left, f"killed, it leaves programs at work in its folder: {left}")
        energy, force = Probe(calculator, structure, Workplace(where)).difference(
            Probe(calculator, structure)
        )
        findings.expect(
            energy <= tolerance,
            f"asked again after it was killed, it differs by {energy:.2g} eV/atom and {force:.2g} eV/Å",
        )
    findings.conclude()


def _interrupt(question: dict[str, Any], findings: Findings) -> None:
    """Start a calculation in another process and kill that at its first report, or as soon as it works."""
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None  # noqa: S101 - piped above
        assert child.stdout is not None  # noqa: S101
        assert child.stderr is not None  # noqa: S101
        child.stdin.write(json.dumps(question))
        child.stdin.close()
        heard = child.stdout.readline()
        if not heard:
            findings.expect(False, f"in a process of its own it fails:\n{child.stderr.read()[-2000:]}")
            findings.conclude()
        if _runs_programs(child.pid):
            child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()


def _runs_programs(pid: int) -> bool:
    """Wait until a process has started another one, or a moment has passed."""
    until = time.monotonic() + 1.0
    while time.monotonic() < until and _lives(pid):
        if any(p.read_text(encoding="ascii").strip() for p in Path(f"/proc/{pid}/task").glob("*/children")):
            return True
        time.sleep(0.01)
    return False


def _outliving(folder: Path) -> list[int]:
    """Return the processes that still work in a folder when they were given time to end."""
    until = time.monotonic() + END_S
    while (left := _working_in(folder)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def _working_in(folder: Path) -> list[int]:
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            where = link.readlink()
        except OSError:
            continue
        if where == folder or folder in where.parents:
            found.append(int(link.parent.name))
    return [pid for pid in found if _lives(pid)]
