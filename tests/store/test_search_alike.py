"""Any filters find the same on either database, and what plain Python finds that looks at every structure."""

from __future__ import annotations

import operator
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymatgen.core import Composition
from store_places import server_place

from nanoos_lab.store.database import Store
from nanoos_lab.store.elements import element_masks
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import MaterialRow, PropertyValueRow, StructureRow, TagRow
from nanoos_lab.store.search import find_structures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nanoos_lab.store.postgresql.server import LocalServer

FORMULAS = (
    "LiFePO4", "SrTiO3", "Sr2TiO4", "UO2", "PuO2", "Li2O", "H2O", "FeLi", "TiO2", "BaTiO3", "U3O8", "Na3(PO4)2", "O2",
)  # fmt: skip
ELEMENTS = ("Li", "Fe", "O", "Sr", "Ti", "U", "Pu", "H", "Na")
GROUPS = (None, 1, 2, 15, 62, 141, 167, 194, 221, 225)
SYSTEMS = {"triclinic": (1, 2), "monoclinic": (3, 15), "orthorhombic": (16, 74), "tetragonal": (75, 142),
           "trigonal": (143, 167), "hexagonal": (168, 194), "cubic": (195, 230)}  # fmt: skip
TAGS = ("good", "Good", "50% done", "größe", "x_y")
WORDS = ("sto", "Größe", "GRÖSSE", "50%", "_", "é", "relaxed at", "'", "a\\b", "OXIDE", "ſ", "K", "İ")  # noqa: RUF001
NOTES = ("", "grown at 50% oxygen", "GRÖßE 3", "Relaxed At 300 K", 'it\'s a\\b "quoted"', "é\nsto")
PROPERTIES = ("band_gap", "energy_above_hull", "bulk_modulus")
NUMBERS = (-0.5, 0.0, 1e-7, 1e-6, 1.1e-6, 0.5, 1.0, 2.0, 150.0)
METHODS = ("PBE", "CHGNet", "literature")
ORIGINS = ("computed", "measured", "predicted")


@dataclass
class Crowd:
    """Everything that is in the lab, as rows."""

    materials: dict[str, dict[str, Any]] = field(default_factory=dict)
    structures: list[dict[str, Any]] = field(default_factory=list)
    tags: set[tuple[str, str]] = field(default_factory=set)
    values: list[dict[str, Any]] = field(default_factory=list)

    def store(self, store: Store) -> None:
        whose = {"project_id": store.scope.project_id}
        mine = {**whose, "author": store.scope.author}
        tags = [{"structure_id": one, "tag": tag, **whose} for one, tag in sorted(self.tags)]
        with store.write() as session:
            insert_new(session, MaterialRow, [row | whose for row in self.materials.values()])
            insert_new(session, StructureRow, [row | mine for row in self.structures])
            insert_new(session, TagRow, tags)
            insert_new(session, PropertyValueRow, [row | mine for row in self.values])


def crowd(count: int = 70) -> Crowd:
    draw, made = random.Random(11), Crowd()
    for i in range(count):
        composition = Composition(draw.choice(FORMULAS))
        group, reduced = draw.choice(GROUPS), composition.reduced_formula
        phase = f"{reduced}|{group}"
        material = {
            "id": f"{len(made.materials):012x}", "phase_key": phase, "reduced_formula": reduced, "created_at": 0.0,
            "name": draw.choice((reduced, reduced, "STO oxide")), "notes": draw.choice(("", "", "größe")),
        }  # fmt: skip
        material = made.materials.setdefault(phase, material)
        elements = sorted(element.symbol for element in composition)
        low, high = element_masks(elements)
        one = f"{i:012x}"
        made.structures.append({
            "id": one, "material_id": material["id"], "name": draw.choice((f"sto {i}", "Größe 1", "MgO_50%")),
            "formula": composition.formula, "reduced_formula": reduced, "chemical_system": f"-{'-'.join(elements)}-",
            "elements_low": low, "elements_high": high, "n_elements": len(elements), "n_sites": draw.randint(1, 6),
            "periodic": group is not None, "ordered": True, "space_group": group, "digest": f"d{i}",
            "crystal_hash": f"h{i}", "record_key": f"k{i}", "dimensionality": draw.choice((None, 0, 2, 3)),
            "density": draw.choice((None, 1.0, 4.5)), "volume_per_atom": draw.choice((None, 10.0, 12.5)),
            "original_name": draw.choice((None, "Relaxed at.cif")), "notes": draw.choice(NOTES),
            "parent_id": f"{draw.randrange(i):012x}" if i and draw.random() < 0.3 else None,
            "created_at": float(draw.randrange(20)), "description": {}, "content": {},
        })  # fmt: skip
        made.tags |= {(one, tag) for tag in TAGS if draw.random() < 0.2}
        for name in PROPERTIES:
            for _ in range(draw.choice((0, 1, 1, 2))):
                made.values.append({
                    "id": f"{len(made.values):012x}", "material_id": material["id"], "property": name, "unit": "",
                    "structure_id": draw.choice((one, one, one, None)), "value": draw.choice(NUMBERS),
                    "uncertainty_kind": "none", "origin": draw.choice(ORIGINS), "method_name": draw.choice(METHODS),
                    "method_version": "", "method_recipe": "", "converged": draw.random() < 0.9, "conditions": {},
                    "synthetic": draw.random() < 0.1, "fingerprint": f"f{len(made.values)}", "created_at": 0.0,
                })  # fmt: skip
    return made


CROWD = crowd()


@pytest.fixture(scope="module")
def stores(postgres: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Store]]:
    """Return two labs with the same rows in them, on both databases."""
    folder = tmp_path_factory.mktemp("alike")
    places = (folder / "lab", server_place(postgres, "alike", folder / "files"))
    opened = [Store.open(place) for place in places]
    for store in opened:
        CROWD.store(store)
    yield opened
    for store in opened:
        store.close()


def small(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def says(row: dict[str, Any], word: str) -> bool:
    material = next(m for m in CROWD.materials.values() if m["id"] == row["material_id"])
    texts = [row["name"], row["formula"], row["reduced_formula"], row["notes"], row["original_name"] or ""]
    texts += [material["name"], material["notes"]]
    texts += [tag for one, tag in CROWD.tags if one == row["id"]]
    return any(small(form) in small(text) for text in texts for form in (word, word.lower(), word.upper()))


def values_of(row: dict[str, Any], name: str | None, asked: dict[str, Any]) -> list[float]:
    own = [
        v for v in CROWD.values
        if v["structure_id"] == row["id"] or (v["structure_id"] is None and v["material_id"] == row["material_id"])
    ]  # fmt: skip
    return [
        v["value"] for v in own
        if v["converged"] and not v["synthetic"] and name in {None, v["property"]}
        and v["origin"] in asked.get("origin", ORIGINS)
        and v["method_name"].lower() in [m.lower() for m in asked.get("method", METHODS)]
    ]  # fmt: skip


def within(value: float | None, bounds: Any) -> bool:
    if value is None:
        return False
    if isinstance(bounds, int):
        return value == bounds
    if isinstance(bounds, str):
        low, _, high = bounds.partition("..")
        compare = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
        sign = next((s for s in compare if bounds.startswith(s)), None)
        if sign is not None:
            return bool(compare[sign](value, float(bounds.removeprefix(sign))))
        return float(low) <= value <= float(high)
    low, high = bounds
    return (low is None or value >= low) and (high is None or value <= high)


def amounts(formula: str) -> list[float]:
    composition = Composition(formula.replace("A", "Ag").replace("X", "Xe"))
    reduced = composition.get_integer_formula_and_factor()[0]
    return sorted(Composition(reduced).as_dict().values())


def is_like(row: dict[str, Any], formula: str) -> bool:
    if "A" in formula:
        return amounts(row["reduced_formula"]) == amounts(formula)
    return bool(row["reduced_formula"] == Composition(formula).reduced_formula)


def fits(row: dict[str, Any], asked: dict[str, Any]) -> bool:
    elements = set(row["chemical_system"].strip("-").split("-"))
    tags = {tag for one, tag in CROWD.tags if one == row["id"]}
    group = row["space_group"]
    hull = values_of(row, "energy_above_hull", asked)
    checks = {
        "elements": lambda v: set(v) <= elements,
        "any_elements": lambda v: bool(set(v) & elements),
        "exclude_elements": lambda v: not set(v) & elements,
        "chemical_system": lambda v: set(v.split("-")) == elements,
        "formula": lambda v: any(is_like(row, one) for one in v),
        "space_group": lambda v: group in v,
        "crystal_system": lambda v: (
            group is not None and any(SYSTEMS[s][0] <= group <= SYSTEMS[s][1] for s in v)
        ),
        "tags": lambda v: set(v) <= tags,
        "exclude_tags": lambda v: not set(v) & tags,
        "text": lambda v: all(says(row, word) for word in ([v.strip('"')] if '"' in v else v.split())),
        "material": lambda v: row["material_id"] == v,
        "derived": lambda v: (row["parent_id"] is not None) is v,
        "stable": lambda v: (
            any(e <= 1e-6 for e in hull) if v else bool(hull) and not any(e <= 1e-6 for e in hull)
        ),
        "has": lambda v: all(values_of(row, name, asked) for name in v),
        "lacks": lambda v: not any(values_of(row, name, asked) for name in v),
        "order": lambda _: True,
        "limit": lambda _: True,
        "origin": lambda _: True,
        "method": lambda _: True,
    }
    for name in ("n_sites", "n_elements", "dimensionality", "density", "volume_per_atom"):
        checks[name] = lambda v, name=name: within(row[name], v)
    for name in PROPERTIES:
        checks[name] = lambda v, name=name: any(within(x, v) for x in values_of(row, name, asked))
    of_values = {"stable", "has", "lacks", *PROPERTIES} & asked.keys()
    used = (
        any(asked[name] != [] for name in of_values) or asked.get("order", "").removeprefix("-") in PROPERTIES
    )
    if {"origin", "method"} & asked.keys() and not used and not values_of(row, None, asked):
        return False
    return all(checks[name](value) for name, value in asked.items())


def in_order(rows: list[dict[str, Any]], asked: dict[str, Any]) -> list[str]:
    rows = sorted(rows, key=lambda row: (row["created_at"], row["id"]))
    order = asked.get("order", "created")
    down, name = order.startswith("-"), order.removeprefix("-")
    if name == "created":
        return [row["id"] for row in (rows[::-1] if down else rows)]

    def key(row: dict[str, Any]) -> Any:
        if name in PROPERTIES:
            values = values_of(row, name, asked)
            return (max if down else min)(values) if values else None
        return row[{"formula": "reduced_formula"}.get(name, name)]

    known = sorted((row for row in rows if key(row) is not None), key=key, reverse=down)
    return [row["id"] for row in [*known, *(row for row in rows if key(row) is None)]]


def subsets(*items: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), max_size=3, unique=True)


def pairs(numbers: tuple[float, ...]) -> st.SearchStrategy[tuple[float | None, float | None]]:
    ends = st.tuples(st.none() | st.sampled_from(numbers), st.none() | st.sampled_from(numbers))
    return ends.map(lambda e: e if None in e else tuple(sorted(e)))


def spans(*numbers: float) -> st.SearchStrategy[Any]:
    signs = st.tuples(st.sampled_from((">", ">=", "<", "<=")), st.sampled_from(numbers)).map(
        lambda t: f"{t[0]}{t[1]!r}"
    )
    words = st.tuples(st.sampled_from(numbers), st.sampled_from(numbers)).map(
        lambda t: f"{min(t)!r}..{max(t)!r}"
    )
    return pairs(numbers) | signs | words


ORDERS = ("created", "name", "formula", "space_group", "n_sites", "density", *PROPERTIES)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "elements": subsets(*ELEMENTS), "any_elements": subsets(*ELEMENTS), "exclude_elements": subsets(*ELEMENTS),
        "chemical_system": st.sampled_from(("Sr-Ti-O", "O-Li", "U-O", "H-O", "O", "Fe-Li")),
        "formula": st.lists(st.sampled_from((*FORMULAS, "O3TiSr", "Sr2Ti2O6", "ABX3", "AX2", "A2X")), max_size=2),
        "space_group": st.lists(st.sampled_from(GROUPS[1:]), max_size=3),
        "crystal_system": subsets(*SYSTEMS), "tags": subsets(*TAGS), "exclude_tags": subsets(*TAGS),
        "text": st.sampled_from((*WORDS, "sto 1", '"relaxed at"', "größe sto", "o3")),
        "material": st.sampled_from([m["id"] for m in CROWD.materials.values()]), "derived": st.booleans(),
        "stable": st.booleans(), "has": subsets(*PROPERTIES), "lacks": subsets(*PROPERTIES),
        "origin": st.lists(st.sampled_from(ORIGINS), min_size=1, max_size=2),
        "method": st.lists(st.sampled_from((*METHODS, "pbe")), min_size=1, max_size=2),
        "n_sites": st.integers(1, 6) | spans(1, 3, 6), "n_elements": st.integers(1, 4) | spans(1, 2, 4),
        "dimensionality": st.integers(0, 3), "density": spans(1.0, 4.5), "volume_per_atom": spans(10.0, 11.0),
        **{name: spans(*NUMBERS) for name in PROPERTIES},
        "order": st.sampled_from((*ORDERS, *(f"-{order}" for order in ORDERS))), "limit": st.integers(0, 30),
    },
)  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=FILTERS)
def test_the_same_is_found_everywhere(stores: list[Store], asked: dict[str, Any]) -> None:
    rows = [row for row in CROWD.structures if fits(row, asked)]
    expected = in_order(rows, asked)[: asked.get("limit")]
    for store in stores:
        with store.read() as session:
            found = [row.id for row in find_structures(session, store.scope, **asked)]
        assert found == expected, store.backend.dialect


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=FILTERS)
def test_whether_values_are_collected_or_looked_up_changes_nothing(
    stores: list[Store], asked: dict[str, Any]
) -> None:
    from nanoos_lab.store import known_values, search

    expected = in_order([row for row in CROWD.structures if fits(row, asked)], asked)[: asked.get("limit")]
    for few, many, most in ((-1, -1, 0), (5, 5, 2), (10**6, 10**6, 10**6)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(search, "_FEW", few)
            patch.setattr(search, "_MANY", many)
            patch.setattr(known_values, "_MOST_MATERIALS", most)
            for store in stores:
                with store.read() as session:
                    found = [row.id for row in find_structures(session, store.scope, **asked)]
                assert found == expected, (store.backend.dialect, few)
