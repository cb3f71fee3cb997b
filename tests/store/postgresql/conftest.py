"""A lab with a victim, ada, and an attacker, mallory, who has a login, a project of her own, and raw SQL."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.store.database import Store

sys.path.append(str(Path(__file__).parent))  # where the helper named attacks is

import attacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg


@dataclass(frozen=True)
class Scene:
    """Two projects that must know nothing of each other, with one row in every table of each."""

    lab: Any
    ada: Store
    mallory: Store
    secret: dict[str, dict[str, Any]]
    """Ada's rows, by table."""
    own: dict[str, dict[str, Any]]
    """Mallory's."""

    @property
    def project(self) -> str:
        return self.ada.scope.project_id

    @property
    def own_project(self) -> str:
        return self.mallory.scope.project_id

    def superuser(self) -> str:
        return str(self.lab.server.address(self.lab.database))


@pytest.fixture(scope="module")
def scene(server_lab_of_module: Any) -> Iterator[Scene]:
    lab = server_lab_of_module
    with (
        Store.open(lab.person("ada"), project="secret battery") as ada,
        Store.open(lab.person("mallory")) as mallory,
    ):
        yield Scene(
            lab, ada, mallory, attacks.fill(ada, "adas secret"), attacks.fill(mallory, "mallorys own")
        )


@pytest.fixture
def mallory(scene: Scene) -> Iterator[psycopg.Connection[Any]]:
    """The attacker's raw connection."""
    with attacks.raw(scene.lab.person("mallory")) as connection:
        yield connection


@pytest.fixture
def newcomer(scene: Scene) -> Iterator[psycopg.Connection[Any]]:
    """The raw connection of a person who is in no project."""
    with attacks.raw(scene.lab.person("newcomer")) as connection:
        yield connection


@pytest.fixture
def superuser(scene: Scene) -> Iterator[psycopg.Connection[Any]]:
    """Who sees everything, to look at what really happened."""
    with attacks.raw(scene.superuser()) as connection:
        yield connection
