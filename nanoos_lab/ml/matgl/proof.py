"""What a property model of matgl must give to be itself, and how far to trust it: two JSON files beside its weights.

``references.json`` says which property the model states and what it must give for some crystals, either each
(``"judged": "each"``, predictions recorded where the model is right) or on the mean of all (``"mean"``, known values
that a right model meets as well as was published)::

    {"format": 1, "property": "formation_energy", "about": "recorded by Ada with matgl 4.1.2",
     "judged": "each", "tolerance": 0.001, "gathered_at": "beginning",
     "structures": [{"name": "NaCl", "value": -2.11, "lattice": [[...], [...], [...]],
                     "species": ["Na", "Cl"], "frac_coords": [[0, 0, 0], [0.5, 0.5, 0.5]]}]}

``calibration.json`` holds the half widths that :func:`nanoos_lab.ml.matgl.calibrate_matgl` measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from nanoos_lab.errors import CalculatorError
from nanoos_lab.ml.conformal import Rule
from nanoos_lab.ml.gnn.bundle import Figures
from nanoos_lab.potentials.references import Triple
from nanoos_lab.properties import VOCABULARY, get_property

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float64]

REFERENCES = "references.json"
CALIBRATION = "calibration.json"
End = Literal["beginning", "end"]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reference(_Value):
    """A crystal with the value that a model must give for it."""

    name: str
    value: FiniteFloat
    lattice: tuple[Triple, Triple, Triple]
    """Row vectors, Å."""
    species: Annotated[tuple[str, ...], Field(min_length=1)]
    frac_coords: tuple[Triple, ...]

    @classmethod
    def of(cls, structure: Structure, value: float) -> Reference:
        """Return the reference of a crystal.

        Args:
            structure: An ordered crystal.
            value: What a model must give for it.
        """
        return cls(
            name=structure.formula.replace(" ", ""),
            value=round(float(value), 6),
            lattice=structure.lattice.matrix.tolist(),
            species=tuple(site.specie.symbol for site in structure),
            frac_coords=tuple(map(tuple, structure.frac_coords.tolist())),
        )

    def structure(self) -> Structure:
        """Return it as a structure."""
        from pymatgen.core.structure import Structure as Crystal  # noqa: PLC0415 - heavy import

        return Crystal(self.lattice, self.species, self.frac_coords)


class PropertyReferences(_Value):
    """What a model states, and must reproduce."""

    format: Literal[1] = 1
    property: str
    """A name of the vocabulary; the model's output is in its unit."""
    about: str = ""
    """Where the values come from."""
    judged: Literal["each", "mean"] = "each"
    """Whether every crystal must be met, or all on their mean."""
    tolerance: Annotated[float, Field(gt=0.0)] = 1e-3
    """Largest allowed deviation, in the property's unit."""
    gathered_at: End = "beginning"
    """Where the code that the weights were made with gathered an edge's message: matgl before 4 at its end."""
    note: str = ""
    """What a reader of every value must know."""
    structures: Annotated[tuple[Reference, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.property not in VOCABULARY or get_property(self.property).kind != "scalar":
            msg = f"{self.property!r} is no scalar of the vocabulary"
            raise ValueError(msg)
        return self


class Domain(_Value):
    """What the calibration rows were."""

    elements: dict[str, int]
    """Crystals with each element."""
    mean: tuple[float, ...] = ()
    whitening: tuple[tuple[float, ...], ...] = ()
    """Maps a difference from the mean to units of the scatter along its main directions."""
    limit: float = 0.0
    """Distance that 99 of 100 rows do not exceed."""


class MatGLCalibration(_Value):
    """How well a model states its property, measured on rows that it was not fitted to."""

    format: Literal[1] = 1
    property: str
    weights_sha256: str
    """Of the ``state.pt`` that it was measured with."""
    rule: Rule
    figures: Figures
    """On half of the rows, which served the half widths in no way."""
    domain: Domain
    elements_ev: dict[str, float] = {}
    """Of a potential: what each element's energy is counted from, eV/atom."""
    source: str = ""
    """The rows, for citation."""


def read_json(path: Path, model: type[BaseModel], remedy: str) -> BaseModel:
    """Read one of the two files.

    Args:
        path: The file.
        model: Its form.
        remedy: What to do where it is damaged.

    Raises:
        CalculatorError: It cannot be read or understood.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CalculatorError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise CalculatorError(f"{path} cannot be understood: {where}: {first['msg']}; {remedy}") from None


def judge(found: Sequence[float], references: PropertyReferences, *, who: str) -> None:
    """Refuse a model that misses its references.

    Args:
        found: What it gives for their crystals.
        references: What it must give.
        who: The model's name, for the message.

    Raises:
        CalculatorError: They are missed; the message holds both numbers.
    """
    wanted = np.array([r.value for r in references.structures])
    errors = np.abs(np.asarray(found, dtype=float) - wanted)
    errors[~np.isfinite(errors)] = np.inf
    worst, unit = int(errors.argmax()), get_property(references.property).unit
    measure = float(errors.mean()) if references.judged == "mean" else float(errors[worst])
    if measure <= references.tolerance:
        return
    mean = (
        f"over {len(errors)} crystals it is off by {measure:.3f} {unit} on average, where "
        f"{references.tolerance:.3g} is the most that a sound model is off; "
        if references.judged == "mean"
        else ""
    )
    raise CalculatorError(
        f"{who} is not itself: {mean}it gives {references.property} = {found[worst]:.4f} {unit} for "
        f"{references.structures[worst].name} where {wanted[worst]:.4f} is right "
        f"({references.about or 'nobody said by whom'}): these weights are damaged, or were made for another "
        "version of matgl; get them again"
    )
