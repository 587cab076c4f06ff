"""ENRICHD trial, CBT arm: groups of courses, and gains by the number of sessions.

Skipped where the data are absent (`shared_file`). Expected numbers: R 4.2.2 and mclust 6.0.0 for
the groups; a loop in R for the lotteries (as in `tests/verification/test_r_groups.py`).
"""

import pandas as pd
import pytest

from dyadsim.analysis.dose_response import rate_and_total
from dyadsim.analysis.profiles import response_profiles

NAMES = {"client": "ID", "session": "visit", "score": "BDI"}


@pytest.fixture(scope="module")
def ratings(shared_file):
    frame = pd.read_csv(shared_file("enrichd_cbt_bdi/enrichd_cbt_bdi.csv"))
    return frame.assign(visit=frame.groupby("ID").cumcount())


def test_three_groups_of_courses_as_mclust_finds(ratings):
    profiles = response_profiles(ratings, **NAMES)
    # Mclust(scale(lines), G = 1:5, modelNames = "VVV"): -BIC, and the shares of its groups
    mclust = {1: 2960.915, 2: 2765.436, 3: 2752.337, 4: 2772.778, 5: 2797.188}
    assert profiles.bic[1] == pytest.approx(mclust[1], abs=0.01)
    assert profiles.bic[2] <= mclust[2] + 0.01
    # mclust stops a little early: with tol = 1e-9 its own maximum is at 2752.104
    assert profiles.bic[3] == pytest.approx(2752.104, abs=0.05)
    assert profiles.bic[4] <= mclust[4] + 0.01
    assert len(profiles.groups) == 3
    assert profiles.groups["share"].tolist() == pytest.approx([0.133, 0.463, 0.404], abs=0.01)


def test_who_comes_longer_gains_less_per_session_and_a_lottery_would_give_most_of_it(ratings):
    correlations = rate_and_total(ratings, **NAMES)
    assert correlations.rate.value == pytest.approx(-0.498, abs=0.001)  # R: cor.test
    assert correlations.rate_by_lot.value == pytest.approx(-0.391, abs=0.01)  # R: 5,000 lotteries
    assert correlations.rate.value < correlations.rate_by_lot.low
