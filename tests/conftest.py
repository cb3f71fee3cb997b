"""Fixtures for every test: the shared data, and the one way to skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def require(condition: object, reason: str) -> None:
    """Skip with a reason where a part of the machine is missing, or fail if all parts are required.

    Args:
        condition: Whether the part is there.
        reason: What is missing and how to get it.
    """
    if condition:
        return
    if os.environ.get("NANOOS_REQUIRE") == "all":
        pytest.fail(f"NANOOS_REQUIRE=all, but {reason}")
    pytest.skip(reason)


@pytest.fixture(name="require", scope="session")
def require_fixture():
    """Return :func:`require`, for tests that cannot import this file."""
    return require


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of test data that does not ship with the project."""
    path = Path(os.environ.get("NANOOS_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    require(path.is_dir(), f"the test data are absent: set NANOOS_TEST_DATA (looked in {path})")
    return path
