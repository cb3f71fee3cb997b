"""LAMMPS: where it is, what its potential files say, and how to talk to it.

LAMMPS always runs as a program of its own, so that its abort ends it and not us. Nothing here knows calculators
or simulations. Units are those that LAMMPS calls metal: eV, Å, ps, bar.
"""

from __future__ import annotations
