"""What ``model.json`` says of a model: what it states, how it was made, how far off it is, how it is recognised."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.conformal import Rule
from nanoos_lab.ml.domain import INSIDE, Cloud
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

SCHEMA: Literal["nanoos.model"] = "nanoos.model"
SCHEMA_VERSION: Literal[1] = 1
NAME = r"^[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?$"
VERSION = r"^[0-9A-Za-z](?:[0-9A-Za-z.+_-]{0,38}[0-9A-Za-z])?$"

Vector = tuple[FiniteFloat, ...]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Value):
    """One property that the model states."""

    property: str
    """A scalar of the vocabulary."""
    unit: str = ""
    """The vocabulary's; filled where it is left out."""
    logarithm: bool = False
    """Whether the model's own number is the logarithm to the base 10; then its interval is of the logarithm."""

    @model_validator(mode="before")
    @classmethod
    def _fill_unit(cls, data: Any) -> Any:  # noqa: ANN401 - pydantic hands over raw input
        if isinstance(data, dict) and not data.get("unit"):
            data = {**data, "unit": get_property(str(data.get("property"))).unit}
        return data

    @model_validator(mode="after")
    def _check(self) -> Self:
        entry = get_property(self.property)
        if entry.kind != "scalar":
            msg = f"{self.property} is an array, and a model states single numbers"
            raise ValueError(msg)
        if self.unit != entry.unit:
            msg = (
                f"{self.property} is kept in {entry.unit!r}, not {self.unit!r}: train on values in that unit"
            )
            raise ValueError(msg)
        return self


class Figures(_Value):
    """How far off a model is on rows of one part of the data, in the property's unit."""

    n: int
    mae: FiniteFloat
    rmse: FiniteFloat
    r2: FiniteFloat | None = None
    """None where the truths do not differ."""
    bias: FiniteFloat
    coverage: FiniteFloat | None = None
    """Part of the rows inside their 90 % interval."""
    median: FiniteFloat | None = None
    """Of the absolute errors."""


class Reference(_Value):
    """A crystal and what the model said of it when it was made."""

    name: str
    lattice: tuple[Vector, Vector, Vector]
    """Lattice vectors in Å, one row each."""
    species: tuple[str, ...]
    coords: tuple[Vector, ...]
    """Fractional."""
    values: dict[str, FiniteFloat]
    """By property, in its unit."""

    @classmethod
    def of(cls, name: str, structure: Structure, values: Mapping[str, float]) -> Reference:
        """Return the record of a crystal.

        Args:
            name: What it is called in messages.
            structure: The crystal, ordered.
            values: What the model says of it, by property.
        """
        return cls(
            name=name,
            lattice=tuple(tuple(map(float, row)) for row in structure.lattice.matrix),
            species=tuple(site.specie.symbol for site in structure),
            coords=tuple(tuple(map(float, row)) for row in structure.frac_coords),
            values={k: float(v) for k, v in values.items()},
        )

    def structure(self) -> Structure:
        """Return the crystal."""
        from pymatgen.core.structure import Structure as Crystal  # noqa: PLC0415 - heavy import

        return Crystal(self.lattice, self.species, self.coords)


class Domain(BaseModel):
    """What the training rows were; all of it may be left out, and its maker may say more."""

    model_config = ConfigDict(extra="allow", frozen=True)

    elements: dict[str, int] = {}
    """Training crystals with each element."""
    mean: Vector = ()
    """Of the training rows' embeddings, shape (d,)."""
    whitening: tuple[Vector, ...] = ()
    """Maps a difference of embeddings to units of their scatter, shape (d, d)."""
    limit: FiniteFloat | None = None
    """Distance that 99 of 100 held-out rows do not exceed."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        d = len(self.mean)
        if len(self.whitening) != d or any(len(row) != d for row in self.whitening):
            msg = f"a mean of {d} numbers needs a whitening of shape ({d}, {d})"
            raise ValueError(msg)
        if bool(d) != (self.limit is not None):
            msg = "give mean, whitening and limit together, or none of them"
            raise ValueError(msg)
        return self

    @functools.cached_property
    def cloud(self) -> Cloud | None:
        """The embeddings of the training rows, None where they are not described."""
        return Cloud(np.array(self.mean), np.array(self.whitening)) if self.mean else None

    @classmethod
    def fit(
        cls, structures: Sequence[Structure], embeddings: NDArray[np.float64], held: NDArray[np.float64]
    ) -> Domain:
        """Describe training rows.

        Args:
            structures: The training crystals.
            embeddings: How the model sees them, shape (n, d), n of at least two.
            held: How it sees rows held out of training, shape (m, d).
        """
        counts: dict[str, int] = {}
        for structure in structures:
            for symbol in {e.symbol for e in structure.composition.element_composition}:
                counts[symbol] = counts.get(symbol, 0) + 1
        if len(embeddings) < 2 or not len(held):  # noqa: PLR2004 - a scatter needs two
            raise InvalidInputError(
                f"{len(embeddings)} training rows and {len(held)} held-out rows describe no domain: "
                "give at least two and one"
            )
        cloud = Cloud.fit(np.asarray(embeddings, dtype=float))
        return cls(
            elements=dict(sorted(counts.items())),
            mean=tuple(cloud.mean.tolist()),
            whitening=tuple(map(tuple, cloud.whitening.tolist())),
            limit=float(np.quantile(cloud.distance(np.asarray(held, dtype=float)), INSIDE)),
        )


class Manifest(_Value):
    """Everything that is said of a model beside its weights.

    Example:
        >>> Target(property="bulk_modulus", logarithm=True).unit
        'GPa'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    schema_: Literal["nanoos.model"] = Field(SCHEMA, alias="schema")
    schema_version: Literal[1] = SCHEMA_VERSION
    name: Annotated[str, StringConstraints(pattern=NAME)]
    """Small letters, digits, dots, underscores and hyphens."""
    version: Annotated[str, StringConstraints(pattern=VERSION)]
    architecture: str
    """Who runs it: a name of ``nanoos_lab.ml.models.RUNNERS``."""
    targets: tuple[Target, ...] = Field(min_length=1)
    """In the order of the model's numbers."""
    elements: tuple[str, ...] = ()
    """Symbols among the training data; empty where unknown."""
    base: str | None = None
    """What it was tuned from."""
    training: dict[str, Any] = {}
    """Run, data, split, seed, curves."""
    metrics: dict[str, dict[str, Figures]] = {}
    """By part of the data, such as ``test``, then by property."""
    intervals: dict[str, Rule] = {}
    """By property; of the logarithm where the target is one. A property without a rule is stated without interval."""
    domain: Domain = Domain()
    embedding: int = Field(0, ge=0)
    """Length of its embeddings; 0 where it gives none."""
    references: tuple[Reference, ...] = ()
    """At least one, or the model is refused; ``write_model`` fills them when it is given crystals."""
    source: str = ""
    """Citation of the data it learned from; kept with every value."""
    notes: dict[str, str] = {}
    """By property: a sentence that a reader of each value must know."""
    sha256: dict[str, Digest] = {}
    """Of every file beside ``model.json``; filled when the model is written."""
    synthetic: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        stated = [t.property for t in self.targets]
        if len(set(stated)) != len(stated):
            msg = f"each property is stated once, and these are {', '.join(stated)}"
            raise ValueError(msg)
        for what, given in (("intervals", self.intervals), ("notes", self.notes)):
            if foreign := sorted(set(given) - set(stated)):
                msg = f"{what} of {', '.join(foreign)}, which the model does not state"
                raise ValueError(msg)
        for reference in self.references:
            if missing := sorted(set(stated) ^ set(reference.values)):
                msg = f"the reference {reference.name} must hold a value of each target: {', '.join(missing)}"
                raise ValueError(msg)
        if self.domain.mean and len(self.domain.mean) != self.embedding:
            msg = (
                f"the domain rests on embeddings of {len(self.domain.mean)} numbers, "
                f"the model's have {self.embedding}"
            )
            raise ValueError(msg)
        return self

    @property
    def properties(self) -> tuple[str, ...]:
        """Names of the vocabulary that it states."""
        return tuple(t.property for t in self.targets)

    @property
    def label(self) -> str:
        """Name and version in one word, such as ``my-gap@1.2``."""
        return f"{self.name}@{self.version}"
