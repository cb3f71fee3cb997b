"""What a viewer can be given, made into one scene."""

# ruff: noqa: ANN401 - what can be shown comes in many kinds
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.scene import Scene, scene_of

if TYPE_CHECKING:
    from pymatgen.core.structure import Molecule, Structure


def scene_for(subject: Any, **options: Any) -> Scene:
    """Return the scene of whatever a viewer was given.

    Args:
        subject: A structure or molecule of pymatgen, a record that has one, ASE's ``Atoms``, a finished scene, or
            frames: a list of these, or whatever :func:`nanoos_lab.scenes.trajectories.scene_of_trajectory` takes.
        **options: As of :func:`nanoos_lab.scenes.scene.scene_of` and of ``scene_of_trajectory``.

    Raises:
        InvalidInputError: It is none of these, or options were given with a finished scene.
    """
    if isinstance(subject, Scene):
        if options:
            raise InvalidInputError(f"a scene is finished: pass {', '.join(options)} to scene_of instead")
        return subject
    if is_one(subject):
        return scene_of(structure_of(subject), **options)
    from nanoos_lab.scenes.trajectories import scene_of_trajectory  # noqa: PLC0415 - only for frames

    if isinstance(subject, list | tuple):
        if not subject:
            raise InvalidInputError("a trajectory without frames cannot be shown")
        subject = [frame if _is_atoms(frame) else structure_of(frame) for frame in subject]
    return scene_of_trajectory(subject, **options)


def is_one(subject: Any) -> bool:
    """Return whether something is one structure, not several.

    Args:
        subject: Anything.
    """
    return hasattr(subject, "composition") or hasattr(subject, "structure") or _is_atoms(subject)


def structure_of(subject: Any) -> Structure | Molecule:
    """Return one structure or molecule as pymatgen's.

    Args:
        subject: pymatgen's, ASE's, or something that has a ``structure``.

    Raises:
        InvalidInputError: It is none of these.
    """
    if _is_atoms(subject):
        from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415 - pymatgen is heavy

        convert = AseAtomsAdaptor.get_structure if any(subject.pbc) else AseAtomsAdaptor.get_molecule
        converted: Structure | Molecule = convert(subject)
        return converted
    if not hasattr(subject, "composition") and hasattr(subject, "structure"):
        subject = subject.structure
    if not hasattr(subject, "composition") or not hasattr(subject, "sites"):
        raise InvalidInputError(
            f"a {type(subject).__name__} cannot be shown: give a structure or molecule (pymatgen, ASE), a record, a "
            "scene, or a list of structures as frames"
        )
    found: Structure | Molecule = subject
    return found


def _is_atoms(subject: Any) -> bool:
    return hasattr(subject, "get_chemical_symbols") and hasattr(subject, "pbc")
