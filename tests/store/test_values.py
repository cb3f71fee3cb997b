from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import VOCABULARY, Method, Origin, PropertyEstimate
from nanoos_lab.store.values import find_values, insert_values, to_estimate

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
