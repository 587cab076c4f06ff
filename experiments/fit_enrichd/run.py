"""What session-by-session data say: ENRICHD, the therapy arm, 557 clients, BDI about weekly.

Run: python experiments/fit_enrichd/run.py   (the data are not in the repository: SOURCE there)
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd

from dyadsim.cli import main as dyadsim

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("DYADSIM_SHARED_DATA", ROOT.parent / "shared" / "data"))
FILE = FOLDER / "enrichd_cbt_bdi" / "enrichd_cbt_bdi.csv"


def words(results: Path, budget: str) -> list[str]:
    """Return the command: half a year of weekly sessions at most, as in the trial."""
    return [
        "fit", "world=hybrid", f"data.path={FILE}", "data.instrument=bdi2", "data.unit=day",
        "data.columns={client:ID,time:time,score:BDI}", "data.therapy=cbt", "data.sample=routine",
        "data.rule=fixed",
        f"budget={budget}", f"results={results}",
    ]  # fmt: skip


def main(draws: int = 5000, folder: Path | None = None) -> pd.DataFrame:
    """Return what is known of each quantity (`fit.Fit.quantities`). draws: below 5,000, a try."""
    if not FILE.exists():
        print(f"The data are not here: {FILE.name} in DYADSIM_SHARED_DATA or ../shared/data.")
        return pd.DataFrame()
    with tempfile.TemporaryDirectory() as place:
        asked = words(Path(place), "standard" if draws >= 5000 else "small")
        code = dyadsim(asked + ["task.candidates=[hybrid,'null']"] * (draws < 5000))
        assert code == 0, f"the command ended with exit code {code}"
        (left,) = (Path(place) / "fit").iterdir()
        if folder is not None:
            skip = shutil.ignore_patterns("*.svg", "*.parquet", "manifest.json", "report.html")
            shutil.copytree(left, folder, ignore=skip, dirs_exist_ok=True)
        return pd.read_csv(left / "quantities.csv")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=ROOT / "results" / "fit_enrichd")
