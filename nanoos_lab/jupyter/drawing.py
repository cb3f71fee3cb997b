"""From files and structures to what the viewer draws, with the facts that stand beside it. No tornado here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import NanoOSError, StructureParseError
from nanoos_lab.jupyter.places import check_size
from nanoos_lab.jupyter.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nanoos_lab.jupyter.questions import Drawing, FileDrawing
    from nanoos_lab.structures import Description, ParsedStructure

MOST_ATOMS = 60_000
"""Atoms of a picture, before those beyond the cell's faces are added."""
MOST_POSITIONS = 1_500_000
"""Of a trajectory: frames times atoms."""
_LISTED = 1000
_GRIDS = ("CHG", "AECCAR", "PARCHG", "LOCPOT", "ELFCAR")
_ULM = b"- of Ulm"
"""How ASE's trajectories begin; what begins otherwise may be a pickle, which is never read."""


def draw_file(path: Path, question: FileDrawing) -> dict[str, Any]:
    """Return the drawing of a structure file: of a structure, of frames, or of a grid of numbers.

    Args:
        path: The file.
        question: What is drawn, and how.

    Returns:
        ``scene`` with its ``facts``; ``structures``, the names of what the file holds where one is chosen among
        them; ``count``, of these or of the frames; ``which`` is drawn, None for frames.

    Raises:
        RefusedError: It is too large, or has no such structure.
        StructureParseError: It cannot be read.
    """
    check_size(path, question.path)
    name = path.name.upper()
    try:
        if name.startswith(_GRIDS) or name.endswith((".CUBE", ".CUB", ".CHGCAR")):
            return _draw_grid(path, question)
        if name.startswith("XDATCAR") or name.endswith((".TRAJ", ".XDATCAR")):
            return _draw_frames(path, path, question)
        return _draw_structures(path, question)
    except NanoOSError as error:
        raise _without_folder(error, path) from None


def _draw_structures(path: Path, question: FileDrawing) -> dict[str, Any]:
    from nanoos_lab.structures import read_structures  # noqa: PLC0415 - pymatgen is heavy

    found = read_structures(path, name=path.name)
    if question.which is None and len(found) > 1 and _alike(found):
        xyz = found[0].format in {"xyz", "extxyz"} and path.suffix != ".gz"
        return _draw_frames(path, path if xyz else [one.structure for one in found], question)
    which = question.which or 0
    if which >= len(found):
        raise RefusedError(
            HTTPStatus.NOT_FOUND,
            f"{path.name} holds {len(found)} structures; there is no number {which + 1}",
            "Choose another.",
        )
    chosen = found[which]
    scene = draw(chosen.structure, question, title=title_of(chosen))
    facts = [*facts_of(chosen.structure), _file_fact(path, chosen.format)]
    return {
        "scene": scene | {"facts": facts},
        "structures": [title_of(one) for one in found[:_LISTED]],
        "count": len(found),
        "which": which,
    }


def _draw_frames(path: Path, source: Any, question: FileDrawing) -> dict[str, Any]:  # noqa: ANN401 - as trajectory_of
    from nanoos_lab.scenes import scene_of_trajectory  # noqa: PLC0415 - numpy and pymatgen are heavy
    from nanoos_lab.scenes.trajectories import trajectory_of  # noqa: PLC0415

    if path.suffix == ".traj" and not path.read_bytes()[: len(_ULM)] == _ULM:
        raise StructureParseError("this is no trajectory of ASE (its first bytes are others)", path.name)
    frames = trajectory_of(source)
    count, atoms = frames.positions.shape[:2]
    if (size := count * _check_atoms(frames.first, question)) > MOST_POSITIONS:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"{path.name} holds {count} frames of {atoms} atoms, {size} positions as drawn, and at most "
            f"{MOST_POSITIONS} are drawn here",
            "Choose a smaller supercell, or cut out the frames that matter.",
        )
    options = question.options() | {"bonds": question.bonds != "no" and "auto"}
    formula = str(frames.first.composition.reduced_formula)
    scene = scene_of_trajectory(source, **options, title=f"{formula} · {path.name}").to_json()
    facts = [*facts_of(frames.first), ["Frames", str(count)], _file_fact(path, "trajectory")]
    return {"scene": scene | {"facts": facts}, "structures": [], "count": count, "which": None}


def _draw_grid(path: Path, question: FileDrawing) -> dict[str, Any]:
    from nanoos_lab.scenes import read_volumetric  # noqa: PLC0415 - numpy and pymatgen are heavy

    grid = read_volumetric(path)
    points = " × ".join(map(str, grid.data.shape))
    title = f"{grid.structure.composition.reduced_formula} · {path.name}"
    scene = draw(grid.structure, question, title=title, isosurface=grid)
    reach = f"{grid.data.min():.3g} to {grid.data.max():.3g} {grid.unit}".strip()
    facts = [
        *facts_of(grid.structure),
        ["Grid", points],
        ["Values", reach],
        _file_fact(path, grid.name or "grid"),
    ]
    return {"scene": scene | {"facts": facts}, "structures": [], "count": 1, "which": 0}


def _alike(found: Sequence[ParsedStructure]) -> bool:
    """Whether these are frames: the same kinds of atoms in the same order."""
    first = [site.species for site in found[0].structure]
    return all(
        len(one.structure) == len(first)
        and all(a.species == b for a, b in zip(one.structure, first, strict=True))
        for one in found[1:]
    )


def _without_folder(error: NanoOSError, path: Path) -> NanoOSError:
    """Return the error with the file's name where it said where on the server that is."""
    said = str(error).replace(str(path), path.name)
    return (
        error if said == str(error) else StructureParseError(said.removeprefix(f"{path.name}: "), path.name)
    )


def draw(structure: Any, question: Drawing, *, title: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - pymatgen's
    """Return the scene of a structure as JSON.

    Args:
        structure: A crystal or molecule.
        question: How it is drawn.
        title: What it is called.
        **more: Further words of ``scene_of``.

    Raises:
        RefusedError: It would be too large.
    """
    from nanoos_lab.scenes import scene_of  # noqa: PLC0415 - numpy and pymatgen are heavy

    _check_atoms(structure, question)
    return scene_of(structure, **question.options(), title=title, **more).to_json()


def _check_atoms(structure: Any, question: Drawing) -> int:  # noqa: ANN401
    n_a, n_b, n_c = question.supercell if hasattr(structure, "lattice") else (1, 1, 1)
    if (atoms := len(structure) * n_a * n_b * n_c) > MOST_ATOMS:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"{n_a} × {n_b} × {n_c} cells hold {atoms} atoms, and at most {MOST_ATOMS} are drawn here",
            "Choose a smaller supercell.",
        )
    return atoms


def title_of(parsed: ParsedStructure) -> str:
    """Return what a structure of a file is called.

    Args:
        parsed: The structure.
    """
    formula = str(parsed.structure.composition.reduced_formula)
    return f"{formula} · {parsed.name}" + (f" · {parsed.index + 1}" if parsed.index else "")


def facts_of(structure: Any) -> list[list[str]]:  # noqa: ANN401 - pymatgen's
    """Return what a reader wants to know first of a structure, as names and values.

    Args:
        structure: A crystal or molecule.
    """
    from nanoos_lab.structures import describe  # noqa: PLC0415 - pymatgen is heavy

    return _facts(describe(structure))


def _file_fact(path: Path, kind: str) -> list[str]:
    from nanoos_lab.display.numbers import size  # noqa: PLC0415 - the rest of the display is not needed

    return ["File", f"{kind}, {size(path.stat().st_size)}"]


def _facts(what: Description) -> list[list[str]]:
    pairs: list[tuple[str, str | None]] = [("Formula", what.reduced_formula)]
    if what.space_group:
        pairs.append(("Space group", f"{what.space_group_symbol} ({what.space_group})"))
    pairs += [("Crystal system", what.crystal_system), ("Sites", str(what.n_sites))]
    if what.lattice:
        a, b, c, alpha, beta, gamma = what.lattice
        pairs += [
            ("a, b, c", f"{a:.4f}, {b:.4f}, {c:.4f} Å"),
            ("α, β, γ", f"{alpha:.2f}, {beta:.2f}, {gamma:.2f}°"),
        ]
    pairs += [
        ("Volume", f"{what.volume:.2f} Å³" if what.volume else None),
        ("Density", f"{what.density:.3f} g/cm³" if what.density else None),
        ("Bonded in", None if what.dimensionality is None else f"{what.dimensionality} dimensions"),
        ("Occupancy", None if what.ordered else "partial"),
    ]
    return [[name, value] for name, value in pairs if value]
