"""What an entry of the vocabulary says: words, unit, symbol, meaning, and the columns of an array."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Axis(BaseModel):
    """A column of an array property."""

    model_config = ConfigDict(frozen=True)

    label: str
    """Words for people."""
    unit: str
    """The unit in which the column is kept; ``""`` for dimensionless."""
    photon: bool = False
    """Whether it is a photon's energy, which may be given as wavelength, wavenumber or frequency as well."""


class Property(BaseModel):
    """An entry of the vocabulary."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Identifier, snake case."""
    label: str
    """Words for people."""
    unit: str
    """The one unit in which values are kept; ``""`` for dimensionless. Of an array, that of its last column."""
    symbol: str = ""
    """The field's symbol."""
    description: str
    """What it means, precisely enough to compare two values."""
    typical: tuple[float, float] | None = None
    """A range that most inorganic crystals fall in, for drawing."""
    kind: Literal["scalar", "array"] = "scalar"
    """Whether a value is one number, or a table of numbers with the columns ``axes``."""
    axes: tuple[Axis, ...] = ()
    """The columns of an array; the first one grows from row to row."""
