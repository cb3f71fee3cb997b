"""Machine-learned potentials as plain functions: loading, checking and evaluating their weights.

Calculators (energies and forces for simulations) and predictors (property values) both stand on this room,
so that one process holds one copy of a model. It knows structures as pymatgen values and nothing of
calculators, predictors, tasks or stores.
"""

from __future__ import annotations
