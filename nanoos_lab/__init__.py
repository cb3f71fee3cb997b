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


def open(  # noqa: A001 - nl.open is how a lab is opened
    place: str | Path, *, project: str = "default", files: str | Path | None = None
) -> Lab:
    """Open a lab: a folder with an embedded store, made where it is new, or a lab on a PostgreSQL server.

    For a folder nothing has to be started. What an earlier process left unfinished is put right.

    Args:
        place: The lab folder, or an address such as ``postgresql+psycopg://ada@db.example.org/lab``; a password is
            better kept in ``~/.pgpass`` than in the address.
        project: The project to work in; made when it is new. On a server another person's project may be named
            ``owner/name``.
        files: On a server, where the lab's files are seen from here, if not where the lab says.

    Returns:
        The lab.

    Raises:
        AccessDeniedError: The server does not let one in, or the login is an administrator's.
        StoreError: The folder cannot hold a lab, or its store cannot be opened; the message says why.
    """
    from nanoos_lab.lab import Lab  # noqa: PLC0415 - importing the package stays light

    return Lab(place, project=project, files=files)


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
