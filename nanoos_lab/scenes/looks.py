"""How atoms look: colours of elements, radii, shared sites, and colours by a number per site."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast, get_args

import numpy as np

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.model import Scale, SceneSpecies, SiteValues
from nanoos_lab.structures.elements import element_data

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pymatgen.core.structure import Molecule, Structure

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

    class SiteData(TypedDict, total=False):
        """Numbers or vectors per site with how they are told; ``values`` must be there."""

        values: ArrayLike
        name: str
        unit: str
        scale: Scale
        low: float
        high: float

    Colors = Literal["jmol", "vesta"] | Mapping[str, str]
    BySite = str | ArrayLike | SiteData

UNITS = {"magmom": "μB", "charge": "e", "forces": "eV/Å", "force": "eV/Å", "velocities": "Å/fs"}
_VACANT = 235.0
_WHOLE = 1e-6
"""How far from one an occupancy may be by rounding."""


def species_of_sites(
    structure: Structure | Molecule, colors: Colors = "jmol"
) -> tuple[tuple[SceneSpecies, ...], IntArray]:
    """Return the kinds of atoms in order of appearance, and the kind of every site.

    Args:
        structure: A crystal or molecule.
        colors: ``"jmol"``, ``"vesta"``, or colours by symbol (``{"Ti": "#3366cc"}``) on top of Jmol's.
    """
    known: dict[Any, int] = {}
    kinds: dict[tuple[tuple[str, float], ...], int] = {}
    of_site = []
    for site in structure:
        amounts = site.species
        code = known.get(amounts)
        if code is None:
            by_symbol: dict[str, float] = {}
            for species, amount in amounts.items():
                by_symbol[species.symbol] = by_symbol.get(species.symbol, 0.0) + float(amount)
            code = kinds.setdefault(tuple(sorted(by_symbol.items())), len(kinds))
            known[amounts] = code
        of_site.append(code)
    palette = _palette(colors)
    return tuple(_look(dict(kind), palette) for kind in kinds), np.array(of_site, np.int64)


def site_values(
    structure: Structure | Molecule, by: BySite, drawn: IntArray, limits: tuple[float, float] | None = None
) -> SiteValues:
    """Return one number per drawn atom, and the scale that they are shown on.

    The scale is diverging, and symmetric about zero, where numbers of both signs occur.

    Args:
        structure: A crystal or molecule.
        by: The name of a site property, numbers or vectors per site, or these with name, unit and scale;
            the length is taken of vectors.
        drawn: The site of every drawn atom, shape (n,).
        limits: The values of the first and the last colour; of the data if None.

    Raises:
        InvalidInputError: Nothing of this name, or not one finite number per site.
    """
    told = data_of_sites(structure, by)
    values = np.asarray(told["values"], np.float64)
    if values.ndim == 2:  # noqa: PLR2004 - vectors
        values = np.linalg.norm(values, axis=1)
    finite = values[np.isfinite(values)]
    if not len(finite):
        raise InvalidInputError(f"{told['name']}: no site has a finite value to colour by")
    both_signs = finite.min() < 0 < finite.max()
    scale = told.get("scale") or ("diverging" if both_signs else "sequential")
    if scale not in get_args(Scale):
        raise InvalidInputError(f"unknown scale {scale!r}: use one of {', '.join(get_args(Scale))}")
    low, high = limits or _range(finite, scale)
    return SiteValues(
        name=told["name"],
        unit=told["unit"],
        values=values[drawn].astype(np.float32),
        low=float(told.get("low", low)),
        high=float(told.get("high", high)),
        scale=scale,
    )


def data_of_sites(structure: Structure | Molecule, by: BySite) -> SiteData:
    """Return numbers or vectors per site with their name and unit.

    Args:
        structure: A crystal or molecule.
        by: As of :func:`site_values`.

    Raises:
        InvalidInputError: Nothing of this name, or not one entry per site.
    """
    if isinstance(by, str):
        told = cast("SiteData", {"values": _property(structure, by), "name": by})
    elif isinstance(by, Mapping):
        told = cast("SiteData", dict(by))
        if "values" not in told:
            raise InvalidInputError(
                "numbers by site need 'values', one per site, beside name, unit and scale"
            )
    else:
        told = {"values": by}
    name = told.get("name", "value")
    try:
        values = np.array(told["values"], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name}: not a number or a vector for every site: {error}") from None
    if values.shape not in {(len(structure),), (len(structure), 3)}:
        raise InvalidInputError(
            f"{name}: shape {values.shape} does not fit {len(structure)} sites: give one number or vector each"
        )
    return cast(
        "SiteData", {**told, "values": values, "name": name, "unit": told.get("unit", UNITS.get(name, ""))}
    )


def _property(structure: Structure | Molecule, name: str) -> list[Any]:
    """Return a site property; of charges and moments also what the species say. Unknown ones are NaN."""
    values = structure.site_properties.get(name)
    if values is None and name in {"charge", "magmom"}:
        values = _of_species(structure, "oxi_state" if name == "charge" else "spin")
    if values is None:
        known = ", ".join(sorted(structure.site_properties)) or "none"
        raise InvalidInputError(
            f"no site property {name!r} (there is: {known}): set it with structure.add_site_property(name, values), "
            "or pass the numbers"
        )
    return _filled([getattr(v, "moment", v) for v in values])


def _of_species(structure: Structure | Molecule, attribute: str) -> list[float | None] | None:
    """Return what the species say of themselves, averaged on shared sites; None where no species does."""
    values: list[float | None] = []
    for site in structure:
        told = [(getattr(species, attribute, None), float(n)) for species, n in site.species.items()]
        known = [state * n for state, n in told if state is not None]
        values.append(float(sum(known)) if len(known) == len(told) else None)
    return values if any(v is not None for v in values) else None


def _filled(values: list[Any]) -> list[Any]:
    """Return the values with NaN for what is missing."""
    width = max((np.size(v) for v in values if v is not None), default=1)
    return [(np.nan if width == 1 else [np.nan] * width) if v is None else v for v in values]


def _range(finite: FloatArray, scale: str) -> tuple[float, float]:
    low, high = float(finite.min()), float(finite.max())
    if scale == "diverging":
        reach = max(abs(low), abs(high)) or 1.0
        return -reach, reach
    if low == high:
        return (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
    return low, high


def _palette(colors: Colors) -> Mapping[str, tuple[int, int, int]]:
    """Return the colours that differ from Jmol's."""
    if isinstance(colors, str):
        if colors not in {"jmol", "vesta"}:
            raise InvalidInputError(
                f"unknown colours {colors!r}: use 'jmol', 'vesta' or {{symbol: '#rrggbb'}}"
            )
        return _vesta() if colors == "vesta" else {}
    return {symbol: rgb(color) for symbol, color in colors.items()}


def rgb(color: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0-255.

    Args:
        color: ``#rrggbb`` or ``#rgb``.

    Raises:
        InvalidInputError: It is neither.
    """
    if re.fullmatch(r"#[0-9a-fA-F]{3}", color):
        color = "#" + "".join(2 * c for c in color[1:])
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise InvalidInputError(f"not a colour: {color!r}; write it as '#rrggbb'")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:], 16)


@functools.cache
def _vesta() -> Mapping[str, tuple[int, int, int]]:
    """Return VESTA's colours of elements, from the table that pymatgen ships."""
    from importlib import resources  # noqa: PLC0415 - with the next

    from ruamel.yaml import YAML  # noqa: PLC0415 - only where these colours are asked for

    file = resources.files("pymatgen.core").joinpath("ElementColorSchemes.yaml")
    table = YAML(typ="safe").load(file.read_text(encoding="utf-8"))["VESTA"]
    return {str(symbol): (int(c[0]), int(c[1]), int(c[2])) for symbol, c in table.items()}


def _look(amounts: Mapping[str, float], palette: Mapping[str, tuple[int, int, int]]) -> SceneSpecies:
    """Return how a site with these occupancies is drawn; a vacancy blends in light grey."""
    main = element_data(max(amounts, key=lambda s: amounts[s]))
    total = sum(amounts.values())
    colors = {s: palette.get(s, element_data(s).colour) for s in amounts}
    blend = np.zeros(3)
    for symbol, amount in amounts.items():
        blend += amount * np.array(colors[symbol])
    blend = (blend + max(0.0, 1.0 - total) * _VACANT) / max(1.0, total)
    whole = len(amounts) == 1 and abs(total - 1.0) < _WHOLE
    label = next(iter(amounts)) if whole else " ".join(f"{s}{amounts[s]:.2g}" for s in amounts)
    full = main.metallic_radius if main.kind == "metal" else main.covalent_radius
    return SceneSpecies(
        symbol=next(iter(amounts)) if len(amounts) == 1 else main.symbol,
        label=label,
        color=hexadecimal(blend),
        radius=round(0.2 + 0.26 * main.covalent_radius, 3),
        full_radius=round(max(full, 0.45), 3),
        portions=()
        if whole
        else tuple((hexadecimal(colors[s]), round(amounts[s] / max(1.0, total), 6)) for s in amounts),
    )


def hexadecimal(color: ArrayLike) -> str:
    """Return ``#rrggbb``.

    Args:
        color: Red, green and blue, 0-255.
    """
    return "#{:02x}{:02x}{:02x}".format(*np.rint(np.asarray(color, float)).astype(int))
