"""Still pictures and models of scenes as files: SVG, PNG and GLB, with no browser.

PNG is drawn from the SVG by resvg, with the fonts that matplotlib brings, so that texts look the same everywhere.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.scenes.svg import svg_of

if TYPE_CHECKING:
    from nanoos_lab.scenes.geometry import View
    from nanoos_lab.scenes.model import Scene

Format = Literal["svg", "png", "glb"]
_FORMATS = ("svg", "png", "glb")
_MOST_PIXELS = 64_000_000


def picture_of(
    scene: Scene,
    format: Format = "png",  # noqa: A002 - the word of matplotlib's savefig
    *,
    width: int = 800,
    height: int = 640,
    scale: float = 1.0,
    transparent: bool = False,
    background: str | None = None,
    view: View = "auto",
) -> bytes:
    """Return a scene as the content of a file.

    Args:
        scene: What to draw.
        format: ``"svg"``, ``"png"`` or ``"glb"`` (a model: sizes, background and view do not matter).
        width: Of the drawing.
        height: Of the drawing.
        scale: Pixels of a PNG per unit of width and height; lines and texts grow with it.
        transparent: Whether the ground stays clear.
        background: ``"light"``, ``"dark"`` or ``"#rrggbb"``; light if None.
        view: ``"a"``, ``"b"`` or ``"c"`` to look along a lattice vector, (h, k, l) to look straight at a plane.

    Raises:
        InvalidInputError: An unknown format, or a size that makes no picture.
    """
    if format not in _FORMATS:
        raise InvalidInputError(f"unknown format {format!r}: use one of {', '.join(_FORMATS)}")
    if format == "glb":
        from nanoos_lab.scenes.gltf import glb_of  # noqa: PLC0415 - seldom used

        return glb_of(scene)
    if min(width, height, scale) <= 0 or width * height * scale**2 > _MOST_PIXELS:
        raise InvalidInputError(f"a picture of {width} × {height} at scale {scale:g} cannot be drawn")
    ground = None if transparent else (background or "light")
    text = svg_of(scene, width=width, height=height, view=view, background=ground)
    return text.encode() if format == "svg" else png_of_svg(text, scale=scale)


def save_picture(scene: Scene, path: str | Path, **options: Any) -> Path:
    """Write a picture or a model; the ending of the name tells which.

    Args:
        scene: What to draw.
        path: ``.svg``, ``.png`` or ``.glb``.
        **options: As of :func:`picture_of`.

    Raises:
        InvalidInputError: Another ending.
    """
    path = Path(path)
    ending = path.suffix.lower().removeprefix(".")
    if ending not in _FORMATS:
        raise InvalidInputError(f"{path.name}: name it .svg, .png or .glb")
    content = picture_of(scene, ending, **options)  # type: ignore[arg-type] # checked on the lines above
    path.write_bytes(content)
    return path


def png_of_svg(text: str, *, scale: float = 1.0) -> bytes:
    """Return an SVG of ours as a PNG.

    Args:
        text: The SVG.
        scale: Pixels per unit of its width and height.

    Raises:
        MissingExtraError: resvg_py is not installed.
    """
    try:
        import resvg_py  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("resvg_py", "notebook", "A picture as PNG") from error
    fonts = _fonts()
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=text,
            zoom=scale,
            skip_system_fonts=bool(fonts),
            font_files=fonts or None,
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
        )
    )


def _fonts() -> list[str]:
    """Return the files of DejaVu Sans that matplotlib ships; none without it."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return []
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    names = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique")
    return [str(folder / f"{name}.ttf") for name in names if (folder / f"{name}.ttf").is_file()]
