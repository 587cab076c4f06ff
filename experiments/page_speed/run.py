"""How long from a slider's step to the new figures, in a headless Chromium, lesson by lesson?

Run: python experiments/page_speed/run.py [steps] [size=tiny]
It needs pip install 'dyadsim[web]' playwright, and Debian's chromium.
"""

import importlib.util
import shutil
import sys
from pathlib import Path

import pandas as pd

from dyadsim.lessons.index import LESSONS

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"steps": 4, "warm": 0, "lessons": ("your_trial",)}


def compute(
    steps: int = 30, warm: int = 10, lessons: tuple[str, ...] = tuple(LESSONS)
) -> pd.DataFrame:
    """Return lesson, median and longest ms of a step, seconds to the first bet.

    warm: seconds in which the server computes every lesson once, before anything is timed.
    """
    if importlib.util.find_spec("playwright") is None or not shutil.which("chromium"):
        print("This needs playwright and Debian's chromium.")
        return pd.DataFrame()
    from session import served, step_times  # beside this file

    with served(warm) as (browser, address, ready):
        rows = [(name, *step_times(browser, address, name, steps)) for name in lessons]
    table = pd.DataFrame(rows, columns=["lesson", "median_ms", "longest_ms"]).round(0)
    return table.assign(ready_s=round(ready, 2))


if __name__ == "__main__":
    run_experiment(__file__, compute, tiny=TINY)
