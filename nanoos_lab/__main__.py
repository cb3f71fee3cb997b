"""``python -m nanoos_lab`` is the command ``nanoos``."""

from nanoos_lab.cli import main

main()
