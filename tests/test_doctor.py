"""The doctor finds what is there, and names the line that installs what is not."""

from __future__ import annotations

import importlib.util

from nanoos_lab import doctor
from nanoos_lab.tasks import TASKS


def findings(examined):
    return {f.what: f for f in examined.findings}


def test_what_is_installed_is_found():
    found = findings(doctor.examine())
    assert found["chgnet"].state == "ok"
    assert "relax" in found["tasks"].detail
    assert found["JupyterLab viewer"].state == "ok"
    assert found["jupyter"].state == "ok"


def test_a_missing_package_comes_with_its_install_line(monkeypatch):
    original = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "chgnet" else original(name, *a)
    )
    found = findings(doctor.examine())
    assert found["chgnet"].state == "missing"
    assert found["chgnet"].remedy == "pip install 'nanoos-lab[ml]'"
    assert not doctor.examine().well


def test_a_plugin_that_does_not_load_is_named(monkeypatch):
    monkeypatch.setattr(TASKS, "failures", lambda: {"mine": "ImportError: no such module"})
    found = findings(doctor.examine())
    assert found["task mine"].state == "broken"
    assert "no such module" in found["task mine"].detail


def test_threads_that_would_compete_are_pointed_out(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert "OMP_NUM_THREADS=1" in findings(doctor.examine())["threads"].remedy


def test_a_probe_compares_a_place_with_here(tmp_path, monkeypatch):
    from nanoos_lab import doctor
    from nanoos_lab.lab import Lab

    with Lab(tmp_path / "lab") as lab:
        found = doctor.examine_profile(lab, "process")
        assert {f.what for f in found.findings} >= {
            "a probe on process",
            "Python there",
            "numpy",
            "scratch",
            "CPUs",
        }
        assert found.well, found
        (run,) = lab.runs(task="probe")
        here = {**run.summary, "python": "3.8.1", "packages": {**run.summary["packages"], "numpy": "0.1"}}
        monkeypatch.setattr(doctor, "describe_place", lambda: here)
        found = doctor.examine_profile(lab, "process")
        bad = {f.what: f.detail for f in found.findings if f.state == "broken"}
        assert set(bad) == {"Python there", "numpy"}
        assert bad["numpy"].endswith("there, 0.1 here")
        assert len(lab.runs(task="probe")) == 2


def test_a_probe_that_fails_says_why(tmp_path):
    from nanoos_lab import doctor
    from nanoos_lab.lab import Lab
    from nanoos_lab.settings import Profile, RetryPolicy, Settings

    nowhere = Profile(name="nowhere", executor="process", retry=RetryPolicy(max_attempts=1))
    with Lab(tmp_path / "lab", settings=Settings(profiles={"nowhere": nowhere})) as lab:
        executor = lab.engine._pool.of(nowhere)
        executor.start = lambda *_: (_ for _ in ()).throw(OSError("no such place"))
        (finding,) = doctor.examine_profile(lab, "nowhere").findings
    assert finding.state == "broken"
    assert "no such place" in finding.detail
