"""The model card of a predictor, to be read where it is used."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from nanoos_lab.display import text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml import PREDICTORS, get_predictor

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType


class ModelCard:
    """What a model learned from, how far off it is, and where it fails.

    Args:
        path: A Markdown file; a drawing of the same name with the ending ``.svg`` belongs to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def text(self) -> str:
        """The card as Markdown."""
        return self.path.read_text(encoding="utf-8")

    def __repr__(self) -> str:
        return text.to_text(self.__rich__())

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        from rich.markdown import Markdown  # noqa: PLC0415 - only where a card is read

        return Markdown(self.text)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        drawing = self.path.with_suffix(".svg")
        page = self.text
        if drawing.exists():
            page += (
                f"\n![{drawing.name}](data:image/svg+xml;base64,{b64encode(drawing.read_bytes()).decode()})\n"
            )
        return {"text/markdown": page, "text/plain": repr(self)}


def model_card(predictor: str) -> ModelCard:
    """Return a predictor's model card.

    Args:
        predictor: Its name.

    Raises:
        UnknownNameError: There is no such predictor.
        InvalidInputError: It has none; the message says which have one.

    Example:
        >>> model_card("nanoos-gnn").text.splitlines()[0][:12]
        '# nanoos-gnn'
    """
    path = getattr(get_predictor(predictor), "card", None)
    if path is None:
        known = ", ".join(
            sorted(name for name in PREDICTORS.names() if hasattr(PREDICTORS.get(name), "card"))
        )
        raise InvalidInputError(f"the predictor {predictor!r} brings no model card; these do: {known}")
    return ModelCard(path)
