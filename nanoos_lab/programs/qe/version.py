"""Which version of pw.x there is, without a calculation."""

from __future__ import annotations

import functools
import re
import subprocess
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanoos_lab.programs.running import Program

VERSION = re.compile(r"Program PWSCF\s+v\.\s*(\S+)")
_PATIENCE_S = 30.0


def version_of(program: Program) -> str:
    """Return the version that an executable says it has, such as ``6.7MaX``, or nothing where it says none.

    Args:
        program: The executable; it is started without a launcher and without an input, once in the life of a process.
    """
    state = program.path.stat()
    return _said_by(program, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=16)
def _said_by(program: Program, _changed: int, _size: int) -> str:
    alone = type(program)(program.name, program.path)
    try:
        with tempfile.TemporaryDirectory(prefix="nanoos-qe-") as folder:  # it leaves files where it is asked
            ended = subprocess.run(
                alone.command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S,
                env=alone.environment, cwd=folder,
            )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = VERSION.search(ended.stdout.decode(errors="replace"))
    return found[1] if found else ""
