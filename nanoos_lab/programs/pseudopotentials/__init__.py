"""Families of pseudopotentials on this machine: installed by their owner, never shipped and never downloaded.

A family is a folder of UPF files, one for each element, all made for one functional, with the hash of each file
and the cut-offs that it wants. A calculation names the family; what it used is on record by hash.

Example:
    >>> from nanoos_lab.programs.pseudopotentials import normal_functional
    >>> normal_functional(" SLA  PW   PBX  PBC")
    'PBE'
"""

from __future__ import annotations

from nanoos_lab.programs.pseudopotentials.family import Family, Pseudopotential
from nanoos_lab.programs.pseudopotentials.functionals import normal_functional
from nanoos_lab.programs.pseudopotentials.install import Wishes, install
from nanoos_lab.programs.pseudopotentials.library import (
    check,
    families,
    library_folder,
    open_family,
    remove,
    set_default,
)
from nanoos_lab.programs.pseudopotentials.upf import Header, read_header

__all__ = [
    "Family",
    "Header",
    "Pseudopotential",
    "Wishes",
    "check",
    "families",
    "install",
    "library_folder",
    "normal_functional",
    "open_family",
    "read_header",
    "remove",
    "set_default",
]
