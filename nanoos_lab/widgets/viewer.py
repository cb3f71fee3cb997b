"""The live structure viewer: turn, zoom, click, and share style and selection with Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import traitlets

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.scenes.scene import Scene, Style, scene_of
from nanoos_lab.scenes.svg import svg_of

try:
    import anywidget
except ImportError as error:
    raise MissingExtraError("anywidget", "notebook", "The live structure viewer") from error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pymatgen.core.structure import Molecule, Structure

_STATIC = Path(__file__).parent / "static"


class StructureViewer(anywidget.AnyWidget):
    """A structure to turn and click in a live notebook.

    Drag turns, shift and drag moves, the wheel zooms after a click, a click on an atom selects its site and
    shift or control and a click adds to the selection. ``selected`` holds site indices, both ways:

        >>> viewer = StructureViewer(structure)                             # doctest: +SKIP
        >>> viewer.select(0, 3)                                             # doctest: +SKIP
        >>> viewer.observe(lambda change: print(change.new), "selected")    # doctest: +SKIP

    Args:
        structure: A crystal, a molecule, or a scene made by :func:`nanoos_lab.scenes.scene.scene_of`.
        height: In pixels.
        **options: Passed to ``scene_of``, such as ``supercell=(2, 2, 1)``.
    """

    _esm = _STATIC / "structure-viewer.js"

    scene = traitlets.Dict(read_only=True).tag(sync=True)
    """The scene's JSON; replace it with :meth:`show`."""
    still = traitlets.Unicode(read_only=True).tag(sync=True)
    """The same picture as SVG, for browsers without WebGL."""
    representation = traitlets.Enum(get_args(Style), default_value="ball-and-stick").tag(sync=True)
    """How atoms are drawn. (Jupyter widgets take a trait named ``style`` for a widget of its own.)"""
    selected = traitlets.List(traitlets.Int()).tag(sync=True)
    """Indices of the selected sites, ascending."""
    height = traitlets.Int(380, min=120).tag(sync=True)

    def __init__(self, structure: Structure | Molecule | Scene, *, height: int = 380, **options: Any) -> None:
        super().__init__(height=height)
        self.show(structure, **options)

    def show(self, structure: Structure | Molecule | Scene, **options: Any) -> None:
        """Show another structure; the selection is cleared.

        Args:
            structure: A crystal, molecule or scene.
            **options: Passed to ``scene_of`` where the structure is no scene yet.

        Raises:
            InvalidInputError: Options were given with a finished scene.
        """
        if isinstance(structure, Scene) and options:
            raise InvalidInputError(f"a scene is finished: pass {', '.join(options)} to scene_of instead")
        scene = structure if isinstance(structure, Scene) else scene_of(structure, **options)
        self._n_sites = int(scene.sites.max()) + 1 if len(scene) else 0
        with self.hold_sync():
            self.selected = []
            self.representation = scene.style
            self.set_trait("still", svg_of(scene, height=self.height))
            self.set_trait("scene", scene.to_json())

    def select(self, *sites: int | Iterable[int]) -> None:
        """Select sites; without any, clear the selection.

        Args:
            *sites: Indices into the structure, single or in lists.
        """
        flat: list[int] = []
        for item in sites:
            flat.extend([item] if isinstance(item, int) else item)
        self.selected = sorted({int(site) for site in flat})

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> list[int]:  # noqa: ANN401 - a traitlets Bunch
        unknown = [site for site in proposal["value"] if not 0 <= site < self._n_sites]
        if unknown:
            raise InvalidInputError(f"no site {unknown[0]}: the structure has sites 0 to {self._n_sites - 1}")
        return sorted(set(proposal["value"]))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:  # noqa: ANN401 - Jupyter's protocol
        """Add the still drawing, for places that cannot show a widget."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data["image/svg+xml"] = self.still
        return bundle
