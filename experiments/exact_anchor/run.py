"""Is the table's posterior the exact one? A growth model of ENRICHD's weekly scores, both ways.

Run: pip install 'dyadsim[exact]'; python experiments/exact_anchor/run.py
"""

import importlib.util
import os
import sys
from pathlib import Path

import growth
import numpy as np
import pandas as pd
import ways

from dyadsim.fitting import client_data
from dyadsim.fitting.data_design import observed
from dyadsim.plots import style

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("DYADSIM_SHARED_DATA", ROOT.parent / "shared" / "data"))
FILE = FOLDER / "enrichd_cbt_bdi" / "enrichd_cbt_bdi.csv"


def main(draws: int = 20_000, folder: Path | None = None) -> pd.DataFrame:
    """Return data, parameter, unit, way, truth, low, middle, high (90 %), both ways.

    Of ENRICHD's own scores, and of scores that the growth model itself made in their place, at
    the exact posterior's mean: only there can both ways be expected to agree.
    """
    if not FILE.exists() or importlib.util.find_spec("numpyro") is None:
        print(f"This needs {FILE.name} in DYADSIM_SHARED_DATA and pip install 'dyadsim[exact]'.")
        return pd.DataFrame()
    columns = {"client": "ID", "time": "time", "score": "BDI"}
    seen = observed(client_data.read(str(FILE), columns, "bdi2", "day"), {"care": "cbt"})
    steps = min(draws, 2000)
    real = ways.exact(seen.scores, steps)
    centre, week = real.mean(axis=0), np.arange(len(seen.scores))
    made = growth.simulated(centre, ~np.isnan(seen.scores), week, 1)
    tables = ways.by_table(seen, [made, seen.scores], draws)
    rows: list[tuple[object, ...]] = []
    for name, exact, table, truth in (
        ("made by the growth model itself", ways.exact(made, steps), tables[0], centre),
        ("ENRICHD", real, tables[1], np.full(7, np.nan)),
    ):
        for way, z in (("exact", exact), ("table", table)):
            ends = np.quantile(growth.values(z), (0.05, 0.5, 0.95), axis=0)
            rows += [
                (name, *known, way, *numbers)
                for *known, numbers in zip(
                    growth.NAMES,
                    growth.UNITS,
                    np.vstack([growth.values(truth), ends]).T,
                    strict=True,
                )
            ]
    columns_of = ["data", "parameter", "unit", "way", "truth", "low", "middle", "high"]
    found = pd.DataFrame(rows, columns=columns_of)
    print(found.round(3).to_string(index=False))
    if folder is not None:
        style.save(ways.figure(found), folder, "figure", found)
    return found


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=ROOT / "results" / "exact_anchor")
