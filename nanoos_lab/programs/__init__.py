"""What knows the files of simulation programs: inputs, outputs, pseudopotentials, and how a program is run.

It takes and gives values and folders. It knows nothing of calculators, tasks, runs or stores, which stand on it.
"""

from __future__ import annotations
