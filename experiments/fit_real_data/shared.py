"""Where data lie that are not in the repository, because their licences differ."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


def data_file(name: str) -> Path | None:
    """Return the path of a shared data file; None, with a message, where it is missing."""
    folder = Path(os.environ.get("DYADSIM_SHARED_DATA", ROOT.parent / "shared" / "data"))
    path = folder / name
    if path.exists():
        return path
    print(f"The data are not here: {name} in DYADSIM_SHARED_DATA or ../shared/data.")
    return None
