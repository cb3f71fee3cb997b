"""What every dashboard has: a title, the field that says which lab, and plain words for loading, empty and failed."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from nanoos_lab.display import html
from nanoos_lab.display.look import look_css
from nanoos_lab.errors import InvalidInputError, MissingExtraError, NanoOSError

try:
    import ipywidgets
except ImportError as error:
    raise MissingExtraError("ipywidgets", "notebook", "A dashboard") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.lab import Lab


def find_place() -> tuple[str, str]:
    """Return which lab and project a page is about; empty where nothing says it.

    The page's address comes first, then the variable ``NANOOS_LAB``, then the nearest lab folder around here.
    """
    asked = parse_qs(os.environ.get("QUERY_STRING", ""))
    project = asked.get("project", [os.environ.get("NANOOS_PROJECT", "")])[0] or "default"
    if place := asked.get("lab", [""])[0] or os.environ.get("NANOOS_LAB", ""):
        return place, project
    here = Path.cwd()
    around = next((f for f in (here, *here.parents) if (f / "lab.toml").is_file()), None)
    return ("" if around is None else str(around)), project


def open_lab(place: str, project: str) -> Lab:
    """Open a lab that is there, to look at it.

    Args:
        place: Its folder, or its address on a server.
        project: The project.

    Raises:
        InvalidInputError: No lab is named, or the folder holds none.
    """
    from nanoos_lab.lab import Lab  # noqa: PLC0415 - the store loads when a lab is opened

    if not place:
        raise InvalidInputError("Which lab? Write its folder or its address into the field above.")
    if "://" not in place:
        folder = Path(place).expanduser()
        if not (folder / "lab.toml").is_file():
            raise InvalidInputError(
                f"{folder} holds no lab. Name a folder that does; 'nanoos init FOLDER' makes one."
            )
        place = str(folder)
    return Lab(place, project=project or "default", drive=False)


class Dashboard(ipywidgets.VBox):
    """A page about one lab.

    Args:
        title: What it is.
        about: A sentence under it.
        build: Given the open lab, returns what the page shows.
        place: The lab; by default what :func:`find_place` finds.
        project: The project.
    """

    def __init__(
        self,
        title: str,
        about: str,
        build: Callable[[Lab], ipywidgets.Widget],
        *,
        place: str | None = None,
        project: str | None = None,
    ) -> None:
        found, of = find_place()
        self._build, self.lab = build, None
        self.place = ipywidgets.Text(
            found if place is None else place, description="Lab", placeholder="folder or address"
        )
        self.project = ipywidgets.Text(of if project is None else project, description="Project")
        self.go = ipywidgets.Button(description="Open", button_style="primary", tooltip="Open this lab")
        self.status, self.body = ipywidgets.HTML(), ipywidgets.VBox()
        head = ipywidgets.HTML(f"{style()}{html.Markup('<h1>{}</h1><p>{}</p>').format(title, about)}")
        chooser = ipywidgets.HBox([self.place, self.project, self.go])
        for part, name in (
            (head, "title"),
            (chooser, "chooser"),
            (self.status, "status"),
            (self.body, "body"),
        ):
            part.add_class(f"nanoos-dash-{name}")
        self.place.add_class("nanoos-dash-lab")
        self.go.on_click(lambda _: self.load())
        super().__init__([head, chooser, self.status, self.body])
        self.add_class("nanoos-ui")
        self.add_class("nanoos-dash")
        self.load()

    lab: Lab | None

    def load(self) -> None:
        """Open the named lab and show the page, or say why that cannot be."""
        self.body.children = ()
        self.status.value = message("Opening the lab …", "busy")
        if self.lab is not None:
            self.lab.close()
            self.lab = None
        try:
            self.lab = open_lab(self.place.value.strip(), self.project.value.strip())
            shown = self._build(self.lab)
        except (NanoOSError, OSError) as error:
            self.status.value = message(str(error), "bad" if self.place.value else "idle")
            return
        self.body.children = (shown,)
        self.status.value = message(
            f"{self.lab.store.info.name} · {self.lab.address} · project {self.lab.project}", "quiet"
        )


def message(text: str, tone: str) -> str:
    """Return a sentence with its tone.

    Args:
        text: The sentence.
        tone: ``busy``, ``bad``, ``idle``, ``warn`` or ``quiet``.
    """
    role = "alert" if tone == "bad" else "status"
    return str(html.Markup('<div class="nanoos-say {}" role="{}">{}</div>').format(tone, role, text))


def section(title: str, *parts: ipywidgets.Widget, grow: str = "1 1 100%") -> ipywidgets.VBox:
    """Return parts under a heading.

    Args:
        title: The heading.
        parts: What is under it.
        grow: How much room it takes in a row, as in CSS ``flex``.
    """
    made = ipywidgets.VBox([ipywidgets.HTML(str(html.Markup("<h2>{}</h2>").format(title))), *parts])
    made.layout = ipywidgets.Layout(flex=grow, min_width="0")
    made.add_class("nanoos-dash-section")
    return made


def row(*parts: ipywidgets.Widget, name: str = "row") -> ipywidgets.HBox:
    """Return parts beside each other, wrapping where the page is narrow.

    Args:
        parts: The parts.
        name: Of its style.
    """
    made = ipywidgets.HBox(parts)
    made.add_class(f"nanoos-dash-{name}")
    return made


def page_of(record: Any) -> str:  # noqa: ANN401 - whatever shows itself
    """Return a record's own HTML.

    Args:
        record: What shows itself in notebooks.
    """
    return str(record._repr_mimebundle_()["text/html"])


def style() -> str:
    """Return the dashboards' style sheet, the look first."""
    css = resources.files("nanoos_lab.dashboards").joinpath("dashboards.css").read_text(encoding="utf-8")
    return f"<style>{look_css()}{css}</style>"
