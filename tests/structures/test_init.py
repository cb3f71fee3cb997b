"""The package is light to import and complete."""

from __future__ import annotations

import subprocess
import sys

import pytest

import nanoos_lab.structures


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = (
        "import sys, nanoos_lab.structures\n"
        "print([m for m in ('pymatgen', 'numpy', 'spglib', 'gemmi', 'pydantic', 'scipy') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = set(eval(shown.stdout))  # noqa: S307 - our own print
    assert heavy <= {"pydantic"}, "pydantic may come with the face of the package; nothing else"


def test_every_public_name_is_there() -> None:
    for name in nanoos_lab.structures.__all__:
        assert getattr(nanoos_lab.structures, name) is not None
    assert set(nanoos_lab.structures.__all__) <= set(dir(nanoos_lab.structures))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        nanoos_lab.structures.nothing  # noqa: B018 - the access is the test
