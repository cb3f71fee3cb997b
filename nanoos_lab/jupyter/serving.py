"""Adding our addresses to Jupyter's server, and letting go when it stops."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from jupyter_server.utils import url_path_join
from tornado.ioloop import PeriodicCallback

from nanoos_lab.jupyter.handlers.base import Desk
from nanoos_lab.jupyter.handlers.files import SceneHandler
from nanoos_lab.jupyter.handlers.labs import LabsHandler, OverviewHandler, RunHandler, StructureHandler
from nanoos_lab.jupyter.handlers.templates import (
    FormHandler,
    OrderHandler,
    PreflightHandler,
    ProfilesHandler,
    ReportHandler,
    TemplatesHandler,
)
from nanoos_lab.jupyter.shelf import Shelf

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

ADDRESSES = {
    "scene": SceneHandler,
    "labs": LabsHandler,
    "overview": OverviewHandler,
    "structure": StructureHandler,
    "run": RunHandler,
    "templates": TemplatesHandler,
    "form": FormHandler,
    "profiles": ProfilesHandler,
    "preflight": PreflightHandler,
    "order": OrderHandler,
    "report": ReportHandler,
}
_TIDY_MS = 60_000


def add_handlers(server: ServerApp) -> Desk:
    """Add our addresses to a server.

    Args:
        server: The server.

    Returns:
        What its handlers share.
    """
    desk = Desk(Shelf())
    base = url_path_join(server.web_app.settings["base_url"], "nanoos-lab")
    routes = [(url_path_join(base, name), kind, {"desk": desk}) for name, kind in ADDRESSES.items()]
    server.web_app.add_handlers(".*$", routes)  # type: ignore[no-untyped-call]
    server.web_app.settings["nanoos_lab"] = desk

    def tidy() -> None:
        desk.pool.submit(desk.shelf.tidy)

    PeriodicCallback(tidy, _TIDY_MS).start()
    atexit.register(desk.close)
    return desk
