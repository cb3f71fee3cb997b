"""From files and structures to what the viewer draws, with the facts that stand beside it. No tornado here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from nanoos_lab.jupyter.places import check_size
from nanoos_lab.jupyter.refusing import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.jupyter.questions import Drawing, FileDrawing
    from nanoos_lab.structures import Description, ParsedStructure

MOST_ATOMS = 60_000
"""Atoms of a picture, before those beyond the cell's faces are added."""
_LISTED = 1000


def draw_file(path: Path, question: FileDrawing) -> dict[str, Any]:
    """Return the drawing of a structure file.

    Args:
        path: The file.
        question: What is drawn, and how.

    Returns:
        ``scene`` with its ``facts``; ``structures``, the names of what the file holds; ``which`` is drawn.

    Raises:
        RefusedError: It is too large, or has no such structure.
        StructureParseError: It cannot be read.
    """
    from nanoos_lab.structures import read_structures  # noqa: PLC0415 - pymatgen is heavy

    check_size(path, question.path)
    found = read_structures(path, name=path.name)
    which = question.which or 0
    if which >= len(found):
        raise RefusedError(
            HTTPStatus.NOT_FOUND,
            f"{path.name} holds {len(found)} structures; there is no number {which + 1}",
            "Choose another.",
        )
    chosen = found[which]
    scene = draw(chosen.structure, question, title=title_of(chosen))
    return {
        "scene": scene | {"facts": facts_of_file(chosen, path)},
        "structures": [title_of(one) for one in found[:_LISTED]],
        "count": len(found),
        "which": which,
    }


def draw(structure: Any, question: Drawing, *, title: str) -> dict[str, Any]:  # noqa: ANN401 - pymatgen's
    """Return the scene of a structure as JSON.

    Args:
        structure: A crystal or molecule.
        question: How it is drawn.
        title: What it is called.

    Raises:
        RefusedError: It would be too large.
    """
    from nanoos_lab.scenes import scene_of  # noqa: PLC0415 - numpy and pymatgen are heavy

    n_a, n_b, n_c = question.supercell if hasattr(structure, "lattice") else (1, 1, 1)
    if (atoms := len(structure) * n_a * n_b * n_c) > MOST_ATOMS:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"{n_a} × {n_b} × {n_c} cells hold {atoms} atoms, and at most {MOST_ATOMS} are drawn here",
            "Choose a smaller supercell.",
        )
    return scene_of(structure, **question.options(), title=title).to_json()


def title_of(parsed: ParsedStructure) -> str:
    """Return what a structure of a file is called.

    Args:
        parsed: The structure.
    """
    formula = str(parsed.structure.composition.reduced_formula)
    return f"{formula} · {parsed.name}" + (f" · {parsed.index + 1}" if parsed.index else "")


def facts_of_file(parsed: ParsedStructure, path: Path) -> list[list[str]]:
    """Return what a reader wants to know first of a structure, as names and values.

    Args:
        parsed: The structure.
        path: Its file.
    """
    from nanoos_lab.display.numbers import size  # noqa: PLC0415 - the rest of the display is not needed
    from nanoos_lab.structures import describe  # noqa: PLC0415 - pymatgen is heavy

    said = _facts(describe(parsed.structure))
    return [*said, ["File", f"{parsed.format}, {size(path.stat().st_size)}"]]


def _facts(what: Description) -> list[list[str]]:
    pairs: list[tuple[str, str | None]] = [("Formula", what.reduced_formula)]
    if what.space_group:
        pairs.append(("Space group", f"{what.space_group_symbol} ({what.space_group})"))
    pairs += [("Crystal system", what.crystal_system), ("Sites", str(what.n_sites))]
    if what.lattice:
        a, b, c, alpha, beta, gamma = what.lattice
        pairs += [("a, b, c", f"{a:.4f}, {b:.4f}, {c:.4f} Å"), ("α, β, γ", f"{alpha:.2f}, {beta:.2f}, {gamma:.2f}°")]
    pairs += [
        ("Volume", f"{what.volume:.2f} Å³" if what.volume else None),
        ("Density", f"{what.density:.3f} g/cm³" if what.density else None),
        ("Bonded in", None if what.dimensionality is None else f"{what.dimensionality} dimensions"),
        ("Occupancy", None if what.ordered else "partial"),
    ]
    return [[name, value] for name, value in pairs if value]
