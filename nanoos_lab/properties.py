"""The vocabulary of properties, and the form in which any of them is stated.

A :class:`Property` is an entry of the vocabulary (:mod:`nanoos_lab.vocabulary`): what a word such as
``bulk_modulus`` means and in which unit. A :class:`PropertyEstimate` is one statement of a property as science
returns it: value, unit, uncertainty, conditions, method, origin. The store adds subject and run to it; nothing
here knows the store.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator, model_validator

from nanoos_lab.vocabulary import VOCABULARY, Property, get_property

__all__ = [
    "VOCABULARY", "ArrayEstimate", "Method", "Origin", "Property", "PropertyEstimate", "Statement", "get_property",
]  # fmt: skip

Scalar = float | int
UncertaintyKind = Literal["none", "standard", "expanded_90", "conformal_90", "fit"]


class Origin(StrEnum):
    """Where a value comes from."""

    PREDICTED = "predicted"
    """By a model trained on this property, or on energies, in one evaluation."""
    COMPUTED = "computed"
    """By a simulation: a calculator's energies and forces, followed to the property."""
    MEASURED = "measured"
    """By experiment."""
    IMPORTED = "imported"
    """From another database or file that does not say which of the above."""


class Method(BaseModel):
    """A level of theory, a model or an instrument; only values of like method are ranked together."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Short name, such as ``CHGNet``, ``PBE``, ``literature``."""
    version: str = ""
    """Version of the model or code."""
    recipe: str = ""
    """How it was used, such as ``relaxed Birch-Murnaghan, 7 volumes``."""

    @property
    def label(self) -> str:
        """The method in one line."""
        head = f"{self.name} {self.version}".strip()
        return f"{head} · {self.recipe}" if self.recipe else head


class Statement(BaseModel):
    """What is said of a property of one subject, besides its number or numbers."""

    model_config = ConfigDict(frozen=True)

    property: str
    """A name of the vocabulary."""
    unit: str = ""
    """Filled from the vocabulary; a different unit is refused."""
    uncertainty: float | None = None
    """Half width in ``unit``, or None where nothing honest can be said."""
    uncertainty_kind: UncertaintyKind = "none"
    """What the half width means: ``standard`` (1 σ), ``expanded_90``, ``conformal_90``, ``fit``, ``none``."""
    origin: Origin
    method: Method
    converged: bool = True
    """False where the procedure that gave the value did not reach its own tolerance."""
    in_domain: bool | None = None
    """Whether the model can be trusted on this subject; None where the question does not arise."""
    synthetic: bool = False
    """True for values of the toy calculator: never mixed with real ones."""
    conditions: dict[str, Any] = Field(default_factory=dict)
    """Temperature in K as ``temperature_K``, pressure in GPa as ``pressure_GPa``, and the like."""
    source: str = ""
    """Citation of a measured or imported value, or of the data a model's uncertainty rests on."""
    note: str = ""
    """One sentence that a reader of the value must know."""

    @model_validator(mode="before")
    @classmethod
    def _fill_unit(cls, data: Any) -> Any:  # noqa: ANN401 - pydantic hands over raw input
        if isinstance(data, dict) and not data.get("unit"):
            data = {**data, "unit": get_property(str(data.get("property"))).unit}
        return data

    @model_validator(mode="after")
    def _check(self) -> Self:
        entry = get_property(self.property)
        if self.unit != entry.unit:
            msg = f"{self.property} is kept in {entry.unit!r}, not {self.unit!r}: convert it first"
            raise ValueError(msg)
        if self.uncertainty is not None and not self.uncertainty >= 0:
            msg = f"the uncertainty of {self.property} must be >= 0, not {self.uncertainty}"
            raise ValueError(msg)
        if (self.uncertainty is None) != (self.uncertainty_kind == "none"):
            msg = "give uncertainty and uncertainty_kind together, or neither"
            raise ValueError(msg)
        return self


class PropertyEstimate(Statement):
    """One statement of a property of one subject.

    Example:
        >>> PropertyEstimate(property="bulk_modulus", value=171.0, uncertainty=8.0,
        ...     uncertainty_kind="fit", origin=Origin.COMPUTED, method=Method(name="CHGNet")).unit
        'GPa'
    """

    value: float
    """The value, in ``unit``."""

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        if get_property(self.property).kind != "scalar":
            msg = f"{self.property} is an array, not one number"
            raise ValueError(msg)
        return self


class ArrayEstimate(Statement):
    """One statement of an array, such as a spectrum, of one subject.

    An uncertainty is the half width of every number of the last column.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    array: Any
    """Numbers (float64), one row a point and one column an axis of the property, in the axes' units."""

    @field_validator("array", mode="before")
    @classmethod
    def _read(cls, array: Any) -> Any:  # noqa: ANN401 - pydantic hands over raw input
        """Take rows of numbers, as JSON holds an array."""
        if not isinstance(array, list | tuple):
            return array
        import numpy as np  # noqa: PLC0415 - single numbers do without it

        try:
            return np.array(array, dtype=np.float64)
        except (ValueError, TypeError):
            msg = "an array has rows of numbers, all of one length"
            raise ValueError(msg) from None

    @field_serializer("array", when_used="json")
    def _written(self, array: Any) -> Any:  # noqa: ANN401 - nested lists
        return array.tolist()

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        entry, shape = get_property(self.property), tuple(getattr(self.array, "shape", ()))
        if entry.kind != "array":
            msg = f"{self.property} is one number, not an array"
            raise ValueError(msg)
        if len(shape) != 2 or shape[0] < 1 or shape[1] != len(entry.axes):  # noqa: PLR2004 - rows and columns
            msg = f"{self.property} has one row for each point and {len(entry.axes)} columns, not the shape {shape}"
            raise ValueError(msg)
        return self
