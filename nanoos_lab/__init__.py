"""NANO-OS Lab: a Jupyter-native research environment for computational materials discovery.

Example:
    >>> import nanoos_lab as nl
    >>> lab = nl.open("titanates")  # doctest: +SKIP
"""

from __future__ import annotations

from nanoos_lab._version import __version__

__all__ = ["__version__"]
