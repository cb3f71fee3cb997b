"""Potentials as plain functions: loading and evaluating weights, and what is read off energies.

Calculators (energies and forces for simulations) and predictors (property values) both stand on this room,
so that one process holds one copy of a model. It knows structures as pymatgen values and nothing of
calculators, predictors, tasks or stores.
"""

from __future__ import annotations
