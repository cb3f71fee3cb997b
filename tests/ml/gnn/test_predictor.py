from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab.ml
from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError, UnknownNameError
from nanoos_lab.ml import PREDICTORS, get_predictor
from nanoos_lab.ml.gnn.bundle import FOLDER, digest, load_bundle
from nanoos_lab.ml.gnn.predictor import AccurateGNNPredictor, GNNPredictor
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.ml.training.splits import part_of
from nanoos_lab.properties import Origin
from nanoos_lab.testing import check_predictor, rattled
from nanoos_lab.testing import crystal as fresh_crystal

crystal = functools.cache(fresh_crystal)
MP = {
    "NaCl": (-2.110, 5.0), "MgO": (-3.053, 4.5), "SrTiO3": (-3.552, 1.8), "GaAs": (-0.347, 0.19),
}  # fmt: skip
"""Materials Project by way of MP-20 and, for GaAs, Matbench: formation energy in eV/atom, PBE gap in eV (CC-BY-4.0)."""


@pytest.fixture(scope="module")
def predictor():
    return get_predictor("nanoos-gnn")


@pytest.fixture(scope="module")
def accurate():
    return get_predictor("nanoos-gnn-accurate")


def by_name(answers):
    return {e.property: e for e in answers}


@pytest.mark.parametrize("name", ["nanoos-gnn", "nanoos-gnn-accurate"])
def test_it_holds_together(name):
    check_predictor(
        get_predictor(name),
        [crystal(f) for f in ("MgO", "TiO2", "NaCl", "GaAs")],
        exact_contributions=name == "nanoos-gnn",  # the accurate tier's are those of the fast one
    )
    assert name in PREDICTORS


@pytest.mark.parametrize("name", ["nanoos-gnn", "nanoos-gnn-accurate"])
def test_known_crystals_come_out_near_the_materials_project(name):
    answers = get_predictor(name).predict([crystal(f) for f in MP], ["formation_energy", "band_gap"])
    for (formula, (energy, gap)), found in zip(MP.items(), map(by_name, answers), strict=True):
        assert found["formation_energy"].value == pytest.approx(energy, abs=0.15), formula
        assert found["band_gap"].value == pytest.approx(gap, abs=1.2), formula


def test_every_value_says_how_far_to_trust_it(predictor):
    for e in predictor.predict([crystal("MgO")])[0]:
        assert e.origin is Origin.PREDICTED
        assert e.uncertainty_kind == "conformal_90"
        assert e.uncertainty > 0
        assert "Materials Project" in e.source
        assert e.method.name == "nanoos-gnn"
        assert not e.synthetic


def test_metal_or_not_is_said_beside_the_gap(predictor):
    answers = predictor.predict([crystal("MgO"), crystal("Cu")], ["band_gap"])
    assert "nonmetal with a probability" in answers[0][0].note
    assert answers[1][0].note.startswith("metal with a probability")
    assert answers[1][0].value < 0.1


def test_what_rests_on_chgnet_says_so(accurate, predictor):
    assert all("CHGNet" in e.note for e in accurate.predict([crystal("MgO")])[0])
    assert not any("CHGNet" in e.note for e in predictor.predict([crystal("MgO")])[0])


def test_a_cell_may_be_turned_moved_or_doubled(predictor):
    base = rattled(crystal("TiO2"), displacement=0.03)
    moved = base.copy().translate_sites(range(len(base)), [0.3, 0.2, 0.7])
    c, s = np.cos(0.6), np.sin(0.6)
    turned = Structure(
        base.lattice.matrix @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]), base.species, base.frac_coords
    )
    said = [[e.value for e in row] for row in predictor.predict([base, moved, turned, base * (2, 1, 1)])]
    assert np.allclose(said, said[:1], rtol=1e-3, atol=1e-3)


def test_sites_add_up_to_the_formation_energy(predictor):
    crystals = [crystal("SrTiO3"), crystal("MgO")]
    parts = predictor.contributions(crystals)
    stated = [row[0].value for row in predictor.predict(crystals, ["formation_energy"])]
    assert [len(p) for p in parts] == [len(s) for s in crystals]
    assert np.allclose([p.sum() for p in parts], stated, atol=1e-4)


def test_like_crystals_have_like_embeddings(predictor):
    vectors = predictor.embed([crystal("MgO"), rattled(crystal("MgO"), displacement=0.02), crystal("Cu")])
    assert vectors.shape == (3, 128)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2]
    assert predictor.embed([]).shape == (0, 128)


def test_what_lies_outside_the_training_data_is_said(predictor):
    element = predictor.predict([crystal("Si")])[0]
    assert all(e.in_domain is False and "elemental crystal" in e.note for e in element)
    inside = predictor.predict([crystal("MgO")])[0]
    assert all(e.in_domain for e in inside)
    rare = Structure(Lattice.cubic(4.2), ["Ra", "Po"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert all("hardly any Po crystal" in e.note for e in predictor.predict([rare])[0])


@pytest.mark.parametrize("part", [0.45, 0.6])
def test_a_squeezed_cell_is_outside_and_the_value_says_why(predictor, part):
    squeezed = crystal("MgO").copy()
    squeezed.scale_lattice(squeezed.volume * part)
    for e in predictor.predict([squeezed])[0]:
        assert e.in_domain is False
        assert "O and Mg at 1." in e.note
        assert "the least in training" in e.note


def test_fine_tuning_begins_from_the_first_member(predictor):
    import torch
    from safetensors.torch import load_file

    from nanoos_lab.ml.gnn.network import Network, Shape

    network = Network(Shape()).eval()
    network.load_state_dict(load_file(FOLDER / "start.safetensors"))
    structures = [crystal("MgO"), crystal("TiO2")]
    with torch.no_grad():
        inputs = {k: torch.from_numpy(v) for k, v in build_graphs(structures).inputs().items()}
        state = network(**inputs)[2].numpy()
    assert np.allclose(
        predictor.embed(structures), state, atol=2e-3
    )  # the other file keeps weights in half precision


def test_a_refused_structure_of_a_batch_is_named(predictor):
    bad = Structure(Lattice.cubic(4), [{"Na": 0.5, "K": 0.5}, "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    close = Structure(Lattice.cubic(4), ["Na", "Cl"], [[0, 0, 0], [0.01, 0, 0]])
    alone = Structure(Lattice.cubic(20), ["Na"], [[0, 0, 0]])
    with pytest.raises(InvalidInputError, match="structure 1 of 3: site 0"):
        predictor.predict([crystal("MgO"), bad, crystal("Si")])
    with pytest.raises(InvalidInputError, match=r"0\.040 Å apart"):
        predictor.predict([close])
    with pytest.raises(OutOfDomainError, match="isolated"):
        predictor.predict([crystal("MgO"), alone])
    with pytest.raises(UnknownNameError, match="did you mean 'bulk_modulus'"):
        predictor.predict([crystal("MgO")], ["bulk_moduls"])
    assert predictor.predict([]) == []


@pytest.fixture
def tampered(tmp_path, require):
    """Return what copies the shipped files and makes the largest array of one a little larger."""
    require(importlib.util.find_spec("onnx"), "onnx is not installed: pip install 'nanoos-lab[train]'")

    def made(name):
        folder = Path(shutil.copytree(FOLDER, tmp_path / "gnn"))
        path = folder / name
        if path.suffix == ".safetensors":
            from safetensors.numpy import load_file, save_file

            arrays = load_file(path)
            largest = max(arrays, key=lambda key: arrays[key].nbytes)
            path.unlink()
            save_file(arrays | {largest: (arrays[largest] * 1.05).astype(arrays[largest].dtype)}, path)
        else:
            import onnx
            from onnx.numpy_helper import from_array, to_array

            model = onnx.load(path)
            weight = max(model.graph.initializer, key=lambda w: len(w.raw_data))
            weight.raw_data = from_array((to_array(weight) * 1.05).astype(to_array(weight).dtype)).raw_data
            path.unlink()
            onnx.save(model, path)
        return folder

    return made


@pytest.mark.parametrize(
    ("made", "file"),
    [
        (GNNPredictor, "fast.onnx"),
        (AccurateGNNPredictor, "fast.onnx"),
        (AccurateGNNPredictor, "heads.onnx"),
        (AccurateGNNPredictor, "machines.safetensors"),
    ],
)
def test_a_file_that_was_changed_is_refused_with_both_hashes(made, file, tampered):
    folder = tampered(file)
    with pytest.raises(CalculatorError, match=f"{file} has the SHA-256") as raised:
        made(folder).predict([crystal("MgO")])
    assert digest(folder / file) in str(raised.value)
    assert made().bundle.sha256[file] in str(raised.value)


def test_a_model_that_answers_otherwise_is_refused_with_both_numbers(tampered):
    folder = tampered("fast.onnx")
    text = (folder / "fast.json").read_text()
    (folder / "fast.json").chmod(0o644)
    (folder / "fast.json").write_text(
        text.replace(digest(FOLDER / "fast.onnx"), digest(folder / "fast.onnx"))
    )
    with pytest.raises(CalculatorError, match=r"it gives \w+ = -?\d+\.\d+ where -?\d+\.\d+ was recorded"):
        GNNPredictor(folder).predict([crystal("MgO")])


def test_a_file_that_changes_later_or_goes_is_noticed_and_each_state_is_read_once(tmp_path, monkeypatch):
    folder = Path(shutil.copytree(FOLDER, tmp_path / "gnn"))
    read = []
    real = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, kind: read.append(file.name) or real(file, kind))
    mine = GNNPredictor(folder)
    for _ in range(3):
        mine.predict([crystal("MgO")])
    assert [Path(name).name for name in read] == ["fast.onnx"]
    weights = folder / "fast.onnx"
    seen = weights.stat()
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.chmod(0o644)
    weights.write_bytes(content)
    os.utime(weights, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # as some tools that copy and repair do
    with pytest.raises(CalculatorError, match="SHA-256"):
        mine.predict([crystal("MgO")])
    weights.unlink()
    with pytest.raises(CalculatorError, match=r"fast\.onnx cannot be read"):
        mine.predict([crystal("MgO")])


@pytest.mark.parametrize("kind", [GNNPredictor, AccurateGNNPredictor])
def test_the_files_are_those_that_the_card_was_made_with(kind):
    bundle = load_bundle(kind.tier)
    assert all(digest(FOLDER / name) == recorded for name, recorded in bundle.sha256.items())
    card = (Path(nanoos_lab.ml.__file__).parent / "cards" / "nanoos-gnn.md").read_text(encoding="utf-8")
    for one in bundle.stated:
        assert f"{one.figures['test'].mae:.4f}" in card
        assert f"{one.figures['unseen'].coverage:.1%}" in card


@pytest.mark.parametrize("tier", ["fast", "accurate"])
def test_nine_of_ten_hold_among_metals_and_among_nonmetals(tier):
    for one in load_bundle(tier).stated:
        for rows in ("test", "metals", "nonmetals"):
            if (found := one.figures.get(rows)) is not None and found.n >= 100:
                chance = 2.5 * np.sqrt(0.9 * 0.1 * (1 / found.n + 1 / one.rule.bands[-1].n))
                assert found.coverage == pytest.approx(0.9, abs=0.02 + chance), (one.property, rows)


def test_identity_is_cheap_and_the_fast_tier_never_asks_for_torch():
    code = (
        "import sys; from nanoos_lab.ml import get_predictor; p = get_predictor('nanoos-gnn'); i = p.identity();"
        "assert not {'torch', 'onnxruntime', 'pymatgen'} & set(sys.modules), sorted(sys.modules);"
        "assert len(i['files_sha256']['fast.onnx']) == 64;"
        "from nanoos_lab.testing import crystal; p.predict([crystal('MgO')]);"
        "assert 'torch' not in sys.modules and 'chgnet' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_figures_are_reproduced_on_rows_that_the_model_never_saw(predictor, shared_data):
    table = pd.read_parquet(shared_data / "structures/mp20_subset.parquet")
    drawn = [part_of(f, i) for f, i in zip(table.formula, table.material_id, strict=True)]
    table = table[[part == "test" for part in drawn]].iloc[::4]
    structures = [
        Structure(Lattice.from_parameters(*row.lattice), row.numbers, np.reshape(row.frac_coords, (-1, 3)))
        for row in table.itertuples()
    ]
    answers = [by_name(a) for a in predictor.predict(structures, ["formation_energy", "band_gap"])]
    errors, inside = defaultdict(list), defaultdict(list)
    for row, found in zip(table.itertuples(), answers, strict=True):
        for name, truth in (("formation_energy", row.formation_energy_per_atom), ("band_gap", row.band_gap)):
            error = abs(found[name].value - truth)
            errors[name].append(error)
            inside[name].append(error <= found[name].uncertainty)
    stated = {s.property: s.figures["test"] for s in load_bundle("fast").stated}
    for name, found in errors.items():
        assert np.mean(found) == pytest.approx(stated[name].mae, rel=0.3)
        assert np.mean(inside[name]) == pytest.approx(0.9, abs=0.06)
