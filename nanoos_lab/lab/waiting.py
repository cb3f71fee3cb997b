"""What a job waits for, in words for people."""

from __future__ import annotations

_WORDS = {
    "Resources": "until enough of the cluster is free",
    "Priority": "jobs of higher priority come first",
    "BeginTime": "its time to begin has not come",
    "Dependency": "another job must end first",
    "DependencyNeverSatisfied": "what it depends on failed: it never begins",
    "JobArrayTaskLimit": "as many of its array as may run at once are running",
    "JobHeldUser": "held: scontrol release lets it go",
    "JobHeldAdmin": "held by an administrator",
    "Licenses": "a licence is not free",
    "NodeDown": "a node that it needs is down",
    "PartitionDown": "the partition takes no work now",
    "PartitionInactive": "the partition starts no work now",
    "PartitionNodeLimit": "it asks for more than the partition has",
    "PartitionTimeLimit": "it asks for more time than the partition allows",
    "ReqNodeNotAvail": "a node that it needs is not available, perhaps reserved for maintenance",
    "Reservation": "its reservation has not begun",
    "Cleaning": "what it left at its last try is cleared away",
    "Prolog": "the node is being made ready",
    "InvalidAccount": "the account does not exist",
    "InvalidQOS": "the quality of service does not exist",
    "AssocGrpCpuLimit": "the account uses all CPUs that it may use at once",
    "AssocGrpGRES": "the account uses all GPUs that it may use at once",
    "AssocMaxJobsLimit": "you have as many jobs running as the account may",
    "QOSMaxJobsPerUserLimit": "you have as many jobs running as you may",
    "QOSMaxCpuPerUserLimit": "you use all CPUs that you may use at once",
    "QOSMaxGRESPerUser": "you use all GPUs that you may use at once",
    "QOSGrpCpuLimit": "your group uses all CPUs that it may use at once",
}
"""By SLURM's word (https://slurm.schedmd.com/job_reason_codes.html); what is not here is shown as it is."""


def explain(reason: str) -> str:
    """Return the scheduler's reason with what it means, where that is known.

    Args:
        reason: As the attempt's record has it.
    """
    if reason in {"", "None"}:
        return "waits in the queue"
    first = reason.partition("\n")[0]
    word = first.partition(",")[0].strip("() ")
    if word.isidentifier() and word.isascii():
        meaning = _WORDS.get(word, "")
        return f"waits ({word}): {meaning}" if meaning else f"waits ({first})"
    return f"starts {first}" if first.startswith("on ") else first
