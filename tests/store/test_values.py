from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from nanoos_lab.errors import ArtifactError, InvalidInputError, UnknownNameError
from nanoos_lab.properties import VOCABULARY, ArrayEstimate, Method, Origin, PropertyEstimate
from nanoos_lab.store.arrays import read_array
from nanoos_lab.store.artifacts import artifact_path, put_file
from nanoos_lab.store.artifacts.purging import purge
from nanoos_lab.store.events import events_of
from nanoos_lab.store.materials import material_of_phase
from nanoos_lab.store.schema import ArtifactRow, PropertyValueRow
from nanoos_lab.store.values import fact_hash, find_values, insert_values, to_estimate

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.store.database import Store

CHGNET = Method(name="CHGNet", version="0.3.0", recipe="Birch-Murnaghan, 7 volumes")


def bulk_modulus(value: float = 171.0, **more: Any) -> PropertyEstimate:
    stated = {"property": "bulk_modulus", "value": value, "origin": Origin.COMPUTED, "method": CHGNET}
    return PropertyEstimate(**(stated | more))


def _lines(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return words.map(lambda text: text.strip())


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
finite = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | finite | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def estimates(draw: st.DrawFn) -> PropertyEstimate:
    kind = draw(st.sampled_from(["none", "standard", "expanded_90", "conformal_90", "fit"]))
    return PropertyEstimate(
        property=draw(st.sampled_from([p.name for p in VOCABULARY.values() if p.kind == "scalar"])),
        value=draw(finite),
        uncertainty=None if kind == "none" else draw(st.floats(0, 1e300)),
        uncertainty_kind=kind,
        origin=draw(st.sampled_from(Origin)),
        method=Method(name=draw(texts), version=draw(texts), recipe=draw(texts)),
        converged=draw(st.booleans()),
        in_domain=draw(st.none() | st.booleans()),
        synthetic=draw(st.booleans()),
        conditions=draw(st.dictionaries(texts, json_values, max_size=3)),
        source=draw(texts),
        note=draw(texts),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stated=st.lists(estimates(), min_size=1, max_size=4, unique_by=lambda e: e.model_dump_json()))
def test_what_is_stored_comes_back_equal(
    store: Store, add_material: Callable[..., str], stated: list[PropertyEstimate]
) -> None:
    material = add_material()
    with store.write() as session:
        given_back = insert_values(session, store.scope, material, None, stated)
    with store.read() as session:
        found = find_values(session, store.scope, material_id=material, include_synthetic=True)
    stored = {row.id: to_estimate(row) for row in found}
    assert [to_estimate(row) for row in given_back] == [stored[row.id] for row in given_back] == stated


def test_the_same_fact_is_stored_once(
    store: Store, add_material: Callable[..., str], add_run: Callable[..., str]
) -> None:
    material, run, other = add_material(), add_run(), add_run()
    with store.write() as session:
        first = insert_values(
            session, store.scope, material, None, [bulk_modulus(), bulk_modulus()], run_id=run
        )
        assert len(first) == 1
    with store.write() as session:
        again = insert_values(
            session, store.scope, material, None, [bulk_modulus(), bulk_modulus(172.0)], run_id=run
        )
        assert again[0].id == first[0].id
        assert [row.value for row in again] == [171.0, 172.0]
        insert_values(session, store.scope, material, None, [bulk_modulus()], run_id=other)
    with store.read() as session:
        assert len(find_values(session, store.scope)) == 3
        assert len(find_values(session, store.scope, run_id=run)) == 2


def test_facts_are_found_by_what_they_say(store: Store, add_material: Callable[..., str]) -> None:
    one, two = add_material(), add_material("MgO|225")
    measured = bulk_modulus(
        174.0, origin=Origin.MEASURED, method=Method(name="literature"), source="Bell 1963"
    )
    gap = PropertyEstimate(property="band_gap", value=3.2, origin=Origin.PREDICTED, method=CHGNET)
    toy = bulk_modulus(1.0, synthetic=True)
    with store.write() as session:
        insert_values(session, store.scope, one, None, [bulk_modulus(), measured, gap, toy])
        insert_values(session, store.scope, two, None, [bulk_modulus(160.0)])
    with store.read() as session:

        def values(**conditions: Any) -> list[float]:
            return [row.value for row in find_values(session, store.scope, **conditions)]

        assert values(material_id=one) == [171.0, 174.0, 3.2]
        assert values(material_id=[one, two], property="bulk_modulus") == [171.0, 174.0, 160.0]
        assert values(property=["band_gap", "density"]) == [3.2]
        assert values(origin="measured") == [174.0]
        assert values(origin=["measured", Origin.PREDICTED]) == [174.0, 3.2]
        assert values(material_id=one, include_synthetic=True) == [171.0, 174.0, 3.2, 1.0]
        assert values(material_id=one, limit=2) == [171.0, 174.0]
        assert values(material_id=[]) == []
        assert values(run_id="nothing") == []
        with pytest.raises(UnknownNameError, match="did you mean 'bulk_modulus'"):
            values(property="bulk_modul")
        with pytest.raises(UnknownNameError, match="did you mean 'measured'"):
            values(origin="mesured")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none_are_refused(
    store: Store, add_material: Callable[..., str], bad: float
) -> None:
    material = add_material()
    with pytest.raises(InvalidInputError, match=r"bulk_modulus = .* not finite"), store.write() as session:
        insert_values(session, store.scope, material, None, [bulk_modulus(bad)])
    estimate = bulk_modulus(1.0, uncertainty=float("inf"), uncertainty_kind="fit")
    with pytest.raises(InvalidInputError, match="not finite"), store.write() as session:
        insert_values(session, store.scope, material, None, [estimate])


def test_conditions_must_be_json(store: Store, add_material: Callable[..., str]) -> None:
    material = add_material()
    with pytest.raises(InvalidInputError, match="conditions"), store.write() as session:
        insert_values(session, store.scope, material, None, [bulk_modulus(conditions={"at": object()})])


def test_thousands_of_subjects_in_one_question(store: Store, add_material: Callable[..., str]) -> None:
    material = add_material()
    with store.write() as session:
        insert_values(session, store.scope, material, None, [bulk_modulus(float(i)) for i in range(300)])
    with store.read() as session:
        many = [f"{i:012x}" for i in range(12_000)]
        assert len(find_values(session, store.scope, material_id=[*many, material])) == 300


def spectrum(scale: float = 1.0, **more: Any) -> ArrayEstimate:
    points = np.array([[100.0, 1.0], [200.0, 5.0], [300.0, 2.0]]) * [1.0, scale]
    stated = {
        "property": "raman_spectrum",
        "array": points,
        "origin": Origin.MEASURED,
        "method": Method(name="Raman"),
    }
    return ArrayEstimate(**(stated | more))


def test_an_array_is_stored_once_and_comes_back_equal(store: Store, add_material: Callable[..., str]) -> None:
    material = add_material()
    for n in (1, 2):
        with store.write() as session:
            rows = insert_values(
                session, store.scope, material, None, [spectrum(), bulk_modulus(), spectrum(n)]
            )
        assert len(rows) == (2 if n == 1 else 3)
    with store.read() as session:
        first, second = find_values(session, store.scope, property="raman_spectrum")
        assert (first.value, first.shape, first.unit) == (None, [3, 2], "")
        assert np.array_equal(read_array(session, store.scope, first), spectrum().array)
        assert np.array_equal(read_array(session, store.scope, second), spectrum(2).array)
        assert len(list(session.scalars(select(ArtifactRow)))) == 2
        with pytest.raises(InvalidInputError, match="is an array"):
            to_estimate(first)
        number = find_values(session, store.scope, property="bulk_modulus")[0]
        with pytest.raises(InvalidInputError, match="is one number"):
            read_array(session, store.scope, number)


@pytest.mark.parametrize("damage", ["changed", "gone", "pickled"])
def test_an_array_whose_bytes_are_not_those_that_were_stored_is_refused(
    store: Store, add_material: Callable[..., str], damage: str
) -> None:
    with store.write() as session:
        (row,) = insert_values(session, store.scope, add_material_in(session, store), None, [spectrum()])
    with store.read() as session:
        file = session.get_one(ArtifactRow, (store.scope.project_id, row.artifact_id))
    path = artifact_path(store.scope, file.sha256)
    path.chmod(0o600)
    if damage == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    elif damage == "gone":
        path.unlink()
    else:
        with path.open("wb") as stream:
            np.save(stream, np.array([[Evil(), 1.0]], dtype=object), allow_pickle=True)
    with store.read() as session, pytest.raises(ArtifactError):
        read_array(session, store.scope, row)


def add_material_in(session: Any, store: Store) -> str:
    return material_of_phase(session, store.scope, "SrTiO3|221", "SrTiO3")[0]


def test_a_file_that_holds_objects_is_not_unpickled(store: Store) -> None:
    evil = io.BytesIO()
    np.save(evil, np.array([[Evil(), 1.0]], dtype=object), allow_pickle=True)
    with store.write() as session:
        (row,) = insert_values(session, store.scope, add_material_in(session, store), None, [spectrum()])
        file = put_file(session, store.scope, "evil.npy", evil.getvalue())
        forged = PropertyValueRow(id=row.id, property=row.property, shape=[1, 2], artifact_id=file.id)
    with store.read() as session, pytest.raises(ArtifactError, match="holds no array"):
        read_array(session, store.scope, forged)


class Evil:
    def __reduce__(self) -> Any:
        return pytest.fail, ("an array was unpickled",)


def test_a_purged_array_comes_back_when_it_is_recorded_again(
    store: Store, add_material: Callable[..., str]
) -> None:
    material = add_material()
    with store.write() as session:
        (row,) = insert_values(session, store.scope, material, None, [spectrum()])
    purge(store, [row.artifact_id])
    with store.read() as session, pytest.raises(ArtifactError, match="purged"):
        read_array(session, store.scope, row)
    with store.write() as session:
        (again,) = insert_values(session, store.scope, material, None, [spectrum()])
    assert again.id == row.id
    with store.read() as session:
        assert len(read_array(session, store.scope, row)) == 3


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"note": "a\0b"}, "the note .* NUL"),
        ({"source": "\0"}, "the source .* NUL"),
        ({"method": Method(name="x" * 101)}, "the method has 101 characters"),
        ({"method": Method(name="x", version="y" * 101)}, "the method's version has 101"),
    ],
)
def test_texts_that_some_database_cannot_hold_are_refused_by_all(
    store: Store, add_material: Callable[..., str], changes: dict[str, Any], says: str
) -> None:
    material = add_material()
    with pytest.raises(InvalidInputError, match=says), store.write() as session:
        insert_values(session, store.scope, material, None, [bulk_modulus(**changes)])


def test_facts_by_hand_are_told_and_those_of_runs_are_not(
    store: Store, add_material: Callable[..., str], add_run: Callable[..., str]
) -> None:
    material, run = add_material(), add_run()
    with store.write() as session:
        (one,) = insert_values(session, store.scope, material, None, [bulk_modulus()])
        insert_values(session, store.scope, material, None, [bulk_modulus()])
        insert_values(session, store.scope, material, None, [bulk_modulus(172.0)], run_id=run)
    with store.read() as session:
        (line,) = events_of(session, store.scope, kind="value.recorded")
    assert (line.subject_id, line.author, line.data["value"], line.data["of"]) == (
        one.id,
        "ada",
        171.0,
        material,
    )


def test_the_hash_of_a_fact_is_the_one_of_the_first_labs() -> None:
    """Labs hold values stored before there were samples and arrays; they must be recognised."""
    row = {"material_id": "m", "structure_id": None, "run_id": None, "conditions": {}, "value": 1.0}
    later = {"sample_id": None, "artifact_id": None, "shape": None}
    text = '{"conditions":{},"material_id":"m","run_id":null,"structure_id":null,"value":1.0}'
    assert fact_hash(row | later, None) == hashlib.sha256(text.encode()).hexdigest()
