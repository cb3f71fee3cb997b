"""Everything that these programs wrote among the shared data is recognised; what is refused says why."""

from __future__ import annotations

import warnings
from collections import Counter

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import read_output, recognise

EXPECTED = {
    "vasprun": (45, 7, 1), "outcar": (32, 1, 1), "pw-text": (1, 0, 0), "gpaw-text": (1, 0, 0), "lammps-log": (2, 0, 1),
    "lammps-data": (9, 0, 1), "lammps-dump": (0, 0, 7), "phonopy": (1, 0, 0), "phonopy-band": (1, 0, 0),
    "phonopy-dos": (0, 0, 1),
}  # fmt: skip
"""By kind: read and converged, read and not converged, refused."""


def test_coverage_of_the_shared_outputs(shared_outputs):
    counted: dict[str, Counter[int]] = {}
    refused, unknown = {}, []
    for root in ("ase", "pymatgen"):
        for path in sorted((shared_outputs / root).rglob("*")):
            if not path.is_file():
                continue
            kind = recognise(path)
            if not kind:
                unknown.append(path.name)
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    slot = 0 if read_output(path).converged else 1
                except ProgramOutputError as error:
                    slot, refused[path.name] = 2, str(error).partition(path.name)[2]
            counted.setdefault(kind, Counter())[slot] += 1
    print(f"\n{'kind':14} read  not converged  refused")
    for kind, found in sorted(counted.items()):
        print(f"{kind:14} {found[0]:4}  {found[1]:13}  {found[2]:7}")
    print("\n".join(f"{name}{why}" for name, why in refused.items()))
    assert {kind: tuple(found[i] for i in range(3)) for kind, found in counted.items()} == EXPECTED
    assert not [name for name in unknown if name.startswith(("vasprun", "OUTCAR", "log.", "dump."))]
    for name, why in refused.items():
        assert len(why) > 30, name
