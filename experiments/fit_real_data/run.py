"""What do real data say: a trial of 100 clients, scores of 557, response rates of 166 trials?

Run: python experiments/fit_real_data/run.py [which=btheb] [size=tiny]
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import btheb  # beside this file
import enrichd
import pandas as pd
import responses

from dyadsim.cli.main import main as dyadsim

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"which": "btheb", "extra": ("budget=small", "task.candidates=[]", "threads=1")}
DATA: dict[str, Callable[[Path], list[str]]] = {
    "btheb": btheb.words,
    "enrichd": enrichd.words,
    "responses": responses.words,
}
LEFT_OUT = ("*.svg", "*.parquet", "manifest.json", "ro-crate-metadata.json", "report.html")


def compute(which: str = "all", extra: tuple[str, ...] = (), *, folder: Path) -> pd.DataFrame:
    """Return what is known of each parameter, a row a data set; leave the fits in `folder`.

    which: a data set of `DATA`, or all of them that are here. extra: further words of the command.
    """
    tables = []
    for name in DATA if which == "all" else [which]:
        with tempfile.TemporaryDirectory() as place:
            words = DATA[name](Path(place))
            if words:
                fit([*words, *extra], folder / name)
                tables.append(pd.read_csv(folder / name / "parameters.csv").assign(data=name))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def fit(words: list[str], folder: Path) -> None:
    """Run one `dyadsim fit` and leave its figures and small tables in a folder."""
    with tempfile.TemporaryDirectory() as place:
        code = dyadsim(["fit", "world=hybrid", f"results={place}", *words])
        assert code == 0, f"the command ended with exit code {code}"
        (results,) = Path(place, "fit").iterdir()
        ignore = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(results, folder, ignore=ignore, dirs_exist_ok=True)


if __name__ == "__main__":
    run_experiment(__file__, compute, tiny=TINY)
