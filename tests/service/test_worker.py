"""Workers: one leads, the others stand by; a lease lost is a lease lost, whatever a clock says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from nanoos_lab.errors import LeaseLostError
from nanoos_lab.lab import Lab
from nanoos_lab.service import Worker
from nanoos_lab.store.leases import LEASE_S, check_lease, current_lease, return_lease, take_lease


@pytest.fixture
def lab(lab_place):
    with Lab(lab_place, drive=False) as opened:
        yield opened


def test_a_lease_has_one_holder(lab):
    scope = lab.store.scope
    with lab.store.write() as session:
        first = take_lease(session, scope, "runs", "ada", now=1000.0)
        assert take_lease(session, scope, "runs", "bob", now=1000.0 + LEASE_S - 1) is None
        again = take_lease(session, scope, "runs", "ada", now=1010.0)
    assert (first.token, again.token, again.until) == (1, 1, 1010.0 + LEASE_S)
    with lab.store.read() as session:
        assert current_lease(session, scope, "runs", now=1011.0).holder == "ada"
        assert current_lease(session, scope, "runs", now=1010.0 + LEASE_S) is None


def test_who_slept_too_long_is_refused(lab):
    scope = lab.store.scope
    with lab.store.write() as session:
        old = take_lease(session, scope, "runs", "ada", now=1000.0)
        new = take_lease(session, scope, "runs", "bob", now=1000.0 + LEASE_S)
        assert new.token == old.token + 1
        check_lease(session, scope, new)
        with pytest.raises(LeaseLostError, match="went to bob"):
            check_lease(session, scope, old)
        return_lease(session, scope, old)
        check_lease(session, scope, new)
        return_lease(session, scope, new)
        with pytest.raises(LeaseLostError, match="went to nobody"):
            check_lease(session, scope, new)


def test_a_launcher_without_the_lease_claims_nothing(lab):
    run = lab.submit("static", lab.add("MgO.cif"), calculator="toy", on="process")
    with lab.store.write() as session:
        old = take_lease(session, lab.store.scope, lab.engine.lease_name, "asleep", now=1.0)
        take_lease(session, lab.store.scope, lab.engine.lease_name, "awake")
    with pytest.raises(LeaseLostError):
        lab.engine.step(lease=old)
    assert lab.engine.step() == 0
    assert run.state == "PENDING"


def test_a_worker_drives_what_nobody_looks_at(lab):
    runs = [lab.submit("static", lab.add(n), calculator="toy", on="process") for n in ("MgO.cif", "NaCl.cif")]
    tally = Worker(lab.store, lab.engine, "night shift").run(until_idle=True)
    assert [run.state for run in runs] == ["COMPLETED", "COMPLETED"]
    assert tally.changed >= 2
    assert not tally.leading
    with lab.store.read() as session:
        assert current_lease(session, lab.store.scope, lab.engine.lease_name) is None


def test_of_several_workers_one_leads_and_the_next_takes_over(lab, lab_place):
    led = threading.Event()
    first = Worker(
        lab.store, lab.engine, "first", on_change=lambda tally: led.set() if tally.leading else None
    )
    thread = threading.Thread(target=first.run)
    thread.start()
    assert led.wait(30)
    with Lab(lab_place, drive=False) as other:
        stands_by, takes_over = threading.Event(), threading.Event()

        def heard(tally):
            takes_over.set() if tally.leading else stands_by.set()

        second = Worker(other.store, other.engine, "second", on_change=heard)
        follower = threading.Thread(target=second.run)
        follower.start()
        assert not takes_over.wait(0.5)
        first.stop()
        thread.join(30)
        assert takes_over.wait(30)
        second.stop()
        follower.join(30)
    assert not thread.is_alive()
    assert not follower.is_alive()


def test_how_long_a_lease_lasts_is_the_worker_s_to_say(lab):
    served = Worker(lab.store, lab.engine, "quick", lease_s=2.0)
    assert served._lead()
    assert served._lease.until <= time.time() + 2.0
    first = served._lease
    served._lease = replace(first, until=time.time() + 1.0)
    assert served._lead()
    assert served._lease.token == first.token
    assert served._lease.until > first.until
    served._leave()


@pytest.mark.system
def test_a_killed_worker_is_replaced(tmp_path, repository):
    with Lab(tmp_path / "lab", drive=False) as lab:
        run = lab.submit("static", lab.add("MgO.cif"), calculator="toy", on="process")
        command = [sys.executable, "-m", "nanoos_lab", "--lab", str(tmp_path / "lab"), "worker"]
        environment = {**os.environ, "PYTHONPATH": str(repository), "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert "worker on" in process.stdout.readline()
            assert "looking after runs" in process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            process.wait(30)
        with lab.store.write() as session:  # half a minute later
            left = current_lease(session, lab.store.scope, lab.engine.lease_name)
            taken = take_lease(session, lab.store.scope, lab.engine.lease_name, "next", now=left.until)
            return_lease(session, lab.store.scope, taken)
        done = subprocess.run(
            [*command, "--until-idle"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert "stopped" in done.stdout
        assert run.state == "COMPLETED"
