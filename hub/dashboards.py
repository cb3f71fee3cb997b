"""The hub's service of dashboards: a page that lists them and sends each person to their own server.

A dashboard shows what is in a lab. One Voila process for everybody would have to read everybody's labs; this service
reads none: it knows who is there, lists the notebooks of one folder, and links to Voila on the person's own server,
which runs with that person's lab and nothing else. A page's sign-in is the hub's own (OAuth).
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlparse

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from markupsafe import Markup
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler, authenticated

from nanoos_lab.display.look import look_css

_STYLE = """body{margin:0;font:16px/1.55 system-ui,sans-serif;background:var(--nanoos-page);color:var(--nanoos-ink)}
main{max-width:760px;margin:0 auto;padding:48px 24px}h1{font-size:28px;line-height:1.2;margin:0 0 6px}
.who{color:var(--nanoos-quiet);margin:0 0 28px}ul{list-style:none;padding:0;margin:0;display:grid;gap:12px}
a{color:inherit;text-decoration:none}
li a{display:block;padding:16px 20px;border:1px solid var(--nanoos-edge);border-radius:8px;
background:var(--nanoos-raised)}
li a:hover,li a:focus-visible{border-color:var(--nanoos-accent);outline:none}
b{display:block;font-size:17px;color:var(--nanoos-accent)}
nav{margin-top:32px;font-size:14px}nav a{color:var(--nanoos-accent)}"""
_THEME = "document.body.dataset.nanoosTheme=matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'"
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Dashboards</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{css}</style></head>'
    '<body><script nonce="{nonce}">{theme}</script><div class="nanoos-ui"><main><h1>Dashboards</h1>'
    "<p class=\"who\">They show the lab of {name}, on that person's own server, and nobody else's.</p>"
    '{items}<nav><a href="{lab}">Open JupyterLab</a></nav></main></div></body></html>'
)


class Listing(HubOAuthenticated, RequestHandler):  # type: ignore[misc]
    """The list."""

    @authenticated  # type: ignore[untyped-decorator]
    def get(self) -> None:
        """Answer with the list of dashboards."""
        nonce = secrets.token_urlsafe(16)
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; frame-ancestors 'none'",
        )
        hub = os.environ["JUPYTERHUB_BASE_URL"] + "hub/user-redirect/"
        found = titles(Path(os.environ["NANOOS_DASHBOARDS"]))
        items = Markup().join(
            Markup('<li><a href="{}"><b>{}</b>{}</a></li>').format(
                f"{hub}voila/render/dashboards/{quote(name)}", title, first
            )
            for name, title, first in found
        )
        body = Markup("<ul>{}</ul>").format(items) if found else Markup("<p>There is no dashboard yet.</p>")
        name = self.get_current_user()["name"]
        self.finish(
            str(
                _PAGE.format(
                    css=Markup(look_css() + _STYLE), nonce=nonce, theme=Markup(_THEME), name=name, items=body,  # noqa: S704 - our own
                    lab=hub + "lab",
                )
            )
        )  # fmt: skip


def titles(folder: Path) -> list[tuple[str, str, str]]:
    """Return the file name, title and first sentence of each notebook in a folder.

    Args:
        folder: The folder; it may be absent.
    """
    return (
        [(path.name, *_heading(path)) for path in sorted(folder.glob("*.ipynb"))] if folder.is_dir() else []
    )


def _heading(path: Path) -> tuple[str, str]:
    cells = json.loads(path.read_text(encoding="utf-8")).get("cells", [])
    texts = ["".join(cell["source"]) for cell in cells if cell.get("cell_type") == "markdown"]
    lines = texts[0].splitlines() if texts else []
    title = next((line.lstrip("# ") for line in lines if line.startswith("# ")), path.stem.replace("-", " "))
    return title, next((line for line in lines if line.strip() and not line.startswith("#")), "")


async def serve() -> None:
    """Serve until the hub stops this process."""
    prefix, url = os.environ["JUPYTERHUB_SERVICE_PREFIX"], urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    pages: list[Any] = [(prefix + "oauth_callback", HubOAuthCallbackHandler), (prefix + "?", Listing)]
    app = Application(pages, cookie_secret=os.urandom(32))
    HTTPServer(app).listen(url.port, address="127.0.0.1")
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    await ended.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(serve()))
