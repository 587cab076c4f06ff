"""Is the table's posterior the exact one? A growth model of ENRICHD's weekly scores, both ways.

Run: pip install 'dyadsim[exact]'; python experiments/exact_anchor/run.py
"""

import importlib.util
import os
import sys
from itertools import chain
from pathlib import Path

import growth
import numpy as np
import pandas as pd

from dyadsim.fitting import data, posterior
from dyadsim.fitting.observed import Observed, observed
from dyadsim.fitting.summaries import shape, summaries
from dyadsim.plots import style

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("DYADSIM_SHARED_DATA", ROOT.parent / "shared" / "data"))
FILE = FOLDER / "enrichd_cbt_bdi" / "enrichd_cbt_bdi.csv"


def by_table(seen: Observed, draws: int) -> np.ndarray:
    """Return draws of the posterior as `dyadsim fit` gets one, from simulations alone."""
    form, there = shape(seen, False), ~np.isnan(seen.scores)
    week, none = np.arange(len(seen.scores)), np.full_like(seen.scores, np.nan)
    z = np.random.default_rng(1).normal(size=(draws, 7))
    made = (growth.simulated(one, there, week, k) for k, one in enumerate(z))
    sets = chain([seen.scores], made)
    real, *rows = (list(summaries(form, scores, none).values()) for scores in sets)
    raw, real = np.array(rows), np.array(real)
    used = ~np.isnan(raw).any(axis=0) & (raw.std(axis=0) > 0) & ~np.isnan(real)
    learned, far = posterior.learn(raw, z, used), np.full(7, 9.0)
    found = posterior.infer(learned.table, z, learned(real[None])[0], -far, far)
    return growth.values(found.resampled(2000, 1))


def main(draws: int = 20_000, folder: Path | None = None) -> pd.DataFrame:
    """Return name, unit, way, low, middle, high (90 %) of each quantity, both ways."""
    if not FILE.exists() or importlib.util.find_spec("numpyro") is None:
        print(f"This needs {FILE.name} in DYADSIM_SHARED_DATA and pip install 'dyadsim[exact]'.")
        return pd.DataFrame()
    columns = {"client": "ID", "time": "time", "score": "BDI"}
    found = data.read(str(FILE), columns, "bdi2", "day")
    ways = {"exact": growth.exact(found.client, found.week, found.score, min(draws, 2000)),
            "table": by_table(observed(found, {"care": "cbt"}), draws)}  # fmt: skip
    rows = [(name, unit, way, *np.quantile(made[:, k], (0.05, 0.5, 0.95)))
            for k, (name, unit) in enumerate(zip(growth.NAMES, growth.UNITS, strict=True))
            for way, made in ways.items()]  # fmt: skip
    table = pd.DataFrame(rows, columns=["quantity", "unit", "way", "low", "middle", "high"])
    print(table.round(3).to_string(index=False))
    if folder is not None:
        style.save(growth.figure(table), folder, "figure", table)
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=ROOT / "results" / "exact_anchor")
