"""What is wrong with a settings file, said so that one can mend it: file, place, value, and what was perhaps meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from nanoos_lab.errors import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

_MOST = 5
"""So many problems are told at once."""
_WANTED = {
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "string_type": "write it in quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "tuple_type": 'write a list, such as ["..."]',
    "dict_type": "write a table",
    "model_type": "write a table",
}
"""What to write instead, by pydantic's word for what is wrong."""


def find_problems(path: Path, data: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """Return what is wrong with one settings file, a line for each.

    Args:
        path: The file.
        data: What it says.
        model: What it may say.
    """
    try:
        model.model_validate(data)
    except ValidationError as error:
        found = error.errors()
    else:
        return []
    lines = [f"{path}: {_place(one)}: {_problem(one, model)}" for one in found[:_MOST]]
    return [*lines, f"{path}: and {len(found) - _MOST} more"] if len(found) > _MOST else lines


def _place(error: ErrorDetails) -> str:
    return ".".join(str(part) for part in error["loc"]) or "the whole file"


def _problem(error: ErrorDetails, model: type[BaseModel]) -> str:
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        return _unknown(error, model)
    if kind == "missing":
        return "it is missing"
    shown = "a table" if isinstance(value, dict) else repr(value)[:80]
    if kind in _WANTED:
        return f"{shown} is not what is expected: {_WANTED[kind]}"
    said = error["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return f"{shown} {said}"


def _unknown(error: ErrorDetails, model: type[BaseModel]) -> str:
    *above, last = error["loc"]
    name, here = str(last), _model_at(model, above)
    known = [] if here is None else _options(here)
    elsewhere = [place for place, other in _parts(here) if name in other.model_fields]
    if elsewhere:
        table = ".".join([*map(str, above), elsewhere[0]])
        return f"it belongs into [{table}]"
    return f"there is no such setting{suggest(name, known)}"


def _options(model: type[BaseModel]) -> list[str]:
    return sorted(name for name in model.model_fields if name != "name")


def _model_at(model: type[BaseModel] | None, loc: list[str | int]) -> type[BaseModel] | None:
    """Return the model of the table at a place; what stands between may be a table of tables by name."""
    for part in loc:
        if model is None:
            return None
        field = model.model_fields.get(str(part))
        if field is not None:
            model = _inner(field.annotation) or model
    return model


def _parts(model: type[BaseModel] | None) -> Iterator[tuple[str, type[BaseModel]]]:
    if model is None:
        return
    for name, field in model.model_fields.items():
        inner = _inner(field.annotation)
        if inner is not None:
            yield name, inner


def _inner(annotation: object) -> type[BaseModel] | None:
    """Return the model that a field holds, be it alone, or one of several, or by name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _inner(one)) is not None), None)
