"""The same seed gives the same posterior in another process: no library draws numbers of its own.

The file has more than 60 summaries and the fit more than 500 draws: there scikit-learn would take
a random method for principal components.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parent / "files" / "leading_zeros.csv"
CODE = f"""
import json
from dyadsim.fitting.client_data import read_client_data
from dyadsim.fitting.data_design import observed_design
from dyadsim.fitting.fit import Effort, FitPlan, fit_data
from dyadsim.fitting.target import score_evidence

names = ("client", "arm", "therapist", "score", "alliance")
columns = {{name: name for name in names}} | {{"time": "session"}}
data = read_client_data({str(FILE)!r}, columns, instrument="phq9")
design = observed_design(data, {{"CBT": "cbt", "Waitlist": "waitlist"}})
fit = fit_data(score_evidence(design, True), FitPlan("hybrid", effort=Effort(520, 10, 2)))
numbers = fit.parameters[["low", "middle", "high"]].to_numpy().ravel()
print(json.dumps([len(fit.summaries), *map(float.hex, map(float, numbers))]))
"""


@pytest.mark.slow
def test_two_processes_learn_the_same() -> None:
    def answer() -> list:
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    summaries, *numbers = answer()
    assert summaries >= 60
    assert answer() == [summaries, *numbers]
