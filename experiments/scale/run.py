"""What does a sweep cost beside the sessions it simulates, all measured in one run?

Run: python experiments/scale/run.py [points] [size=tiny]
"""

import sys
from pathlib import Path

import cost  # beside this file
import pandas as pd

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"points": 256, "base": 16}


def compute(points: int = 131_072, base: int = 1024) -> pd.DataFrame:
    """Return what, value, unit.

    points: of the sweep whose overhead is measured, an eighth of the stored ones; the power of two
    below counts. base: of the Sobol analysis.
    """
    count = 2 ** (points.bit_length() - 1)
    table = pd.DataFrame(cost.measure_costs(count, base), columns=["what", "value", "unit"])
    return table.round(3)


if __name__ == "__main__":
    run_experiment(__file__, compute, tiny=TINY)
