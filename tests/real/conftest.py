"""Real data that are never committed: in DYADSIM_SHARED_DATA, else in ../shared/data."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """Return a function from a file's name to its path; a test is skipped without the file."""

    def path_of(name: str) -> Path:
        path = Path(os.environ.get("DYADSIM_SHARED_DATA", BESIDE)) / name
        if not path.exists():
            pytest.skip(f"{name} is absent: set DYADSIM_SHARED_DATA to the folder of real data")
        return path

    return path_of
