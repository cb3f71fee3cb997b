"""Making a folder of matgl believable: references and half widths from crystals that it was not trained on."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.ml.conformal import Held, fit_rule
from nanoos_lab.ml.domain import Cloud
from nanoos_lab.ml.gnn.bundle import Figures
from nanoos_lab.ml.matgl import folder as folders
from nanoos_lab.ml.matgl.proof import CALIBRATION, REFERENCES, Domain, MatGLCalibration, PropertyReferences
from nanoos_lab.ml.matgl.proof import Reference as Known
from nanoos_lab.ml.matgl.statements import counted_from
from nanoos_lab.ml.training.splits import share
from nanoos_lab.potentials import matgl, matgl_folder
from nanoos_lab.potentials.references import record, write_references
from nanoos_lab.potentials.weights import file_sha256, package_versions
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pydantic import BaseModel
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.matgl.model import Loaded
    from nanoos_lab.ml.matgl.proof import End

    FloatArray = NDArray[np.float64]

LEAST_ROWS = 40
"""Rows that are split in two halves: one for half widths, one for figures."""
SOUND = 3.0
"""A model whose error is more than so many times the expected one is not itself."""
SHOWN = 6
"""Crystals among the references."""
DIRECTIONS = 16
"""Main directions of the embeddings in which distance is counted."""
RIDGE = 1e-3
"""Rows' worth of weight on an element's energy being zero."""


def calibrate_matgl(
    folder: str | Path,
    structures: Sequence[Structure],
    values: Sequence[float],
    *,
    property: str,  # noqa: A002 - the field's word
    expected_mae: float,
    source: str = "",
    note: str = "",
) -> MatGLCalibration:
    """Measure a model of matgl on crystals whose values are known, and leave the proof beside its weights.

    The model must first meet the known values about as well as was published for it. Then its predictions of a few
    crystals become ``references.json``, and half widths measured on one half of the rows ``calibration.json``; the
    figures in it are of the other half. Both files are written whole or not at all.

    Weights of MEGNet from before matgl 4 are tried in their old order where the present one fails.

    Args:
        folder: The model's folder, whole.
        structures: Crystals that it was not trained on, at least 40, like those it will be asked about.
        values: Their known values, in the vocabulary's unit.
        property: What the model states; of a potential ``energy``, or ``formation_energy`` where the known values
            are formation energies: the elements' energies are then fitted to half of the rows.
        expected_mae: Its mean absolute error as published, or as measured where it was trained, in that unit.
        source: The rows, for citation.
        note: What a reader of every value must know, such as that the model may have seen the crystals.

    Returns:
        What was written to ``calibration.json``.

    Raises:
        InvalidInputError: Too few rows, or the folder holds no model that can be asked.
        CalculatorError: The model is not itself: the message holds its error and the expected one.

    Example:
        >>> calibrate_matgl("/models/Mine-Eform", crystals, known, property="formation_energy",
        ...     expected_mae=0.03, source="my held-out rows")  # doctest: +SKIP
    """
    place = Path(folder).expanduser()
    truth = _checked(place, structures, values, expected_mae)
    known = property, expected_mae
    if folders.describe(place).kind == "potential":
        return _potential(place, structures, truth, known=known, source=source)
    loaded, gathered_at = _sound_model(place, structures, truth, known)
    from nanoos_lab.ml.matgl.model import ask  # noqa: PLC0415 - torch takes seconds

    answers = ask(loaded, structures)
    proof = PropertyReferences(
        property=property,
        about=f"recorded with {_versions()} where it met {len(truth)} known values ({source or 'unnamed rows'})",
        gathered_at=gathered_at,
        note=note,
        structures=tuple(Known.of(structures[i], answers.values[i]) for i in _shown(structures)),
    )
    found = calibration_of(place, structures, (answers.values, truth), known=known, source=source)
    found = found.model_copy(update={"domain": domain_of(structures, answers.vectors)})
    _write(place / REFERENCES, proof)  # first: without it the other counts for nothing
    _write(place / CALIBRATION, found)
    return found


def _checked(
    folder: Path, structures: Sequence[Structure], values: Sequence[float], expected_mae: float
) -> FloatArray:
    truth = np.asarray(values, dtype=float)
    if truth.shape != (len(structures),):
        raise InvalidInputError(f"{len(structures)} structures need one value each, not {truth.size}")
    if len(truth) < LEAST_ROWS:
        raise InvalidInputError(
            f"{len(truth)} rows cannot carry half widths and their test: give at least {LEAST_ROWS}"
        )
    if not np.isfinite(truth).all():
        raise InvalidInputError(
            f"the value of structure {int(np.argmin(np.isfinite(truth)))} is not a finite number"
        )
    if not expected_mae > 0:
        raise InvalidInputError(
            f"expected_mae={expected_mae} must be above 0: the error that was published for the model"
        )
    for index, structure in enumerate(structures):
        try:
            folders.check(folder, structure)
        except ValueError as error:
            raise type(error)(f"structure {index} of {len(structures)}: {error}") from error
    return truth


def _sound_model(
    folder: Path, structures: Sequence[Structure], truth: FloatArray, known: tuple[str, float]
) -> tuple[Loaded, End]:
    """Return the model in the order in which it meets the known values."""
    from nanoos_lab.ml.matgl.model import ask, load_unproven  # noqa: PLC0415 - torch takes seconds

    orders: tuple[End, ...] = ("beginning", "end")
    errors = {}
    for order in orders if folders.describe(folder).architecture == "MEGNet" else orders[:1]:
        loaded = load_unproven(folder, order)
        errors[order] = float(np.abs(ask(loaded, structures).values - truth).mean())
        if errors[order] <= SOUND * known[1]:
            return loaded, order
    _refuse(folder, min(errors.values()), known, len(truth))
    raise AssertionError  # _refuse raises


def _refuse(folder: Path, error: float, known: tuple[str, float], rows: int) -> None:
    unit = get_property(known[0]).unit
    raise CalculatorError(
        f"{folder} is not itself: over {rows} crystals its {known[0]} is off by {error:.3f} {unit} on average, where "
        f"{known[1]:.3f} was expected and {SOUND:g} times that is the most that is taken; nothing was written. Look "
        "for other weights, or for the property and unit that these were trained on"
    )


def _potential(
    folder: Path,
    structures: Sequence[Structure],
    truth: FloatArray,
    *,
    known: tuple[str, float],
    source: str,
) -> MatGLCalibration:
    name, expected = known
    if name not in {"energy", "formation_energy"}:
        raise InvalidInputError(f"a potential states energy or formation_energy, not {name!r}")
    if reason := matgl_folder.withdrawn(folder):
        raise CalculatorError(reason)
    loaded = matgl.load(folder)
    energies = np.array([matgl.evaluate(loaded, s).energy / len(s) for s in structures])
    elements: dict[str, float] = {}
    values = energies
    if name == "formation_energy":
        # the energies of elements are fitted to rows on which nothing else is measured
        fitted = np.array([_half(s, "elements") for s in structures])
        rows = [s for s, chosen in zip(structures, fitted, strict=True) if chosen]
        elements = _elements(rows, (energies - truth)[fitted])
        values = energies - np.array([counted_from(s, elements) for s in structures])
        keep = ~fitted & np.isfinite(values)
        structures = [s for s, kept in zip(structures, keep, strict=True) if kept]
        values, truth = values[keep], truth[keep]
        if len(truth) < LEAST_ROWS:
            raise InvalidInputError(
                f"{len(truth)} rows are left besides those that the elements' energies are fitted to: give at least "
                f"{3 * LEAST_ROWS}"
            )
    error = float(np.abs(values - truth).mean())
    if not error <= SOUND * expected:
        _refuse(folder, error, (name, expected), len(truth))
    found = calibration_of(folder, structures, (values, truth), known=(name, expected), source=source)
    found = found.model_copy(update={"elements_ev": elements, "domain": domain_of(structures, None)})
    if folders.unproven(folder):
        chosen = [structures[i] for i in _shown(structures)]
        about = (
            f"recorded with {_versions()} where it met {len(truth)} known values ({source or 'unnamed rows'})"
        )
        proof = record(lambda s: matgl.evaluate(loaded, s).energy, chosen, about=about)
        fresh = folder / f".{REFERENCES}.new"
        write_references(fresh, proof)
        fresh.replace(folder / REFERENCES)
    _write(folder / CALIBRATION, found)
    return found


def _elements(structures: Sequence[Structure], energies: FloatArray) -> dict[str, float]:
    """Return the elements' energies that explain what is left of crystals' energies, eV/atom."""
    parts = [s.composition.element_composition.fractional_composition.get_el_amt_dict() for s in structures]
    symbols = sorted({symbol for part in parts for symbol in part})
    design = np.array([[part.get(symbol, 0.0) for symbol in symbols] for part in parts])
    normal = design.T @ design + RIDGE * np.eye(len(symbols))
    solved = np.linalg.solve(normal, design.T @ energies)
    return {symbol: round(float(e), 6) for symbol, e in zip(symbols, solved, strict=True)}


def calibration_of(
    folder: Path,
    structures: Sequence[Structure],
    pairs: tuple[FloatArray, FloatArray],
    *,
    known: tuple[str, float],
    source: str,
) -> MatGLCalibration:
    """Return half widths measured on one half of the rows, with the figures of the other.

    Args:
        folder: The model's.
        structures: The rows' crystals.
        pairs: What the model gives for them and what is known, in the vocabulary's unit, each of shape (n,).
        known: The property, and the mean absolute error that was published.
        source: The rows, for citation.

    Raises:
        InvalidInputError: Too few rows are in one of the halves.
    """
    values, truth = pairs
    measured = np.array([_half(s, "widths") for s in structures])
    if min(int(measured.sum()), int((~measured).sum())) < LEAST_ROWS // 2:
        raise InvalidInputError(
            f"{len(truth)} rows fall into halves of {int(measured.sum())} and {int((~measured).sum())}, by their "
            f"compositions, too few to measure half widths and test them: give more compounds, so that each half has "
            f"{LEAST_ROWS // 2}"
        )
    zeros = np.zeros(len(values))
    held = Held(values, zeros, zeros, truth)
    rule = fit_rule(held.take(measured), floor=known[1])
    other = held.take(~measured)
    inside = other.errors <= rule.half_widths(other.values, other.spreads, other.nonmetal)
    errors, spread = other.values - other.truth, float(((other.truth - other.truth.mean()) ** 2).sum())
    return MatGLCalibration(
        property=known[0],
        weights_sha256=file_sha256(folder / "state.pt"),
        rule=rule,
        figures=Figures(
            n=len(errors),
            mae=float(np.abs(errors).mean()),
            rmse=float(np.sqrt((errors**2).mean())),
            median=float(np.median(np.abs(errors))),
            r2=1.0 - float((errors**2).sum()) / spread if spread else None,
            bias=float(errors.mean()),
            coverage=float(inside.mean()),
        ),
        domain=Domain(elements={}),
        source=source,
    )


def _half(structure: Structure, salt: str) -> bool:
    """Tell which half a crystal is in: its composition alone decides, so like rows stay together."""
    return share(f"matgl/{salt}/{structure.composition.reduced_formula}") < 0.5  # noqa: PLR2004 - half


def _shown(structures: Sequence[Structure]) -> list[int]:
    """Return the positions of crystals for the references: small ones, of different elements."""
    seen: set[str] = set()
    chosen = []
    for index in sorted(range(len(structures)), key=lambda i: (len(structures[i]), i)):
        elements = set(structures[index].composition.element_composition.get_el_amt_dict())
        if elements & seen:
            continue
        seen |= elements
        chosen.append(index)
    return chosen[:SHOWN]


def domain_of(structures: Sequence[Structure], vectors: NDArray[np.float32] | None) -> Domain:
    """Return what crystals a model was measured on.

    Args:
        structures: These crystals.
        vectors: Their embeddings, shape (n, d); None where the model gives none.
    """
    counts: dict[str, int] = {}
    for structure in structures:
        for symbol in structure.composition.element_composition.get_el_amt_dict():
            counts[symbol] = counts.get(symbol, 0) + 1
    counts = dict(sorted(counts.items()))
    if vectors is None:
        return Domain(elements=counts)
    v = np.asarray(vectors, dtype=float)
    mean = v.mean(axis=0)
    _, scale, directions = np.linalg.svd(v - mean, full_matrices=False)
    kept = max(1, min(DIRECTIONS, len(v) // 10, int((scale > 1e-6 * scale[0]).sum())))
    whitening = directions[:kept].T * (np.sqrt(len(v) - 1) / scale[:kept])
    rounded = np.round(mean, 5), np.round(whitening, 5)
    limit = float(np.quantile(Cloud(*rounded).distance(v), 0.99))
    return Domain(
        elements=counts, mean=tuple(rounded[0]), whitening=tuple(map(tuple, rounded[1])), limit=limit
    )


def _versions() -> str:
    return ", ".join(f"{k} {v}" for k, v in package_versions(matgl_folder.PACKAGES).items())


def _write(path: Path, value: BaseModel) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(value.model_dump(mode="json"), file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
