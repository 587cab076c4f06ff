"""Where the real data lie that are never committed: DYADSIM_SHARED_DATA, else ../shared/data."""

import os
from pathlib import Path

FOLDER = Path(
    os.environ.get("DYADSIM_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)
ABSENT = "real data absent: set DYADSIM_SHARED_DATA to their folder"
