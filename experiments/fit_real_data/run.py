"""What real data say: a trial of 100 clients, weekly scores of 557, response rates of 166 trials.

Run: python experiments/fit_real_data/run.py [draws] [btheb | enrichd | responses]
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import btheb
import enrichd
import pandas as pd
import responses

from dyadsim.cli.main import main as dyadsim

DATA: dict[str, Callable[[Path], list[str]]] = {
    "btheb": btheb.words,
    "enrichd": enrichd.words,
    "responses": responses.words,
}
KEPT_OUT = ("*.svg", "*.parquet", "manifest.json", "report.html")


def fitted(words: list[str], folder: Path | None, full: bool) -> pd.DataFrame:
    """Return `fit.Fit.parameters` of one `dyadsim fit`; leave its figures and tables in folder."""
    short = ["budget=small", "size=tiny", "task.candidates=[hybrid,'null']"]
    with tempfile.TemporaryDirectory() as place:
        asked = ["fit", "world=hybrid", f"results={place}", *words, *(short * (not full))]
        code = dyadsim(asked)
        assert code == 0, f"the command ended with exit code {code}"
        (left,) = Path(place, "fit").iterdir()
        if folder is not None:
            skip = shutil.ignore_patterns(*KEPT_OUT)
            shutil.copytree(left, folder, ignore=skip, dirs_exist_ok=True)
        return pd.read_csv(left / "parameters.csv")


def main(draws: int = 5000, which: str = "", folder: Path | None = None) -> pd.DataFrame:
    """Return what is known of each parameter, a row a data set.

    draws: below 5,000, a try of the first data set; the others are only read.
    """
    found = []
    for name in [which] if which else DATA:
        with tempfile.TemporaryDirectory() as place:
            words = DATA[name](Path(place))
            if words and (draws >= 5000 or name == which or not found):
                to = None if folder is None else folder / name
                found.append(fitted(words, to, draws >= 5000).assign(data=name))
    return pd.concat(found, ignore_index=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    here = Path(__file__).parents[2] / "results" / "fit_real_data"
    main(int(given[0]) if given else 5000, given[1] if given[1:] else "", here)
