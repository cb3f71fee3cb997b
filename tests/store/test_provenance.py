from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import store_crystals as crystals

from nanoos_lab.errors import UnknownNameError
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.artifacts import put_artifact
from nanoos_lab.store.provenance import ProvenanceGraph, provenance
from nanoos_lab.store.schema import RunState
from nanoos_lab.store.structures import insert_structure
from nanoos_lab.store.summary import summarize
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.store.database import Store
    from nanoos_lab.store.schema import StructureRow


def _add(store: Store, structure: Any, name: str, **more: Any) -> StructureRow:
    with store.write() as session:
        return insert_structure(session, store.scope, structure, name=name, **more)[0]


def _gap(value: float = 3.2, **more: Any) -> PropertyEstimate:
    stated = {
        "property": "band_gap",
        "value": value,
        "origin": Origin.PREDICTED,
        "method": Method(name="CHGNet"),
    }
    return PropertyEstimate(**(stated | more))


def _trace(store: Store, given: str, **more: Any) -> ProvenanceGraph:
    with store.read() as session:
        return provenance(session, store.scope, given, **more)


def _labelled(graph: ProvenanceGraph) -> set[tuple[str, str, str]]:
    return {(graph.node(e.source).label, e.label, graph.node(e.target).label) for e in graph.edges}


@pytest.fixture
def chain(store: Store, add_run: Callable[..., str], tmp_path: Path) -> dict[str, str]:
    """A file read, relaxed inside a notebook, then predicted on and reported."""
    sto = _add(store, crystals.perovskite(), "STO", original_format="cif", original_name="SrTiO3.cif")
    notebook = add_run("notebook", label="screening")
    relax = add_run(
        "relax", inputs=(sto.id,), parent_id=notebook, params={"calculator": "chgnet", "fmax": 0.05}
    )
    relaxed = _add(store, crystals.perovskite(3.95), "STO relaxed", parent_id=sto.id, run_id=relax)
    predict = add_run("predict", inputs=(relaxed.id,), state=RunState.FAILED)
    (tmp_path / "report.html").write_text("<html>")
    with store.write() as session:
        (value,) = insert_values(
            session, store.scope, relaxed.material_id, relaxed.id, [_gap()], run_id=predict
        )
        put_artifact(session, store.scope, notebook, "report.html", tmp_path / "report.html")
    runs = {"notebook": notebook, "relax": relax, "predict": predict}
    return runs | {"sto": sto.id, "relaxed": relaxed.id, "value": value.id}


UPSTREAM_OF_RELAXED = {
    ("SrTiO3.cif", "read as cif", "STO"),
    ("STO", "structure", "relax"),
    ("relax", "made", "STO relaxed"),
    ("screening", "started", "relax"),
    ("screening", "left", "report.html"),
}


def test_a_structure_is_traced_to_its_file(store: Store, chain: dict[str, str]) -> None:
    graph = _trace(store, chain["relaxed"][:9])
    assert graph.focus == chain["relaxed"]
    assert _labelled(graph) == UPSTREAM_OF_RELAXED
    assert {node.kind for node in graph.nodes} == {"file", "structure", "run", "report"}
    relax = graph.node(chain["relax"])
    assert (relax.state, relax.kind) == ("COMPLETED", "run")
    assert "calculator=chgnet, fmax=0.05" in relax.detail


def test_a_value_is_traced_through_its_run(store: Store, chain: dict[str, str]) -> None:
    graph = _trace(store, chain["value"])
    gained = {("STO relaxed", "structure", "predict"), ("predict", "gave", "band_gap")}
    assert _labelled(graph) == UPSTREAM_OF_RELAXED | gained
    assert graph.node(chain["value"]).detail == "3.2 eV (predicted, CHGNet)"
    assert graph.node(chain["predict"]).state == "FAILED"


def test_a_run_shows_what_it_made(store: Store, chain: dict[str, str]) -> None:
    assert _labelled(_trace(store, chain["relax"])) == UPSTREAM_OF_RELAXED


def test_a_run_shows_what_it_gave(store: Store, chain: dict[str, str]) -> None:
    graph = _trace(store, chain["predict"])
    assert ("predict", "gave", "1 value") in _labelled(graph)
    values = next(n for n in graph.nodes if n.kind == "values")
    assert values.detail == "band_gap 3.2 eV (predicted, CHGNet)"


def test_what_was_made_of_a_structure_can_be_followed(store: Store, chain: dict[str, str]) -> None:
    assert _labelled(_trace(store, chain["sto"])) == {("SrTiO3.cif", "read as cif", "STO")}
    followed = _labelled(_trace(store, chain["sto"], downstream=True))
    assert followed == UPSTREAM_OF_RELAXED | {
        ("STO relaxed", "structure", "predict"),
        ("predict", "gave", "1 value"),
    }


def test_a_measured_value_is_traced_to_its_citation(store: Store, chain: dict[str, str]) -> None:
    sto = _trace(store, chain["sto"]).focus
    with store.write() as session:
        material = insert_structure(session, store.scope, crystals.perovskite(), name="again")[0].material_id
        measured = _gap(3.25, origin=Origin.MEASURED, source="van Benthem 2001")
        (value,) = insert_values(session, store.scope, material, sto, [measured])
    assert {("van Benthem 2001", "measured", "band_gap"), ("STO", "subject", "band_gap")} <= _labelled(
        _trace(store, value.id)
    )


def test_a_structure_derived_by_hand_points_at_its_parent(store: Store, chain: dict[str, str]) -> None:
    child = _add(store, crystals.perovskite(4.0), "strained", parent_id=chain["sto"])
    assert ("STO", "derived", "strained") in _labelled(_trace(store, child.id))


def test_a_run_over_very_many_structures_stays_drawable(store: Store, add_run: Callable[..., str]) -> None:
    rows = [_add(store, crystals.perovskite(3.9 + i / 50), f"s{i}") for i in range(45)]
    run = add_run("notebook", inputs=tuple(row.id for row in rows))
    graph = _trace(store, run)
    assert sum(node.kind == "structure" for node in graph.nodes) == 40
    assert [node.label for node in graph.nodes if node.kind == "more"] == ["5 more structures"]
    known = {node.id for node in graph.nodes}
    assert all(edge.source in known and edge.target in known for edge in graph.edges)


def test_what_does_not_exist_is_said(store: Store) -> None:
    with pytest.raises(
        UnknownNameError, match="no structure or run or value or artifact or sample named 'nothing'"
    ):
        _trace(store, "nothing")


def test_a_summary_counts_what_is_there(
    store: Store, chain: dict[str, str], add_run: Callable[..., str]
) -> None:
    last = add_run("static", state=RunState.CANCELLED, finished_at=2e9)
    add_run("static", state=RunState.PENDING, started_at=None, finished_at=None)
    with store.write() as session:
        material = insert_structure(session, store.scope, crystals.rocksalt(), name="MgO")[0].material_id
        toy = _gap(1.0, synthetic=True, origin=Origin.COMPUTED)
        insert_values(session, store.scope, material, None, [toy, _gap(7.8, origin=Origin.MEASURED)])
    with store.read() as session:
        summary = summarize(session, store.scope, recent=2)
    assert (summary.structures, summary.materials, summary.n_runs, summary.n_values) == (3, 2, 5, 3)
    assert summary.runs == {
        RunState.PENDING: 1, RunState.COMPLETED: 2, RunState.FAILED: 1, RunState.CANCELLED: 1
    }  # fmt: skip
    assert summary.values == {"synthetic": 1, "measured": 1, "predicted": 1}
    assert [row.id for row in summary.recent_runs] == [last, chain["predict"]]


def test_an_empty_lab_is_summarized(store: Store) -> None:
    with store.read() as session:
        summary = summarize(session, store.scope)
    assert (summary.structures, summary.materials, summary.n_runs, summary.recent_runs) == (0, 0, 0, ())
