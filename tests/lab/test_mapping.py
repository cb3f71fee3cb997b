"""A map of the shipped samples by real embeddings, and the live one beside it."""

from __future__ import annotations

import numpy as np
import pytest

import nanoos_lab as nl
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.sources import samples_folder
from nanoos_lab.testing import crystal

pytest.importorskip("onnxruntime")
pytest.importorskip("sklearn")
GNN = {"model": "nanoos-gnn"}


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    with nl.open(tmp_path_factory.mktemp("samples") / "lab") as opened:
        opened.add(samples_folder())
        yield opened


@pytest.fixture(scope="module")
def mapped(samples):
    return samples.chemical_map(**GNN, colour="band_gap")


@pytest.mark.parametrize(
    ("subject", "k", "expected"),
    [
        ("SrTiO3", 4, {"BaTiO3-cubic", "BaTiO3-tetragonal"}),
        ("TiO2-rutile", 1, {"TiO2-anatase"}),
        ("NaCl", 3, {"LiF", "CsCl"}),
        ("ZnS-sphalerite", 1, {"ZnS-wurtzite"}),
        ("MoS2-2H", 2, {"WSe2-2H"}),
        ("C-diamond", 3, {"C-graphite"}),
    ],
)
def test_what_is_alike_to_a_chemist_is_near_by_our_own_network(samples, subject, k, expected):
    found = samples.similar(subject, k=k, **GNN)
    assert expected <= {one.name for one in found}
    assert found.model.startswith("nanoos-gnn ")


def test_every_model_has_an_index_of_its_own(samples):
    samples.embed(**GNN)
    from nanoos_lab.store.embeddings import count_embeddings, dimension_of

    with samples.store.read() as session:
        counted = count_embeddings(session, samples.store.scope)
        ((model, version),) = [key for key in counted if key[0] == "nanoos-gnn"]
        assert dimension_of(session, samples.store.scope, model, version) == 128
    assert counted[model, version] == len(samples.structures())


def test_neighbours_on_the_map_are_neighbours_of_the_model(samples, mapped):
    names = [one.name for one in mapped.records]
    points = mapped.points
    ranks = []
    for name in ("SrTiO3", "TiO2-rutile", "ZnS-sphalerite", "MoS2-2H"):
        near = samples.similar(name, k=1, derived=False, **GNN)[0].name
        far = np.linalg.norm(points - points[names.index(name)], axis=1)
        ranks.append(list(np.argsort(far)).index(names.index(near)))
    assert max(ranks) <= 6
    assert np.median(ranks) <= 3


def test_it_is_coloured_by_a_property_of_one_method(samples, mapped):
    frame = mapped.frame().set_index("name")
    assert frame.loc["MgO", "band_gap"] == pytest.approx(7.83, abs=0.1)  # measured; it ships with its source
    assert "measured" in mapped.title
    assert "unknown" in {one.label for one in mapped.shades}
    classes = samples.chemical_map(**GNN).frame().set_index("name")
    assert classes.loc["MgO", "chemistry"] == "oxides"
    np.testing.assert_array_equal(classes["x"], frame["x"])


def test_it_shows_itself(mapped):
    shown = mapped._repr_mimebundle_()
    assert shown["text/html"].count("<circle") >= len(mapped)
    assert "76 structures as nanoos-gnn" in shown["text/plain"]
    hover = [text for trace in mapped.figure().data for text in trace.customdata]
    assert sorted(hover) == sorted(one.name for one in mapped.records)


def test_a_click_on_a_point_shows_its_structure(mapped):
    pytest.importorskip("anywidget")
    live = mapped.view()
    sent = []
    live.table.send = lambda message, buffers=(): sent.append((message, list(buffers)))
    live.table._hear(None, {"type": "points", "x": "map:x", "y": "map:y", "shade": "map:shade"}, [])
    (message, buffers), = sent  # fmt: skip
    x, y, shade = (np.frombuffer(one, dtype=np.float32) for one in buffers)
    order = {one.id: k for k, one in enumerate(mapped.records)}
    places = [order[i] for i in live.table._ids]
    np.testing.assert_allclose(np.column_stack([x, y]), mapped.points[places], rtol=1e-5)
    assert shade.max() < len(live.table.state["plot"]["shades"])
    generation = message["generation"]
    live.table._hear(
        None, {"type": "select", "how": "replace", "generation": generation, "places": [5, 7]}, []
    )
    record = live.selected[0]
    assert record.name in live.said.value
    assert "1 more" in live.said.value
    assert live.viewer._subject.id == record.id
    live.table._hear(None, {"type": "select", "how": "replace", "generation": generation, "places": [9]}, [])
    assert live.viewer._subject.id == live.selected[0].id != record.id
    bundle = live._repr_mimebundle_()
    assert "<circle" in bundle["text/html"]
    assert "structures" in live.table.csv() or "formula" in live.table.csv()


def test_a_wrong_question_says_what_would_be_right(samples, tmp_path):
    with pytest.raises(UnknownNameError, match="band_gap"):
        samples.chemical_map(**GNN, colour="bandgap")
    with pytest.raises(UnknownNameError, match="nanoos-gnn"):
        samples.chemical_map(model="nanoos-gn")
    with pytest.raises(InvalidInputError, match=r"'t-SNE' or 'PCA'"):
        samples.chemical_map(**GNN, by="UMAP")
    with nl.open(tmp_path / "lab") as empty, pytest.raises(InvalidInputError, match="nothing to map"):
        empty.chemical_map(**GNN)


def test_both_databases_find_the_same_by_our_own_network(lab_place):
    with nl.open(lab_place) as lab:
        for formula in ("MgO", "SrTiO3", "TiO2", "Al2O3", "NaCl"):
            lab.add(crystal(formula), name=formula)
        found = lab.similar("SrTiO3", k=2, **GNN)
        assert found[0].name == "TiO2"
        assert len(lab.chemical_map(**GNN, by="PCA")) == 5


def test_a_registered_model_has_an_index_of_its_own_and_can_be_compared(tmp_path):
    from nanoos_lab.testing.models import shipped_model

    pytest.importorskip("onnx")
    with nl.open(tmp_path / "lab") as lab:
        for name in ("SrTiO3", "BaTiO3-cubic", "NaCl", "Cu"):
            lab.add(samples_folder() / f"{name}.cif")
        lab.models.register(shipped_model(tmp_path, "my-gap"))
        found = lab.similar("SrTiO3", k=3, model="my-gap")
        assert found[0].name == "BaTiO3-cubic"
        assert found.model.startswith("my-gap 1 #")
        shipped = lab.similar("SrTiO3", k=3, **GNN)
        assert found.similarities == pytest.approx(shipped.similarities, abs=1e-4)
        assert len(lab.runs(task="embed")) == 2
        compared = lab.compare_models("band_gap", predictors=["my-gap"])
        assert [one.partition(" · ")[0] for one in compared.methods] == ["my-gap 1"]
