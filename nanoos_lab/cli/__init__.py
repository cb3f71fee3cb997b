"""The command ``nanoos``: the verbs of the lab in a terminal, and of the magic ``%lab`` in a notebook.

Each command returns what the same call of :class:`~nanoos_lab.lab.Lab` returns; the terminal prints it, the
magic shows it. A module of this room adds its commands to :data:`app` when it is imported here.
"""

from __future__ import annotations

from nanoos_lab.cli import (
    archive,
    commands,
    dashboards,
    db,
    finding,
    importing,
    measuring,
    models,
    people,
    predicting,
    pseudos,
    service,
    similar,
    training,
)
from nanoos_lab.cli.app import SESSION, Session, app, current_lab, main

__all__ = [
    "SESSION",
    "Session",
    "app",
    "archive",
    "commands",
    "current_lab",
    "dashboards",
    "db",
    "finding",
    "importing",
    "main",
    "measuring",
    "models",
    "people",
    "predicting",
    "pseudos",
    "service",
    "similar",
    "training",
]
