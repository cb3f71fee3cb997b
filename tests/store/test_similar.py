from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, literal_column, select, text
from store_vectors import MODEL, SYSTEMS, add_clustered, add_structures, add_vectors, clustered, near, nearest

from nanoos_lab.errors import InvalidInputError, StoreError, UnknownNameError
from nanoos_lab.store import similar_embedded, similar_server, vector_file
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import EmbeddingRow, PropertyValueRow, StructureRow, TagRow
from nanoos_lab.store.similar import similar
from nanoos_lab.store.vector_indexes import build_indexes, vector_indexes

HERE = Path(__file__).parent


def search(store, vector, k=20, **options):
    with store.read() as session:
        return similar(session, store.scope, vector, k=k, **MODEL, **options)


def ids_of(found):
    return [n.structure_id for n in found]


def remove(store, ids):
    with store.write() as session:
        for table in (TagRow, PropertyValueRow):
            session.execute(delete(table).where(table.structure_id.in_(ids)))
        session.execute(delete(StructureRow).where(StructureRow.id.in_(ids)))


def elsewhere(store, code, *, wait=True):
    """Run code in another process that has this lab open as ``store``."""
    head = f"""
        import sys; sys.path[:0] = [{str(HERE)!r}]
        import numpy as np
        from store_vectors import *
        from nanoos_lab.store.database import Store
        from nanoos_lab.store.similar import similar
        store = Store.open({str(store.root)!r}, author="ada")
    """
    program = textwrap.dedent(head) + textwrap.dedent(code)
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    if wait:
        out, _ = process.communicate()
        assert process.returncode == 0
        return out
    return process


# What is found ------------------------------------------------------------------------------------------


def test_the_nearest_come_first_with_their_cosine(store):
    vectors = clustered(400, 32, centres=20)
    ids = add_clustered(store, vectors)
    for vector in near(vectors, 10):
        found = search(store, vector)
        assert ids_of(found) == nearest(ids, vectors, vector, 20)
        cosines = {
            i: float(v.astype(float) @ vector.astype(float)) for i, v in zip(ids, vectors, strict=True)
        }
        for one in found:
            assert one.similarity == pytest.approx(cosines[one.structure_id], abs=1e-6)
            assert one.distance == pytest.approx(1.0 - one.similarity)
        assert [n.distance for n in found] == sorted(n.distance for n in found)


def test_one_that_is_excluded_makes_room_for_another(store):
    vectors = clustered(60, 8, centres=3)
    ids = add_clustered(store, vectors)
    found = search(store, vectors[7], k=5, exclude=[ids[7]])
    assert ids_of(found) == nearest(ids, vectors, vectors[7], 6)[1:]
    assert search(store, vectors[7], k=1)[0].distance == pytest.approx(0.0, abs=1e-6)


def test_opposite_vectors_are_two_apart_and_equal_ones_are_ordered_by_id(store):
    ids = add_structures(store, 30)
    vectors = np.zeros((30, 4), np.float32)
    vectors[:, 0] = [1.0] * 29 + [-1.0]
    add_vectors(store, ids, vectors)
    found = search(store, vectors[0], k=30)
    assert ids_of(found) == [*sorted(ids[:29]), ids[29]]
    assert found[-1].distance == pytest.approx(2.0)


def test_k_is_how_many_at_most(store):
    vectors = clustered(12, 8, centres=3)
    ids = add_clustered(store, vectors)
    assert len(search(store, vectors[0], k=100)) == 12
    assert search(store, vectors[0], k=0) == []
    assert set(ids_of(search(store, vectors[0], k=12))) == set(ids)
    for wrong in (-1, 2.5, "5", True, 10_001):
        with pytest.raises(InvalidInputError, match="k is how many"):
            search(store, vectors[0], k=wrong)


def test_without_any_vector_nothing_is_found(store):
    assert search(store, clustered(1, 8)[0]) == []
    add_structures(store, 3)
    assert search(store, clustered(1, 8)[0]) == []
    assert search(store, clustered(1, 8)[0], space_group=2) == []


def test_a_vector_of_another_dimension_or_none_is_refused(store):
    vectors = clustered(5, 8)
    add_clustered(store, vectors)
    with pytest.raises(InvalidInputError, match="vectors of 8 numbers, and the one to search with has 4"):
        search(store, clustered(1, 4)[0])
    for wrong in (np.zeros(8), np.full(8, np.nan), np.ones((2, 4))):
        with pytest.raises(InvalidInputError, match="one dimension and finite"):
            search(store, wrong)


def test_models_and_versions_never_mix(store):
    vectors = clustered(40, 8, centres=4)
    ids = add_clustered(store, vectors)
    with store.read() as session:
        for other in ({"model": "model", "version": "2"}, {"model": "other", "version": "1"}):
            assert similar(session, store.scope, vectors[0], **other) == []
    assert len(search(store, vectors[0], k=50)) == len(ids)


FILTERS = [
    ({"elements": ["O"]}, lambda i: "-O-" in SYSTEMS[i % 4]),
    (
        {"elements": ["Sr", "O"], "space_group": (1, 5, 9, 13)},
        lambda i: i % 4 == 0 and 1 + i % 200 in {1, 5, 9, 13},
    ),
    ({"tags": "tenth"}, lambda i: i % 10 == 0),
    ({"band_gap": (2.0, 4.0)}, lambda i: 20 <= i % 100 <= 40),
    ({"space_group": 77}, lambda i: i % 200 == 76),
    ({"exclude_elements": ["O"], "band_gap": (None, 1.0)}, lambda i: i % 4 in {1, 3} and i % 100 <= 10),
    ({"chemical_system": "Fe-O", "tags": "tenth"}, lambda i: i % 4 == 2 and i % 10 == 0),
    ({"text": "s17"}, lambda i: "s17" in f"s{i}"),
    ({"space_group": 230}, lambda i: i < 0),
]


def test_filters_are_part_of_the_question(store):
    vectors = clustered(2_000, 16, centres=50)
    ids = add_clustered(store, vectors)
    for filters, fits in FILTERS:
        fitting = [fits(i) for i in range(len(ids))]
        for vector in near(vectors, 3):
            expected = nearest(ids, vectors, vector, 20, fitting)
            assert ids_of(search(store, vector, **filters)) == expected, filters


def test_ids_may_be_given_as_a_filter(store):
    vectors = clustered(50, 8, centres=5)
    ids = add_clustered(store, vectors)
    chosen = ids[10:20]
    fits = [i in chosen for i in ids]
    assert ids_of(search(store, vectors[0], ids=chosen)) == nearest(ids, vectors, vectors[0], 20, fits)


def test_an_unknown_filter_is_refused(store):
    add_clustered(store, clustered(3, 8))
    with pytest.raises(UnknownNameError, match="elemnts"):
        search(store, clustered(1, 8)[0], elemnts=["O"])
    with pytest.raises(UnknownNameError, match="k="):
        search(store, clustered(1, 8)[0], limit=3)


def test_both_databases_give_the_same_answers(server_lab, tmp_path):
    vectors = clustered(900, 24, centres=12, spread=0.5)
    with (
        Store.open(tmp_path / "lab", author="ada") as here,
        Store.open(server_lab.person("ada")) as there,
    ):
        places = [(store, add_clustered(store, vectors)) for store in (here, there)]
        for vector in near(vectors, 5):
            for filters in ({}, {"elements": "O"}, {"band_gap": (0.0, 1.0), "tags": "tenth"}):
                answers = []
                for store, ids in places:
                    found = search(store, vector, **filters)
                    answers.append([(ids.index(n.structure_id), n.distance) for n in found])
                assert [i for i, _ in answers[0]] == [i for i, _ in answers[1]]
                assert [d for _, d in answers[0]] == pytest.approx([d for _, d in answers[1]], abs=1e-9)


def test_new_structures_are_found_and_deleted_ones_are_not(store, lab_place):
    vectors = clustered(300, 16, centres=10)
    ids = add_clustered(store, vectors[:200])
    for vector in near(vectors, 5):
        assert ids_of(search(store, vector)) == nearest(ids, vectors[:200], vector, 20)
    with Store.open(lab_place, author="ada") as other:
        ids += add_clustered(other, vectors[200:])
    for vector in near(vectors, 5):
        assert ids_of(search(store, vector)) == nearest(ids, vectors, vector, 20)


# In a folder --------------------------------------------------------------------------------------------


@pytest.fixture
def filled(folder_store):
    vectors = clustered(300, 16, centres=10)
    return folder_store, add_clustered(folder_store, vectors[:200]), vectors


def check(store, ids, vectors, **options):
    for vector in near(vectors, 5):
        assert ids_of(search(store, vector, **options)) == nearest(ids, vectors[: len(ids)], vector, 20)


def place_of(store):
    (place,) = (store.scope.files / vector_file.FOLDER).iterdir()
    return place


def head_of(store):
    return json.loads((place_of(store) / vector_file.HEAD).read_text())


def forget(store):
    """Let this process begin as a fresh one does."""
    similar_embedded._files.pop(store.scope, None)


def test_rows_of_another_process_are_found_between_two_questions(filled):
    store, ids, vectors = filled
    check(store, ids, vectors)
    out = elsewhere(store, "print(*add_clustered(store, clustered(300, 16, centres=10)[200:]))")
    check(store, [*ids, *out.split()], vectors)


def test_new_rows_are_appended_and_nothing_is_written_twice(filled):
    store, ids, vectors = filled
    check(store, ids, vectors)
    before, place = head_of(store), place_of(store)
    inode = (place / f"vectors-{before['generation']}").stat().st_ino
    ids += add_clustered(store, vectors[200:])
    check(store, ids, vectors)
    after = head_of(store)
    assert (before["count"], after["count"]) == (200, 300)
    assert after["generation"] == before["generation"]
    file = place / f"vectors-{after['generation']}"
    assert file.stat().st_ino == inode
    assert (np.fromfile(file, "<f4").reshape(-1, 16) == vectors).all()
    changed = (place / vector_file.HEAD).stat().st_mtime_ns
    check(store, ids, vectors)
    assert (place / vector_file.HEAD).stat().st_mtime_ns == changed


def test_deleted_structures_disappear_at_once(filled):
    store, ids, vectors = filled
    check(store, ids, vectors)
    gone = nearest(ids, vectors[:200], vectors[0], 60)
    remove(store, gone)
    kept = [i not in gone for i in ids]
    assert ids_of(search(store, vectors[0])) == nearest(ids, vectors[:200], vectors[0], 20, kept)
    forget(store)
    assert ids_of(search(store, vectors[0])) == nearest(ids, vectors[:200], vectors[0], 20, kept)
    assert head_of(store)["count"] == 140


def test_a_row_in_the_place_of_the_last_one_is_noticed(filled):
    """SQLite gives the greatest row number again once its row is gone."""
    store, ids, vectors = filled
    check(store, ids, vectors)
    with store.read() as session:
        last = session.scalar(text("SELECT structure_id FROM embedding ORDER BY rowid DESC LIMIT 1"))
        number = session.scalar(text("SELECT max(rowid) FROM embedding"))
    remove(store, [last])
    new = add_clustered(store, vectors[200:201])
    with store.read() as session:
        assert session.scalar(text("SELECT max(rowid) FROM embedding")) == number
    assert search(store, vectors[200], k=1)[0].structure_id == new[0]
    assert last not in ids_of(search(store, vectors[ids.index(last)], k=50))


def test_rows_that_vacuum_numbers_anew_are_noticed(filled):
    store, ids, vectors = filled
    check(store, ids, vectors)
    remove(store, ids[:50])
    with store._writer.connect() as connection:
        raw = connection.connection.driver_connection
        raw.rollback()
        raw.execute("VACUUM")
    ids2 = add_clustered(store, vectors[200:])
    known = ids[50:] + ids2
    for vector in near(vectors, 5):
        assert ids_of(search(store, vector)) == nearest(known, vectors[50:], vector, 20)


def test_a_vector_that_was_put_in_anew_replaces_the_old_one(filled):
    store, ids, vectors = filled
    check(store, ids, vectors)
    with store.write() as session:
        session.execute(delete(EmbeddingRow).where(EmbeddingRow.structure_id == ids[3]))
    add_vectors(store, [ids[3]], -vectors[3:4])
    assert search(store, -vectors[3], k=1)[0].structure_id == ids[3]
    assert ids[3] not in ids_of(search(store, vectors[3]))


def damage_head(place, head):
    (place / vector_file.HEAD).write_text('{"format": 1, "count":')


def damage_numbers(place, head):
    with (place / f"vectors-{head['generation']}").open("r+b") as stream:
        stream.seek(100)
        stream.write(b"\xff\xff\x7f\x7f")


def damage_ids(place, head):
    with (place / f"ids-{head['generation']}").open("r+b") as stream:
        stream.write(b"x")


def cut_numbers(place, head):
    os.truncate(place / f"vectors-{head['generation']}", 1_000)


def cut_ids(place, head):
    os.truncate(place / f"ids-{head['generation']}", 13)


def lose_numbers(place, head):
    (place / f"vectors-{head['generation']}").unlink()


def lose_all(place, head):
    for path in place.iterdir():
        path.unlink()
    place.rmdir()


def other_format(place, head):
    (place / vector_file.HEAD).write_text(json.dumps(head | {"format": 99}))


def claim_more(place, head):
    (place / vector_file.HEAD).write_text(json.dumps(head | {"count": 10**6}))


def other_words(place, head):
    (place / vector_file.HEAD).write_text("[]")


@pytest.mark.parametrize(
    "damage",
    [damage_head, damage_numbers, damage_ids, cut_numbers, cut_ids, lose_numbers, lose_all, other_format, claim_more,
     other_words],
)  # fmt: skip
def test_a_damaged_file_is_made_anew(filled, damage):
    store, ids, vectors = filled
    check(store, ids, vectors)
    damage(place_of(store), head_of(store))
    forget(store)
    check(store, ids, vectors)
    forget(store)
    assert head_of(store)["count"] == 200
    assert len(list(place_of(store).iterdir())) == 4  # head, lock, vectors and ids: nothing is left over


def test_a_torn_append_is_cut_off(filled):
    store, ids, vectors = filled
    check(store, ids, vectors)
    head, place = head_of(store), place_of(store)
    for name, part in (("vectors", b"\x01" * 333), ("ids", b"half")):
        with (place / f"{name}-{head['generation']}").open("ab") as stream:
            stream.write(part)
    forget(store)
    check(store, ids, vectors)
    ids += add_clustered(store, vectors[200:])
    check(store, ids, vectors)
    forget(store)
    check(store, ids, vectors)
    assert head_of(store)["generation"] == head["generation"]


@pytest.mark.parametrize("step", ["write_durably", "publish", "ids"])
def test_a_process_killed_while_it_appends_leaves_a_sound_file(filled, step):
    store, ids, vectors = filled
    check(store, ids, vectors)
    ids += add_clustered(store, vectors[200:])
    die = {
        "write_durably": "vector_file.write_durably = lambda *a: os._exit(9)",
        "publish": "vector_file.VectorFile._publish = lambda *a: os._exit(9)",
        "ids": "vector_file.zlib.crc32 = lambda *a: os._exit(9) if len(a) == 2 and a[1] else zlib_crc(*a)",
    }[step]
    process = elsewhere(
        store,
        f"""
        import os, zlib
        from nanoos_lab.store import vector_file
        zlib_crc = zlib.crc32
        {die}
        with store.read() as session:
            similar(session, store.scope, clustered(1, 16)[0], **MODEL)
        """,
        wait=False,
    )
    process.communicate()
    assert process.returncode == 9
    check(store, ids, vectors)
    forget(store)
    check(store, ids, vectors)


def test_many_processes_may_make_and_append_at_once(folder_store):
    vectors = clustered(400, 16, centres=10)
    ids = add_structures(folder_store, 400)
    code = """
        vectors = clustered(400, 16, centres=10)
        ids = {ids!r}
        for start in range({part} * 100, {part} * 100 + 100, 20):
            add_vectors(store, ids[start:start + 20], vectors[start:start + 20])
            with store.read() as session:
                found = similar(session, store.scope, vectors[start + 5], k=1, **MODEL)
            assert found[0].distance < 1e-6, found
    """
    running = [elsewhere(folder_store, code.format(ids=ids, part=part), wait=False) for part in range(4)]
    for process in running:
        process.communicate()
        assert process.returncode == 0
    check(folder_store, ids, vectors)
    assert head_of(folder_store)["count"] == 400


def test_an_old_snapshot_shows_no_structure_that_came_later(filled):
    store, ids, vectors = filled
    with store.read() as session:
        assert session.scalar(select(StructureRow.id).limit(1))  # the snapshot is taken
        later = add_clustered(store, vectors[200:])
        check(store, ids + later, vectors)  # in a session of its own; the file has the new rows now
        for vector in near(vectors, 3):
            found = similar(session, store.scope, vector, **MODEL)
            assert ids_of(found) == nearest(ids, vectors[:200], vector, 20)


def test_a_writing_session_may_ask(filled):
    store, ids, vectors = filled
    with store.write() as session:
        found = similar(session, store.scope, vectors[0], **MODEL)
    assert ids_of(found) == nearest(ids, vectors[:200], vectors[0], 20)


def test_a_forked_child_finds_the_same(filled):
    store, ids, vectors = filled
    check(store, ids, vectors)
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=lambda: sending.send(ids_of(search(store, vectors[0])))
    )
    process.start()
    assert receiving.recv() == nearest(ids, vectors[:200], vectors[0], 20)
    process.join()
    check(store, ids, vectors)


def test_a_file_that_cannot_be_written_says_so(filled, monkeypatch):
    store, _, vectors = filled

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vector_file, "write_durably", full)
    with pytest.raises(StoreError, match=r"No space left.*copies only"):
        search(store, vectors[0])


def test_projects_and_models_have_files_of_their_own(tmp_path):
    vectors = clustered(100, 8, centres=5)
    with (
        Store.open(tmp_path / "lab", project="one") as one,
        Store.open(tmp_path / "lab", project="two") as two,
    ):
        first, second = add_clustered(one, vectors[:50]), add_clustered(two, vectors[50:])
        for _ in range(2):
            assert set(ids_of(search(one, vectors[0], k=100))) == set(first)
            assert set(ids_of(search(two, vectors[0], k=100))) == set(second)


@pytest.mark.parametrize("n", [1, 255, 256, 257, 1_000, 5_000, 20_000])
@pytest.mark.parametrize("k", [1, 3, 20])
def test_the_greatest_scores_are_found_by_blocks(n, k):
    scores = np.random.default_rng(n + k).normal(size=n).astype(np.float32)
    found = similar_embedded.top(scores, min(k, n))
    assert sorted(scores[found]) == sorted(np.sort(scores)[-k:])
    assert len(set(found.tolist())) == min(k, n)


# On a server --------------------------------------------------------------------------------------------


@pytest.fixture
def small_limit(monkeypatch):
    """Let a few hundred vectors be many, and keep so few candidates that their index is worth its price."""
    monkeypatch.setattr(similar_server, "EXACT_UP_TO", 500)
    monkeypatch.setattr(similar_server, "EF_SEARCH", 80)
    monkeypatch.setattr("nanoos_lab.store.vector_indexes.EXACT_UP_TO", 500)


def explained(store, vector, **filters):
    """Return the plan of the search's last statement."""
    from sqlalchemy import event

    said = []

    def listen(_connection, _cursor, statement, parameters, *_):
        if "<=>" in statement:
            said.append((statement, parameters))

    with store.read() as session:
        event.listen(session.connection(), "before_cursor_execute", listen)
        similar(session, store.scope, vector, **MODEL, **filters)
        statement, parameters = said[-1]
        lines = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return "\n".join(line for (line,) in lines)


def recall(store, ids, vectors, *, k=20, fits=None, **filters):
    shares = []
    for vector in near(vectors, 25):
        expected = set(nearest(ids, vectors, vector, k, fits))
        shares.append(len(expected & set(ids_of(search(store, vector, k=k, **filters)))) / len(expected))
    return float(np.mean(shares))


def test_large_projects_are_searched_through_the_index_and_small_ones_never(server_lab, small_limit):
    vectors = clustered(3_000, 32, centres=60)
    with Store.open(server_lab.person("ada")) as ada, Store.open(server_lab.person("bob")) as bob:
        ids = add_clustered(ada, vectors)
        few = add_clustered(bob, vectors[:30])
        assert recall(ada, ids, vectors) == 1.0  # no index yet: exact
        assert "hnsw" not in explained(ada, vectors[0])
        found = {one.project_id: one for one in build_indexes(server_lab.admin)}
        made = found[ada.scope.project_id]
        assert (made.state, made.vectors, made.dimension) == ("ready", 3_000, 32)
        assert found[bob.scope.project_id].state == "absent"
        assert made.name in explained(ada, vectors[0])
        assert recall(ada, ids, vectors) >= 0.99
        # One per cent of what is there, and all of it is found: small projects are compared whole.
        assert "hnsw" not in explained(bob, vectors[0])
        assert recall(bob, few, vectors[:30]) == 1.0


def test_filters_in_a_large_project_lose_nothing(server_lab, small_limit):
    vectors = clustered(4_000, 32, centres=40)
    with Store.open(server_lab.person("ada")) as ada:
        ids = add_clustered(ada, vectors)
        build_indexes(server_lab.admin)
        for filters, fits in FILTERS:
            fitting = [fits(i) for i in range(len(ids))]
            if any(fitting):
                assert recall(ada, ids, vectors, fits=fitting, **filters) >= 0.99, filters
            else:
                assert search(ada, vectors[0], **filters) == []


def test_what_the_index_gives_up_on_is_asked_exactly(server_lab, small_limit, monkeypatch):
    vectors = clustered(2_000, 16, centres=20)
    with Store.open(server_lab.person("ada")) as ada:
        ids = add_clustered(ada, vectors)
        build_indexes(server_lab.admin)
        monkeypatch.setattr(
            similar_server, "_SETTINGS", text("SELECT :ef, set_config('hnsw.iterative_scan', 'off', true)")
        )
        fitting = [i % 200 == 76 for i in range(len(ids))]
        assert recall(ada, ids, vectors, k=10, fits=fitting, space_group=77) == 1.0


def test_nobody_finds_what_another_has(server_lab, small_limit):
    vectors = clustered(1_500, 16, centres=15)
    with Store.open(server_lab.person("ada")) as ada, Store.open(server_lab.person("bob")) as bob:
        hers = set(add_clustered(ada, vectors[:700]))
        his = set(add_clustered(bob, vectors[700:]))
        for _ in range(2):  # exact, then through the index
            for vector in near(vectors, 10):
                for filters in ({}, {"elements": "O"}):
                    assert set(ids_of(search(ada, vector, k=50, **filters))) <= hers
                    assert set(ids_of(search(bob, vector, k=50, **filters))) <= his
            build_indexes(server_lab.admin)
        # Not even by naming the other's project, past the library's own condition.
        with bob.read() as session:
            assert similar(session, ada.scope, vectors[0], k=50, **MODEL) == []
            e = EmbeddingRow.__table__.c
            distance = literal_column("(embedding.vector::vector(16))").op("<=>")(text("CAST(:v AS vector)"))
            query = select(e.structure_id).where(
                e.model == literal_column("'model'"),
                e.version == literal_column("'1'"),
                literal_column(similar_server.of_dimension("embedding.vector", 16)),
            )
            query = query.order_by(distance).limit(900)
            raw = session.execute(query, {"v": str(vectors[0].tolist())})
            seen = {i for (i,) in raw}
        assert seen
        assert seen <= his


def test_the_index_is_made_once_and_a_broken_one_again(server_lab, small_limit):
    vectors = clustered(600, 8, centres=5)
    with Store.open(server_lab.person("ada")) as ada:
        add_clustered(ada, vectors)
        assert [i.wanted for i in build_indexes(server_lab.admin)] == [False]
        (made,) = build_indexes(server_lab.admin)
        import psycopg

        with psycopg.connect(_superuser(server_lab), autocommit=True) as connection:
            connection.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
                [f"nanoos.{made.name}"],
            )
        assert states(server_lab) == ["broken"]
        assert recall(ada, *everything(ada, vectors)) == 1.0
        assert [i.state for i in build_indexes(server_lab.admin)] == ["ready"]


def everything(store, vectors):
    with store.read() as session:
        rows = dict(session.execute(select(StructureRow.name, StructureRow.id)).all())
    return [rows[f"s{i}"] for i in range(len(vectors))], vectors


def test_small_models_need_no_index_and_may_have_one(server_lab):
    with Store.open(server_lab.person("ada")) as ada:
        add_clustered(ada, clustered(40, 8))
    assert [(i.state, i.wanted) for i in build_indexes(server_lab.admin)] == [("absent", False)]
    assert [i.state for i in build_indexes(server_lab.admin, everyone=True)] == ["ready"]


def test_a_vector_put_in_by_hand_does_not_forbid_the_index(server_lab, small_limit):
    vectors = clustered(600, 8, centres=5)
    with Store.open(server_lab.person("ada")) as ada, Store.open(server_lab.person("bob")) as bob:
        ids = add_clustered(ada, vectors)
        (his,) = add_structures(bob, 1)
        with bob.write() as session:
            session.execute(
                text("INSERT INTO embedding VALUES (:p, 'model', '1', :s, 0, '[1,2,3]')"),
                {"p": bob.scope.project_id, "s": his},
            )
        made = build_indexes(server_lab.admin)
        assert {(i.dimension, i.vectors, i.state) for i in made} == {(3, 1, "absent"), (8, 600, "ready")}
        assert recall(ada, ids, vectors) >= 0.99


def test_people_cannot_make_indexes(server_lab, small_limit):
    from nanoos_lab.errors import NanoOSError

    with Store.open(server_lab.person("ada")) as ada:
        add_clustered(ada, clustered(600, 8))
    with pytest.raises(NanoOSError):
        build_indexes(server_lab.person("ada"))


def states(server_lab):
    from sqlalchemy.engine import make_url

    from nanoos_lab.store.postgresql.connection import SCHEMA, make_engine

    engine = make_engine(make_url(server_lab.admin), options=f"-c search_path={SCHEMA}")
    try:
        with engine.connect() as connection:
            return [i.state for i in vector_indexes(connection)]
    finally:
        engine.dispose()


def _superuser(server_lab):
    return server_lab.server.address(server_lab.database).replace("postgresql+psycopg:", "postgresql:")
