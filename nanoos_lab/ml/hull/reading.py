"""Competing phases from a file: computed entries as pymatgen writes them, plain JSON, or CSV; gzip or not.

Nothing in a file is made into a Python object but numbers and texts. Energies are of the composition as it
stands (``energy``, with ``correction``), per atom (``energy_per_atom``), or formation energies per atom; one file
holds one kind.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import loads
from nanoos_lab.ml.hull.phases import CompetingSet, Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMATION = (
    "formation_energy",
    "formation_energy_per_atom",
    "formation_energy_eV_per_atom",
    "e_form_per_atom",
)
PER_ATOM = ("energy_per_atom", "energy_per_atom_eV")
WHOLE = ("energy", "energy_eV")
COMPOSITION = ("composition", "formula", "pretty_formula")
NAMES = ("entry_id", "id", "material_id", "mp_id", "name")
WIDTHS = ("uncertainty", "half_width")
_ENTRIES = frozenset({"ComputedEntry", "ComputedStructureEntry", "PDEntry"})
_LISTS = ("entries", "all_entries", "phases")


def read_competing(path: str | Path, *, method: str = "", otherwise: str = "") -> CompetingSet:
    """Read competing phases from a file.

    Args:
        path: ``.json`` or ``.csv``, also with ``.gz``.
        method: Of the energies; a file that says another is refused.
        otherwise: Of the energies where the file does not say.

    Raises:
        InvalidInputError: The file cannot be read, a row cannot be understood, kinds of energies are mixed in it,
            it does not say its method and none is given, or it says another.
    """
    file = Path(path).expanduser()
    text = _text(file)
    ending = [s for s in file.suffixes if s != ".gz"][-1:]
    if ending not in ([".json"], [".csv"]):
        raise InvalidInputError(f"{file.name}: competing phases are read from .json and .csv, also with .gz")
    rows = _json_rows(text, file.name) if ending == [".json"] else _csv_rows(text, file.name)
    return competing_of(rows, source=file.name, method=method, otherwise=otherwise)


def competing_of(
    rows: Iterable[Mapping[str, Any]], *, source: str, method: str = "", otherwise: str = ""
) -> CompetingSet:
    """Return competing phases from rows of plain values.

    Args:
        rows: With a composition, an energy under one of the known names, and where known an id, an uncertainty
            and a method.
        source: What they are called in messages.
        method: Of the energies; rows that say another are refused.
        otherwise: Of the energies where they do not say.

    Raises:
        InvalidInputError: As for :func:`read_competing`.
    """
    phases, kinds, methods = [], set(), set()
    for number, row in enumerate(rows, 1):
        where = f"{source}, entry {number}"
        kind, energy = _energy(row, where)
        formula = _formula(row, where)
        name = next((str(row[k]) for k in NAMES if row.get(k) not in (None, "")), "")
        width = next((_number(row[k], k, where) for k in WIDTHS if row.get(k) not in (None, "")), None)
        try:
            phase = Phase(formula, energy, width, name, "none" if width is None else "expanded_90")
            per_atom = energy / phase.atoms if kind == "whole" else energy
            reduced = _reduced(phase)
            phases.append(Phase(reduced, per_atom, width, "" if name == reduced else name, phase.kind))
        except InvalidInputError as error:
            raise InvalidInputError(f"{where}: {error}") from error
        kinds.add("formation" if kind == "formation" else "total")
        methods |= _methods(row)
    if not phases:
        raise InvalidInputError(f"{source} holds no competing phase")
    if len(kinds) > 1:
        raise InvalidInputError(
            f"{source} mixes formation energies and total energies: split it, one kind in each file"
        )
    make = CompetingSet.of if kinds == {"formation"} else CompetingSet.of_total_energies
    return make(
        phases,
        source=source,
        method=_method(methods, method, source) if methods or method else _method(methods, otherwise, source),
    )


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
        return (gzip.decompress(data) if file.suffix == ".gz" else data).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, EOFError, zlib.error) as error:
        raise InvalidInputError(f"the file {file} of competing phases cannot be read: {error}") from error


def _json_rows(text: str, name: str) -> list[Mapping[str, Any]]:
    try:
        data = loads(text, name)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"{name} is no JSON: {error}") from error
    if isinstance(data, dict):
        data = next((data[key] for key in _LISTS if isinstance(data.get(key), list)), data)
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise InvalidInputError(f"{name} holds no list of entries, nor one under {', '.join(_LISTS)}")
    return data


def _csv_rows(text: str, name: str) -> list[Mapping[str, Any]]:
    try:
        reader = csv.DictReader(io.StringIO(text))
        rows: list[Mapping[str, Any]] = [
            {(k or "").strip(): v.strip() if isinstance(v, str) else v for k, v in row.items()}
            for row in reader
        ]
    except csv.Error as error:
        raise InvalidInputError(f"{name} is no CSV: {error}") from error
    columns = {(c or "").strip() for c in reader.fieldnames or ()}
    if not columns & {*COMPOSITION} or not columns & {*FORMATION, *PER_ATOM, *WHOLE}:
        raise InvalidInputError(
            f"{name} needs a column of compositions ({', '.join(COMPOSITION)}) and one of energies "
            f"({', '.join((*FORMATION, *PER_ATOM, *WHOLE))}); it has {', '.join(sorted(columns)) or 'none'}"
        )
    return rows


def _energy(row: Mapping[str, Any], where: str) -> tuple[str, float]:
    """Return the kind and the energy: per atom, or of the whole composition."""
    known = row.get("@class")
    if known is not None and known not in _ENTRIES:
        raise InvalidInputError(f"{where} is a {known}: known are {', '.join(sorted(_ENTRIES))}")
    if known is None:
        for kind, names in (("formation", FORMATION), ("per atom", PER_ATOM)):
            for key in names:
                if row.get(key) not in (None, ""):
                    return kind, _number(row[key], key, where)
    for key in WHOLE:
        if row.get(key) not in (None, ""):
            return "whole", _number(row[key], key, where) + _correction(row, where)
    raise InvalidInputError(
        f"{where} has no energy: give {' or '.join((FORMATION[0], PER_ATOM[0], WHOLE[0]))}"
    )


def _correction(row: Mapping[str, Any], where: str) -> float:
    if row.get("correction") not in (None, ""):
        return _number(row["correction"], "correction", where)
    return sum(
        _number(one.get("value", 0.0), "energy adjustment", where)
        for one in row.get("energy_adjustments") or ()
        if isinstance(one, dict)
    )


def _number(given: Any, name: str, where: str) -> float:  # noqa: ANN401 - whatever a file holds
    try:
        return float(given)
    except (TypeError, ValueError):
        raise InvalidInputError(f"{where}: {name} is {given!r}, not a number") from None


def _formula(row: Mapping[str, Any], where: str) -> str:
    given = next((row[k] for k in COMPOSITION if row.get(k) not in (None, "", {})), None)
    if isinstance(given, dict):
        return " ".join(f"{symbol}{_number(n, symbol, where):g}" for symbol, n in sorted(given.items()))
    if isinstance(given, str):
        return given
    raise InvalidInputError(f"{where} has no composition: give {' or '.join(COMPOSITION)}")


def _reduced(phase: Phase) -> str:
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy import

    composition: Any = Composition(phase.amounts)
    formula: str = composition.reduced_formula
    return formula


def _methods(row: Mapping[str, Any]) -> set[str]:
    """Return what an entry says of its method."""
    data, parameters = row.get("data"), row.get("parameters")
    for place, key in ((row, "method"), (data, "source"), (parameters, "run_type")):
        if isinstance(place, dict) and isinstance(place.get(key), str) and place[key].strip():
            return {place[key].strip()}
    return set()


def _method(stated: set[str], given: str, source: str) -> str:
    said = " / ".join(sorted(stated))
    if not said and not given:
        raise InvalidInputError(
            f"{source} does not say by which method its energies are: give method=, such as method='PBE'"
        )
    if said and given and said.casefold() != given.casefold():
        raise InvalidInputError(
            f"{source} says that its energies are by {said}, not by {given}: leave method out"
        )
    return said or given
