"""Versions of models: one of a name is active at most, nothing is lost, and what was before can be had again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from nanoos_lab.errors import InvalidInputError, StoreError, UnknownNameError
from nanoos_lab.store.artifacts import put_file, read_artifact
from nanoos_lab.store.artifacts.purging import choose
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import events_of
from nanoos_lab.store.models import (
    ROLLED_BACK,
    activate_model,
    add_model,
    deactivate_model,
    get_model,
    list_models,
    models_of_run,
    previous_model,
    restore_model,
    retire_model,
)
from nanoos_lab.store.schema import ArtifactRow, ModelRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def register(
    store: Store, version: str, *, name: str = "gap", activate: bool | None = None, run_id: str | None = None,
    content: bytes = b"",
) -> ModelRow:  # fmt: skip
    columns: dict[str, Any] = {
        "name": name, "version": version, "architecture": "nanoos-gnn", "targets": ["band_gap"], "base": None,
        "run_id": run_id, "synthetic": False, "metrics": {"test": {"band_gap": {"n": 9, "mae": 0.2}}},
    }  # fmt: skip
    with store.write() as session:
        file = put_file(
            session, store.scope, f"{name}-{version}.nanoos-model",
            content or f"{name} {version}".encode(), run_id=run_id,
        )  # fmt: skip
        return add_model(session, store.scope, columns, file, activate=activate, source="a test")[0]


def change(store: Store, verb: Callable[..., None], model: str, **said: Any) -> None:
    with store.write() as session:
        verb(session, store.scope, get_model(session, store.scope, model), **said)


def roll_back(store: Store, name: str = "gap") -> str:
    with store.write() as session:
        row = previous_model(session, store.scope, name)
        activate_model(session, store.scope, row, kind=ROLLED_BACK)
        return row.version


def active(store: Store, name: str = "gap") -> list[str]:
    with store.read() as session:
        return [row.version for row in list_models(session, store.scope, name) if row.active]


def test_the_first_version_is_active_and_a_later_one_when_it_is_said(store: Store) -> None:
    register(store, "1")
    register(store, "2")
    assert active(store) == ["1"]
    register(store, "3", activate=True)
    assert active(store) == ["3"]
    register(store, "1", name="hull", activate=False)
    assert active(store, "hull") == []


def test_the_same_file_again_is_the_same_version_and_another_one_is_refused(store: Store) -> None:
    first = register(store, "1")
    assert register(store, "1").id == first.id
    register(store, "1.9")
    with pytest.raises(InvalidInputError, match=r'gap@1.9 already.*version="1.10"'):
        register(store, "1.9", content=b"another")
    with store.read() as session:
        assert [row.version for row in list_models(session, store.scope)] == ["1", "1.9"]
        (line,) = events_of(session, store.scope, first.id, kind="model.registered")
        assert line.data["version"] == "1"


def test_rolling_back_goes_through_what_was_active_before(store: Store) -> None:
    for version in ("1", "2", "3"):
        register(store, version, activate=True)
    assert [roll_back(store), roll_back(store)] == ["2", "1"]
    with pytest.raises(InvalidInputError, match="no version of 'gap' was active before"):
        roll_back(store)
    change(store, activate_model, "gap@3")
    assert roll_back(store) == "1"
    assert active(store) == ["1"]


def test_rolling_back_after_nothing_was_active_takes_the_last_one(store: Store) -> None:
    register(store, "1")
    register(store, "2", activate=True)
    change(store, deactivate_model, "gap")
    assert active(store) == []
    assert roll_back(store) == "2"


def test_a_retired_version_is_passed_over_and_nothing_of_it_is_lost(store: Store) -> None:
    for version in ("1", "2", "3"):
        register(store, version, activate=True)
    change(store, retire_model, "gap@2", reason="wrong data")
    with pytest.raises(InvalidInputError, match=r"restore\(\)"):
        change(store, activate_model, "gap@2")
    assert roll_back(store) == "1"
    with store.read() as session:
        row = get_model(session, store.scope, "gap@2")
        file = session.get_one(ArtifactRow, (store.scope.project_id, row.artifact_id))
        assert read_artifact(store.scope, file) == b"gap 2"
        assert events_of(session, store.scope, row.id)[-1].data["reason"] == "wrong data"
    change(store, restore_model, "gap@2")
    change(store, activate_model, "gap@2")
    assert active(store) == ["2"]


def test_models_are_found_by_name_version_and_id(store: Store) -> None:
    one, two = register(store, "1"), register(store, "2")
    with store.read() as session:
        scope = store.scope
        assert get_model(session, scope, "gap").id == one.id
        assert get_model(session, scope, "gap@2").id == get_model(session, scope, two.id[:8]).id == two.id
        with pytest.raises(UnknownNameError, match="did you mean 'gap'"):
            get_model(session, scope, "gaap")
        with pytest.raises(UnknownNameError, match="known: 1, 2"):
            get_model(session, scope, "gap@9")


def test_an_empty_registry_says_how_to_begin(store: Store) -> None:
    with store.read() as session, pytest.raises(UnknownNameError, match=r"lab\.models\.register"):
        get_model(session, store.scope, "gap")


def test_the_database_itself_lets_one_version_of_a_name_be_active(store: Store) -> None:
    register(store, "1")
    register(store, "2")
    with pytest.raises((IntegrityError, StoreError)), store.write() as session:
        session.execute(
            update(ModelRow).where(ModelRow.project_id == store.scope.project_id).values(active=True)
        )
    assert active(store) == ["1"]


def test_a_sweep_through_a_runs_files_leaves_its_model(store: Store, add_run: Callable[..., str]) -> None:
    run_id = add_run("train")
    register(store, "1", run_id=run_id)
    with store.write() as session:
        put_file(session, store.scope, "curve.jsonl", b"{}", run_id=run_id)
    with store.read() as session:
        assert [row.name for row in choose(session, store.scope, runs=[run_id])] == ["curve.jsonl"]
        assert [row.version for row in models_of_run(session, store.scope, [run_id])] == ["1"]


def test_models_of_another_project_are_not_seen(lab_place: str | Path) -> None:
    with Store.open(lab_place, author="ada") as one:
        register(one, "1")
    with Store.open(lab_place, author="ada", project="other") as other:
        with other.read() as session:
            assert list_models(session, other.scope) == []
        register(other, "1")
        assert active(other) == ["1"]
