"""What a sweep costs beside the sessions it simulates, all measured in one run.

Run: python experiments/scale/run.py [points]
"""

import sys
from pathlib import Path

import pandas as pd


def main(points: int = 131_072, folder: Path | None = None) -> pd.DataFrame:
    """Return what, value, unit. points: of the overhead; an eighth of the stored ones."""
    import cost  # beside this file

    count = 2 ** (points.bit_length() - 1)
    base = 1024 if folder is not None else 16
    table = pd.DataFrame(cost.measured(count, base), columns=["what", "value", "unit"])
    print(table.round(2).to_string(index=False))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        table.round(3).to_csv(folder / "scale.csv", index=False)
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=Path(__file__).parents[2] / "results" / "scale")
