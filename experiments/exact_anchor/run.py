"""Is the table's posterior the exact one? A growth model of ENRICHD's weekly scores, both ways.

Run: pip install 'dyadsim[exact]'; python experiments/exact_anchor/run.py [draws] [size=tiny]
"""

import importlib.util
import os
import sys
from pathlib import Path

import growth  # beside this file
import numpy as np
import pandas as pd
import ways
from ways import draw

from dyadsim.fitting import client_data
from dyadsim.fitting.data_design import ObservedDesign, observed_design

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"draws": 300}
ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("DYADSIM_SHARED_DATA", ROOT.parent / "shared" / "data"))
FILE = FOLDER / "enrichd_cbt_bdi" / "enrichd_cbt_bdi.csv"
COLUMNS = ["data", "parameter", "unit", "way", "truth", "low", "middle", "high"]


def enrichd() -> ObservedDesign:
    """Return ENRICHD's scores by client and week."""
    columns = {"client": "ID", "time": "time", "score": "BDI"}
    data = client_data.read_client_data(str(FILE), columns, instrument="bdi2", unit="day")
    return observed_design(data, {"care": "cbt"})


def intervals(data: str, way: str, draws: np.ndarray, truth: np.ndarray) -> pd.DataFrame:
    """Return a row a parameter: its truth (NaN where unknown) and the 90 % interval of draws."""
    ends = np.quantile(growth.values(draws), (0.05, 0.5, 0.95), axis=0)
    columns = [growth.NAMES, growth.UNITS, growth.values(truth), *ends]
    names = ["parameter", "unit", "truth", "low", "middle", "high"]
    table = pd.DataFrame(dict(zip(names, columns, strict=True)))
    return table.assign(data=data, way=way)[COLUMNS]


def compute(draws: int = 20_000) -> pd.DataFrame:
    """Return data, parameter, unit, way, truth, low, middle, high (90 %), both ways.

    Of ENRICHD's own scores, and of scores that the growth model itself simulated in their place,
    at the exact posterior's mean: only there can both ways be expected to agree.
    """
    if not FILE.exists() or importlib.util.find_spec("numpyro") is None:
        print(f"This needs {FILE.name} in DYADSIM_SHARED_DATA and pip install 'dyadsim[exact]'.")
        return pd.DataFrame()
    design = enrichd()
    steps = min(draws, 2000)
    exact_real = ways.exact(design.scores, steps)
    centre, week = exact_real.mean(axis=0), np.arange(len(design.scores))
    simulated = growth.simulated(centre, ~np.isnan(design.scores), week, 1)
    table_simulated, table_real = ways.by_table(design, [simulated, design.scores], draws)
    own, unknown = "made by the growth model itself", np.full(7, np.nan)
    parts = [
        intervals(own, "exact", ways.exact(simulated, steps), centre),
        intervals(own, "table", table_simulated, centre),
        intervals("ENRICHD", "exact", exact_real, unknown),
        intervals("ENRICHD", "table", table_real, unknown),
    ]
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
