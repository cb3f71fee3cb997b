"""What a job waits for, told in words."""

from __future__ import annotations

import pytest

from nanoos_lab.lab.waiting import explain


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "waits in the queue"),
        ("None", "waits in the queue"),
        ("Priority", "waits (Priority): jobs of higher priority come first"),
        ("QOSMaxNodePerUserLimit", "waits (QOSMaxNodePerUserLimit)"),
        ("ReqNodeNotAvail, UnavailableNodes:n7", "waits (ReqNodeNotAvail): a node that it needs is not available"),
        ("on n1", "starts on n1"),
        ("SLURM does not answer: squeue: connect failure\nmore", "SLURM does not answer: squeue: connect failure"),
        ("<b>odd</b>", "<b>odd</b>"),
    ],
)  # fmt: skip
def test_the_scheduler_s_word_stays_and_is_explained(reason, said):
    assert explain(reason).startswith(said)
    assert "\n" not in explain(reason)
