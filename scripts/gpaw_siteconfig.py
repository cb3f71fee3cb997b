"""How GPAW is built here: C++ with libxc and OpenBLAS, one process.

``make gpaw`` names this file in ``GPAW_CONFIG``; GPAW's setup.py executes it.
Needs Debian's libxc-dev, libopenblas-dev, g++ and python3-dev.
"""

mpi = False
compiler = "g++"
libraries = ["xc", "openblas"]
