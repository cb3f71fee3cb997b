"""Whole labs on the way: from a folder to a server, back, and into one file.

Everything that a lab's tables hold passes through as it is: texts of JSON to the letter, floats to the last bit,
authors and times as they were. Rows are counted and hashed where they are read, as they are written, and read
again where they arrived, and only when all agree does the place they arrived at become a lab.
"""

from __future__ import annotations

from nanoos_lab.store.transfer.dumps import dump
from nanoos_lab.store.transfer.moving import Moved, move, restore

__all__ = ["Moved", "dump", "move", "restore"]
