"""How many of the best therapists does a league table of few clients each find?

Run: python experiments/supershrink_league/run.py [clients of a therapist]
"""

import sys
from pathlib import Path

import pandas as pd
from league import gains, tables  # beside this file

from dyadsim.plots import style

SIZES = (10, 30, 100)
FIELDS = {  # world, spread of therapists' traits
    "null": ("null", 1.0),
    "hybrid": ("hybrid", 1.0),
    "hybrid, therapists differ twice as much": ("hybrid", 2.0),
}


def main(each: int = 1000, folder: Path | None = None) -> pd.DataFrame:
    """Return field, therapist effect, clients, share found, its error, agreement, range."""
    rows = []
    for label, (name, spread) in FIELDS.items():
        gain, effect = gains(name, spread, each)
        for size in SIZES:
            one = tables(gain, size)
            error = one["found"].std(ddof=1) / len(one) ** 0.5
            rows.append(
                (
                    label,
                    effect,
                    size,
                    len(one),
                    one["found"].mean(),
                    error,
                    one["agreement"].mean(),
                    one["range"].mean(),
                )
            )
    names = [
        "field",
        "therapist_percent",
        "clients_each",
        "tables",
        "found",
        "found_error",
        "agreement",
        "range",
    ]
    table = pd.DataFrame(rows, columns=names)
    print(table.round(3).to_string(index=False))
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "supershrink_league", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "supershrink_league"
    main(*map(int, sys.argv[1:2]), folder=results)
