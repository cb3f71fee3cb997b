from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.workflows.templates import annotation_of, load_template, template_names

if TYPE_CHECKING:
    from pathlib import Path

CELL = """\
name: str = "a # b"  # what it is called
count: int = 3
ratio: float | None = None  # a part
pairs: dict[str, list[int]] = {"a": [1]}  # several
free = 5
"""


@pytest.fixture
def write(tmp_path: Path):
    def make(cell: str = CELL) -> str:
        cells = [
            new_markdown_cell("# A title\nwords"),
            new_code_cell(cell, metadata={"tags": ["parameters"]}),
        ]
        path = tmp_path / "own template.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return str(path)

    return make


def test_parameters_have_types_defaults_and_help(write) -> None:
    template = load_template(write())
    found = {p.name: (p.type, p.default, p.help) for p in template.parameters.values()}
    assert found == {
        "name": ("str", "a # b", "what it is called"),
        "count": ("int", 3, ""),
        "ratio": ("float | None", None, "a part"),
        "pairs": ("dict[str, list[int]]", {"a": [1]}, "several"),
        "free": ("", 5, ""),
    }
    assert template.title == "A title"
    assert template.sha256 == hashlib.sha256(template.path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("count", "7", 7),
        ("ratio", "0.5", 0.5),
        ("ratio", None, None),
        ("pairs", "{'b': [2, 3]}", {"b": [2, 3]}),
        ("name", "5", "5"),
        ("free", object, object),
    ],
)
def test_values_are_converted_to_their_type(write, name: str, given: object, expected: object) -> None:
    assert load_template(write()).convert({name: given}) == {name: expected}


def test_all_problems_are_told_at_once_with_names_and_values(write) -> None:
    with pytest.raises(InvalidInputError) as caught:
        load_template(write()).convert({"cuont": 1, "count": "many", "pairs": [1]})
    text = str(caught.value)
    assert "did you mean 'count'" in text
    assert "'count' is int, and 'many' is not" in text
    assert "'pairs' is dict[str, list[int]]" in text


def test_a_default_that_is_code_is_refused(write) -> None:
    with pytest.raises(InvalidInputError, match="must be a literal"):
        load_template(write("x: str = open('/etc/passwd').read()"))


@pytest.mark.parametrize("text", ["os.system('x')", "Path", "int()", "list[Path]"])
def test_an_annotation_is_never_evaluated_as_code(text: str) -> None:
    with pytest.raises(InvalidInputError, match="not one that"):
        annotation_of(text)


def test_an_unknown_template_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'screening'"):
        load_template("screning")


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text("no")
    with pytest.raises(InvalidInputError, match="not a notebook"):
        load_template(str(path))


@pytest.mark.parametrize("name", template_names())
def test_every_shipped_template_is_clean_and_explains_its_parameters(name: str) -> None:
    template = load_template(name)
    assert all(p.type and p.help for p in template.parameters.values())
    template.convert({p.name: p.default for p in template.parameters.values()})
    notebook = nbformat.read(template.path, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
