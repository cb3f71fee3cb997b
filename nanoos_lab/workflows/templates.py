"""Templates: notebooks whose parameters have names, types, defaults and help.

A parameter is a line of the cell tagged ``parameters``, in papermill's form::

    top: int = 5  # how many of the best to show

What a person gives for it is converted to its type or refused with the name, the value and the remedy.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, UnknownNameError, suggest
from nanoos_lab.foreign_json import refuse_deep

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE = Path(__file__).resolve().parent.parent
_TYPES: dict[str, Any] = {t.__name__: t for t in (str, int, float, bool, list, dict)} | {
    "Any": Any,
    "Optional": typing.Optional,
    "Literal": typing.Literal,
    "None": None,
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a template."""

    name: str
    type: str
    """Its annotation as written; ``""`` where there is none, and then anything is taken."""
    default: Any
    help: str
    """What it means, from the comment of its line."""

    def convert(self, value: Any) -> Any:  # noqa: ANN401 - whatever the annotation says
        """Return a value in this parameter's type; text is read as a Python literal where the type asks for it.

        Args:
            value: What a person gave.

        Raises:
            InvalidInputError: It does not fit.
        """
        if not self.type:
            return value
        from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - only when values are given

        adapter: TypeAdapter[Any] = TypeAdapter(annotation_of(self.type))
        candidates = [value] if not isinstance(value, str) else [value, _literal(value)]
        problem = ""
        for candidate in candidates:
            try:
                return adapter.validate_python(candidate)
            except ValidationError as error:
                problem = "; ".join(e["msg"] for e in error.errors()[:3])
        raise InvalidInputError(f"parameter {self.name!r} is {self.type}, and {value!r} is not: {problem}")


@dataclass(frozen=True)
class Template:
    """A notebook with parameters."""

    name: str
    path: Path
    title: str
    """Its first heading."""
    parameters: Mapping[str, Parameter]
    sha256: str
    """Of the file's bytes; the identity of runs made with it."""

    def convert(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the given values in their parameters' types.

        Args:
            values: Values by parameter name; parameters that are left out keep their defaults.

        Raises:
            InvalidInputError: A name is unknown or a value does not fit; all problems are told at once.
        """
        problems, converted = [], {}
        for name, value in values.items():
            if name not in self.parameters:
                problems.append(f"no parameter named {name!r}{suggest(name, self.parameters)}")
                continue
            try:
                converted[name] = self.parameters[name].convert(value)
            except InvalidInputError as error:
                problems.append(str(error))
        if problems:
            raise InvalidInputError(f"template {self.name!r}: " + "; ".join(problems))
        return converted


def templates_folder() -> Path:
    """Return where the package's own templates are: in the checkout, or shipped inside the wheel."""
    shipped = _PACKAGE / "shipped" / "templates"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "templates"


def template_names() -> list[str]:
    """Return the names of the package's own templates."""
    return sorted(path.stem for path in templates_folder().glob("*.ipynb"))


def find_template(name: str) -> Path:
    """Return the notebook of a template.

    Args:
        name: A name such as ``"screening"``, or the path of a notebook.

    Raises:
        UnknownNameError: Neither; close matches are suggested.
    """
    path = Path(name).expanduser()
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    if name in template_names():
        return templates_folder() / f"{name}.ipynb"
    raise UnknownNameError("template", name, template_names(), "A path of an .ipynb file is taken too.")


def load_template(name: str) -> Template:
    """Read a template and its parameters.

    Args:
        name: A name or a path, as for :func:`find_template`.

    Raises:
        UnknownNameError: There is no such template.
        InvalidInputError: The file is not a notebook, or a default is not a Python literal.
    """
    path = find_template(name)
    notebook = read_notebook(path)
    return Template(
        name=path.stem,
        path=path,
        title=_title(notebook) or path.stem,
        parameters=_parameters(notebook, path),
        sha256=template_digest(path),
    )


def template_digest(path: Path) -> str:
    """Return the SHA-256 of a template's bytes.

    Args:
        path: The notebook.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_notebook(path: Path) -> Any:  # noqa: ANN401 - nbformat's NotebookNode, untyped
    """Read a notebook.

    Args:
        path: The file.

    Raises:
        InvalidInputError: It is not a notebook.
    """
    import nbformat  # noqa: PLC0415 - Jupyter is an extra

    try:
        text = path.read_text(encoding="utf-8")
        refuse_deep(text, "it")
        return nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        raise InvalidInputError(f"{path} is not a notebook: {error}") from None


def annotation_of(text: str) -> Any:  # noqa: ANN401 - a type
    """Return the type that an annotation's text means, without evaluating code.

    Args:
        text: ``str``, ``int``, ``float``, ``bool``, ``list``, ``dict``, ``None``, ``Any``, ``Literal[...]`` and
            ``Optional[...]``, subscripted and joined by ``|``.

    Raises:
        InvalidInputError: It holds anything else.
    """
    return _resolve(ast.parse(text, mode="eval").body, text)


def _resolve(node: ast.expr, text: str) -> Any:  # noqa: ANN401
    match node:
        case ast.Constant(value=None):
            return None
        case ast.Name(id=name) if name in _TYPES:
            return _TYPES[name]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return typing.Union[_resolve(left, text), _resolve(right, text)]  # noqa: UP007 - made at run time
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            return typing.Literal[ast.literal_eval(inner)]
        case ast.Subscript(value=head, slice=ast.Tuple(elts=parts)):
            return _resolve(head, text)[tuple(_resolve(p, text) for p in parts)]
        case ast.Subscript(value=head, slice=inner):
            return _resolve(head, text)[_resolve(inner, text)]
    raise InvalidInputError(f"the type {text!r} is not one that a template's parameter can have")


def _parameters(notebook: Any, path: Path) -> dict[str, Parameter]:  # noqa: ANN401
    """Read the cell tagged ``parameters``; papermill's own reader takes no dictionary and no ``#`` in a text."""
    source = next((c.source for c in notebook.cells if "parameters" in c.metadata.get("tags", [])), "")
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise InvalidInputError(f"{path.name}: the parameters are not Python: {error}") from None
    comments = _comments(source)
    parameters = {}
    for node in body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
                kind = ast.unparse(annotation)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                kind = ""
            case _:
                continue
        try:
            default = ast.literal_eval(value)
        except ValueError:
            raise InvalidInputError(
                f"{path.name}: the default of parameter {name!r} must be a literal, not {ast.unparse(value)}"
            ) from None
        parameters[name] = Parameter(name, kind, default, comments.get(node.end_lineno or 0, ""))
    return parameters


def _comments(source: str) -> dict[int, str]:
    """Return the comments of a cell by line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _title(notebook: Any) -> str:  # noqa: ANN401
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return str(line[2:].strip())
    return ""


def _literal(text: str) -> Any:  # noqa: ANN401
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
