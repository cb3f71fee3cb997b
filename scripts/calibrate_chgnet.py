"""Fit elemental references, calibrate CHGNet's predictions and write its model card.

Run from the repository root, with the shared test data in place (about fifteen minutes on one core)::

    OMP_NUM_THREADS=1 python scripts/calibrate_chgnet.py ../shared/data

It needs pandas with pyarrow, reads Materials Project data (CC-BY-4.0) and rewrites four files under
``nanoos_lab/ml``: the references, the domain, the calibration and the card; with ``--card-only`` the card alone.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from ase.data import chemical_symbols
from calibrate_card import card
from pymatgen.core import Composition, Lattice, Structure

from nanoos_lab.errors import NanoOSError
from nanoos_lab.ml import chgnet as predictor
from nanoos_lab.ml import domain, get_predictor, references
from nanoos_lab.ml.calibration import Calibration, calibrate
from nanoos_lab.ml.domain import INSIDE, Cloud
from nanoos_lab.ml.stiffness import single_shot_stiffness
from nanoos_lab.potentials import chgnet
from nanoos_lab.simulate import equation_of_state
from nanoos_lab.testing import rattled

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20240501
N_TEST, N_CALIBRATION = 1500, 1500
N_LARGE = 1500
N_STIFF_TEST, N_STIFF_CALIBRATION = 600, 1000
RIDGE = 10.0
ENTRIES = "mp_elemental_reference/data/mp/2023-02-07-mp-elemental-reference-entries.json.gz"
MP = "Materials Project (CC-BY-4.0), doi:10.1063/1.4812323"
STIFF = "Materials Project elastic data, matbench_log_kvrh (CC-BY-4.0), doi:10.1038/sdata.2015.9"
STIFFNESS_EDGES = (40.0, 120.0, 180.0)


def structure_of(row: object) -> Structure:
    """Make a structure of a row; its lattice is six parameters or a 3×3 matrix."""
    lattice = np.asarray(row.lattice, dtype=float)
    cell = Lattice.from_parameters(*lattice) if lattice.size == 6 else Lattice(lattice.reshape(3, 3))  # noqa: PLR2004
    return Structure(cell, list(map(int, row.numbers)), np.asarray(row.frac_coords, float).reshape(-1, 3))


def evaluate(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return energies in eV/atom and embeddings of all rows, NaN where CHGNet refuses."""
    energies, embeddings = np.full(len(frame), np.nan), np.full((len(frame), 64), np.nan)
    for places, structures in chunks(frame):
        for place, answer in zip(places, chgnet.evaluate(structures, "e"), strict=True):
            energies[place], embeddings[place] = answer.energy, answer.embedding
        print(f"\r{places[-1] + 1} of {len(frame)}", end="", flush=True)
    print()
    return energies, embeddings


def chunks(frame: pd.DataFrame, size: int = 256) -> Iterator[tuple[list[int], list[Structure]]]:
    """Yield positions and structures of the rows that CHGNet can know."""
    places, structures = [], []
    for place, row in enumerate(frame.itertuples()):
        structure = structure_of(row)
        try:
            chgnet.check(structure)
        except NanoOSError as error:
            print(f"\nleft out: row {place}: {error}")
            continue
        places.append(place)
        structures.append(structure)
        if len(places) == size:
            yield places, structures
            places, structures = [], []
    if places:
        yield places, structures


def fractions(frame: pd.DataFrame) -> np.ndarray:
    """Return atomic fractions by atomic number, shape (n, 95)."""
    table = np.zeros((len(frame), 95))
    for k, numbers in enumerate(frame.numbers):
        kinds, counts = np.unique(np.asarray(numbers), return_counts=True)
        table[k, kinds] = counts / len(numbers)
    return table


def mp_references(data: Path) -> dict[str, tuple[float, str]]:
    """Return the corrected energy per atom and the entry of each element."""
    with gzip.open(data / ENTRIES, "rt") as file:
        entries = json.load(file)
    return {
        symbol: ((e["energy"] + e["correction"]) / sum(e["composition"].values()), e["entry_id"])
        for symbol, e in entries.items()
    }


def fit_references(x: np.ndarray, excess: np.ndarray, data: Path) -> np.ndarray:
    """Write the references: MP's, shifted by a ridge regression of the excess energies; return the shifts."""
    shift = np.linalg.solve(x.T @ x + RIDGE * np.eye(95), x.T @ excess)
    rows = (x > 0).sum(axis=0)
    elements = {}
    for symbol, (energy, entry) in sorted(mp_references(data).items()):
        z = chemical_symbols.index(symbol)
        elements[symbol] = {
            "mp_energy": round(energy, 6),
            "entry": entry,
            "shift": round(float(shift[z]), 6),
            "rows": int(rows[z]),
        }
    about = (
        f"Elemental reference energies in eV/atom. mp_energy and entry: {MP}, entries of 2023-02-07. shift: ridge "
        f"regression (penalty {RIDGE:g}) of CHGNet 0.3.0 energies minus DFT formation energies over {len(x)} "
        "compounds of MP-20 by scripts/calibrate_chgnet.py."
    )
    write(references.FILE, {"about": about, "elements": elements})
    return shift


def write(path: Path, data: dict) -> None:
    """Write JSON with one entry per line."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    print(f"wrote {path}")


def write_domain(embeddings: np.ndarray, calibration: np.ndarray) -> None:
    """Write where the calibration holds: the scatter of embeddings, and a limit that 99 % of rows keep."""
    cloud = Cloud.fit(embeddings)
    limit = round(float(np.quantile(cloud.distance(calibration), INSIDE)), 4)
    about = (
        f"Mean and whitening matrix of CHGNet 0.3.0 embeddings of {len(embeddings)} compounds of MP-20 and MPTS-52, "
        f"and the {INSIDE:.0%} quantile of {len(calibration)} others ({MP}), by scripts/calibrate_chgnet.py."
    )
    data = {
        "about": about,
        "limit": limit,
        "mean": [float(f"{v:.6g}") for v in cloud.mean],
        "whitening": [[float(f"{v:.6g}") for v in row] for row in cloud.whitening],
    }
    domain.FILE.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {domain.FILE}: limit {limit}")


def stiffness_rows(data: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Join measured-by-DFT K to structures by reduced formula and space group, both unambiguous."""
    labels = pd.read_parquet(data / "matbench_targets/matbench_log_kvrh.parquet")
    labels["key"] = keys(labels.composition, labels.spg_num)
    labels = labels.drop_duplicates("key", keep=False).set_index("key")
    rows = frame.assign(key=keys(frame.formula, frame.spacegroup_number)).drop_duplicates("key", keep=False)
    rows = rows[rows.key.isin(labels.index)]
    rows = rows.assign(bulk_modulus=10 ** labels.loc[rows.key, "log10(K_VRH)"].to_numpy())
    rows = rows[rows.bulk_modulus > 1.0]
    print(f"{len(rows)} structures with a bulk modulus")
    return rows.sample(N_STIFF_TEST + N_STIFF_CALIBRATION, random_state=SEED)


def keys(formulas: pd.Series, groups: pd.Series) -> list[str]:
    """Return one key per reduced formula and space group."""
    return [f"{Composition(f).reduced_formula}|{int(g)}" for f, g in zip(formulas, groups, strict=True)]


def stiffness(frame: pd.DataFrame) -> np.ndarray:
    """Return single-shot bulk moduli in GPa, NaN where there is no minimum."""
    values = []
    for k, row in enumerate(frame.itertuples()):
        try:
            values.append(single_shot_stiffness(structure_of(row), predictor.total_energies).bulk_modulus)
        except NanoOSError as error:
            print(f"\n{row.formula}: {error}")
            values.append(np.nan)
        print(f"\rstiffness {k + 1} of {len(frame)}", end="", flush=True)
    print()
    return np.array(values)


def relaxed_stiffness(frame: pd.DataFrame) -> np.ndarray:
    """Return relaxed bulk moduli in GPa, NaN where it did not converge."""
    values = []
    for k, row in enumerate(frame.itertuples()):
        try:
            result = equation_of_state(structure_of(row), "chgnet")
            values.append(result.fit.bulk_modulus if result.converged else np.nan)
        except NanoOSError as error:
            print(f"\n{row.formula}: {error}")
            values.append(np.nan)
        print(f"\rrelaxed {k + 1} of {len(frame)}", end="", flush=True)
    print()
    return np.array(values)


def errors_of(predicted: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return count, MAE and median error of the rows that have an answer."""
    good = np.isfinite(predicted)
    error = np.abs(predicted - truth)[good]
    return {"n": int(good.sum()), "mae": float(error.mean()), "median": float(np.median(error))}


def write_calibration(data: Path) -> None:
    """Write references, domain and calibration."""
    frame = pd.read_parquet(data / "structures/mp20_subset.parquet").reset_index(drop=True)
    energies, embeddings = evaluate(frame)
    good = np.flatnonzero(np.isfinite(energies))
    order = np.random.default_rng(SEED).permutation(good)
    test, cal, fit = np.split(order, [N_TEST, N_TEST + N_CALIBRATION])
    x, truth = fractions(frame), frame.formation_energy_per_atom.to_numpy()
    mp = np.array([mp_references(data).get(s, (0.0, ""))[0] for s in chemical_symbols[:95]])
    shift = fit_references(x[fit], (energies - x @ mp - truth)[fit], data)
    scatter = evaluate(large_rows(data)[: 2 * N_LARGE])[1]
    known = np.isfinite(scatter).all(axis=1)
    lots = np.split(scatter, [N_LARGE]), np.split(known, [N_LARGE])
    write_domain(
        *(np.concatenate([embeddings[rows], x[k]]) for rows, x, k in zip((fit, cal), *lots, strict=True))
    )
    formed = energies - x @ (mp + shift)
    total = truth + x @ mp
    stiff = stiffness_rows(data, frame)
    stiff_truth, stiff_found = stiff.bulk_modulus.to_numpy(), stiffness(stiff)
    s_test, s_cal = np.arange(len(stiff)) < N_STIFF_TEST, np.arange(len(stiff)) >= N_STIFF_TEST
    ok = np.isfinite(stiff_found)
    mp20 = f"{MP}; MP-20 compounds"
    results = [
        calibrate(
            "formation_energy",
            (formed[cal], truth[cal]),
            (formed[test], truth[test]),
            score="absolute",
            source=mp20,
        ),
        calibrate(
            "energy",
            (energies[cal], total[cal]),
            (energies[test], total[test]),
            score="absolute",
            source=mp20,
        ),
        calibrate(
            "bulk_modulus",
            (stiff_found[s_cal & ok], stiff_truth[s_cal & ok]),
            (stiff_found[s_test & ok], stiff_truth[s_test & ok]),
            score="relative",
            edges=STIFFNESS_EDGES,
            source=STIFF,
        ),
    ]
    write(
        predictor.FILE,
        {
            "about": "Conformal 90 % half widths of CHGNet 0.3.0, by scripts/calibrate_chgnet.py.",
            "identity": dict(chgnet.identity()),
            "n_fit": len(fit),
            "unshifted_mae": float(np.abs((energies - x @ mp - truth)[test]).mean()),
            "properties": [r.model_dump() for r in results],
        },
    )


def write_card(data: Path) -> None:
    """Measure what else the card says, and write it."""
    known = json.loads(predictor.FILE.read_text(encoding="utf-8"))
    results = [Calibration(**entry) for entry in known["properties"]]
    extras = further_checks(data, large_rows(data)[2 * N_LARGE :], results[0].bins[0].quantile)
    path = Path(predictor.__file__).parent / "cards" / "chgnet.md"
    path.write_text(card(results, {**known, **extras}), encoding="utf-8")
    print(f"wrote {path}")


def large_rows(data: Path) -> pd.DataFrame:
    """Return three disjoint random lots of compounds with up to 52 sites."""
    return pd.read_parquet(data / "structures/mpts52_valtest.parquet").sample(3 * N_LARGE, random_state=SEED)


def further_checks(data: Path, large: pd.DataFrame, half_width: float) -> dict:
    """Measure on data that served nothing above: larger cells, and two elastic sets with their structures."""
    found, truth = [], []
    for places, structures in chunks(large):
        found += [e for (e,) in get_predictor("chgnet").predict(structures, ["formation_energy"])]
        truth += large.formation_energy_per_atom.iloc[places].tolist()
    error = np.abs([e.value for e in found] - np.array(truth))
    inside = np.array([bool(e.in_domain) for e in found])
    folder = data / "properties_with_structures"
    tensors = pd.read_parquet(folder / "elastic_tensor_mp_n100.parquet")
    moduli = pd.read_parquet(folder / "bulk_moduli_mp_n100.parquet")
    return {
        "large": {
            "n": len(error),
            "mae": float(error.mean()),
            "median": float(np.median(error)),
            "coverage": float((error <= half_width).mean()),
            "inside": float(inside.mean()),
            "mae_inside": float(error[inside].mean()),
            "mae_outside": float(error[~inside].mean()),
        },
        "shaken": shaken(large.iloc[:300]),
        "cubic_single": errors_of(stiffness(tensors), tensors.K_VRH.to_numpy()),
        "cubic_relaxed": errors_of(relaxed_stiffness(tensors), tensors.K_VRH.to_numpy()),
        "moduli_single": errors_of(stiffness(moduli), moduli.bulk_modulus.to_numpy()),
        "moduli_relaxed": errors_of(relaxed_stiffness(moduli), moduli.bulk_modulus.to_numpy()),
    }


def shaken(frame: pd.DataFrame) -> dict[str, float]:
    """Return the part of deliberately wrong structures that is told apart as outside the domain."""
    random = np.random.default_rng(SEED)
    symbols = sorted(chgnet.known_elements())
    spoiled: dict[str, list[Structure]] = {"moved": [], "squeezed": [], "swapped": []}
    for _, structures in chunks(frame):
        for s in structures:
            spoiled["moved"].append(rattled(s, displacement=0.15, strain=0.0))
            spoiled["squeezed"].append(s.copy())
            spoiled["squeezed"][-1].scale_lattice(0.8 * s.volume)
            spoiled["swapped"].append(s.copy())
            kinds = [e.symbol for e in s.composition.elements]
            spoiled["swapped"][-1].replace_species(
                dict(zip(kinds, random.permutation(symbols), strict=False))
            )
    return {kind: outside(structures) for kind, structures in spoiled.items()}


def outside(structures: list[Structure]) -> float:
    """Return the part of structures that is refused or said to be outside the domain."""
    told = 0
    for structure in structures:
        try:
            told += not get_predictor("chgnet").predict([structure], ["formation_energy"])[0][0].in_domain
        except NanoOSError:
            told += 1
    return told / len(structures)


if __name__ == "__main__":
    if "--card-only" not in sys.argv:
        write_calibration(Path(sys.argv[1]))
    write_card(Path(sys.argv[1]))
