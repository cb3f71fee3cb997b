"""Many structures with values and tags, as rows: database crystals, and relatives of them with another element.

The crystals are described as any structure is; of a relative only what a search reads is made anew, so that
100,000 rows take a minute. Nothing of this is physics: it has the sizes and frequencies of a real project.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pymatgen.core import Composition, Lattice, Structure

from nanoos_lab.store.elements import element_masks
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import MaterialRow, PropertyValueRow, StructureRow, TagRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nanoos_lab.store.database import Store

MP20, MPTS52 = "mp20_subset.parquet", "mpts52_valtest.parquet"
COLUMNS = {
    "band_gap": "band_gap",
    "e_above_hull": "energy_above_hull",
    "energy_above_hull": "energy_above_hull",
    "formation_energy_per_atom": "formation_energy",
}
"""Properties by the names that the tables have for them."""
UNITS = {
    "band_gap": "eV",
    "energy_above_hull": "eV/atom",
    "formation_energy": "eV/atom",
    "bulk_modulus": "GPa",
}
FAMILIES = (
    "Li Na K Rb Cs", "Be Mg Ca Sr Ba", "Ti Zr Hf", "V Nb Ta", "Cr Mo W", "Mn Fe Co Ni", "Cu Ag Au", "Zn Cd Hg",
    "B Al Ga In Tl", "C Si Ge Sn Pb", "N P As Sb Bi", "O S Se Te", "F Cl Br I", "La Ce Pr Nd Sm Gd Dy Er Yb Lu",
)  # fmt: skip
_RELATIVES = {
    element: tuple(other for other in family.split() if other != element)
    for family in FAMILIES
    for element in family.split()
}
_PIECE = 2_000


@dataclass
class Crowd:
    """Rows of a project; ``project_id`` and ``author`` are filled in where they are stored."""

    materials: list[dict[str, Any]] = field(default_factory=list)
    structures: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)

    def store(self, store: Store) -> None:
        """Insert everything as it is.

        Args:
            store: An open store, whose person becomes the author.
        """
        tables: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
            (MaterialRow, self.materials),
            (StructureRow, self.structures),
            (TagRow, self.tags),
            (PropertyValueRow, self.values),
        )
        for table, rows in tables:
            whose = {"project_id": store.scope.project_id}
            if "author" in table.__table__.c:
                whose["author"] = store.scope.author
            for start in range(0, len(rows), _PIECE):
                piece = [row | whose for row in rows[start : start + _PIECE]]
                with store.write() as session:
                    assert insert_new(session, table, piece) == len(piece)


def structures_of(folder: Path, table: str, count: int | None = None) -> Iterator[tuple[Structure, Any]]:
    """Yield the structures of a table with what else it says of each.

    Args:
        folder: The shared data.
        table: Its file.
        count: Only the first so many.
    """
    frame = pd.read_parquet(folder / "structures" / table).head(count)
    for row in frame.to_dict("records"):
        places = np.asarray(row["frac_coords"]).reshape(-1, 3)
        lattice = Lattice.from_parameters(*row["lattice"])
        yield Structure(lattice, [int(z) for z in row["numbers"]], places), row


def crowd(folder: Path, count: int, *, seed: int = 7) -> Crowd:
    """Return as many structures as asked for, with values and tags.

    Args:
        folder: The shared data.
        count: How many structures.
        seed: Of what is drawn.
    """
    random = np.random.default_rng(seed)
    made, materials, now = Crowd(), {}, time.time() - 1e6
    base = []
    for table in (MP20, MPTS52):
        for structure, said in structures_of(folder, table):
            columns = NewStructure(
                structure, f"{said['material_id']} {structure.composition.reduced_formula}"
            ).columns()
            facts = {name: float(said[key]) for key, name in COLUMNS.items() if key in said}
            base.append((columns, facts, table.partition("_")[0]))
            if len(base) == count:
                break
    for i in range(count):
        columns, facts, origin = base[i % len(base)]
        if i >= len(base):
            columns, facts = _relative(columns, facts, random)
        one = f"{i:012x}"
        phase = f"{columns['reduced_formula']}|{columns['space_group']}"
        material = materials.setdefault(phase, f"{len(materials):012x}")
        where = {"id": one, "material_id": material, "record_key": f"crowd:{i}", "created_at": now + i}
        made.structures.append(columns | where)
        made.tags += [{"structure_id": one, "tag": tag} for tag in _tags(i, origin, random)]
        made.values += [_value(material, one, name, value, i) for name, value in facts.items()]
        if random.random() < 0.05:
            made.values.append(_value(material, None, "bulk_modulus", float(random.gamma(4, 25)), i))
    for phase, material in materials.items():
        formula = phase.partition("|")[0]
        made.materials.append(
            {"id": material, "phase_key": phase, "reduced_formula": formula, "name": formula, "notes": "",
             "created_at": now}
        )  # fmt: skip
    return made


def _relative(
    columns: dict[str, Any], facts: dict[str, float], random: np.random.Generator
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return a crystal's columns and values with one of its elements replaced by a relative."""
    elements = columns["chemical_system"].strip("-").split("-")
    old = str(random.choice(elements))
    others = [other for other in _RELATIVES.get(old, ()) if other not in elements]
    new = str(random.choice(others)) if others else old
    formula, reduced = _replaced(columns["formula"], old, new)
    system = sorted({*elements} - {old} | {new})
    low, high = element_masks(system)
    swell = float(random.uniform(0.9, 1.15))
    fresh = {
        "name": f"{columns['name']} with {new} for {old}",
        "notes": "worth another look" if random.random() < 0.02 else "",
        "formula": formula, "reduced_formula": reduced, "chemical_system": f"-{'-'.join(system)}-",
        "elements_low": low, "elements_high": high, "volume_per_atom": columns["volume_per_atom"] * swell,
        "density": columns["density"] / swell,
    }  # fmt: skip
    spread = {name: value + float(random.exponential(0.05)) for name, value in facts.items()}
    if "band_gap" in facts:
        spread["band_gap"] = max(0.0, facts["band_gap"] * float(random.uniform(0.6, 1.3)))
    return columns | fresh, spread


@lru_cache(maxsize=100_000)
def _replaced(formula: str, old: str, new: str) -> tuple[str, str]:
    composition = Composition(formula).replace({old: new})
    return composition.formula, composition.reduced_formula


def _tags(i: int, origin: str, random: np.random.Generator) -> list[str]:
    tags = [origin, f"screen {random.integers(50)}"]
    return [*tags, "favourite"] if random.random() < 0.001 else tags


def _value(material: str, structure: str | None, name: str, value: float, i: int) -> dict[str, Any]:
    return {
        "id": f"{i:09x}{name[:3].encode().hex()[:3]}" if structure else f"{i:09x}fff",
        "material_id": material, "structure_id": structure, "property": name, "value": value, "unit": UNITS[name],
        "uncertainty_kind": "none", "origin": "computed" if structure else "measured",
        "method_name": "PBE" if structure else "literature", "method_version": "", "method_recipe": "",
        "converged": True, "synthetic": False, "conditions": {}, "source": "Materials Project", "note": "",
        "fingerprint": f"{i}:{name}:{structure}",
    }  # fmt: skip
