"""What LAMMPS writes: logs, dumps and data files."""
