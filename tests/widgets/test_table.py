"""The table of materials without a browser: its questions and answers, on both databases."""

from __future__ import annotations

import array
import csv
import json
import math

import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab as nl
from nanoos_lab.errors import InvalidInputError, NanoOSError, UnknownNameError
from nanoos_lab.properties import VOCABULARY, Method, Origin, PropertyEstimate
from nanoos_lab.store.values import insert_values
from nanoos_lab.widgets.table.still import MIME_TYPE, still_html

NASTY = "<img src=x onerror=alert(1)>"
AN_ARRAY = next(name for name, entry in VOCABULARY.items() if entry.kind == "array")
GAPS = (0.5, 2.0, 1.0, None, 3.0, 1.5)


def state(lab, record, value, *, of="band_gap", general=False, **more):
    stated = PropertyEstimate(
        property=of, value=value, origin=more.pop("origin", Origin.PREDICTED),
        method=Method(name=more.pop("method", "model"), version=more.pop("version", "1")), **more,
    )  # fmt: skip
    with lab.store.write() as session:
        insert_values(
            session, lab.store.scope, record.row.material_id, None if general else record.id, [stated]
        )


@pytest.fixture
def lab(lab_place):
    with nl.open(lab_place) as opened:
        yield opened


@pytest.fixture
def metals(lab):
    made = lab.add([Structure(Lattice.cubic(3 + k / 10), ["Po"], [[0, 0, 0]]) for k in range(6)])
    for k, (record, gap) in enumerate(zip(made, GAPS, strict=True)):
        record.rename(f"{'aB'[k % 2]} {k}")
        if gap is not None:
            state(lab, record, gap, uncertainty=0.12, uncertainty_kind="conformal_90")
    return made


@pytest.fixture
def table(lab, metals):
    made = lab.table(columns=["name", "band_gap", "n_sites", "tags"])
    made.said = []
    made.send = lambda message, buffers=(): made.said.append((message, list(buffers)))
    yield made
    made.close()


def names(table):
    table.said.clear()
    table._hear(table, {"type": "rows", "generation": table.state["generation"], "start": 0, "count": 50}, [])
    ((message, _),) = table.said
    return [row["cells"][0] for row in message["rows"]]


def test_it_opens_in_the_order_in_which_they_came(table):
    assert names(table) == ["a 0", "B 1", "a 2", "B 3", "a 4", "B 5"]
    assert (table.state["total"], table.state["matching"], len(table)) == (6, 6, 6)


def test_sorting_is_the_databases_and_unknown_values_come_last(table):
    table.sort("band_gap")
    assert names(table) == ["a 0", "a 2", "B 5", "B 1", "a 4", "B 3"]
    table.sort("band_gap", descending=True)
    assert names(table) == ["a 4", "B 1", "B 5", "a 2", "a 0", "B 3"]
    table.sort("name")
    assert names(table) == ["a 0", "a 2", "a 4", "B 1", "B 3", "B 5"], "capital and small letters alike"
    table.sort("created", descending=True)
    assert names(table)[0] == "B 5"
    with pytest.raises(InvalidInputError, match="cannot be sorted by tags"):
        table.sort("tags")


@pytest.mark.parametrize(
    ("words", "cells", "expected"),
    [
        ("", {"band_gap": "1..2"}, ["B 1", "a 2", "B 5"]),
        ("", {"band_gap": ">1500 meV"}, ["B 1", "a 4"]),
        ("", {"name": "b"}, ["B 1", "B 3", "B 5"]),
        ("band_gap>1.2", {"name": "a"}, ["a 4"]),
        ("'a 2'", {}, ["a 2"]),
        ("elements=Po n_sites=1", {"n_sites": "2.."}, []),
        ("", {"name": "%"}, []),
    ],
)
def test_rows_are_filtered_by_words_and_by_cells(table, words, cells, expected):
    table.filter(words, **cells)
    assert names(table) == expected
    assert table.state["matching"] == len(expected)


def test_a_filter_that_cannot_be_understood_is_said_and_changes_nothing(table):
    before = names(table)
    table._hear(table, {"type": "ask", "turn": 4, "cells": {"band_gap": "often"}}, [])
    assert "often" in table.state["problem"]
    assert table.state["turn"] == 4, "the browser knows which of its questions this answers"
    table._hear(table, {"type": "ask", "words": "bandgap>1"}, [])
    assert "band_gap" in table.state["problem"], "close names are suggested"
    table._hear(table, {"type": "points", "x": "name", "y": "band_gap"}, [])
    assert "no numbers" in table.state["problem"]
    table._hear(
        table, {"type": "rows", "generation": table.state["generation"], "start": "x", "count": 1}, []
    )
    assert table.state["problem"]
    assert names(table) == before
    with pytest.raises(NanoOSError):
        table.filter("limit=3")
    table._hear(table, {"type": "nonsense"}, [])
    table._hear(table, "nonsense", [])


def test_only_like_values_stand_in_a_column_and_one_chooses_which(lab, metals, table):
    state(lab, metals[0], 9.0, version="2")
    state(lab, metals[1], 8.0, synthetic=True)
    state(lab, metals[2], 7.0, converged=False)
    state(lab, metals[3], 0.1, origin=Origin.MEASURED, method="literature", version="", general=True)
    again = lab.table(columns=["band_gap"])
    (column,) = again.state["columns"]
    labels = [method["label"] for method in column["methods"]]
    assert labels[0] == "predicted · model 1"
    assert labels[-1] == "predicted · model 1 · SYNTHETIC", "made-up values come last"
    again.sort("band_gap")
    rows = again._source.rows(again._ids, {})
    assert [row["cells"][0] and row["cells"][0]["v"] for row in rows] == [0.5, 1.0, 1.5, 2.0, 3.0, None]
    of = {label: k for k, label in enumerate(labels)}
    again._hear(
        again, {"type": "ask", "order": "band_gap", "methods": {"band_gap": of["measured · literature"]}}, []
    )
    rows = again._source.rows(again._ids, again.state["methods"])
    assert [row["cells"][0]["t"] for row in rows] == ["0.1"] * 6, (
        "what holds for a material holds for each structure"
    )
    made_up = again._source.rows([metals[1].id], {"band_gap": len(labels) - 1})[0]
    assert made_up["cells"][0]["f"] == ["synthetic"]
    again.close()


def test_selection_goes_both_ways_and_outlives_filters(lab, metals, table):
    seen = []
    table.observe(lambda change: seen.append(change.new), "selection")
    table._hear(
        table,
        {"type": "select", "generation": table.state["generation"], "places": [1, 4], "how": "replace"},
        [],
    )
    assert [record.name for record in table.selected] == ["B 1", "a 4"]
    table._hear(
        table,
        {"type": "select", "generation": table.state["generation"], "places": [4, 0], "how": "toggle"},
        [],
    )
    assert [record.name for record in table.selected] == ["B 1", "a 0"]
    table._hear(table, {"type": "select", "generation": -1, "places": [2], "how": "add"}, [])
    assert len(table.selection) == 2, "places of an old order mean nothing"
    table.said.clear()
    table.select(metals[2], add=True)
    ((message, buffers),) = table.said
    assert (message["type"], message["total"]) == ("marked", 3)
    assert list(array.array("I", buffers[0])) == [0, 1, 2]
    table.sort("band_gap", descending=True)
    assert list(array.array("I", table.said[-1][1][0])) == [1, 3, 4]
    table.filter(only_selected=True)
    assert sorted(names(table)) == ["B 1", "a 0", "a 2"]
    table.select()
    assert len(table.selected) == 0
    assert len(seen) == 4


def test_points_of_the_plot_are_in_the_order_of_the_rows(table):
    table.sort("name")
    table._hear(table, {"type": "points", "x": "band_gap", "y": "n_sites"}, [])
    message, buffers = table.said[-1]
    assert message["generation"] == table.state["generation"]
    x, y = (array.array("f", one) for one in buffers)
    assert [None if math.isnan(v) else round(v, 3) for v in x] == [0.5, 1.0, 3.0, 2.0, None, 1.5]
    assert list(y) == [1.0] * 6
    chart = table.figure("band_gap", "n_sites")
    assert sum(len(trace.x) for trace in chart.data if trace.x is not None) >= 5


def test_a_file_holds_all_rows_that_fit_with_their_methods(metals, table):
    metals[1].rename("=HYPERLINK(1)")
    table.filter(band_gap=">1")
    lines = list(csv.DictReader(table.csv().splitlines()))
    assert [line["name"] for line in lines] == ["'=HYPERLINK(1)", "a 4", "B 5"]
    assert lines[0]["band_gap / eV"] == "2.0"
    assert lines[0]["band_gap uncertainty / eV"] == "0.12"
    assert lines[0]["band_gap method"] == "predicted · model 1"
    assert table.frame()["band_gap / eV"].tolist() == [2.0, 3.0, 1.5]


def test_thumbnails_are_drawn_for_rows_of_the_table_alone_and_once(lab, metals, table, monkeypatch):
    table._hear(table, {"type": "stills", "ids": [metals[0].id, "no such id"]}, [])
    message, _ = table.said[-1]
    assert set(message["stills"]) == {metals[0].id}
    assert message["stills"][metals[0].id].startswith("<svg")
    monkeypatch.setattr("nanoos_lab.lab.tables._still", lambda _: pytest.fail("drawn again"))
    table._hear(table, {"type": "stills", "ids": [metals[0].id]}, [])


def test_its_twins_hold_the_first_rows_and_escape_what_people_wrote(metals, table):
    metals[0].rename(NASTY)
    bundle = table._repr_mimebundle_()[0]
    payload = json.loads(json.dumps(bundle[MIME_TYPE], allow_nan=False))
    assert (payload["schema"], payload["version"], len(payload["rows"])) == ("nanoos.table", 1, 6)
    assert set(payload["stills"]) == {row["id"] for row in payload["rows"]}
    assert "<img" not in bundle["text/html"]
    assert "&lt;img" in bundle["text/html"]
    assert "predicted · model 1" in bundle["text/html"]
    assert "0.50 ± 0.12" in bundle["text/html"]
    assert repr(table) == "<MaterialTable: 6 of 6 rows, 0 selected>"
    assert "the first 6 shown" in still_html(payload | {"matching": 900})


def test_it_shows_what_it_is_asked_for(lab, metals):
    assert len(lab.table(metals[:2])) == 2
    assert len(lab.table(band_gap=(1, 2))) == 3
    usual = [column["key"] for column in lab.table().state["columns"]]
    assert usual == ["name", "formula", "space_group", "n_sites", "tags", "band_gap"]
    with pytest.raises(UnknownNameError, match="band_gap"):
        lab.table(columns=["bandgap"])
    with pytest.raises(InvalidInputError, match="an array"):
        lab.table(columns=[AN_ARRAY])
    with pytest.raises(InvalidInputError, match="sort and page"):
        lab.table(limit=3)
    assert len(lab.table(columns=["bulk_modulus"])) == 6, "nothing is known of it yet"


def test_a_column_without_values_sorts_and_filters_to_nothing(lab, metals):
    table = lab.table(columns=["name", "bulk_modulus"])
    table.sort("bulk_modulus")
    assert len(table) == 6
    table.filter(bulk_modulus=">1")
    assert len(table) == 0
    assert table.state["columns"][1]["methods"] == []


def test_an_empty_lab_has_an_empty_table(lab):
    table = lab.table()
    assert len(table) == 0
    assert table._repr_mimebundle_()[0][MIME_TYPE]["rows"] == []


@pytest.mark.parametrize(
    ("text", "expected"), [("221", 6), ("200..230", 6), ("Pm", 6), ("62, 225", 0), ("Fm", 0)]
)
def test_space_groups_are_found_by_number_and_by_symbol(lab, metals, text, expected):
    table = lab.table(columns=["space_group"])
    table.filter(space_group=text)
    assert len(table) == expected


def test_tags_are_filtered_by_a_part(lab, metals):
    metals[2].tag("promising")
    table = lab.table(columns=["tags"])
    table.filter(tags="ROMIS")
    assert [record.id for record in table._source.records(table._ids)] == [metals[2].id]
