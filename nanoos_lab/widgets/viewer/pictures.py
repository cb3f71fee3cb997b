"""What a viewer leaves behind without a browser: files of its picture, and the payload of a saved output."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.scenes.svg import svg_of
from nanoos_lab.widgets.viewer.cameras import seen_by

if TYPE_CHECKING:
    from nanoos_lab.scenes.model import Frames, Series
    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.widgets.viewer.widget import StructureViewer

STILL_WIDTH = 420
MOST_FRAME_BYTES = 1_000_000
"""Of a trajectory in a saved output; a longer one is thinned there, not in the live viewer."""


def scene_now(viewer: StructureViewer, *, frames: bool = False) -> Scene:
    """Return a viewer's scene as it is seen now: representation, frame and side.

    Args:
        viewer: The viewer.
        frames: Whether to keep the frames of a trajectory.
    """
    scene = viewer._scene  # noqa: SLF001 - of this package
    if scene.frames is not None and not frames:
        scene = scene.frame(viewer.frame)
    hidden = set(viewer.hidden)
    changed: dict[str, Any] = {"style": viewer.representation}
    if "bonds" in hidden:
        changed["bonds"] = scene.bonds[:0]
    if "cell" in hidden:
        changed["edges"] = scene.edges[:0]
    if "polyhedra" in hidden:
        changed |= {
            "faces": scene.faces[:0],
            "face_species": scene.face_species[:0],
            "face_edges": scene.face_edges[:0],
        }
    if "surfaces" in hidden:
        changed["surfaces"] = ()
    if "vectors" in hidden:
        changed["vectors"] = None
    return seen_by(replace(scene, **changed), viewer.camera)


def save_viewer(viewer: StructureViewer, path: str | Path, **options: Any) -> Path:
    """Write a viewer's picture to a file; its ending tells the kind.

    Args:
        viewer: The viewer.
        path: ``.png``, ``.svg``, ``.glb`` or ``.html``.
        **options: As of ``Scene.save``.
    """
    target = Path(path)
    if target.suffix.lower() in (".html", ".htm"):
        from nanoos_lab.widgets.export import scene_page  # noqa: PLC0415 - only where asked for

        target.write_text(scene_page(scene_now(viewer, frames=True), **options), encoding="utf-8")
        return target
    if viewer.theme == "dark" and target.suffix.lower() != ".glb" and not options.get("transparent"):
        options = {"background": "dark", **options}
    return scene_now(viewer).save(target, **options)


def light_payload(viewer: StructureViewer) -> dict[str, Any]:
    """Return the JSON of a saved output: the scene as it is seen, with the frames of a long trajectory thinned.

    Args:
        viewer: The viewer.
    """
    scene = scene_now(viewer, frames=True)
    if scene.frames is None:
        return scene.to_json()
    return replace(scene, frames=thinned(scene.frames, MOST_FRAME_BYTES)).to_json()


def still_now(viewer: StructureViewer) -> str:
    """Return the still picture of a saved output, as the viewer is seen now.

    Args:
        viewer: The viewer.
    """
    if (
        not viewer.camera
        and not viewer.frame
        and not viewer.hidden
        and viewer.representation == viewer._scene.style  # noqa: SLF001 - of this package
    ):
        return viewer.still
    return svg_of(scene_now(viewer), width=STILL_WIDTH, height=viewer.height)


def thinned(frames: Frames, most_bytes: int) -> Frames:
    """Return frames of about the same course that take no more than so many bytes: every second, third, ...

    Args:
        frames: A trajectory.
        most_bytes: Of all its arrays; one frame is kept in any case.
    """
    size = sum(
        a.nbytes for a in (frames.positions, frames.edges, frames.bonds, frames.vectors) if a is not None
    )
    step = max(-(-size // most_bytes), 1)
    if step == 1:
        return frames
    chosen = np.arange(0, len(frames), step)
    changed: dict[str, Any] = {"positions": frames.positions[chosen]}
    for name in ("lattices", "edges", "vectors"):
        array = getattr(frames, name)
        changed[name] = None if array is None else array[chosen]
    for name in ("values", "times"):
        series: Series | None = getattr(frames, name)
        changed[name] = None if series is None else replace(series, data=series.data[chosen])
    if frames.bonds is not None and frames.bond_offsets is not None:
        starts, ends = frames.bond_offsets[chosen].astype(int), frames.bond_offsets[chosen + 1].astype(int)
        changed["bonds"] = np.concatenate([frames.bonds[a:b] for a, b in zip(starts, ends, strict=True)])
        changed["bond_offsets"] = np.concatenate([[0], np.cumsum(ends - starts)]).astype(np.uint32)
    return replace(frames, **changed)
