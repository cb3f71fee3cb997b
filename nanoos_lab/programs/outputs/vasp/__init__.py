"""What VASP writes: vasprun.xml and OUTCAR."""
