"""Which plane-wave cut-offs a pseudopotential wants, in Ry: from a table, from its file, or a careful value.

A table is a JSON or TOML file with an entry for each element, in one of the forms that are in use:

- SSSP's, in Ry: ``{"Si": {"filename": "Si.upf", "md5": "…", "cutoff_wfc": 30.0, "cutoff_rho": 240.0}}``
- PseudoDojo's, in Hartree: ``{"Si": {"hl": 14.0, "hn": 18.0, "hh": 24.0}}``, or ``{"Si": {"hints": {"normal":
  {"ecut": 18.0}}}}``; the normal one is taken.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import loads
from nanoos_lab.programs.pseudopotentials.family import SPREAD_FACTOR
from nanoos_lab.structures.elements import element_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nanoos_lab.programs.pseudopotentials.family import CutoffSource
    from nanoos_lab.programs.pseudopotentials.upf import Header, Kind

_RY_PER_HARTREE = 2.0
_CAREFUL_RY: Mapping[Kind, float] = {"norm-conserving": 90.0, "ultrasoft": 60.0, "paw": 60.0}
_LEAST_RY = 40.0
_BARELY = 1.01
_STEP_RY = 5.0
_LARGEST_RY = 2000.0
_LARGEST_TABLE_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Entry:
    """What a table says of one element."""

    cutoff_ry: float | None = None
    density_cutoff_ry: float | None = None
    filename: str = ""
    """The file that is meant, where the table names it."""
    digests: tuple[tuple[str, str], ...] = ()
    """Kind and value of its checksums."""


def read_table(path: Path) -> dict[str, Entry]:
    """Read a table of cut-offs.

    Args:
        path: A JSON file, or a TOML file by its ending.

    Raises:
        InvalidInputError: It cannot be read or understood; the message names the entry.
    """
    try:
        if path.stat().st_size > _LARGEST_TABLE_BYTES:
            raise InvalidInputError(f"{path} is too large for a table of cut-offs")
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text) if path.suffix.lower() == ".toml" else loads(text, path.name)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"{path} is no table of cut-offs: {error}") from None
    entries = {
        symbol: _entry(symbol, said, path)
        for symbol, said in (data.items() if isinstance(data, dict) else ())
        if element_data(symbol).number
    }
    if not entries:
        raise InvalidInputError(
            f'{path} is no table of cut-offs: it has no entry such as "Si": {{"cutoff_wfc": 30, "cutoff_rho": 240}}'
        )
    return entries


def _entry(symbol: str, said: Any, path: Path) -> Entry:  # noqa: ANN401 - whatever the file holds
    if not isinstance(said, dict):
        raise InvalidInputError(f"{path}: {symbol}: {said!r} is no entry with cut-offs")
    normal = said.get("hn")
    if isinstance(hints := said.get("hints"), dict) and isinstance(hints.get("normal"), dict):
        normal = hints["normal"].get("ecut")
    wave = _energy(said.get("cutoff_wfc"), f"{path}: {symbol}: cutoff_wfc")
    if wave is None and (hartree := _energy(normal, f"{path}: {symbol}: normal cut-off")) is not None:
        wave = hartree * _RY_PER_HARTREE
    digests = tuple((kind, str(said[kind]).lower()) for kind in ("md5", "sha256") if said.get(kind))
    return Entry(
        wave,
        _energy(said.get("cutoff_rho"), f"{path}: {symbol}: cutoff_rho"),
        str(said.get("filename") or ""),
        digests,
    )


def _energy(said: Any, what: str) -> float | None:  # noqa: ANN401 - whatever the file holds
    if said is None:
        return None
    known = isinstance(said, (int, float)) and not isinstance(said, bool) and math.isfinite(said)
    if not known or not 0 < said <= _LARGEST_RY:
        raise InvalidInputError(f"{what} is {said!r}: an energy up to {_LARGEST_RY:g} is expected")
    return float(said)


def suggested(header: Header, entry: Entry | None) -> tuple[float, float, CutoffSource]:
    """Return cut-offs in Ry for wave functions and density, and where they come from.

    Without anybody's word, the largest qcut² that ONCVPSP was given is taken, rounded up: PseudoDojo's normal hints
    lie within a few Ry of it for most elements. Where that is not on file either, a careful value for the kind.

    Args:
        header: What the file says of itself.
        entry: What a table says of the element.
    """
    source: CutoffSource = "assumed"
    wave, density = _CAREFUL_RY[header.kind], None
    if entry is not None and entry.cutoff_ry is not None:
        wave, density, source = entry.cutoff_ry, entry.density_cutoff_ry, "table"
    elif header.cutoff_ry is not None:
        wave, density, source = math.ceil(header.cutoff_ry), header.density_cutoff_ry, "file"
    elif header.smoothness_ry is not None:
        wave = max(_LEAST_RY, _STEP_RY * math.ceil(header.smoothness_ry / _STEP_RY))
        source = "oncvpsp"
    least = SPREAD_FACTOR["norm-conserving"] * wave
    if density is None or (source == "file" and density <= _BARELY * least):
        density = SPREAD_FACTOR[header.kind] * wave  # four times is what generators write who do not know
    return float(wave), float(max(least, math.ceil(density))), source
