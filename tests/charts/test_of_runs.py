from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.charts.of_runs import FIGURES, Finished, alone, figure_of, kinds_of
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.tasks import TASKS

if TYPE_CHECKING:
    from pathlib import Path


def relaxed(label: str, energies: list[float], residuals: list[float]) -> Finished:
    return Finished("relax", label, {"energies": energies, "residuals": residuals, "fmax": 0.02})


@pytest.mark.parametrize("task", sorted(FIGURES))
def test_every_line_of_the_table_names_a_function_and_a_task_that_are_there(task: str) -> None:
    for place in FIGURES[task].values():
        module, _, name = place.partition(":")
        assert callable(getattr(importlib.import_module(module), name))
    for one in task.split("+"):
        assert TASKS.get(one).name == one


def test_several_runs_are_drawn_over_each_other() -> None:
    chart = figure_of([relaxed("MgO", [-1.0, -2.0], [0.5, 0.01]), relaxed("Si", [-5.0, -5.1], [0.1, 0.01])])
    assert {trace.name for trace in chart.data if trace.showlegend is not False} == {"MgO", "Si"}


def test_forces_are_drawn_only_where_each_step_tells_them() -> None:
    own, native = relaxed("a", [-1.0, -2.0], [0.5, 0.01]), relaxed("b", [-1.0, -2.0], [0.01])
    assert any(trace.yaxis == "y2" for trace in figure_of([own]).data)
    assert not any(trace.yaxis == "y2" for trace in figure_of([native]).data)


@pytest.mark.parametrize(
    ("runs", "kind", "words"),
    [
        ([], "", "no run"),
        ([relaxed("a", [1.0], [])], "bands", "no figure 'bands'"),
        ([Finished("predict", "a", {})], "", "runs of predict have no figure"),
        ([relaxed("a", [1.0], []), Finished("eos", "a", {})], "", "runs of one task"),
    ],
)
def test_what_has_no_figure_is_refused(runs: list[Finished], kind: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        figure_of(runs, kind)


def test_a_document_is_found_by_its_name_with_or_without_ending(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"a": 1}))
    assert Finished("bands", "", {}, {"bands": path}).document("bands") == {"a": 1}
    assert Finished("bands", "", {}, {"bands.json": path}).document("bands") == {"a": 1}
    with pytest.raises(InvalidInputError, match="left no document 'dos'"):
        Finished("bands", "", {}, {"bands": path}).document("dos")


def test_the_first_word_is_the_default() -> None:
    assert kinds_of("relax") == ("course",)
    assert kinds_of("predict") == ()
    with pytest.raises(InvalidInputError, match="not 2"):
        alone([relaxed("a", [], []), relaxed("b", [], [])])
