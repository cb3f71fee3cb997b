"""The small grammars inside a CIF: type symbols, oxidation states, symmetry operations."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import gemmi
import numpy as np
from pymatgen.core.periodic_table import Element

from nanoos_lab.structures.build import BuildError

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]

_WATER = re.compile(r"Hw|Ow|Wat|wat|OH|NO3|O-H")
"""Symbols that pymatgen reads as groups of atoms."""
_VACANCY = re.compile(r"(?i)(?:vac|va\b|void|du\b|dum)")
_CHARGE = re.compile(r"[A-Za-z]{1,2}(?:(\d*\.?\d*)([+-])|([+-])(\d*\.?\d+))$")


class CannotSayError(Exception):
    """The fast path leaves this file to pymatgen."""


@lru_cache(maxsize=8192)
def species_of(text: str, *, from_label: bool) -> tuple[str, float | None]:
    """Return the element of an atom and the oxidation state written with it, if any.

    Args:
        text: Type symbol such as ``Fe3+``, or site label such as ``Fe1``.
        from_label: Whether it is a site label, whose signs mean nothing.

    Raises:
        BuildError: No element is meant.
        CannotSayError: A group of atoms, or a mixture, is meant.
    """
    if not text or _WATER.match(text) or " " in text or "," in text:
        raise CannotSayError(f"symbol {text!r}")
    pair, single = text[:2].title(), text[0].upper()
    symbol = pair if Element.is_valid_symbol(pair) else single
    if _VACANCY.match(text) or not Element.is_valid_symbol(symbol):
        raise BuildError(f"unknown element {text!r}")
    match = None if from_label else _CHARGE.match(text)
    if match is None:
        return symbol, None
    amount, sign = (match.group(1), match.group(2)) if match.group(2) else (match.group(4), match.group(3))
    return symbol, float(amount or 1) * (1 if sign == "+" else -1)


def charges_by_symbol(symbols: list[str], numbers: list[str]) -> dict[str, float] | None:
    """Return oxidation states by type symbol, and by bare element, or None where the file states none.

    Args:
        symbols: Column ``_atom_type_symbol``.
        numbers: Column ``_atom_type_oxidation_number``.
    """
    if not numbers or len(numbers) != len(symbols):
        return None
    values = [0.0 if text == "." else float(gemmi.cif.as_number(text)) for text in numbers]
    if not np.isfinite(values).all():
        return None
    names = [gemmi.cif.as_string(symbol) for symbol in symbols]
    charges = dict(zip(names, values, strict=True))
    charges.update((re.sub(r"\d?[+,-]?$", "", name), v) for name, v in zip(names, values, strict=True))
    return charges


@lru_cache(maxsize=512)
def operations(texts: tuple[str, ...]) -> tuple[FloatArray, FloatArray]:
    """Return symmetry operations as rotations (n, 3, 3) and translations (n, 3), fractional.

    Args:
        texts: Operations such as ``'-x+1/2, y, z'`` as they stand in the file.

    Raises:
        CannotSayError: One of them is not understood.
    """
    try:
        parsed = [gemmi.Op(gemmi.cif.as_string(text)) for text in texts]
    except (ValueError, RuntimeError) as error:
        raise CannotSayError(f"symmetry operation: {error}") from None
    rotations = np.array([op.rot for op in parsed], dtype=np.float64) / gemmi.Op.DEN
    translations = np.array([op.tran for op in parsed], dtype=np.float64) / gemmi.Op.DEN
    return rotations, translations
