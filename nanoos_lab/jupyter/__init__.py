"""What Jupyter's server does for the lab extension: draw files, list what a lab holds, run templates.

It speaks only under Jupyter's own authentication and trusts nothing that it is sent: every question is checked by a
model of :mod:`nanoos_lab.jupyter.questions`, every path by the server's contents manager, and whatever takes long is
done by a few threads, never on the event loop, or by a run on a profile, never by this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Return where the server extension is; Jupyter's server asks for it by this name."""
    return [{"module": "nanoos_lab.jupyter"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add our addresses to a running server; it calls this by name.

    Args:
        server: The server.
    """
    from nanoos_lab.jupyter.serving import add_handlers  # noqa: PLC0415 - only inside a server

    add_handlers(server)
