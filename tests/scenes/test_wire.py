"""Scenes on the wire: any scene reads back as it was, as text and as bytes, and version 1 still reads."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes import Scene, scene_of
from nanoos_lab.scenes.model import (
    Frames,
    Label,
    SceneSpecies,
    Series,
    SiteValues,
    Surface,
    Vectors,
)

ARRAYS = (
    "positions",
    "species_of",
    "sites",
    "images",
    "bonds",
    "edges",
    "faces",
    "face_species",
    "face_edges",
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
colors = st.from_regex(r"\A#[0-9a-f]{6}\Z")
numbers = st.floats(-1e6, 1e6, width=32)
holes = st.floats(-1e6, 1e6, width=32) | st.just(float("nan"))


def floats(*shape, elements=numbers):
    return arrays(np.float32, shape, elements=elements)


def indices(below, *shape):
    return arrays(np.uint32, shape, elements=st.integers(0, max(below - 1, 0)))


@st.composite
def frames(draw, n, k, v):
    f = draw(st.integers(1, 3))
    total = draw(st.integers(0, 4))
    follows = draw(st.booleans())
    offsets = np.array(
        [0, *sorted(draw(st.lists(st.integers(0, total), min_size=f - 1, max_size=f - 1))), total]
    )
    series = Series(draw(texts), draw(texts), draw(floats(f, elements=holes)))
    return Frames(
        positions=draw(floats(f, n, 3)),
        lattices=draw(st.none() | floats(f, 3, 3)),
        edges=draw(st.none() | floats(f, k, 2, 3)),
        values=draw(st.none() | st.just(series)),
        times=draw(st.none() | st.just(series)),
        bond_offsets=offsets.astype(np.uint32) if follows else None,
        bonds=draw(indices(n, total, 2)) if follows else None,
        vectors=draw(st.none() | floats(f, v, 3)),
    )


@st.composite
def scenes(draw):
    n, k, v = draw(st.integers(1, 5)), draw(st.integers(0, 2)), draw(st.integers(0, 3))
    portions = draw(st.lists(st.tuples(colors, st.floats(0, 1)), max_size=3))
    species = SceneSpecies(draw(texts), draw(texts), draw(colors), 0.5, 1.5, tuple(portions))
    m, f, p, t = (draw(st.integers(0, 3)) for _ in range(4))
    surface = Surface(
        draw(texts), draw(colors), 0.5, draw(floats(p, 3)), draw(floats(p, 3)), draw(indices(p, t, 3))
    )
    return Scene(
        title=draw(texts),
        style=draw(st.sampled_from(["ball-and-stick", "polyhedra", "space-filling", "wireframe"])),
        species=(species,),
        positions=draw(floats(n, 3)),
        species_of=np.zeros(n, np.uint32),
        sites=draw(arrays(np.uint32, n, elements=st.integers(0, 2**32 - 1))),
        images=draw(arrays(np.int8, (n, 3))),
        bonds=draw(indices(n, m, 2)),
        bond_radius=0.1,
        lattice=draw(st.none() | st.just(np.eye(3, dtype=np.float32))),
        edges=draw(floats(k, 2, 3)),
        faces=draw(indices(n, f, 3)),
        face_species=np.zeros(f, np.uint32),
        center=np.zeros(3, np.float32),
        view=np.eye(3, dtype=np.float32),
        face_edges=draw(indices(n, f, 2)),
        atom_labels=tuple(draw(st.just([]) | st.lists(texts, min_size=n, max_size=n))),
        site_values=draw(
            st.none()
            | st.builds(
                SiteValues, texts, texts, floats(n, elements=holes), numbers, numbers, st.just("diverging")
            )
        ),
        vectors=draw(
            st.none()
            | st.builds(Vectors, texts, texts, indices(n, v), floats(v, 3), numbers, colors)
            | st.builds(
                Vectors,
                texts,
                texts,
                indices(n, v),
                floats(v, 3),
                numbers,
                colors=st.lists(colors, min_size=v, max_size=v).map(tuple),
            )
        ),
        surfaces=(surface,) if draw(st.booleans()) else (),
        labels=tuple(
            draw(st.lists(st.builds(Label, texts, st.tuples(numbers, numbers, numbers)), max_size=2))
        ),
        frames=draw(st.none() | frames(n, k, v)),
    )


def same(one, two):
    """Return whether two values are equal, arrays entry by entry with NaN equal to NaN."""
    if isinstance(one, np.ndarray):
        return (
            one.dtype == two.dtype
            and one.shape == two.shape
            and np.array_equal(one, two, one.dtype.kind == "f")
        )
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, name), getattr(two, name)) for name in one.__dataclass_fields__)
    if isinstance(one, tuple):
        return len(one) == len(two) and all(same(a, b) for a, b in zip(one, two, strict=True))
    return one == two


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(scene=scenes())
def test_any_scene_reads_back_as_it_was(scene):
    text = json.dumps(scene.to_json(), allow_nan=False)
    assert same(Scene.from_json(json.loads(text)), scene)
    assert same(Scene.from_json(scene.to_buffers()), scene)


def test_buffers_hold_the_bytes_that_base64_spells():
    scene = scene_of(Structure(Lattice.cubic(4), ["Fe"], [[0, 0, 0]]))
    text, raw = scene.to_json()["positions"], scene.to_buffers()["positions"]
    assert isinstance(raw["data"], memoryview)
    assert bytes(raw["data"]) == base64.b64decode(text["data"])
    assert {**raw, "data": None} == {**text, "data": None}


def test_version_one_reads_as_a_scene_without_extras():
    written = scene_of(Structure(Lattice.cubic(4), ["Fe"], [[0, 0, 0]])).to_json()
    first = {**written, "version": 1}
    assert {"face_edges", "site_values", "vectors", "surfaces", "frames", "labels"}.isdisjoint(first)
    scene = Scene.from_json(first)
    assert len(scene) == 8
    assert scene.frames is None
    assert scene.surfaces == ()
    assert scene.to_json()["version"] == 2


def test_plain_scenes_stay_small():
    perovskite = Structure.from_spacegroup(
        221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]]
    )
    assert len(json.dumps(scene_of(perovskite).to_json())) < 2600


@pytest.mark.parametrize("data", ["AAAA", b"\0" * 8])
def test_arrays_of_the_wrong_length_are_refused(data):
    written = scene_of(Structure(Lattice.cubic(4), ["Fe"], [[0, 0, 0]])).to_json()
    bad = {"dtype": "uint8", "shape": [5, 2], "data": data}
    with pytest.raises(InvalidInputError, match=r"\[5, 2\]"):
        Scene.from_json({**written, "bonds": bad})
