"""Crystals as graphs in flat arrays: the one way from structures to what a network reads, trained or served.

Every pair of atoms closer than the cutoff is an edge, periodic images included. Libraries differ on pairs that lie
exactly at the cutoff, so training and serving both come here. Nothing here knows a network.

Example:
    >>> from nanoos_lab.testing import crystal
    >>> graphs = build_graphs([crystal("MgO"), crystal("Si")])
    >>> graphs.atoms.tolist()
    [8, 8]
"""

from __future__ import annotations

from nanoos_lab.ml.graphs.build import CUTOFF_ANGSTROM, Cell, build_graphs, cells_of, graphs_of_cells
from nanoos_lab.ml.graphs.flat import Graphs

__all__ = ["CUTOFF_ANGSTROM", "Cell", "Graphs", "build_graphs", "cells_of", "graphs_of_cells"]
