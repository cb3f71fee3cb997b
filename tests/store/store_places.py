"""Labs on the tests' server for more than one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanoos_lab.store.postgresql.admin import add_person, create_lab

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.store.postgresql.server import LocalServer


def server_place(postgres: LocalServer, name: str, files: Path) -> str:
    """Make a lab, and return its address for one person."""
    made = create_lab(postgres.address(name), files=files, roles=name)
    person = f"{name}_ada"
    add_person(postgres.address(name, made.person, made.password), person, password="secret")  # noqa: S106
    return postgres.address(name, person, "secret")
