"""A task is made from a function, and refuses what it does not know."""

from __future__ import annotations

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.tasks import Outcome, Params, task


class Shape(Params):
    sides: int = 3
    name: str = "triangle"


@task("draw", version="2", identity=lambda params: {"ink": params.name})
def draw(inputs, params: Shape, context) -> Outcome:
    """Draw a shape.

    With more words below.
    """
    return Outcome(summary={"sides": params.sides, "inputs": len(inputs)})


def test_a_decorated_function_is_a_task():
    assert (draw.name, draw.version, draw.doc) == ("draw", "2", "Draw a shape.")
    assert draw.params_model is Shape
    assert draw.identity(Shape(name="square")) == {"ink": "square"}
    assert draw({}, Shape(sides=4), None).summary == {"sides": 4, "inputs": 0}


def test_parameters_are_checked_with_a_message_that_helps():
    with pytest.raises(InvalidInputError, match=r"'draw'.*sides='many'.*parameters: sides, name"):
        draw.parse_params({"sides": "many"})
    with pytest.raises(InvalidInputError, match="colour"):
        draw.parse_params({"colour": "red"})


def test_a_model_defined_inside_a_function_is_found():
    class Local(Params):
        n: int = 1

    @task("local", version="1")
    def local(inputs, params: Local, context) -> Outcome:
        """Do nothing."""
        return Outcome()

    assert local.params_model is Local


def test_parameters_cannot_be_changed_later():
    with pytest.raises(ValueError, match="frozen"):
        Shape().sides = 4
