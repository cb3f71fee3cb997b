"""Where a worker finds a task: ``module:attribute``, with a folder where the module is not installed.

A task that was made in a notebook cell or a script has no such place, and is refused before anything is
recorded.
"""

from __future__ import annotations

import importlib
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, RunError
from nanoos_lab.tasks import TASKS, Task

if TYPE_CHECKING:
    from types import ModuleType

_FOLDER_MARK = " @ "


def reference_of(task: Task[Any]) -> str:
    """Return where another process finds a task, or ``""`` where only this session has it.

    Args:
        task: A loaded task.

    Returns:
        ``module:attribute``, followed by `` @ folder`` where the module lies outside the installation.
    """
    name = task.function.__module__
    module = sys.modules.get(name)
    if module is None or name == "__main__" or getattr(module, "__file__", None) is None:
        return ""
    attribute = next((key for key, value in vars(module).items() if value is task), None)
    if attribute is None:
        return ""
    root = _root(module)
    if root is None:
        return ""
    reference = f"{name}:{attribute}"
    return reference if _installed(root) else f"{reference}{_FOLDER_MARK}{root}"


def require_reference(task: Task[Any], profile: str) -> str:
    """Return where a worker finds a task.

    Args:
        task: A loaded task.
        profile: The profile it is asked to run with, for the message.

    Raises:
        InvalidInputError: Only this session knows the task.
    """
    reference = reference_of(task)
    if not reference:
        raise InvalidInputError(
            f"the task {task.name!r} was defined in {task.function.__module__!r} of this session, where a worker "
            f"of profile {profile!r} cannot import it: move it to a module file, or run it on='here'"
        )
    return reference


def resolve(reference: str, name: str, version: str) -> Task[Any]:
    """Return the task of a recorded run.

    Args:
        reference: What :func:`reference_of` said when the run was recorded.
        name: The task's name.
        version: The version that was asked for.

    Raises:
        RunError: The task found has another name or version.
        InvalidInputError: The reference leads nowhere.
        UnknownNameError: There is no reference and no such task is registered.
    """
    task = _follow(reference) if reference else TASKS.get(name)
    if (task.name, task.version) != (name, version):
        raise RunError(
            f"the run was recorded for task {name!r} version {version!r}, but {reference or 'the registry'} holds "
            f"{task.name!r} version {task.version!r}: submit it again"
        )
    return task


def _follow(reference: str) -> Task[Any]:
    place, _, folder = reference.partition(_FOLDER_MARK)
    module, _, attribute = place.partition(":")
    if folder and folder not in sys.path:
        sys.path.append(folder)
    try:
        task = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise InvalidInputError(f"the task at {reference!r} cannot be imported: {error}") from error
    if not isinstance(task, Task):
        raise InvalidInputError(f"{reference!r} is {type(task).__name__}, not a task")
    return task


def _root(module: ModuleType) -> Path | None:
    """Return the folder that must be on the path for this module, if importing it by name finds this file."""
    path = Path(str(module.__file__)).resolve()
    parts = module.__name__.split(".")
    if path.name == "__init__.py":
        path = path.parent
    for part in reversed(parts):
        if path.stem != part:
            return None
        path = path.parent
    return path


@cache
def _installed(root: Path) -> bool:
    package_root = Path(__file__).resolve().parents[3]
    places = {Path(p).resolve() for p in sysconfig.get_paths().values()}
    return root in places | {package_root}
