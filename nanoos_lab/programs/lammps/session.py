"""A LAMMPS that listens: commands in, lines out, for as long as one needs it.

It reads its commands from a pipe. When we die, the pipe closes and it ends; when it aborts, we see its last words.
"""

from __future__ import annotations

import contextlib
import subprocess
import weakref
from typing import TYPE_CHECKING

from nanoos_lab.errors import CalculatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from nanoos_lab.programs.lammps.executable import Executable

_DONE = "nanoos-has-been-answered"
_KEPT = 30


class Session:
    """A running LAMMPS.

    Args:
        executable: Which one.
        folder: Its working folder.

    Raises:
        CalculatorError: It does not start.
    """

    def __init__(self, executable: Executable, folder: Path) -> None:
        try:
            self._process = subprocess.Popen(
                executable.command("-nonbuf"),
                cwd=folder,
                env=executable.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise CalculatorError(f"LAMMPS at {executable.path} does not start: {error}") from None
        self._finalizer = weakref.finalize(self, _end, self._process)

    def ask(self, commands: Sequence[str], heard: Callable[[str], None] | None = None) -> list[str]:
        """Let it execute commands.

        Args:
            commands: One a line.
            heard: Told each line of its answer as it comes; what it raises ends LAMMPS.

        Returns:
            What it said.

        Raises:
            CalculatorError: It aborted; the message holds its error.
        """
        out, into, said = self._process.stdout, self._process.stdin, list[str]()
        if out is None or into is None:
            raise CalculatorError("LAMMPS is not connected")
        # A broken pipe means that it died: why stands in its output.
        with contextlib.suppress(BrokenPipeError):
            into.write("\n".join([*commands, f'print "{_DONE}"', ""]))
            into.flush()
        try:
            for line in out:
                if line.strip() == _DONE:
                    return said
                said.append(line.rstrip("\n"))
                if heard is not None:
                    heard(said[-1])
        except BaseException:
            self.close()
            raise
        code = self._process.wait()
        self.close()
        raise CalculatorError(_last_words(said, code))

    def close(self) -> None:
        """End it."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    with contextlib.suppress(BrokenPipeError):
        process.communicate()


def _last_words(said: Sequence[str], code: int) -> str:
    """Return what LAMMPS died of."""
    errors = [line for line in said if line.startswith("ERROR")]
    if errors:
        reason = errors[0].removeprefix("ERROR on proc 0:").removeprefix("ERROR:").strip()
        return f"LAMMPS stopped: {reason}{_advice(reason)}"
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    end = " | ".join(line for line in said[-_KEPT:] if line.strip())[-600:]
    return f"LAMMPS died by {how}; its last lines: {end or 'none'}"


_ADVICE = (
    (
        "Lost atoms",
        "the atoms moved too far in one step: use a smaller timestep, or relax the structure first",
    ),
    (
        "Non-numeric",
        "positions or forces are no numbers: use a smaller timestep, or relax the structure first",
    ),
    ("Unrecognized pair style", "this build of LAMMPS lacks the package: use another build or potential"),
    ("All pair coeffs are not set", "give a pair_coeff line for every pair of elements"),
)


def _advice(reason: str) -> str:
    return next((f" ({advice})" for sign, advice in _ADVICE if sign in reason), "")
