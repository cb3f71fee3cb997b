"""The rows that the shipped models learn from, out of the shared data folder: crystals, labels, parts.

Labels that other tables hold by formula and space group, or by formula alone, are joined where exactly one
crystal answers to them. Each row carries the part that :mod:`nanoos_lab.ml.training.splits` gives its material.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import spglib
from ase.data import chemical_symbols
from pymatgen.core import Composition, Lattice

from nanoos_lab.ml.gnn.opinion import TARGETS
from nanoos_lab.ml.graphs import Cell
from nanoos_lab.ml.training.splits import part_of

if TYPE_CHECKING:
    from pathlib import Path

LEAST_MODULUS = 1.0
"""GPa; elastic constants at or below are failed calculations."""
MOST_ABOVE_HULL = 0.5
"""eV/atom; MPTS-52 holds a few crystals far above, most of them failed."""
MOST_SITES = 30
"""Sites of a crystal that is trained on."""


@dataclass(frozen=True)
class Rows:
    """Crystals with what is known of them."""

    cells: list[Cell]
    table: pd.DataFrame
    """``id``, ``source``, ``formula``, ``spacegroup``, ``part`` and the targets, unknown ones NaN; ``judged`` rows
    have moduli from the table that the model is judged by, others' moduli only teach."""


def crystals(data: Path) -> Rows:
    """Return all crystals with structure: MP-20, MPTS-52, phonons and dielectric constants.

    Args:
        data: The shared data folder.
    """
    frames = [_mp20(data), _mpts52(data), _phonons(data), _dielectric(data)]
    table = pd.concat(frames, ignore_index=True)
    table["formula"] = [formula_of(numbers) for numbers in table.numbers]
    for task in TARGETS:
        if task not in table:
            table[task] = np.nan
    table["part"] = parts_of(table)
    _join_moduli(table, data)
    table["judged"] = table.log_k.notna() | table.log_g.notna()
    _join_more_moduli(table, data)
    _join_debye(table, data)
    _join_gaps(table, data)
    cells = [_cell(*row) for row in zip(table.lattice, table.frac_coords, table.numbers, strict=True)]
    kept = ["id", "source", "formula", "spacegroup", "part", "sites", "e_above_hull", "judged", *TARGETS]
    return Rows(cells, table[kept])


def parts_of(table: pd.DataFrame) -> list[str]:
    """Return the part of each row: by its id, and where the table has none by its formula.

    Args:
        table: With ``id``, ``source`` and ``formula``.
    """
    ids = table.id.where(table.source != "phonons", "")
    return [part_of(f, i) for f, i in zip(table.formula, ids, strict=True)]


def compositions(data: Path, crystals: pd.DataFrame) -> pd.DataFrame:
    """Return compounds known by formula alone, with targets, one row a formula; none that any crystal has.

    A network that had learned the training crystals' formulas too would be believed too much beside them.

    Args:
        data: The shared data folder.
        crystals: With ``formula``.
    """
    held = set(crystals.formula)
    read = lambda name: pd.read_parquet(data / "matbench_targets" / f"matbench_{name}.parquet")  # noqa: E731
    tables = [
        ("formation_energy", read("mp_e_form").rename(columns={"e_form": "value"}), "min"),
        ("gap", read("mp_gap").rename(columns={"gap pbe": "value"}), "mean"),
        ("log_k", read("log_kvrh").rename(columns={"log10(K_VRH)": "value"}), "mean"),
        ("log_g", read("log_gvrh").rename(columns={"log10(G_VRH)": "value"}), "mean"),
        ("log_phonon", _logged(read("phonons"), "last phdos peak"), "mean"),
        ("log_index", _logged(read("dielectric"), "n"), "mean"),
        ("log_debye", _logged(_debye(data), "target").rename(columns={"formula": "composition"}), "mean"),
    ]
    columns = []
    for name, table, how in tables:
        formula = table.composition.str.replace(" ", "").map(_reduced)
        columns.append(table.value.groupby(formula.to_numpy()).agg(how).rename(name))
    joined = pd.concat(columns, axis=1)
    joined.loc[joined.log_k <= 0, "log_k"] = np.nan
    joined.loc[joined.log_g <= 0, "log_g"] = np.nan
    kept = [f not in held and part_of(f) != "unseen" for f in joined.index]
    return joined[kept].rename_axis("formula").reset_index()


def _logged(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.assign(value=np.log10(table[column]))


def _mp20(data: Path) -> pd.DataFrame:
    raw = pd.read_parquet(data / "structures" / "mp20_subset.parquet")
    frame = _frame(raw, "mp20", raw.material_id, raw.spacegroup_number)
    frame["formation_energy"] = raw.formation_energy_per_atom
    frame["gap"], frame["nonmetal"] = raw.band_gap, (raw.band_gap > 0).astype(float)
    frame["e_above_hull"] = raw.e_above_hull
    frame["gap_2018"] = raw.material_id.map(_gap_2018(data))
    return frame


def _mpts52(data: Path) -> pd.DataFrame:
    raw = pd.read_parquet(data / "structures" / "mpts52_valtest.parquet")
    known = set(pd.read_parquet(data / "structures" / "mp20_subset.parquet").material_id)
    raw = raw[~raw.material_id.isin(known) & (raw.energy_above_hull < MOST_ABOVE_HULL)].reset_index(drop=True)
    frame = _frame(raw, "mpts52", raw.material_id, [_spacegroup(r) for r in raw.itertuples()])
    frame["formation_energy"], frame["e_above_hull"] = raw.formation_energy_per_atom, raw.energy_above_hull
    frame["gap_2018"] = raw.material_id.map(_gap_2018(data))
    return frame


def _phonons(data: Path) -> pd.DataFrame:
    raw = pd.read_parquet(data / "properties_with_structures" / "matbench_phonons_structures.parquet")
    frame = _frame(raw, "phonons", [f"phonons-{i}" for i in raw.index], [0] * len(raw))
    return frame.assign(log_phonon=np.log10(raw["last phdos peak"]))


def _dielectric(data: Path) -> pd.DataFrame:
    raw = pd.read_parquet(data / "properties_with_structures" / "dielectric_petousis2017.parquet")
    frame = _frame(raw, "dielectric", raw.material_id, raw.space_group)
    known = frame.assign(log_index=np.log10(raw.n), gap=raw.band_gap)
    return known.assign(nonmetal=(known.gap > 0).astype(float))


def _frame(raw: pd.DataFrame, source: str, ids: object, spacegroups: object) -> pd.DataFrame:
    return pd.DataFrame({
        "id": ids, "source": source, "spacegroup": spacegroups, "sites": raw.nsites,
        "lattice": raw.lattice, "frac_coords": raw.frac_coords, "numbers": raw.numbers,
    })  # fmt: skip


def _gap_2018(data: Path) -> pd.Series:
    labels = pd.read_parquet(data / "labels_by_id" / "megnet_mp2018_labels.parquet")
    return labels.set_index("material_id").megnet_gappbe.dropna()


def _debye(data: Path) -> pd.DataFrame:
    table = pd.read_parquet(data / "labels_by_id" / "crabnet_aflow_mp_composition.parquet")
    return table[table.property == "aflow__ael_debye_temperature"]


def _join_moduli(table: pd.DataFrame, data: Path) -> None:
    """Fill log K and log G by reduced formula and space group.

    One crystal of MP-20 or else of MPTS-52, one row of moduli and one row of the Materials Project's formation
    energies must answer to them.
    """
    every = _keyed(data, "mp_e_form").groupby(level=0).size()
    several = set(every.index[every > 1])
    found: dict[str, dict[str, float]] = {}
    for task, name, column in (
        ("log_k", "log_kvrh", "log10(K_VRH)"),
        ("log_g", "log_gvrh", "log10(G_VRH)"),
    ):
        values = _keyed(data, name)[column]
        values = values[~values.index.duplicated(keep=False) & (values > np.log10(LEAST_MODULUS))]
        found[task] = {key: value for key, value in values.items() if key not in several}
    for source in ("mpts52", "mp20"):
        single = _single(table, source)
        for task, values in found.items():
            known = {single[key]: value for key, value in values.items() if key in single}
            own = table.index[table.source == source]
            table.loc[own, task] = table.id[own].map(known)
    taken = set(zip(*_columns(table[(table.source == "mp20") & table.log_k.notna()]), strict=True))
    twice = np.array([key in taken for key in zip(*_columns(table), strict=True)])
    table.loc[(table.source == "mpts52") & twice, ["log_k", "log_g"]] = np.nan


def _join_more_moduli(table: pd.DataFrame, data: Path) -> None:
    """Fill log K and log G of training rows that have none, by formula where one crystal and one value have it.

    The value is the Materials Project's, else AFLOW's.
    """
    raw = pd.read_parquet(data / "labels_by_id" / "crabnet_aflow_mp_composition.parquet")
    own = table[table.source.isin(["mp20", "mpts52"])]
    alone = own[~own.formula.duplicated(keep=False) & (own.part == "train")]
    for task, names in (
        ("log_k", ("mp_bulk_modulus", "aflow__ael_bulk_modulus_vrh")),
        ("log_g", ("mp_shear_modulus", "aflow__ael_shear_modulus_vrh")),
    ):
        for name in names:
            one = raw[(raw.property == name) & (raw.target > LEAST_MODULUS)]
            found = alone.formula.map(_alone(one))
            table.loc[alone.index, task] = table.loc[alone.index, task].fillna(found)


def _join_gaps(table: pd.DataFrame, data: Path) -> None:
    """Fill gaps of MPTS-52 by reduced formula and space group, where one crystal and one row of gaps have them."""
    gaps = _keyed(data, "mp_gap")["gap pbe"]
    gaps = gaps[~gaps.index.duplicated(keep=False)]
    every = table[table.source.isin(["mp20", "mpts52"])].assign(source="both")
    single = _single(every, "both")
    found = {single[key]: value for key, value in gaps.items() if key in single}
    own = table.index[(table.source == "mpts52") & (table.part == "train")]
    table.loc[own, "gap"] = table.id[own].map(found)
    table.loc[own, "nonmetal"] = (table.gap[own] > 0).astype(float).where(table.gap[own].notna())


def _keyed(data: Path, name: str) -> pd.DataFrame:
    """Return a table of Matbench by reduced formula and space group."""
    raw = pd.read_parquet(data / "matbench_targets" / f"matbench_{name}.parquet")
    formulas = raw.composition.str.replace(" ", "").map(_reduced)
    raw.index = pd.Index(list(zip(formulas, raw.spg_num, strict=True)), tupleize_cols=False)
    return raw


def _columns(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return table.formula, table.spacegroup


def _single(table: pd.DataFrame, source: str) -> dict[tuple[str, int], str]:
    """Return the id of the one crystal of a source with a formula and space group, by both."""
    own = table[table.source == source].groupby(["formula", "spacegroup"]).id.agg(list)
    return {key: ids[0] for key, ids in own.items() if len(ids) == 1}


def _alone(table: pd.DataFrame) -> pd.Series:
    """Return logarithms of the values that are alone with their formula, by reduced formula."""
    value = table.target.groupby(table.formula.map(_reduced).to_numpy()).agg(["mean", "size"])
    return np.log10(value[value["size"] == 1]["mean"])


def _join_debye(table: pd.DataFrame, data: Path) -> None:
    """Fill the Debye temperature by formula where one crystal alone has it."""
    value = _alone(_debye(data))
    own = table[table.source.isin(["mp20", "mpts52"])]
    single = ~own.formula.duplicated(keep=False)
    table.loc[own.index[single], "log_debye"] = own.formula[single].map(value)


def _cell(lattice: np.ndarray, fractional: np.ndarray, numbers: np.ndarray) -> Cell:
    matrix = (
        Lattice.from_parameters(*lattice).matrix
        if len(lattice) == len("abcαβγ")
        else np.reshape(lattice, (3, 3))
    )
    return Cell(
        np.array(matrix, dtype=float), np.reshape(fractional, (-1, 3)).astype(float), np.array(numbers)
    )


def _spacegroup(row: object) -> int:
    return int(
        spglib.get_symmetry_dataset(tuple(_cell(row.lattice, row.frac_coords, row.numbers)), 0.1).number
    )


_FORMULAS: dict[str, str] = {}


def _reduced(formula: str) -> str:
    if formula not in _FORMULAS:
        _FORMULAS[formula] = Composition(formula).reduced_formula
    return _FORMULAS[formula]


def formula_of(numbers: np.ndarray) -> str:
    """Return the reduced formula of a cell.

    Args:
        numbers: Atomic numbers of its atoms.
    """
    kinds, counts = np.unique(numbers, return_counts=True)
    return _reduced("".join(f"{chemical_symbols[z]}{n}" for z, n in zip(kinds, counts, strict=True)))
