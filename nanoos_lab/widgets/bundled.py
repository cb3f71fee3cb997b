"""Widgets whose script is large: it lives once per kernel, not once in every widget.

anywidget keeps a widget's whole script in that widget's state, so ten viewers would put ten copies into a notebook.
A :class:`BundledWidget` carries a loader of a few hundred bytes instead, and refers to a :class:`SharedCode`, a model
without a view that holds the compressed script once. The loader asks the page's widget manager for that model. Where
it cannot be had, the loader says so and shows the widget's still picture.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from nanoos_lab.errors import MissingExtraError

try:
    import anywidget
    from ipywidgets.widgets.widget import Widget, widget_serialization
except ImportError as error:
    raise MissingExtraError("anywidget", "notebook", "Live widgets") from error

STATIC = Path(__file__).parent / "static"


class SharedCode(Widget):
    """One script, for all widgets of a kernel that run it.

    Args:
        name: Of the bundle, without ``.js``.
    """

    name = traitlets.Unicode(read_only=True).tag(sync=True)
    digest = traitlets.Unicode(read_only=True).tag(sync=True)
    """Of the script: a page runs one copy per digest."""
    code = traitlets.Bytes(read_only=True).tag(sync=True)
    """The script, compressed by gzip."""

    _open: ClassVar[dict[str, SharedCode]] = {}
    _turn: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, name: str) -> None:
        code, digest = _packed(name)
        super().__init__()
        with self.hold_sync():
            self.set_trait("name", name)
            self.set_trait("digest", digest)
            self.set_trait("code", code)

    @classmethod
    def of(cls, name: str) -> SharedCode:
        """Return the kernel's one model of a bundle.

        Args:
            name: Of the bundle, without ``.js``.
        """
        with cls._turn:
            there = cls._open.get(name)
            if there is None or there.comm is None:  # closed, as by Widget.close_all()
                there = cls._open[name] = cls(name)
            return there


@cache
def _packed(name: str) -> tuple[bytes, str]:
    """Return a bundle compressed, and its digest."""
    raw = (STATIC / f"{name}.js").read_bytes()
    return gzip.compress(raw, 9, mtime=0), hashlib.sha256(raw).hexdigest()[:16]


class BundledWidget(anywidget.AnyWidget):
    """A widget that shares its script; subclasses name it in ``_bundle``."""

    _esm = STATIC / "code-loader.js"
    _bundle: ClassVar[str]
    _code = traitlets.Instance(SharedCode).tag(sync=True, **widget_serialization)
    _still = traitlets.Bytes(read_only=True).tag(sync=True)
    """An SVG compressed by gzip, for pages that cannot run the script."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(_code=SharedCode.of(self._bundle), **traits)

    @property
    def still(self) -> str:
        """The still picture, as SVG."""
        return gzip.decompress(self._still).decode("utf-8") if self._still else ""

    def _set_still(self, svg: str) -> None:
        self.set_trait("_still", gzip.compress(svg.encode("utf-8"), 6, mtime=0))
