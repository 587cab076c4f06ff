"""How long from a slider's step to the new figures, in a headless Chromium, lesson by lesson?

Run: python experiments/page_speed/run.py   (needs pip install 'dyadsim[web]' playwright, chromium)
"""

import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

LESSONS = ("three_percentages", "your_trial", "alliance", "best_therapist", "who_got_better",
           "one_dyad", "how_many_sessions", "certified")  # fmt: skip
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
STEP = """() => new Promise((done) => {
  const dials = [...document.querySelectorAll('#controls input:enabled')];
  const one = dials[0]; const before = document.body.dataset.drawn; const began = performance.now();
  Number(one.value) < Number(one.max) ? one.stepUp() : one.stepDown(5);
  one.dispatchEvent(new Event('input', {bubbles: true}));
  const look = () => (document.body.dataset.drawn !== before
    ? requestAnimationFrame(() => done(performance.now() - began)) : setTimeout(look, 1));
  look(); })"""


def measured(browser: object, address: str, name: str, steps: int) -> tuple[float, float]:
    """Return the median and the longest time of a step, in ms."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})  # type: ignore[attr-defined]
    page.goto(f"{address}?lesson={name}")
    page.wait_for_selector("body[data-ready]")
    page.check("#bet-options input >> nth=0")
    page.click("#reveal")
    page.wait_for_selector("body[data-drawn]")
    took = [page.evaluate(STEP) for _ in range(steps)][1:]
    page.close()
    return float(np.median(took)), max(took)


def main(steps: int = 30, folder: Path | None = None) -> pd.DataFrame:
    """Return lesson, median and longest ms; and the seconds until the page was ready."""
    if importlib.util.find_spec("playwright") is None or not shutil.which("chromium"):
        print("This needs playwright and Debian's chromium.")
        return pd.DataFrame()
    from session import served  # beside this file

    with served(FLAGS) as (browser, address, ready):
        rows = [(name, *measured(browser, address, name, min(steps, 30))) for name in LESSONS]
    table = pd.DataFrame(rows, columns=["lesson", "median_ms", "longest_ms"]).round(0)
    print(table.to_string(index=False))
    print(f"from the command to the first lesson's bet: {ready:.1f} s")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        table.assign(ready_s=round(ready, 2)).to_csv(folder / "page_speed.csv", index=False)
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=Path(__file__).parents[2] / "results" / "page_speed")
