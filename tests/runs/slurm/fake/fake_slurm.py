"""A scheduler of the tests' own: ``sbatch squeue sacct scancel scontrol srun`` on a state file.

Nothing runs by itself: a test says which state a job is in. What a program was called with is kept in ``calls``; what
``fail`` names for it is what it says on stderr before it fails; what lies in ``after`` it does first.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import sys
import time
from pathlib import Path

HOME = Path(os.environ.get("FAKE_SLURM") or Path(__file__).resolve().parent)
ENDED = {"COMPLETED", "FAILED", "TIMEOUT", "OUT_OF_MEMORY", "CANCELLED", "NODE_FAIL", "PREEMPTED"}


FRESH = {"next": 100, "jobs": {}, "accounts": {}, "fail": {}, "calls": []}
FRESH |= {"max_array": 1001, "keeps_accounts": True}


class State:
    """The state file, held by this process."""

    def __enter__(self) -> dict:
        self.lock = (HOME / "lock").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            self.content = json.loads((HOME / "state.json").read_text())
        except FileNotFoundError:
            self.content = {**FRESH}
        return self.content

    def __exit__(self, *_: object) -> None:
        (HOME / "state.json").write_text(json.dumps(self.content))
        self.lock.close()


def options_of(script: str) -> dict[str, str]:
    lines = re.findall(r"^#SBATCH --([\w-]+)(?:=(.*))?$", script, re.MULTILINE)
    return {name: shlex.split(value)[0] if value else "" for name, value in lines}


def sbatch(state: dict, words: list[str]) -> str:
    script = Path(words[-1]).read_text()
    options = options_of(script)
    main = str(state["next"])
    state["next"] += 1
    count = int(re.match(r"0-(\d+)", options["array"])[1]) + 1 if "array" in options else 0
    for job in [f"{main}_{i}" for i in range(count)] or [main]:
        state["jobs"][job] = {
            "name": options["job-name"], "state": "PENDING", "reason": "Priority", "node": "", "exit_code": "0:0",
            "script": words[-1], "environment": dict(os.environ), "options": options,
        }  # fmt: skip
    return f"{main}\n"


def squeue(state: dict, words: list[str]) -> str:
    return "".join(
        f"{job}|{said['state'].split()[0]}|{said['node']}|{said['name']}|{said['reason']}\n"
        for job, said in state["jobs"].items()
    )


def sacct(state: dict, words: list[str]) -> str:
    if not state["keeps_accounts"]:
        sys.stderr.write("sacct: error: Slurm accounting storage is disabled\n")
        sys.exit(1)
    known = {**state["accounts"], **state["jobs"]}
    wanted = words[-1].split(",")
    if words[-2] == "--jobs":
        known = {job: said for job, said in known.items() if job.partition("_")[0] in wanted}
    else:
        known = {job: said for job, said in known.items() if said["name"] in wanted}
    return "".join(
        f"{job}|{said['state']}|{said['node']}|{said['name']}|{said['exit_code']}\n"
        for job, said in known.items()
    )


def scancel(state: dict, words: list[str]) -> str:
    job = state["jobs"].get(words[-1])
    if job is None:
        sys.stderr.write(f"scancel: error: Kill job error on job id {words[-1]}: Invalid job id specified\n")
        sys.exit(1)
    if job["state"].split()[0] not in ENDED:
        job["state"] = "CANCELLED by 1000"
    return ""


def scontrol(state: dict, words: list[str]) -> str:
    if "config" in words:
        return f"MaxArraySize            = {state['max_array']}\n"
    if words[0] == "requeue":
        state["jobs"][words[1]] |= {"state": "PENDING", "reason": "BeginTime"}
        return ""
    lines = []
    for job, said in state["jobs"].items():
        main, _, element = job.partition("_")
        if main == words[-1]:
            array = f"ArrayJobId={main} ArrayTaskId={element} " if element else ""
            lines.append(
                f"JobId={main} {array}JobName={said['name']} JobState={said['state'].split()[0]} "
                f"Reason={said['reason']} ExitCode={said['exit_code']} NodeList={said['node']}\n"
            )
    return "".join(lines)


def main() -> int:
    program, words = Path(sys.argv[0]).name, sys.argv[1:]
    with State() as state:
        state["calls"].append([program, *words])
        failure = state["fail"].get(program, state["fail"].get("*"))
        if failure is not None:
            sys.stderr.write(f"{program}: error: {failure}\n")
            return 1
    gate = HOME / f"hold-{program}"
    if gate.exists():
        (HOME / f"held-{program}").write_text(str(os.getpid()))
        while gate.exists():
            time.sleep(0.005)
    with State() as state:
        answer = {
            "sbatch": sbatch,
            "squeue": squeue,
            "sacct": sacct,
            "scancel": scancel,
            "scontrol": scontrol,
        }[program](state, words)
    sys.stdout.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
