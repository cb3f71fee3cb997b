"""Many structures at once with vectors in clusters, for the tests of similarity.

Vectors spread evenly over a sphere have no near neighbours, and no index finds them: real embeddings lie in clusters.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import insert

from nanoos_lab.store.elements import element_masks
from nanoos_lab.store.embeddings import insert_embeddings
from nanoos_lab.store.materials import material_of_phase
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import PropertyValueRow, StructureRow, TagRow, new_id

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nanoos_lab.store.database import Store

MODEL = {"model": "model", "version": "1"}
SYSTEMS = ("-O-Sr-Ti-", "-Cl-Na-", "-Fe-O-", "-Si-")


def clustered(
    count: int, dimension: int, *, centres: int = 500, spread: float = 0.3, seed: int = 0
) -> NDArray[np.float32]:
    """Return vectors of length 1 around Gaussian centres, shape (count, dimension)."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(centres, dimension))
    vectors = middles[rng.integers(centres, size=count)] + spread * rng.normal(size=(count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def near(vectors: NDArray[np.float32], count: int, *, seed: int = 1) -> NDArray[np.float32]:
    """Return vectors to search with, each close to one of the given."""
    rng = np.random.default_rng(seed)
    drawn = vectors[rng.choice(len(vectors), count, replace=False)]
    moved = drawn + 0.02 * rng.normal(size=drawn.shape)
    return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


def add_structures(store: Store, count: int, *, piece: int = 5_000, plain: bool = False) -> list[str]:
    """Insert structures of a few kinds in turn, as rows, and return their ids; plain ones have no tags and values.

    The i-th is in space group 1 + i % 200; of the chemical system i % 4; tagged "tenth" where 10 divides i; and
    has a band gap of i % 100 / 10 eV.
    """
    with store.write() as session:
        material, _ = material_of_phase(session, store.scope, "X|1", "X")
    ids = [new_id() for _ in range(count)]
    for start in range(0, count, piece):
        numbers = range(start, min(start + piece, count))
        with store.write() as session:
            rows = [structure_row(store, material, i, ids[i]) for i in numbers]
            insert_new(session, StructureRow, rows)
            if plain:
                continue
            tagged = [_tag(store, ids[i]) for i in numbers if i % 10 == 0]
            session.execute(insert(TagRow), tagged)
            session.execute(insert(PropertyValueRow), [_gap(store, material, i, ids[i]) for i in numbers])
    return ids


def add_clustered(store: Store, vectors: NDArray[np.float32]) -> list[str]:
    """Insert structures with these vectors and return their ids."""
    ids = add_structures(store, len(vectors))
    add_vectors(store, ids, vectors)
    return ids


def add_vectors(store: Store, ids: list[str], vectors: NDArray[np.float32], *, piece: int = 5_000) -> None:
    for start in range(0, len(ids), piece):
        part = dict(zip(ids[start : start + piece], vectors[start : start + piece], strict=True))
        with store.write() as session:
            insert_embeddings(session, store.scope, MODEL["model"], MODEL["version"], part)


def nearest(
    ids: list[str], vectors: NDArray[np.float32], vector: NDArray[np.float32], k: int, fits: Any = None
) -> list[str]:
    """Return the k nearest by brute force in double precision, of those positions that fit."""
    positions = np.arange(len(ids)) if fits is None else np.flatnonzero(fits)
    scores = vectors[positions].astype(float) @ vector.astype(float)
    return [ids[i] for i in positions[np.argsort(-scores, kind="stable")[:k]]]


def structure_row(store: Store, material: str, number: int, structure_id: str) -> dict[str, Any]:
    """Return the columns of one such structure."""
    system = SYSTEMS[number % len(SYSTEMS)]
    low, high = element_masks(system.strip("-").split("-"))
    return {
        "id": structure_id, "project_id": store.scope.project_id, "material_id": material, "name": f"s{number}",
        "formula": "X", "reduced_formula": "X", "chemical_system": system, "elements_low": low,
        "elements_high": high, "n_elements": system.count("-") - 1, "n_sites": 5, "periodic": True, "ordered": True,
        "space_group": 1 + number % 200, "digest": f"{number:064d}", "crystal_hash": f"{number:064d}",
        "record_key": structure_id, "author": store.scope.author, "created_at": time.time(), "notes": "",
        "description": {}, "content": {},
    }  # fmt: skip


def _tag(store: Store, structure_id: str) -> dict[str, Any]:
    return {"project_id": store.scope.project_id, "structure_id": structure_id, "tag": "tenth"}


def _gap(store: Store, material: str, number: int, structure_id: str) -> dict[str, Any]:
    return {
        "id": new_id(), "project_id": store.scope.project_id, "material_id": material, "structure_id": structure_id,
        "property": "band_gap", "value": number % 100 / 10, "unit": "eV", "uncertainty_kind": "none",
        "origin": "computed", "method_name": "PBE", "method_version": "1", "method_recipe": "", "converged": True,
        "synthetic": False, "conditions": {}, "fingerprint": structure_id, "author": store.scope.author,
    }  # fmt: skip
