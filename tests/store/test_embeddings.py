from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import delete, select
from store_crystals import perovskite, rocksalt, water
from store_vectors import add_structures, clustered

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store import embeddings
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import events_of
from nanoos_lab.store.schema import EmbeddingRow, PropertyValueRow, StructureRow, TagRow
from nanoos_lab.store.structures import insert_structure

M = ("model", "1")


@pytest.fixture
def crystals(store):
    with store.write() as session:
        return [
            insert_structure(session, store.scope, s, name=f"s{i}")[0].id
            for i, s in enumerate((perovskite(), rocksalt(), water()))
        ]


def put(store, vectors, model=M):
    with store.write() as session:
        return embeddings.insert_embeddings(session, store.scope, *model, vectors)


def get(store, structure_id, model=M):
    with store.read() as session:
        return embeddings.embedding_of(session, store.scope, *model, structure_id)


def missing(store, model=M):
    with store.read() as session:
        return embeddings.missing_embeddings(session, store.scope, *model)


def test_a_vector_comes_back_bit_by_bit(store, crystals):
    vector = clustered(1, 64)[0]
    assert put(store, {crystals[0]: vector}) == 1
    back = get(store, crystals[0])
    assert back.dtype == np.float32
    assert (back == vector).all()
    assert get(store, crystals[1]) is None
    assert get(store, crystals[0], ("model", "2")) is None


def test_a_vector_is_stored_once_and_stays(store, crystals):
    first, second = clustered(2, 8)
    assert put(store, {crystals[0]: first}) == 1
    assert put(store, {crystals[0]: second, crystals[1]: second}) == 1
    assert (get(store, crystals[0]) == first).all()
    assert put(store, {}) == 0


def test_what_is_missing_is_told_per_model_and_version_oldest_first(store, crystals):
    assert missing(store) == crystals
    put(store, {crystals[1]: clustered(1, 8)[0]})
    assert missing(store) == [crystals[0], crystals[2]]
    assert missing(store, ("model", "2")) == crystals
    assert missing(store, ("other", "1")) == crystals


def test_what_a_model_cannot_know_is_not_missing_and_the_journal_says_why(store, crystals):
    for _ in range(2):
        with store.write() as session:
            embeddings.refuse_embeddings(session, store.scope, *M, {crystals[2]: "no cell"})
    assert missing(store) == crystals[:2]
    assert missing(store, ("model", "2")) == crystals
    with store.read() as session:
        lines = events_of(session, store.scope, kind=embeddings.REFUSED)
        assert embeddings.refusals(session, store.scope, *M, crystals) == {crystals[2]: "no cell"}
    assert [(e.subject_id, e.data) for e in lines] == [
        (crystals[2], {"model": "model", "version": "1", "reason": "no cell"})
    ]


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (np.ones(4), "not of length 1"),
        (np.full(4, np.nan), "not of length 1"),
        (np.zeros(0), "of one shape"),
        (np.ones((2, 2)) / 2, "of one shape"),
        (np.eye(1, 20_000)[0], "16000"),
    ],
)
def test_what_is_no_vector_of_length_one_is_refused(store, crystals, vector, message):
    with pytest.raises(InvalidInputError, match=message):
        put(store, {crystals[0]: vector})
    assert missing(store) == crystals


def test_vectors_of_one_model_are_of_one_dimension(store, crystals):
    put(store, {crystals[0]: clustered(1, 8)[0]})
    with pytest.raises(InvalidInputError, match="8 numbers in this project, and these have 4"):
        put(store, {crystals[1]: clustered(1, 4)[0]})
    with pytest.raises(InvalidInputError, match="one shape"):
        put(store, {crystals[1]: clustered(1, 8)[0], crystals[2]: clustered(1, 4)[0]})
    assert put(store, {crystals[1]: clustered(1, 4)[0]}, ("model", "2")) == 1


def test_counts_are_by_model_and_version(store):
    ids = add_structures(store, 30)
    put(store, dict(zip(ids, clustered(30, 4), strict=True)))
    put(store, dict(zip(ids[:7], clustered(7, 4), strict=True)), ("model", "2"))
    with store.read() as session:
        assert embeddings.count_embeddings(session, store.scope) == {("model", "1"): 30, ("model", "2"): 7}
        assert embeddings.dimension_of(session, store.scope, "model", "2") == 4
        assert embeddings.dimension_of(session, store.scope, "model", "3") is None


def test_a_vector_goes_with_its_structure(folder_store):
    ids = add_structures(folder_store, 3)
    put(folder_store, dict(zip(ids, clustered(3, 4), strict=True)))
    with folder_store.write() as session:
        for table in (TagRow, PropertyValueRow):
            session.execute(delete(table).where(table.structure_id == ids[0]))
        session.execute(delete(StructureRow).where(StructureRow.id == ids[0]))
    with folder_store.read() as session:
        assert set(session.scalars(select(EmbeddingRow.structure_id))) == set(ids[1:])


def test_anything_recorded_changes_the_mark_and_nothing_else_does(store, lab_place):
    def mark():
        with store.read() as session:
            return embeddings.last_change(session, store.scope)

    empty = mark()
    with store.write() as session:
        insert_structure(session, store.scope, perovskite(), name="x")
    one = mark()
    assert one != empty
    assert mark() == one
    with Store.open(lab_place, author="ada") as other, other.write() as session:
        insert_structure(session, other.scope, rocksalt(), name="y")
    assert mark() != one
