"""The live structure viewer: turn, zoom, click, measure and play, shared with Python both ways."""

# ruff: noqa: ANN401 - traitlets, Jupyter and what can be shown come in many kinds
from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import traitlets

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.scene import MIME_TYPE, Scene, Style
from nanoos_lab.scenes.svg import svg_of
from nanoos_lab.widgets.bundled import BundledWidget
from nanoos_lab.widgets.viewer.cameras import check_camera
from nanoos_lab.widgets.viewer.measuring import Measurement, measure
from nanoos_lab.widgets.viewer.pictures import STILL_WIDTH, light_payload, save_viewer, still_now
from nanoos_lab.widgets.viewer.subjects import scene_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from nanoos_lab.scenes.geometry import View

Labels = Literal["none", "element", "site", "custom"]
Theme = Literal["auto", "light", "dark"]
PARTS = ("bonds", "cell", "polyhedra", "surfaces", "vectors", "axes", "legend")


class StructureViewer(BundledWidget):
    """A structure or a trajectory to turn, click, measure and play in a live notebook.

    Drag turns, shift and drag moves, the wheel zooms after a click, a click on an atom selects its site and
    shift or control and a click adds to the selection. What people do arrives in the traits, and what Python sets
    shows at once:

        >>> viewer = StructureViewer(structure, supercell=(2, 2, 1))        # doctest: +SKIP
        >>> viewer.select(0, 3)                                             # doctest: +SKIP
        >>> viewer.observe(lambda change: print(change.new), "selected")    # doctest: +SKIP
        >>> viewer.look_along((1, 1, 0)).save("structure.png")              # doctest: +SKIP

    Args:
        subject: A crystal or molecule of pymatgen or ASE, a record of a lab, a scene, or frames: a list of these or a
            ``Trajectory``.
        height: In pixels.
        **options: Traits below, or passed to ``scene_of``, such as ``supercell=(2, 2, 1)`` and ``color_by="charge"``.
    """

    _bundle = "structure-viewer"

    scene = traitlets.Dict(read_only=True).tag(sync=True)
    """The scene with its arrays as bytes, sent once; replace it with :meth:`show`."""
    representation = traitlets.Enum(get_args(Style), default_value="ball-and-stick").tag(sync=True)
    """How atoms are drawn. (Jupyter widgets take a trait named ``style`` for a widget of its own.)"""
    selected = traitlets.List(traitlets.Int()).tag(sync=True)
    """Indices of the selected sites, ascending."""
    frame = traitlets.Int(0).tag(sync=True)
    """The frame that is shown, from 0."""
    playing = traitlets.Bool(False).tag(sync=True)
    fps = traitlets.Float(12.0, min=0.1, max=60.0).tag(sync=True)
    """Frames per second while playing."""
    camera = traitlets.Dict().tag(sync=True)
    """From where it is looked at: empty for the scene's own view, else see :meth:`look_along`."""
    orthographic = traitlets.Bool(False).tag(sync=True)
    labels = traitlets.Enum(get_args(Labels), default_value="none").tag(sync=True)
    """What is written on atoms: ``none``, ``element``, ``site`` or ``custom`` (the scene's own texts)."""
    hidden = traitlets.List(traitlets.Enum(PARTS)).tag(sync=True)
    """Which of ``bonds``, ``cell``, ``polyhedra``, ``surfaces``, ``vectors``, ``axes``, ``legend`` are not drawn."""
    measuring = traitlets.Bool(False).tag(sync=True)
    """Whether clicks measure: two a distance, three an angle, four a dihedral."""
    measured = traitlets.List(traitlets.Dict()).tag(sync=True)
    """What was measured, by clicks and by :meth:`measure`: kind, sites, images and value."""
    height = traitlets.Int(380, min=120).tag(sync=True)
    theme = traitlets.Enum(get_args(Theme), default_value="auto").tag(sync=True)
    """``auto`` follows the page."""
    _group = traitlets.Unicode().tag(sync=True)
    """Viewers of one group turn together."""

    _n_sites, _n_frames = 0, 1
    _own_options: ClassVar[tuple[str, ...]] = (
        "representation", "frame", "playing", "fps", "camera", "orthographic", "hidden", "measuring", "theme",
    )  # fmt: skip

    def __init__(self, subject: Any, *, height: int = 380, **options: Any) -> None:
        own = {name: options.pop(name) for name in self._own_options if name in options}
        if options.get("labels") in get_args(Labels):
            own["labels"] = options.pop("labels")
        super().__init__(height=height)
        self._pictures: dict[str, asyncio.Future[bytes]] = {}
        self.show(subject, **options)
        for name, value in own.items():
            setattr(self, name, value)
        self.on_msg(self._hear)

    def show(self, subject: Any, **options: Any) -> StructureViewer:
        """Show something else in the same place; the selection and what was measured are cleared.

        Args:
            subject: As of the class.
            **options: Passed to ``scene_of`` where the subject is no scene yet.

        Raises:
            InvalidInputError: It cannot be shown, or options were given with a finished scene.
        """
        scene = scene_for(subject, **options)
        self._subject, self._options, self._scene = subject, options, scene
        with self.hold_sync():
            self.selected, self.measured, self.playing, self.frame, self.camera = [], [], False, 0, {}
            self.representation = scene.style
            if scene.atom_labels and self.labels == "none":
                self.labels = "custom"
            self._draw()
        return self

    def select(self, *sites: int | Iterable[int]) -> StructureViewer:
        """Select sites; without any, clear the selection.

        Args:
            *sites: Indices into the structure, single or in lists.
        """
        flat: list[int] = []
        for item in sites:
            flat.extend([item] if isinstance(item, int) else item)
        self.selected = sorted({int(site) for site in flat})
        return self

    def look_along(self, direction: View) -> StructureViewer:
        """Look along a lattice vector, or straight at a lattice plane.

        Args:
            direction: ``"a"``, ``"b"`` or ``"c"``, or the Miller indices (h, k, l).

        Raises:
            InvalidInputError: There is no such direction, or no lattice.
        """
        self._scene.seen(direction)  # raises, and says what is wrong
        self.camera = {"along": direction if isinstance(direction, str) else [int(n) for n in direction]}
        return self

    def play(self, fps: float | None = None) -> StructureViewer:
        """Play the frames; ``viewer.playing = False`` stops.

        Args:
            fps: Frames per second.

        Raises:
            InvalidInputError: There is only one frame.
        """
        if fps is not None:
            self.fps = fps
        self.playing = True
        return self

    def color_by(self, values: Any, **options: Any) -> StructureViewer:
        """Colour atoms by a number of each site, with a colour bar; None goes back to the elements' colours.

        Args:
            values: The name of a site property (``"charge"``, ``"magmom"``), or one number for each site.
            **options: Further ones of ``scene_of``, such as ``color_range=(0, 1)``.

        Raises:
            InvalidInputError: The viewer was given a finished scene, or there are no such values.
        """
        if isinstance(self._subject, Scene):
            raise InvalidInputError(
                "a scene is finished: pass color_by to scene_of, or give the structure itself"
            )
        kept = {name: v for name, v in self._options.items() if name not in ("color_by", "color_range")}
        chosen = {**kept, **options} if values is None else {**kept, **options, "color_by": values}
        scene = scene_for(self._subject, **chosen)
        self._options, self._scene = chosen, scene
        with self.hold_sync():
            self._draw()
        return self

    def measure(self, *sites: int, images: Sequence[Sequence[int]] | None = None) -> Measurement:
        """Measure between sites in the present frame, and add it to ``measured``.

        Args:
            *sites: Two for a distance, three for an angle, four for a dihedral.
            images: The cell of each atom; if None, each is taken where it is nearest to the one before it.

        Raises:
            InvalidInputError: Not two to four sites, or one that is not there.
        """
        found = measure(self._now(), sites, images)
        self.measured = [*self.measured, found.to_json()]
        return found

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write the picture as it is seen now, without a browser.

        Args:
            path: ``.png``, ``.svg``, ``.glb``, or ``.html`` for a page that turns.
            **options: As of ``Scene.save``: ``width``, ``height``, ``scale``, ``transparent``.

        Raises:
            InvalidInputError: No such kind of file.
        """
        return save_viewer(self, path, **options)

    def png(self, *, scale: float = 2.0, transparent: bool = False) -> asyncio.Future[bytes]:
        """Ask the browser for its picture; ``await`` what is returned, or ask it for its ``result()`` in a later cell.

        Args:
            scale: Pixels of the picture per pixel of the screen.
            transparent: Whether without a background.
        """
        name = uuid.uuid4().hex
        answer: asyncio.Future[bytes] = asyncio.get_event_loop().create_future()
        self._pictures[name] = answer
        self.send({"want": "png", "name": name, "scale": scale, "transparent": transparent})
        return answer

    def _draw(self) -> None:
        self._n_sites = int(self._scene.sites.max()) + 1 if len(self._scene) else 0
        self._n_frames = len(self._scene.frames) if self._scene.frames is not None else 1
        self._set_still(svg_of(self._scene, width=STILL_WIDTH, height=self.height))
        self.set_trait("scene", self._scene.to_buffers())

    def _now(self) -> Scene:
        """Return the scene of the present frame."""
        return self._scene if self._scene.frames is None else self._scene.frame(self.frame)

    def _hear(self, _widget: Any, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        answer = self._pictures.pop(str(content.get("name", "")), None)
        if answer is None or answer.done():
            return
        loop = answer.get_loop()  # a subshell of the kernel runs in another thread
        if content.get("kind") == "png" and buffers:
            loop.call_soon_threadsafe(answer.set_result, bytes(buffers[0]))
        else:
            problem = InvalidInputError(
                f"the browser made no picture: {content.get('problem', 'no reason given')}"
            )
            loop.call_soon_threadsafe(answer.set_exception, problem)

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> list[int]:
        unknown = [site for site in proposal["value"] if not 0 <= site < self._n_sites]
        if unknown:
            raise InvalidInputError(f"no site {unknown[0]}: the structure has sites 0 to {self._n_sites - 1}")
        return sorted(set(proposal["value"]))

    @traitlets.validate("frame")
    def _check_frame(self, proposal: Any) -> int:
        frame = int(proposal["value"])
        if not 0 <= frame < self._n_frames:
            raise InvalidInputError(f"no frame {frame}: there are frames 0 to {self._n_frames - 1}")
        return frame

    @traitlets.validate("playing")
    def _check_playing(self, proposal: Any) -> bool:
        if proposal["value"] and self._n_frames == 1:
            raise InvalidInputError("there is only one frame: give a list of structures or a trajectory")
        return bool(proposal["value"])

    @traitlets.validate("camera")
    def _check_camera(self, proposal: Any) -> dict[str, Any]:
        return check_camera(proposal["value"])

    def __repr__(self) -> str:
        frames = f", {self._n_frames} frames" if self._n_frames > 1 else ""
        return f"<StructureViewer: {self._scene.title}, {self._n_sites} sites{frames}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add our own type, the still picture and a text, for places that cannot show a widget."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data[MIME_TYPE] = light_payload(self)
            data["image/svg+xml"] = still_now(self)
            data["text/plain"] = repr(self)
        return bundle
