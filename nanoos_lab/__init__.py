"""NANO-OS Lab: a Jupyter-native research environment for computational materials discovery.

Example:
    >>> import nanoos_lab as nl
    >>> lab = nl.open("titanates")  # doctest: +SKIP
    >>> sto = lab.add("SrTiO3.cif", tags=["perovskite"])  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab._version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from nanoos_lab.lab import Lab

__all__ = ["Lab", "__version__", "load_ipython_extension", "open"]


def open(folder: str | Path, *, project: str = "default") -> Lab:  # noqa: A001 - nl.open is how a lab is opened
    """Open a lab, a folder with an embedded store, artifacts and runs; make it where it is new.

    Nothing has to be started. What an earlier process left unfinished is put right.

    Args:
        folder: The lab folder.
        project: The project to work in; made when it is new.

    Returns:
        The lab.

    Raises:
        InvalidInputError: It is no folder but an address.
        StoreError: The folder cannot hold a lab, or its store cannot be opened; the message says why.
    """
    from nanoos_lab.errors import InvalidInputError  # noqa: PLC0415 - importing the package stays light
    from nanoos_lab.lab import Lab  # noqa: PLC0415

    if "://" in str(folder):
        raise InvalidInputError(f"a lab is a folder in this version, not a database address: {folder}")
    return Lab(folder, project=project)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magic ``%lab``: what ``%load_ext nanoos_lab`` calls.

    Args:
        shell: The running IPython shell.
    """
    from nanoos_lab.magics import register  # noqa: PLC0415 - only inside IPython

    register(shell)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the class, loaded when asked for
    if name == "Lab":
        from nanoos_lab.lab import Lab  # noqa: PLC0415 - importing the package stays light

        return Lab
    raise AttributeError(f"module 'nanoos_lab' has no attribute {name!r}")
