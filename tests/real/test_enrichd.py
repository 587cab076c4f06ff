"""ENRICHD trial, CBT arm: BDI about weekly, 557 clients (shared data, not in the repository).

Skipped where the data are absent (`shared_file`). Expected numbers are from SOURCE.txt beside the
data where marked, else from a separate script (csv, numpy and statsmodels' OLS, no dyadsim).
"""

import pandas as pd
import pytest

from dyadsim.analysis.change import pre_post
from dyadsim.analysis.clinical_significance import reliable_change_table
from dyadsim.analysis.effects import pre_post_d
from dyadsim.analysis.endings import alliance_dropout, sessions_attended, share_dropout
from dyadsim.analysis.natural import remission_at_week, response_at_week
from dyadsim.analysis.process import (
    aic_linear_minus_log_time,
    correlation,
    course,
    process_outcome_r,
)

NAMES = {"client": "ID", "session": "visit"}


@pytest.fixture(scope="module")
def ratings(shared_file):
    frame = pd.read_csv(shared_file("enrichd_cbt_bdi/enrichd_cbt_bdi.csv"))
    return frame.assign(visit=frame.groupby("ID").cumcount())


@pytest.fixture(scope="module")
def clients(ratings):
    last_day = ratings.groupby("ID")["time"].max()
    table = pre_post(ratings, score="BDI", week="time", **NAMES)
    return table.assign(left=last_day < 138)


def test_repeated_days_are_kept(ratings):
    assert ratings.duplicated(["ID", "time"]).sum() == 153  # SOURCE.txt
    assert (len(ratings), ratings["ID"].nunique()) == (7117, 557)  # SOURCE.txt


def test_first_last_and_d_as_published_beside_the_data(clients):
    assert clients["pre"].agg(["mean", "std"]).round(1).tolist() == [18.4, 7.3]  # SOURCE.txt
    assert clients["post"].agg(["mean", "std"]).round(1).tolist() == [6.9, 6.7]  # SOURCE.txt
    d = pre_post_d(clients["pre"], clients["post"])
    assert round(d.value, 2) == 1.57  # SOURCE.txt
    assert d.low < 1.57 < d.high
    assert d.n == 557


def test_last_of_two_ratings_on_one_day_is_the_later_row(ratings, clients):
    last_rows = ratings.groupby("ID").tail(1).set_index("ID")
    assert (clients["post"] == last_rows["BDI"]).all()
    twice = ratings[ratings.duplicated(["ID", "time"], keep=False)]
    tied = twice.merge(last_rows, on=["ID", "time"], suffixes=("", "_last"))
    assert (tied["BDI"] != tied["BDI_last"]).any()  # the rule matters in these data


def test_reliable_change(clients):
    table = reliable_change_table(clients["pre"], clients["post"], reliable_change=9, cut_off=10)
    assert (table["value"] * table["n"]).tolist() == pytest.approx([369, 330, 4])


def test_eight_weeks_in(ratings):
    names = {"client": "ID", "score": "BDI", "time": "time", "tolerance": 14}
    assert response_at_week(ratings, 56, **names)[::4] == (pytest.approx(286 / 486), 486)
    remitted = remission_at_week(ratings, 56, cut_off=10, **names)
    assert remitted[::4] == (pytest.approx(296 / 486), 486)


def test_process(ratings):
    r = process_outcome_r(ratings, "med", 3, outcome="BDI", week="time", **NAMES)
    assert (r.value, r.n) == (pytest.approx(-0.128625, abs=1e-6), 557)
    stability = correlation(ratings, "BDI", "BDI", 0, 3, **NAMES)
    assert stability.value == pytest.approx(0.495471, abs=1e-6)


def test_course_flattens(ratings):
    table = course(ratings[ratings["visit"] <= 12], by=(), score="BDI", time="visit")
    flattening = aic_linear_minus_log_time(table, session="visit")
    assert flattening == pytest.approx(17.239731, abs=1e-5)


def test_endings(ratings, clients):
    attended = sessions_attended(clients)
    expected = [11.777379, 5.927074, 11.0]
    assert [part.value for part in attended] == pytest.approx(expected, abs=1e-6)
    assert share_dropout(clients, dropped="left").value == pytest.approx(139 / 557)
    d = alliance_dropout(clients.reset_index(), ratings, score="BDI", dropped="left", **NAMES)
    assert d.value == pytest.approx(0.192462, abs=1e-6)
