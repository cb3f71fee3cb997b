"""What the saved state of widgets still holds when no kernel and no widget manager is there.

Notebooks that papermill or nbclient executed carry the state of every widget. Of our own, the part that its drawing
function takes is in it, so the page draws it as it draws any display. Boxes of widgets give their children. What is
foreign and has no still twin is said in a sentence: a blank would hide that something is missing.
"""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VIEW_MIME = "application/vnd.jupyter.widget-view+json"
STATE_MIME = "application/vnd.jupyter.widget-state+json"
_PREFIX = "IPY_MODEL_"
_BOXES = {"HBoxModel", "VBoxModel", "BoxModel", "GridBoxModel", "TabModel", "AccordionModel", "StackModel"}
_TEXTS = {"HTMLModel": "text/html", "HTMLMathModel": "text/html", "LabelModel": "text/plain"}
_DEPTH = 8


@dataclass(frozen=True)
class SavedWidgets:
    """The models of a notebook, by their id."""

    models: Mapping[str, Any]

    @classmethod
    def of(cls, notebook: Any) -> SavedWidgets:  # noqa: ANN401 - nbformat's NotebookNode
        """Return those of a notebook; none where it was saved without.

        Args:
            notebook: The notebook.
        """
        return cls(notebook.metadata.get("widgets", {}).get(STATE_MIME, {}).get("state", {}))

    def bundles(self, data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Give what can be shown for a widget's output, one MIME bundle for each part of it.

        Args:
            data: The output's MIME bundle, with a widget's view in it.
        """
        model = self.models.get(str(data[VIEW_MIME].get("model_id", "")), {})
        kind = model.get("model_name", "")
        children = [] if _twin(data) else list(self._children(model, 0))
        if kind in _BOXES and children:
            yield from children
        elif own := _payload(model):
            mime, payload = own
            yield {mime: payload, **data}
        elif children:
            yield from children
        elif _twin(data):
            yield data
        else:
            yield {"text/plain": _sentence(kind, model), VIEW_MIME: {}}

    def _children(self, model: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
        """Give what a model shows; a box gives what its children show."""
        state, kind = model.get("state", {}), model.get("model_name", "")
        if kind in _BOXES and depth < _DEPTH:
            for name in state.get("children", ()):
                child = self.models.get(str(name).removeprefix(_PREFIX), {})
                yield from self._children(child, depth + 1)
        elif kind == "OutputModel":
            for output in state.get("outputs", ()):
                yield {"text/plain": output["text"]} if "text" in output else output.get("data", {})
        elif kind in _TEXTS:
            yield {_TEXTS[kind]: str(state.get("value", ""))}
        elif own := _payload(model):
            yield {own[0]: own[1]}
        elif depth:
            yield {"text/plain": _sentence(kind, model), VIEW_MIME: {}}


def _twin(data: Mapping[str, Any]) -> bool:
    return bool({"text/html", "image/svg+xml", "image/png", "image/jpeg"} & set(data))


def _payload(model: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the MIME type and JSON of what one of our widgets draws, or None."""
    state = model.get("state", {})
    for name, value in state.items():
        schema = value.get("schema", "") if isinstance(value, dict) else ""
        if isinstance(schema, str) and schema.startswith("nanoos."):
            whole = copy.deepcopy(value)
            for buffer in model.get("buffers", ()):
                if buffer.get("path", [None])[0] == name:
                    _place(whole, buffer)
            if schema == "nanoos.scene" and "representation" in state:
                whole["style"] = state["representation"]
            return f"application/vnd.{schema}+json", whole
    return None


def _place(whole: dict[str, Any], buffer: Mapping[str, Any]) -> None:
    """Put a buffer back where it was taken from, as the base64 text that our JSON holds."""
    *way, last = buffer["path"][1:]
    at: Any = whole
    for step in way:
        at = at[step] if isinstance(at, list) else at.setdefault(step, {})
    raw = str(buffer["data"])
    at[last] = raw if buffer.get("encoding") == "base64" else base64.b64encode(bytes.fromhex(raw)).decode()


def _sentence(kind: str, model: Mapping[str, Any]) -> str:
    module = str(model.get("model_module", ""))
    state = model.get("state", {})
    name = str(state.get("_anywidget_id") or kind.removesuffix("Model") or "unknown kind")
    where = f" ({module})" if module and module not in {"anywidget", name} else ""
    return (
        f"Here stood an interactive widget, {name}{where}, that keeps no still picture of itself. "
        "Open the notebook in JupyterLab and run the cell to see it."
    )
