"""The shipped samples: their files, and the script that writes them."""

from __future__ import annotations

import importlib.util
import sys
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    import pandas as pd
    from gemmi import cif
    from pymatgen.core import Structure


@pytest.fixture(scope="session")
def sample_files(repository: Path) -> dict[str, Path]:
    """The CIFs by name."""
    return {path.stem: path for path in sorted((repository / "notebooks/structures").glob("*.cif"))}


@pytest.fixture(scope="session")
def crystals(sample_files: dict[str, Path]) -> dict[str, Structure]:
    """The conventional cells as pymatgen's own parser reads them."""
    from pymatgen.io.cif import CifParser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it says that it completed 0.3333333333 to 1/3
        return {n: CifParser(p).parse_structures(primitive=False)[0] for n, p in sample_files.items()}


@pytest.fixture(scope="session")
def blocks(sample_files: dict[str, Path]) -> dict[str, cif.Block]:
    """The CIF data blocks."""
    import gemmi

    return {name: gemmi.cif.read(str(path)).sole_block() for name, path in sample_files.items()}


@pytest.fixture(scope="session")
def make_samples(repository: Path) -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("make_samples", repository / "scripts/make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def read_shared(shared_data: Path, require: Callable[[object, str], None]) -> Callable[[str], pd.DataFrame]:
    """Read a parquet table of the shared test data."""
    import pandas as pd

    def read(name: str) -> pd.DataFrame:
        require(find_spec("pyarrow"), "reading the shared tables needs pyarrow: pip install pyarrow")
        path = shared_data / name
        require(path.is_file(), f"the test data lack {name}")
        return pd.read_parquet(path)

    return read
