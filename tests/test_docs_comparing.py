"""The words of the page about comparing models are those of the code."""

from __future__ import annotations

import ast
import inspect
import re

from nanoos_lab.agreement.errors import BY
from nanoos_lab.lab import Lab
from nanoos_lab.lab.comparing_models import ModelComparison
from nanoos_lab.lab.mapping import CLASSES, ChemicalMap
from nanoos_lab.ml.flatten import LANDMARKS
from nanoos_lab.workflows.templates import load_template


def test_every_call_of_the_page_is_one_that_can_be_made(repository):
    page = (repository / "docs" / "comparing-models.md").read_text(encoding="utf-8")
    owners = {"lab": Lab, "compared": ModelComparison, "chart": ChemicalMap}
    calls = 0
    for block in re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
            ):
                method = getattr(owners[node.func.value.id], node.func.attr)
                names = {keyword.arg: None for keyword in node.keywords}
                inspect.signature(method).bind(None, *node.args, **names)
                calls += 1
    assert calls >= 15
    assert all(f'"{by}"' in page for by in BY)
    assert all(f"`{name}`" in page for name in CLASSES)
    assert f"{LANDMARKS:,} structures" in page


def test_the_template_of_the_page_has_the_parameters_that_it_names():
    template = load_template("model-comparison")
    assert template.title == "Model comparison"
    assert {"property", "truth", "predictors"} <= set(template.parameters)
    assert template.convert({"worst": "3", "predictors": "['nanoos-gnn']"}) == {
        "worst": 3, "predictors": ["nanoos-gnn"],
    }  # fmt: skip
