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
