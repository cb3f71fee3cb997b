"""A broken plug-in is named and never breaks the rest."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from nanoos_lab.errors import InvalidInputError, PluginError, UnknownNameError
from nanoos_lab.plugins import Registry


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry[object]:
    points = [
        EntryPoint("good", "math:pi", "nanoos_lab.things"),
        EntryPoint("absent", "no_such_module:x", "nanoos_lab.things"),
        EntryPoint("broken", "math:no_such_attribute", "nanoos_lab.things"),
    ]
    monkeypatch.setattr(
        "nanoos_lab.plugins.entry_points", lambda group: points if group == "nanoos_lab.things" else []
    )
    return Registry("things", "thing")


def test_members_load_when_asked_for(registry):
    assert registry.get("good") == pytest.approx(3.14159, abs=1e-5)


def test_failures_are_named_and_the_rest_works(registry):
    failures = registry.failures()
    assert set(failures) == {"absent", "broken"}
    assert "no_such_module" in failures["absent"]
    with pytest.raises(PluginError, match="absent"):
        registry.get("absent")
    assert registry.get("good")


def test_unknown_names_are_suggested(registry):
    with pytest.raises(UnknownNameError, match="did you mean 'good'"):
        registry.get("goood")


def test_a_name_is_registered_once(registry):
    registry.register("mine", 1)
    with pytest.raises(InvalidInputError, match="replace=True"):
        registry.register("mine", 2)
    assert registry.register("mine", 2, replace=True) == 2
    assert list(registry) == ["absent", "broken", "good", "mine"]


def test_every_plugin_of_the_package_loads():
    from nanoos_lab.calculators import CALCULATORS
    from nanoos_lab.ml import PREDICTORS
    from nanoos_lab.runs.executors import EXECUTORS
    from nanoos_lab.tasks import TASKS

    for family in (CALCULATORS, PREDICTORS, EXECUTORS, TASKS):
        assert family.names()
        assert family.failures() == {}
