from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from nanoos_lab.runs.attempts.parent import PARENT_VARIABLE
from nanoos_lab.workflows import exhibits, record
from nanoos_lab.workflows.findings import measured_pairs, summary_sentences
from nanoos_lab.workflows.screening import parse_limits, rank
from nanoos_lab.workflows.survey import Survey, chosen_structures, measured_values

EVIL = "<script>alert(1)</script>"


@dataclass
class Record:
    id: str
    name: str
    formula: str = "MgO"
    space_group: str = "Fm-3m (225)"
    row: Any = None

    def __post_init__(self) -> None:
        self.row = SimpleNamespace(material_id=f"m-{self.id}", original_name=f"{self.name}.cif")

    def scene(self) -> Any:
        from pymatgen.core import Lattice, Structure

        from nanoos_lab.scenes.scene import scene_of

        return scene_of(Structure(Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]))


@dataclass
class Run:
    id: str
    task: str
    inputs: list[Record]
    structures: list[Record] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    state: str = "COMPLETED"
    converged: bool | None = True
    error: dict[str, Any] | None = None
    messages: list[str] = field(default_factory=list)

    @property
    def row(self) -> Any:
        return SimpleNamespace(
            state=self.state,
            converged=self.converged,
            error=self.error,
            messages=self.messages,
            task_version="1",
            started_at=1.0,
            finished_at=3.5,
        )


def stored(name: str, number: float, unit: str, origin: str = "computed", **more: Any) -> Any:
    base = {
        "property": name, "value": number, "unit": unit, "uncertainty": None, "uncertainty_kind": "none",
        "origin": origin, "method_name": "CHGNet", "method_version": "0.3.0", "method_recipe": "x",
        "converged": True, "in_domain": None, "synthetic": False, "source": "", "note": "", "conditions": {},
    }  # fmt: skip
    return SimpleNamespace(**{**base, **more})


CELL = {"space_group_symbol": "Fm-3m", "volume_per_atom": 10.0}


@pytest.fixture
def survey() -> Survey:
    """Three candidates: one that does well, one whose name is a script and that failed, one not converged."""
    good, bad, slow = Record("a", "MgO"), Record("b", EVIL), Record("c", "MgO", space_group="P1 (1)")
    relaxed, relaxed_slow = Record("a2", "MgO · relaxed"), Record("c2", "slow")
    grown = {"before": CELL, "after": {"space_group_symbol": "P1", "volume_per_atom": 14.2}}
    made = Survey([good, bad, slow])
    change = {"volume_change": 0.01, "energy_change": -0.002, "steps": 3, "force_calls": 4}
    made.add(
        [
            Run("r1", "relax", [good], [relaxed], [], {"before": CELL, "after": CELL, **change}),
            Run("r2", "relax", [bad], state="FAILED", error={"message": f"no: {EVIL}\nmore"}),
            Run("r3", "relax", [slow], [relaxed_slow], [], grown, converged=False, messages=["300 steps"]),
        ]
    )
    made.add(
        [Run("p1", "predict", [relaxed], [], [stored("formation_energy", -3.0, "eV/atom", "predicted")])]
    )
    made.add([Run("e1", "eos", [relaxed], [Record("a3", "eq")], [stored("bulk_modulus", 154.0, "GPa")])])
    return made


def test_values_of_derived_structures_count_for_the_candidate(survey: Survey) -> None:
    assert dict(zip(survey.values["property"], survey.values["candidate"], strict=True)) == {
        "formation_energy": "a",
        "bulk_modulus": "a",
    }
    assert [r.id for r in survey.all_relaxed()] == ["a2", "c2"]
    assert survey.relaxed("b") is None


def test_candidates_of_one_name_are_told_apart_by_space_group(survey: Survey) -> None:
    assert list(survey.candidates["label"]) == ["MgO (Fm-3m)", EVIL, "MgO (P1)"]


def test_how_runs_went_becomes_reasons_and_remarks(survey: Survey) -> None:
    assert survey.problems() == {"b": [f"relax failed: no: {EVIL}"], "c": ["relax not converged; 300 steps"]}
    assert list(survey.problems(["eos"])) == []
    symmetry, volume = survey.remarks()["c"]
    assert symmetry == "symmetry changed on relaxing: Fm-3m to P1"
    assert "+42 %" in volume
    assert "a" not in survey.remarks()


def test_a_run_on_something_else_is_passed_over(survey: Survey) -> None:
    survey.add([Run("x", "relax", [Record("zz", "stranger")])])
    assert "x" not in [run.id for run in survey.runs]


def test_structures_come_from_ids_then_from_the_run_then_from_the_lab(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Lab:
        def structures(self, ids: list[str] | None = None) -> list[str]:
            return [f"named {i}" for i in ids] if ids else ["everything"]

        def get(self, run: str) -> Any:
            return SimpleNamespace(inputs=[f"given to {run}"])

    monkeypatch.delenv(PARENT_VARIABLE, raising=False)
    assert chosen_structures(Lab(), []) == ["everything"]
    monkeypatch.setenv(PARENT_VARIABLE, "r9")
    assert chosen_structures(Lab(), []) == ["given to r9"]
    assert chosen_structures(Lab(), ["a"]) == ["named a"]


def test_only_the_candidates_materials_are_compared_with(survey: Survey) -> None:
    class Lab:
        def values(self, **_: object) -> pd.DataFrame:
            rows = [("m-a", 160.0, None), ("other", 1.0, None)]
            frame = pd.DataFrame(rows, columns=["material", "value", "uncertainty"])
            return frame.assign(property="bulk_modulus", source="Bell", conditions=None, note="")

    found = measured_values(Lab(), survey.candidates, ["bulk_modulus"])
    assert list(found["value"]) == [160.0]
    assert measured_values(Lab(), survey.candidates, []).empty


@pytest.fixture
def ranking(survey: Survey) -> Any:
    limits = parse_limits({"formation_energy": "<= 0"})
    return rank(
        survey.candidates, survey.values, objective="bulk_modulus", limits=limits, problems=survey.problems()
    )


def test_every_exhibit_escapes_what_comes_from_files(survey: Survey, ranking: Any) -> None:
    measured = pd.DataFrame([["m-a", "bulk_modulus", 160.0, 2.0, f"Bell {EVIL}"]],
                            columns=["material", "property", "value", "uncertainty", "source"])  # fmt: skip
    pairs = measured_pairs(survey.values, measured, survey.candidates)
    pages = [
        exhibits.summary_html([*summary_sentences(ranking, pairs), EVIL, EVIL], ranking),
        exhibits.ranking_html(ranking, survey, top=3),
        exhibits.set_aside_html(ranking),
        exhibits.relaxations_html(survey),
        exhibits.coverage_html(survey),
        exhibits.errors_html(pairs.assign(method=EVIL)),
        exhibits.heading_html(ranking.table.assign(label=EVIL).iloc[0], ranking),
        exhibits.cards_html(survey, "a"),
        exhibits.caption_html(1, EVIL),
        record.runs_html(survey.runs),
        record.parameters_html({"structures": [EVIL]}),
        record.sources_html(["CHGNet"], measured, survey),
        record.again_html({"lab_path": EVIL, "project": "p"}, ["a"]),
        record.versions_html(),
    ]
    assert not any("<script" in page for page in pages)
    assert any("&lt;script" in page for page in pages)


def test_the_ranking_shows_a_picture_and_the_formula(survey: Survey, ranking: Any) -> None:
    page = exhibits.ranking_html(ranking, survey, top=1)
    assert page.count('src="data:image/svg+xml;base64,') == 1
    assert "154.0" in page
    assert "<b>1</b>" in page


def test_the_lineage_leaves_out_who_merely_asked() -> None:
    def node(name: str, kind: str) -> Any:
        return SimpleNamespace(id=name, kind=kind, label=name, detail="", state="")

    def edge(a: str, b: str, word: str = "") -> Any:
        return SimpleNamespace(source=a, target=b, label=word)

    graph = SimpleNamespace(
        nodes=[
            node("f", "file"),
            node("s", "structure"),
            node("r", "run"),
            node("nb", "run"),
            node("v", "values"),
        ],
        edges=[
            edge("f", "s"),
            edge("s", "r"),
            edge("nb", "r", "started"),
            edge("s", "nb"),
            edge("r", "v", "gave"),
        ],
    )
    page = record.lineage_html(graph, "r")
    assert [name for name in ("f", "s", "r", "v", "nb") if f">{name}</text>" in page] == ["f", "s", "r", "v"]


def test_how_to_run_again_names_every_parameter() -> None:
    page = record.again_html({"lab_path": "/l", "project": "p", "structures": [], "top": 3}, ["a", "b"])
    assert "nl.open(&#39;/l&#39;, project=&#39;p&#39;)" in page
    assert "top=3" in page
    assert "[&#39;a&#39;, &#39;b&#39;]" in page
