"""What a search by similarity costs and finds, over 100,000 clustered vectors of 256 numbers.

python -m pytest tests/benchmarks/test_similar.py -s -m benchmark

Clustered: 500 Gaussian centres. Vectors spread evenly have no near neighbours, and no index finds them.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nanoos_lab.store import similar_server, vector_indexes
from nanoos_lab.store.database import Store
from nanoos_lab.store.materials import material_of_phase
from nanoos_lab.store.schema import new_id
from nanoos_lab.store.similar import similar

sys.path.append(str(Path(__file__).parents[1] / "store"))
from store_vectors import MODEL, add_structures, add_vectors, clustered, near, nearest, structure_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

COUNT, DIMENSION, K = 100_000, 256, 20


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _ms(seconds: Iterable[float]) -> float:
    return statistics.median(seconds) * 1e3


def _search(store: Store, vector: NDArray[np.float32], **filters: Any) -> list[str]:
    with store.read() as session:
        return [n.structure_id for n in similar(session, store.scope, vector, k=K, **MODEL, **filters)]


# In a folder --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Store, list[str], NDArray[np.float32]]]:
    vectors = clustered(COUNT, DIMENSION)
    with Store.open(tmp_path_factory.mktemp("similar") / "lab") as store:
        ids = add_structures(store, COUNT, plain=True)
        seconds, _ = _timed(lambda: add_vectors(store, ids, vectors))
        print(f"\nfolder: {COUNT / seconds:,.0f} vectors/s stored")
        seconds, _ = _timed(lambda: _search(store, vectors[0]))
        print(f"folder: the mapped file of {COUNT:,} vectors is made in {seconds:.2f} s, once")
        yield store, ids, vectors


def test_in_a_folder_against_a_bare_product(
    folder: tuple[Store, list[str], NDArray[np.float32]], tmp_path: Path
) -> None:
    """Everything runs on the same threads, in turns of twenty questions, so that each finds its own caches warm."""
    store, ids, vectors = folder
    asked = near(vectors, 400)
    expected = [nearest(ids, vectors, vector, K) for vector in asked]
    vectors.tofile(tmp_path / "vectors")
    mapped = np.asarray(np.memmap(tmp_path / "vectors", dtype="<f4", mode="r", shape=vectors.shape))
    ways: dict[str, Callable[[Session, NDArray[np.float32]], Any]] = {
        "ours": lambda session, vector: similar(session, store.scope, vector, k=K, **MODEL),
        "opened": lambda _, vector: _search(store, vector),
        "bare": lambda _, vector: vectors @ vector,
        "mapped": lambda _, vector: mapped @ vector,
        "sorted": lambda _, vector: np.argpartition(vectors @ vector, COUNT - K)[COUNT - K :],
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    found: list[list[str]] = []
    with store.read() as session:
        for start in range(0, len(asked), 20):
            for name, way in ways.items():
                for vector in asked[start : start + 20]:
                    seconds, answer = _timed(lambda way=way, vector=vector: way(session, vector))
                    took[name].append(seconds)
                    if name == "opened":
                        found.append(answer)
    assert found == expected
    ms = {name: _ms(seconds) for name, seconds in took.items()}
    least = {name: min(seconds) for name, seconds in took.items()}
    print(
        f"\nfolder: {ms['ours']:.2f} ms confirmed in the database ({ms['opened']:.2f} with a session of its own); "
        f"bare numpy product {ms['bare']:.2f} (of a mapped file {ms['mapped']:.2f}, with the {K} greatest "
        f"{ms['sorted']:.2f}): {ms['ours'] / ms['bare']:.2f} times the bare product, best of each "
        f"{least['ours'] / least['bare']:.2f} ({least['opened'] / least['bare']:.2f}); recall 1.0"
    )


@pytest.mark.parametrize(
    ("share", "groups"), [("0.5 %", [7]), ("10 %", range(1, 21)), ("50 %", range(1, 101))]
)
def test_in_a_folder_with_a_filter(
    folder: tuple[Store, list[str], NDArray[np.float32]], share: str, groups: Iterable[int]
) -> None:
    store, ids, vectors = folder
    wanted = list(groups)
    fits = np.isin(1 + np.arange(COUNT) % 200, wanted)
    asked = near(vectors, 30)
    expected = [nearest(ids, vectors, vector, K, fits) for vector in asked]
    answers = [_timed(lambda vector=vector: _search(store, vector, space_group=wanted)) for vector in asked]
    assert [found for _, found in answers] == expected
    took = [seconds for seconds, _ in answers]
    print(f"\nfolder, {share} pass the filter: {_ms(took):.1f} ms, recall 1.0")


# On a server --------------------------------------------------------------------------------------------


@dataclass
class Crowd:
    """People of one lab, each with a project of so many vectors, and nobody sees another's."""

    stores: dict[str, Store]
    ids: dict[str, list[str]]
    vectors: dict[str, NDArray[np.float32]]

    @property
    def total(self) -> int:
        return sum(map(len, self.ids.values()))


SIZES = {"ada": COUNT, "bob": 1_000, "cyd": 12_000, "dan": 60_000}


@pytest.fixture(scope="module")
def crowd(server_lab_of_module) -> Iterator[Crowd]:
    made = Crowd({}, {}, {})
    for number, (person, size) in enumerate(SIZES.items()):
        store = made.stores[person] = Store.open(server_lab_of_module.person(person))
        made.vectors[person] = clustered(size, DIMENSION, seed=0 if number == 0 else 10 + number)
        made.ids[person] = _copied(server_lab_of_module, store, made.vectors[person])
    vector = near(made.vectors["ada"], 1)[0]
    _search(made.stores["ada"], vector)
    seconds, _ = _timed(lambda: _search(made.stores["ada"], vector))
    print(f"\nserver without an index: {seconds * 1e3:.0f} ms, exact")
    seconds, _ = _timed(lambda: vector_indexes.build_indexes(server_lab_of_module.admin))
    large = sum(size for size in SIZES.values() if size > similar_server.EXACT_UP_TO)
    print(
        f"server: indexes of {large:,} vectors in large projects (m = {vector_indexes.M}, ef_construction = "
        f"{vector_indexes.EF_CONSTRUCTION}) made in {seconds:.0f} s;"
        f" ef_search = {similar_server.EF_SEARCH}, with a filter {similar_server.EF_FILTERED}"
    )
    yield made
    for store in made.stores.values():
        store.close()


def _copied(lab, store: Store, vectors: NDArray[np.float32]) -> list[str]:
    """Put structures and vectors into a project as a superuser, which is quick."""
    import psycopg

    with store.write() as session:
        material, _ = material_of_phase(session, store.scope, "X|1", "X")
    ids = [new_id() for _ in vectors]
    project, model, version = store.scope.project_id, MODEL["model"], MODEL["version"]
    address = lab.server.address(lab.database).replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET search_path = nanoos")
        columns = list(structure_row(store, material, 0, ids[0]))
        with cursor.copy(f"COPY structure ({', '.join(columns)}) FROM STDIN") as rows:
            for number, structure_id in enumerate(ids):
                row = structure_row(store, material, number, structure_id)
                rows.write_row([json.dumps(v) if isinstance(v, dict) else v for v in row.values()])
        with cursor.copy(
            "COPY embedding (project_id, model, version, structure_id, created_at, vector) FROM STDIN"
        ) as rows:
            for structure_id, vector in zip(ids, vectors.tolist(), strict=True):
                rows.write_row((project, model, version, structure_id, 0.0, str(vector)))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE nanoos.structure, nanoos.embedding")
    return ids


@pytest.mark.parametrize("person", SIZES)
def test_on_a_server(crowd: Crowd, person: str) -> None:
    store, ids, vectors = crowd.stores[person], crowd.ids[person], crowd.vectors[person]
    asked = near(vectors, min(300, len(vectors)))
    took, share = _asked(store, ids, vectors, asked)
    way = "index" if len(ids) > similar_server.EXACT_UP_TO else "exact"
    print(
        f"\nserver, {len(ids):,} vectors visible ({len(ids) / crowd.total:.1%} of all; {way}): {_ms(took):.2f} ms "
        f"median, {np.quantile(took, 0.95) * 1e3:.2f} ms at the 95th percentile, recall@{K} {share:.4f}"
    )
    assert share >= (0.99 if way == "index" else 1.0)


def _asked(
    store: Store, ids: list[str], vectors: NDArray[np.float32], asked: NDArray[np.float32], **options: Any
) -> tuple[list[float], float]:
    """Search, and return the seconds of each search and the part of the true neighbours that was found."""
    fits = options.pop("fits", None)
    expected = [set(nearest(ids, vectors, vector, K, fits)) for vector in asked]
    answers = [_timed(lambda vector=vector: _search(store, vector, **options)) for vector in asked]
    shares = [len(e & set(found)) / len(e) for e, (_, found) in zip(expected, answers, strict=True)]
    return [seconds for seconds, _ in answers], float(np.mean(shares))


@pytest.mark.parametrize(
    ("share", "groups"), [("0.5 %", [7]), ("10 %", range(1, 21)), ("50 %", range(1, 101))]
)
@pytest.mark.parametrize("person", ["ada", "dan", "cyd"])
def test_on_a_server_with_a_filter(crowd: Crowd, person: str, share: str, groups: Iterable[int]) -> None:
    store, ids, vectors = crowd.stores[person], crowd.ids[person], crowd.vectors[person]
    wanted = list(groups)
    fits = np.isin(1 + np.arange(len(ids)) % 200, wanted)
    took, found = _asked(store, ids, vectors, near(vectors, 60), fits=fits, space_group=wanted)
    print(
        f"\nserver, {len(ids):,} vectors visible, {share} pass the filter: {_ms(took):.1f} ms median, recall@{K} "
        f"{found:.4f}"
    )
    assert found >= 0.99
