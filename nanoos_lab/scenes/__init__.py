"""Structures made ready for drawing: a scene is a value, which the browser and Python's own renderers draw alike.

Everything that is decided about a picture is decided here, where it is tested: which copies of which atoms, bonds,
polyhedra, colours, surfaces, and from where to look. A renderer only draws. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanoos_lab.scenes.pictures import picture_of
    from nanoos_lab.scenes.scene import MIME_TYPE, SCHEMA, Scene, scene_of
    from nanoos_lab.scenes.svg import svg_of
    from nanoos_lab.scenes.trajectories import scene_of_trajectory
    from nanoos_lab.scenes.volumetric import VolumetricGrid, read_volumetric

__all__ = [
    "MIME_TYPE",
    "SCHEMA",
    "Scene",
    "VolumetricGrid",
    "picture_of",
    "read_volumetric",
    "scene_of",
    "scene_of_trajectory",
    "svg_of",
]

_HOMES = {
    "pictures": ("picture_of",),
    "scene": ("MIME_TYPE", "SCHEMA", "Scene", "scene_of"),
    "svg": ("svg_of",),
    "trajectories": ("scene_of_trajectory",),
    "volumetric": ("VolumetricGrid", "read_volumetric"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
