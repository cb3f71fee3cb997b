"""The program outputs that others shared, and pw.x's own of many versions."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

EXAMPLES = Path("/usr/share/doc/quantum-espresso/examples")


@pytest.fixture(scope="session")
def shared_outputs(shared_data) -> Path:
    """Return the folder of program outputs."""
    return shared_data / "program_outputs"


@pytest.fixture(scope="session")
def vasp(shared_outputs) -> Path:
    """Return the folder of VASP outputs."""
    return shared_outputs / "pymatgen" / "io" / "vasp"


@pytest.fixture(scope="session")
def espresso_outputs(require) -> list[Path]:
    """Return the reference outputs of pw.x that Debian ships, of versions 4 to 6."""
    found = [
        path
        for path in sorted(EXAMPLES.rglob("*.out.gz"))
        if b"Program PWSCF" in gzip.decompress(path.read_bytes())[:3000]
    ]
    require(found, "the examples of Quantum ESPRESSO are absent: apt-get install quantum-espresso")
    return found


@pytest.fixture
def packed():
    """Return a function that compresses text in memory."""

    def pack(data: bytes) -> bytes:
        stream = io.BytesIO()
        with gzip.GzipFile(fileobj=stream, mode="wb") as packing:
            packing.write(data)
        return stream.getvalue()

    return pack
