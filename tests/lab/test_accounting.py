"""What runs took, what further ones will, and the limit of a project, on both databases."""

from __future__ import annotations

import math

import pytest
from pymatgen.core import Lattice, Structure
from sqlalchemy import update

from nanoos_lab.errors import InvalidInputError, LimitExceededError
from nanoos_lab.lab import Lab
from nanoos_lab.settings import ProjectLimits, Resources, Settings
from nanoos_lab.store.accounting import FROM_SCHEDULER, estimate_cost, unaccounted_attempts
from nanoos_lab.store.run_changes import set_attempt
from nanoos_lab.store.schema import AttemptRow, RunRow


def chain(n):
    positions = [[i / n, 0.013 * i % 1, 0] for i in range(n)]
    return Structure(Lattice.orthorhombic(3.0 * n, 4.1, 4.3), ["Ar"] * n, positions)


@pytest.fixture
def lab(lab_place):
    with Lab(lab_place) as opened:
        yield opened


def took(lab, run, seconds):
    """Say of a finished run that it took so long."""
    with lab.store.write() as session:
        session.execute(
            update(RunRow).where(RunRow.id == run.id).values(started_at=1000.0, finished_at=1000.0 + seconds)
        )
        session.execute(
            update(AttemptRow)
            .where(AttemptRow.run_id == run.id)
            .values(started_at=1000.0, usage={"elapsed_s": seconds, "max_rss_bytes": int(seconds) * 2**20})
        )


def test_usage_is_time_by_what_was_set_aside(lab):
    small, large = lab.add(chain(2)), lab.add(chain(3))
    first = lab.run("static", small, calculator="toy", resources=Resources(cpus=4))
    second = lab.run("static", large, calculator="toy", resources=Resources(cpus=2, gpus=1))
    took(lab, first, 1800)
    took(lab, second, 3600)
    (entry,) = lab.usage().entries
    assert entry.runs == 2
    assert entry.elapsed_hours == pytest.approx(1.5)
    assert entry.cpu_hours == pytest.approx(0.5 * 4 + 1.0 * 2)
    assert entry.gpu_hours == pytest.approx(1.0)
    assert entry.max_rss_bytes == 3600 * 2**20
    assert lab.usage("task").entries[0].who == "static"
    assert not lab.usage(since=5000.0).entries
    assert (first.usage.cpu_hours, second.usage.gpu_hours) == (pytest.approx(2.0), pytest.approx(1.0))
    assert "CPU-hours" in repr(lab.usage())
    with pytest.raises(InvalidInputError, match="not by 'moon'"):
        lab.usage("moon")


def test_a_worker_says_how_much_memory_it_had(lab):
    lab.run("static", lab.add(chain(2)), calculator="toy", on="process")
    (entry,) = lab.usage().entries
    assert 2**24 < entry.max_rss_bytes < 2**36
    assert entry.elapsed_hours > 0


def test_what_no_scheduler_has_told_of_is_known(lab):
    run = lab.run("static", lab.add(chain(2)), calculator="toy", on="process")
    scope = lab.store.scope

    def unaccounted(*executors, since=0.0):
        with lab.store.read() as session:
            return unaccounted_attempts(session, scope, executors, since=since)

    (found,) = unaccounted("process")
    assert (found.run_id, found.number, found.profile) == (run.id, 1, "process")
    assert found.usage["source"] == "worker"
    assert unaccounted("slurm") == []
    assert unaccounted() == []
    assert unaccounted("process", since=found.finished_at) == []
    with lab.store.write() as session:
        set_attempt(session, scope, run.id, 1, usage=None)
    assert len(unaccounted("process")) == 1
    with lab.store.write() as session:
        set_attempt(session, scope, run.id, 1, ended=None)  # as long as its job has other work
    assert unaccounted("process") == []
    with lab.store.write() as session:
        set_attempt(session, scope, run.id, 1, ended="COMPLETED", usage={"source": FROM_SCHEDULER})
    assert unaccounted("process") == []


def test_times_that_grow_as_the_cube_are_seen_to(lab):
    sizes = (2, 3, 4, 6, 8)
    for n in sizes:
        took(lab, lab.run("static", lab.add(chain(n)), calculator="toy"), 0.5 * n**3)
    cost = lab.estimate("static", lab.add(chain(5))).cost
    assert cost.seconds == pytest.approx(0.5 * 5**3, rel=1e-6)
    assert cost.low_seconds < cost.seconds < cost.high_seconds
    assert cost.samples == len(sizes)
    outside = lab.estimate("static", lab.add(chain(20)), resources=Resources(cpus=8))
    assert outside.cost.cpu_hours == pytest.approx(0.5 * 20**3 * 8 / 3600, rel=1e-6)
    assert "lie outside" in repr(outside)
    assert lab.estimate("static", lab.add(chain(5)), calculator="chgnet").cost is None
    assert "nothing to estimate" in repr(lab.estimate("relax", lab.add(chain(5))))


def test_one_size_alone_gives_a_wide_range(lab):
    took(lab, lab.run("static", lab.add(chain(4)), calculator="toy"), 8.0)
    with lab.store.read() as session:
        cost = estimate_cost(session, lab.store.scope, "static", [8, 8], resources={"cpus": 1})
    assert cost.seconds == pytest.approx(2 * 16.0)
    assert cost.high_seconds / cost.low_seconds >= 4
    assert math.isfinite(cost.high_seconds)


def test_a_project_does_not_go_over_its_limit(lab_place):
    limits = {"default": ProjectLimits(cpu_hours=1.0), "other": ProjectLimits(cpu_hours=0.0)}
    with Lab(lab_place, settings=Settings(limits=limits)) as lab:
        structure, further = lab.add(chain(2)), lab.add(chain(3))
        done = lab.run("static", structure, calculator="toy")
        took(lab, done, 3000)
        with pytest.raises(LimitExceededError, match=r"used 0\.833 of its 1 CPU-hours.*asks for 1\.25 more"):
            lab.submit("static", further, calculator="toy")
        assert len(lab.runs()) == 1
        assert lab.run("static", structure, calculator="toy").reused
        asks = Resources(walltime_hours=3.0, cpus=2)
        with pytest.raises(LimitExceededError, match="asks for 6 more"):
            lab.submit("relax", further, calculator="toy", resources=asks)
