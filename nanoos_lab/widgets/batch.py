"""The batch monitor: pace, the best so far, every value, a table with pictures, and the chosen structure beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from nanoos_lab.display import html
from nanoos_lab.errors import MissingExtraError, NanoOSError
from nanoos_lab.widgets.batch_still import still_line
from nanoos_lab.widgets.live import still_bundle
from nanoos_lab.widgets.live_display import STATIC, LiveDisplay

try:
    from ipywidgets.widgets.widget_box import Box, VBox
    from ipywidgets.widgets.widget_layout import Layout
    from ipywidgets.widgets.widget_string import HTML
except ImportError as error:
    raise MissingExtraError("ipywidgets", "notebook", "The batch monitor") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.widgets.live import Source
    from nanoos_lab.widgets.viewer import StructureViewer

VIEWER_PX = 400


class Watched(Protocol):
    """What reads a batch, as :class:`nanoos_lab.lab.batches.BatchWatch` does."""

    def source(self) -> Source:
        """Return it as something to look at again and again."""

    def scene(self, run: str) -> tuple[str, Scene] | None:
        """Return the name and the drawing of a run's structure."""

    def pictures(self, runs: Sequence[str]) -> dict[str, str]:
        """Return small still drawings by run."""

    def saved(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return a snapshot with the pictures of its best."""


class BatchPanel(LiveDisplay):
    """The part of a batch monitor that is numbers.

    Args:
        watch: Given a property and a direction, returns what reads the batch.
        property: Which property is shown; empty for the main one.
        direction: Which value is best; empty for what the property suggests.
        on_choice: Called in the background with the name and the drawing of the run that was chosen.
    """

    _esm = STATIC / "batch-monitor.js"

    def __init__(
        self,
        watch: Callable[[str, str], Watched],
        *,
        property: str = "",  # noqa: A002 - the field's word
        direction: str = "",
        on_choice: Callable[[str, Scene], None],
    ) -> None:
        self._watch, self._on_choice = watch, on_choice
        self._view = (property, direction)
        self._watched = watch(property, direction)
        super().__init__(self._watched.source())
        self.observe(self._choose, "asked")

    def _choose(self, change: Any) -> None:  # noqa: ANN401 - a traitlets Bunch
        asked, old = change.new, change.old or {}
        view = (str(asked.get("property") or self._view[0]), str(asked.get("direction", self._view[1])))
        run = str(asked.get("run", ""))
        if view != self._view:
            self.beside(lambda: self._turn(view))
        if run and run != old.get("run"):
            self.beside(lambda: self._show(run))

    def _turn(self, view: tuple[str, str]) -> None:
        try:
            watched = self._watch(*view)
        except NanoOSError as error:
            self.set_trait("said", str(error))
            return
        self._watched, self._view = watched, view
        self.follow(watched.source())

    def _show(self, run: str) -> None:
        try:
            found = self._watched.scene(run)
        except NanoOSError as error:
            self.set_trait("said", str(error))
            return
        if found is None:
            self.set_trait("said", f"run {run} has no structure to show")
        else:
            self._on_choice(*found)

    def obey(self, verb: str, what: Mapping[str, Any]) -> None:
        """Draw pictures of rows in sight, or try failed runs again.

        Args:
            verb: ``pictures`` or ``retry``.
            what: ``runs``: their ids.
        """
        named = what.get("runs")
        known = set(self.data.get("runs", ()))
        runs = [run for run in named if run in known] if isinstance(named, list) else []
        if runs and verb == "pictures":
            self.beside(lambda: self._send_pictures(runs))
        elif runs and verb == "retry":
            failed = {run for group in self.data["failures"] for run in group["runs"]}
            super().obey(verb, {"runs": [run for run in runs if run in failed]})

    def _send_pictures(self, runs: Sequence[str]) -> None:
        try:
            self.send({"pictures": self._watched.pictures(runs)})
        except NanoOSError as error:
            self.set_trait("said", str(error))

    def saved(self) -> dict[str, Any]:
        """Return the snapshot with the pictures of its best."""
        return self._watched.saved(self.data)


class BatchMonitor(Box):
    """A batch as it stands, kept up to date; a click on a point or a row shows its structure beside it.

    Args:
        watch: Given a property and a direction, returns what reads the batch.
        property: Which property is shown; empty for the main one.
        direction: Which value is best; empty for what the property suggests.

    Example:
        >>> lab.map("relax", lab.structures(), calculator="chgnet", wait=False).monitor()  # doctest: +SKIP
    """

    def __init__(
        self,
        watch: Callable[[str, str], Watched],
        *,
        property: str = "",  # noqa: A002 - the field's word
        direction: str = "",
    ) -> None:
        self.viewer: StructureViewer | None = None
        self._name = HTML()
        self._beside = VBox([self._name])
        self._beside.layout = Layout(flex="1 1 340px", min_width="0", display="none")
        self.panel = BatchPanel(watch, property=property, direction=direction, on_choice=self._show)
        self.panel.layout = Layout(flex="2 1 540px", min_width="0")
        super().__init__([self.panel, self._beside])
        self.layout = Layout(display="flex", flex_flow="row wrap", grid_gap="16px", width="100%")

    def _show(self, name: str, scene: Scene) -> None:
        from nanoos_lab.widgets.viewer import StructureViewer  # noqa: PLC0415 - pymatgen, when first chosen

        self._name.value = str(html.Markup("<b>{}</b>").format(name))
        if self.viewer is None:
            self.viewer = StructureViewer(scene, height=VIEWER_PX)
            self._beside.children = (self._name, self.viewer)
            self._beside.layout.display = ""
        else:
            self.viewer.show(scene)

    def close(self) -> None:
        """Stop looking, and take the widget away."""
        if hasattr(self, "panel"):  # not where the constructor failed: Python then calls this too
            self.panel.close()
        super().close()

    def __repr__(self) -> str:
        return f"<BatchMonitor: {still_line(self.panel.data)}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Add the snapshot itself, its still page and a line, for places that cannot show a widget."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, **still_bundle(self.panel.saved()), "text/plain": repr(self)}
