"""How long from a slider's step to the new figures, in a headless Chromium, lesson by lesson?

Run: python experiments/page_speed/run.py   (needs pip install 'dyadsim[web]' playwright, chromium)
"""

import importlib.util
import shutil
import sys
from pathlib import Path

import pandas as pd

LESSONS = (
    "three_percentages",
    "your_trial",
    "alliance",
    "best_therapist",
    "who_got_better",
    "one_dyad",
    "how_many_sessions",
    "certified",
)


def main(steps: int = 30, folder: Path | None = None) -> pd.DataFrame:
    """Return lesson, median and longest ms; steps: more than 30 stand for a try of four."""
    if importlib.util.find_spec("playwright") is None or not shutil.which("chromium"):
        print("This needs playwright and Debian's chromium.")
        return pd.DataFrame()
    from session import measured, served  # beside this file

    quick = steps > 30
    with served(0 if quick else 10) as (browser, address, ready):
        rows = [
            (name, *measured(browser, address, name, 4 if quick else steps)) for name in LESSONS
        ]
    table = pd.DataFrame(rows, columns=["lesson", "median_ms", "longest_ms"]).round(0)
    print(table.to_string(index=False))
    print(f"from the command to the first lesson's bet: {ready:.1f} s")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        table.assign(ready_s=round(ready, 2)).to_csv(folder / "page_speed.csv", index=False)
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=Path(__file__).parents[2] / "results" / "page_speed")
