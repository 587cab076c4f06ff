"""How many of the best therapists does a league table of few clients each find?

Run: python experiments/supershrink_league/run.py [clients of a therapist] [size=tiny]
"""

import sys
from pathlib import Path

import pandas as pd
from figure import draw  # beside this file
from league import league_tables, simulate_gains

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 200}
SIZES = (10, 30, 100)
FIELDS = {  # world, spread of therapists' traits
    "null": ("null", 1.0),
    "hybrid": ("hybrid", 1.0),
    "hybrid, therapists differ twice as much": ("hybrid", 2.0),
}
COLUMNS = [
    "field",
    "therapist_percent",
    "clients_each",
    "tables",
    "found",
    "found_error",
    "agreement",
    "range",
]


def compute(clients: int = 1000) -> pd.DataFrame:
    """Return field, therapist effect, clients, share found, its error, agreement, range."""
    rows = []
    for label, (world, spread) in FIELDS.items():
        gains, percent = simulate_gains(world, spread, clients)
        for size in SIZES:
            tables = league_tables(gains, size)
            means, error = tables.mean(), tables["found"].std(ddof=1) / len(tables) ** 0.5
            columns = (means["found"], error, means["agreement"], means["range"])
            rows.append((label, percent, size, len(tables), *columns))
    return pd.DataFrame(rows, columns=COLUMNS)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
