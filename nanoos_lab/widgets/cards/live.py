"""Cards as a live widget: the same drawing, in which a card's run shows its record when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from nanoos_lab.errors import MissingExtraError, NanoOSError
from nanoos_lab.widgets.cards.payload import MIME_TYPE

try:
    import anywidget
except ImportError as error:
    raise MissingExtraError("anywidget", "notebook", "Live prediction cards") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.widgets.cards.shown import PredictionCards


class LiveCards(anywidget.AnyWidget):
    """Cards in a live notebook or a dashboard.

    Args:
        cards: What is shown.
        record_of: Given the id of a run, returns its ``title``, ``state`` and ``facts``.
    """

    _esm = Path(__file__).parents[1] / "static" / "prediction-cards.js"

    payload = traitlets.Dict(read_only=True).tag(sync=True)
    """The cards as JSON; replace them with :meth:`show`."""
    answers = traitlets.Bool(read_only=True).tag(sync=True)
    """Whether Python can show the record of a run."""

    def __init__(
        self, cards: PredictionCards, record_of: Callable[[str], dict[str, Any]] | None = None
    ) -> None:
        super().__init__()
        self._record_of = record_of
        self.set_trait("answers", record_of is not None)
        self.show(cards)
        self.on_msg(self._hear)

    def show(self, cards: PredictionCards) -> None:
        """Show other cards.

        Args:
            cards: The cards.
        """
        self.cards = cards
        self.set_trait("payload", cards.to_json())

    def _hear(self, _widget: Any, content: Any, _buffers: Any) -> None:  # noqa: ANN401 - Jupyter's protocol
        if not isinstance(content, dict) or content.get("type") != "run" or self._record_of is None:
            return
        run = str(content.get("run", ""))
        if run and run in {card.run for card in self.cards.cards}:
            try:
                record = self._record_of(run)
            except NanoOSError as error:
                record = {"title": f"run {run}", "state": "", "facts": [["Problem", str(error)]]}
            self.send({"type": "record", "run": run, "record": record})

    def __repr__(self) -> str:
        return repr(self.cards)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:  # noqa: ANN401 - Jupyter's protocol
        """Add the cards' data and page, for places that cannot show a widget."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data |= {MIME_TYPE: self.payload, "text/html": self.cards.html(), "text/plain": repr(self)}
        return bundle
