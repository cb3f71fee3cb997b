"""Make what the package knows of matgl's published property models: what they must give, and how well they do.

Run from the repository root, with the shared test data in place (half a minute on one idle core)::

    OMP_NUM_THREADS=1 python scripts/calibrate_matgl.py ../shared/data
    OMP_NUM_THREADS=1 python scripts/calibrate_matgl.py ../shared/data --check

It needs matgl and pandas with pyarrow, and writes ``nanoos_lab/ml/data/matgl_published.json``; with ``--check`` it
writes nothing, and ends with 1 where the file says something else. Weights themselves are not in the package: a
folder is known by their hashes.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import NanoOSError
from nanoos_lab.ml.domain import Cloud
from nanoos_lab.ml.matgl.calibrate import calibration_of, domain_of
from nanoos_lab.ml.matgl.folder import PUBLISHED, check
from nanoos_lab.ml.matgl.model import ask, load_unproven, prove
from nanoos_lab.ml.matgl.proof import Domain, MatGLCalibration, PropertyReferences, Reference
from nanoos_lab.potentials.weights import file_sha256

NAME = "MEGNet-MP-2018.6.1-Eform"
PROPERTY, GATHERED_AT, PUBLISHED_MAE, TIMES = "formation_energy", "end", 0.028, 3.0
ABOUT = "Published property models of matgl by the hashes of their weights: what they must give, and how well they do."
LABELS = (
    "Materials Project labels of 2018 (MEGNet's data set MP-2018.6.1, doi:10.1021/acs.chemmater.9b01294), "
    "CC-BY-4.0"
)
ROWS = "Materials Project, MP-20 (CC-BY-4.0): 4,000 crystals that are not among the labels of 2018"
NOTE = "trained on the Materials Project of 2018; published test error 0.028 eV/atom"
REFERENCES = (
    *("mp-22862", "mp-1265", "mp-1138", "mp-390", "mp-2133"),
    *("mp-4651", "mp-1143", "mp-631", "mp-10695", "mp-1953"),
)
"""Small well-known crystals: NaCl, MgO, LiF, TiO2, ZnO, SrTiO3, Al2O3, TiC, ZnS and TiAl."""
N_ROWS, SEED, DIGITS = 4000, 0, 4
TOLERANCE = 2e-3
"""Relative, in the check: another build of torch gives other last digits."""


def structure_of(row: object) -> Structure:
    """Make a structure of a row."""
    coords = np.array(row.frac_coords).reshape(-1, 3)
    return Structure(Lattice.from_parameters(*row.lattice), row.numbers, coords)


def references_of(crystals: pd.DataFrame, labels: pd.DataFrame) -> PropertyReferences:
    """Return the crystals that the model must meet, with the labels of 2018, which it was trained for."""
    rows = crystals.merge(labels[["material_id", "megnet_e_form"]].dropna(), on="material_id")
    found = []
    for name, row in rows.set_index("material_id").loc[list(REFERENCES)].iterrows():
        entry = Reference.of(structure_of(row), row.megnet_e_form).model_dump(mode="json")
        entry["name"] = f"{row.formula} ({name})"
        for table in ("lattice", "frac_coords"):
            entry[table] = [[round(x, 6) for x in line] for line in entry[table]]
        found.append(entry)
    return PropertyReferences(
        property=PROPERTY,
        about=LABELS,
        judged="mean",
        tolerance=TIMES * PUBLISHED_MAE,
        gathered_at=GATHERED_AT,
        note=NOTE,
        structures=found,
    )


def held_out(
    crystals: pd.DataFrame, labels: pd.DataFrame, folder: Path
) -> tuple[list[Structure], np.ndarray]:
    """Return crystals that the model was not trained on, with their formation energies of today."""
    later = crystals[~crystals.material_id.isin(labels.material_id)].sample(N_ROWS, random_state=SEED)
    structures, values = [], []
    for row in later.itertuples():
        structure = structure_of(row)
        try:
            check(folder, structure)
        except NanoOSError:  # an element that it does not know
            continue
        structures.append(structure)
        values.append(row.formation_energy_per_atom)
    return structures, np.array(values)


def short(domain: Domain, vectors: np.ndarray) -> Domain:
    """Return a domain in few digits, with the limit that they give."""
    mean = tuple(float(f"{x:.{DIGITS}g}") for x in domain.mean)
    whitening = tuple(tuple(float(f"{x:.{DIGITS}g}") for x in line) for line in domain.whitening)
    limit = float(np.quantile(Cloud(np.array(mean), np.array(whitening)).distance(vectors), 0.99))
    return domain.model_copy(update={"mean": mean, "whitening": whitening, "limit": round(limit, DIGITS)})


def entry_of(folder: Path, crystals: pd.DataFrame, labels: pd.DataFrame) -> dict[str, Any]:
    """Return what is to be known of a folder, once its model has met its references."""
    references = references_of(crystals, labels)
    model = load_unproven(folder, GATHERED_AT)
    prove(model, references, who=folder.name)
    structures, truth = held_out(crystals, labels, folder)
    answers = ask(model, structures)
    calibration: MatGLCalibration = calibration_of(
        folder, structures, (answers.values, truth), known=(PROPERTY, PUBLISHED_MAE), source=ROWS
    )
    domain = short(domain_of(structures, answers.vectors), answers.vectors)
    return {
        "name": folder.name,
        "sha256": {name: file_sha256(folder / name) for name in ("model.pt", "state.pt")},
        "references": references.model_dump(mode="json"),
        "calibration": calibration.model_copy(update={"domain": domain}).model_dump(mode="json"),
    }


def differences(kept: object, made: object, where: str = "") -> list[str]:
    """Return where two JSON values differ (numbers: by more than :data:`TOLERANCE`)."""
    if isinstance(kept, dict) and isinstance(made, dict):
        names = sorted(kept.keys() | made.keys())
        return [d for n in names for d in differences(kept.get(n), made.get(n), f"{where}.{n}")]
    if isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        return [
            d
            for i, (a, b) in enumerate(zip(kept, made, strict=True))
            for d in differences(a, b, f"{where}[{i}]")
        ]
    if isinstance(kept, float) and isinstance(made, float):
        same = math.isclose(kept, made, rel_tol=TOLERANCE, abs_tol=1e-4)
        return [] if same else [f"{where}: {kept} in the file, {made} now"]
    return [] if kept == made else [f"{where}: {kept!r:.80} in the file, {made!r:.80} now"]


def without_signs(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document whose domains' directions point one way: a decomposition leaves their signs open."""
    found = json.loads(json.dumps(document))
    for entry in found["models"]:
        domain = entry["calibration"]["domain"]
        directions = np.array(domain["whitening"])
        signs = np.sign(directions[np.abs(directions).argmax(axis=0), range(directions.shape[1])])
        domain["whitening"] = (directions * signs).tolist()
    return found


def main() -> int:
    """Write or check the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the shared data")
    parser.add_argument("--check", action="store_true", help="compare with the file and write nothing")
    given = parser.parse_args()
    crystals = pd.read_parquet(given.data / "structures" / "mp20_subset.parquet")
    labels = pd.read_parquet(given.data / "labels_by_id" / "megnet_mp2018_labels.parquet")
    folder = given.data / "matgl_pretrained" / "pretrained_models" / NAME
    made = {"about": ABOUT, "models": [entry_of(folder, crystals, labels)]}
    figures = made["models"][0]["calibration"]["figures"]
    print(f"{NAME}: {figures}")
    if given.check:
        found = differences(
            without_signs(json.loads(PUBLISHED.read_text(encoding="utf-8"))), without_signs(made)
        )
        print("\n".join(found[:20]) or f"{PUBLISHED.name} is as made now")
        return 1 if found else 0
    text = json.dumps(made, separators=(",", ":")).replace('"models":[', '"models":[\n')
    PUBLISHED.write_text(text + "\n", encoding="utf-8")
    print(f"{PUBLISHED}: {PUBLISHED.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
