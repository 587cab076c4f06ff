"""The Monte-Carlo errors that outcomes come with, against their spread over many replicates."""

import pandas as pd
import pytest
from sweeps.planned import planned

from dyadsim.evidence.outcomes import OUTCOMES
from dyadsim.sweeps import sweep

REPLICATES = 300
CAUTIOUS = ("true_gain",)  # takes intake and the last step as independent
LOOSE = ("ruptures", "dropout", "agreed_end")  # clients of a therapist are more alike than chance


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One point, many replicates, all outcomes."""
    folder = tmp_path_factory.mktemp("outcomes")
    plan = planned(n=1, clients=400, names=(), replicates=REPLICATES)
    sweep.run_sweep(plan, folder, threads=2)
    return pd.read_parquet(sweep.collect_sweep(plan, folder))


@pytest.mark.slow
@pytest.mark.parametrize("outcome", [name for name in OUTCOMES if name != "follow_up_score"])
def test_errors_are_as_large_as_the_spread(table: pd.DataFrame, outcome: str) -> None:
    """The spread of 300 replicates is known to 4 %: four of these are a false alarm in 15,000."""
    for arm in ("cbt", "waitlist", "cbt.waitlist"):
        column = f"{outcome}.{arm}"
        if column not in table:
            continue
        ratio = table[f"{column}.se"].mean() / table[column].std()
        low, high = 0.84, 1.16
        if outcome in CAUTIOUS:
            low, high = 0.95, 2.2
        if outcome in LOOSE:
            low = 0.7
        assert low < ratio < high, f"{column}: {ratio:.2f}"
