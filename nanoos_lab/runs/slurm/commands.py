"""SLURM's commands and what they print, which is never trusted to be well formed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from nanoos_lab.runs.executors import StartError, Verdict
from nanoos_lab.runs.slurm.states import Job, plain_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PATIENCE_S = 30.0
"""How long an answer may take."""
SQUEUE = ("squeue", "--me", "--states=all", "--noheader", "--format", "%i|%T|%N|%j|%r")
SACCT = (
    "sacct", "-X", "-n", "-P", "-S", "now-30days", "-o", "JobID,State,NodeList,JobName,ExitCode",
)  # fmt: skip
_ARRAY = re.compile(r"(?P<main>\d+)_\[(?P<elements>[\d,\-:]+)(?:%\d+)?\]")
_MAX_ELEMENTS = 4_000_001
_OWN_HABITS = ("SQUEUE_", "SACCT_", "SCANCEL_", "SBATCH_", "SCONTROL_")
_BUSY = re.compile(r"MaxSubmit|Resource temporarily unavailable|too many jobs|MaxJobCount", re.IGNORECASE)
_AWAY = re.compile(
    r"Unable to contact|connect failure|Connection (refused|reset|timed out)|[Tt]imed out|did not answer|temporarily|"
    r"[Mm]unge|authentication|Zero Bytes|Transport endpoint|standby mode|Problem talking|"
    r"[Cc]ommunication|Unexpected message",
)
_UNHEARD = re.compile(r"connect failure|Connection refused")
_NEVER = re.compile(
    r"[Ii]nvalid|nrecognized|not permitted|not available|exceed|[Pp]ermission denied|Access denied|violates|"
    r"more .* than|[Mm]ust |cannot be (met|satisfied)|Requested|not on PATH",
)


class SchedulerError(StartError):
    """The scheduler did not answer or refused; the message has its words."""

    @property
    def refused(self) -> bool:
        """Whether what was asked for was surely not done: it was refused, or never heard."""
        return self.verdict is Verdict.FINAL or _UNHEARD.search(str(self)) is not None


class BusyError(SchedulerError):
    """The scheduler takes no further job of this person at present, or not so many at once."""

    @property
    def refused(self) -> bool:
        """True: it says so itself."""
        return True


def run_command(words: Sequence[str]) -> str:
    """Run a command of SLURM and return what it prints.

    Args:
        words: The command.

    Raises:
        SchedulerError: It is not there, does not answer in time, or refuses.
    """
    if shutil.which(words[0]) is None:
        raise SchedulerError(
            f"{words[0]} is not on PATH: this machine speaks to no SLURM cluster; work on a login node, or install "
            "slurm-client and its configuration",
            Verdict.FINAL,
        )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_OWN_HABITS)}
    # Without the last one, long lists of array elements end in an ellipsis.
    environment |= {"SLURM_TIME_FORMAT": "standard", "LC_ALL": "C.UTF-8", "SLURM_BITSTR_LEN": "0"}
    try:
        done = subprocess.run(
            list(words), capture_output=True, text=True, errors="replace", timeout=PATIENCE_S, check=False,
            env=environment, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise SchedulerError(
            f"{_program(words)} did not answer within {PATIENCE_S:.0f} s", Verdict.FREE
        ) from None
    if done.returncode:
        raise refusal(_program(words), done.stderr or done.stdout)
    return done.stdout


def _program(words: Sequence[str]) -> str:
    return next((w for w in words if w in {"sbatch", "squeue", "sacct", "scancel", "scontrol"}), words[0])


def refusal(program: str, said: str) -> SchedulerError:
    """Return what a command's complaint means: whether it may pass, and whether trying again can help.

    Args:
        program: The command.
        said: What it printed.
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.partition("error: ")[2] for line in lines if "error: " in line] or lines
    message = f"{program}: {'; '.join(errors)[:2000] or 'it failed without a word'}"
    if _BUSY.search(message):
        return BusyError(message, Verdict.FREE)
    if _AWAY.search(message):
        return SchedulerError(message, Verdict.FREE)
    return SchedulerError(message, Verdict.FINAL if _NEVER.search(message) else Verdict.CHARGED)


def parse_squeue(answer: str) -> Iterator[Job]:
    """Yield the jobs that squeue names.

    Args:
        answer: Lines in the form asked for.
    """
    for line in answer.splitlines():
        parts = line.split("|", 4)
        if len(parts) == 5:  # noqa: PLR2004 - the fields asked for
            job_id, state, node, name, reason = parts
            for one in expand(job_id.strip()):
                yield Job(one, name, plain_state(state), reason, _node(node))


def parse_sacct(answer: str) -> Iterator[Job]:
    """Yield the jobs that sacct names.

    Args:
        answer: Lines in the form asked for.
    """
    for line in answer.splitlines():
        parts = line.split("|")
        if len(parts) == 5:  # noqa: PLR2004 - the fields asked for
            job_id, state, node, name, exit_code = parts
            for one in expand(job_id):
                yield Job(one, name, plain_state(state), _by_whom(state), _node(node), exit_code)


def parse_scontrol(answer: str) -> Iterator[Job]:
    """Yield the jobs that ``scontrol show job --oneliner`` names.

    Args:
        answer: One line for each job.
    """
    for line in answer.splitlines():
        said = dict(re.findall(r"(\w+)=(\S*)", line))
        array, element = said.get("ArrayJobId"), said.get("ArrayTaskId", "")
        job_id = f"{array}_{element}" if array else said.get("JobId", "")
        if re.fullmatch(r"\d+(_\d+)?", job_id):
            yield Job(
                job_id, said.get("JobName", ""), plain_state(said.get("JobState", "")), said.get("Reason", ""),
                _node(said.get("NodeList", "")), said.get("ExitCode", ""),
            )  # fmt: skip


def expand(job_id: str) -> Iterable[str]:
    """Return the elements that SLURM means by an id such as ``12_[0-3,7%2]``.

    Args:
        job_id: As squeue or sacct writes it.
    """
    found = _ARRAY.fullmatch(job_id)
    if found is None:
        return [job_id] if re.fullmatch(r"\d+(_\d+)?", job_id) else []
    ids: list[str] = []
    for part in found["elements"].split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal() or int(last or first) > _MAX_ELEMENTS:
            continue
        by = int(step) if step.isdecimal() and int(step) else 1
        ids += [f"{found['main']}_{i}" for i in range(int(first), int(last or first) + 1, by)]
    return ids


def _by_whom(state: str) -> str:
    by = re.search(r"by (\S+)", state)
    return f"by user {by[1]}" if by else ""


def _node(text: str) -> str:
    return "" if text in {"None assigned", "(null)"} else text.strip()
