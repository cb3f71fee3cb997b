"""Viewers that turn together: linked in the browser, which asks Python for nothing while they turn."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.widgets.viewer.beside import SideBySide
    from nanoos_lab.widgets.viewer.widget import StructureViewer


def link(*viewers: StructureViewer) -> str:
    """Let viewers turn, move and zoom together, and step together where all have as many frames.

    Args:
        *viewers: Two or more.

    Returns:
        The name of their group.

    Raises:
        InvalidInputError: Fewer than two viewers.
    """
    if len(viewers) < 2:  # noqa: PLR2004 - a link has two ends
        raise InvalidInputError("linking takes two viewers or more")
    group = uuid.uuid4().hex[:12]
    for viewer in viewers:
        viewer._group = group  # noqa: SLF001 - of this package
    return group


def unlink(*viewers: StructureViewer) -> None:
    """Let viewers turn alone again.

    Args:
        *viewers: Any number.
    """
    for viewer in viewers:
        viewer._group = ""  # noqa: SLF001 - of this package


def side_by_side(
    subjects: Sequence[Any],
    *,
    titles: Sequence[str] = (),
    height: int = 320,
    linked: bool = True,
    **options: Any,
) -> SideBySide:
    """Lay several structures out beside each other, to be turned together.

    Args:
        subjects: Viewers, or what a viewer takes.
        titles: What stands above each.
        height: In pixels, of viewers made here.
        linked: Whether they turn together.
        **options: For viewers made here, as of :class:`nanoos_lab.widgets.StructureViewer`.

    Returns:
        A box that wraps where the page is narrow; ``box.viewers`` are its viewers.

    Raises:
        InvalidInputError: No subjects, or another number of titles.
    """
    from nanoos_lab.widgets.viewer.beside import SideBySide  # noqa: PLC0415 - an extra
    from nanoos_lab.widgets.viewer.widget import StructureViewer  # noqa: PLC0415

    if not subjects or (titles and len(titles) != len(subjects)):
        raise InvalidInputError(
            f"{len(subjects)} structures with {len(titles)} titles: give one title for each, or none"
        )
    viewers = [
        s if isinstance(s, StructureViewer) else StructureViewer(s, height=height, **options)
        for s in subjects
    ]
    if linked and len(viewers) > 1:
        link(*viewers)
    return SideBySide(viewers, titles)
