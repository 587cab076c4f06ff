import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.effects import d_groups
from dyadsim.analysis.endings import alliance_dropout, sessions_attended, share_dropout


def test_sessions_attended_by_hand():
    clients = pd.DataFrame({"n_sessions": [1, 2, 3, 4, 5, 8, 10, np.nan]})
    attended = sessions_attended(clients)
    assert attended.mean.value == pytest.approx(6)
    assert attended.standard_deviation.value == pytest.approx(np.sqrt(34 / 4))
    assert attended.median.value == 5
    assert attended.mean.standard_error == pytest.approx(np.sqrt(34 / 4 / 5))
    assert sessions_attended(clients, minimum=1).median.n == 7


def test_sessions_attended_intervals_hold_the_truth():
    # gamma numbers (skewed, so a normal-theory error of the SD would be too small), 600 data sets.
    # Order-statistic intervals are conservative, the SD's approximate: bounds 0.89 and 0.99.
    samples = np.random.default_rng(16).gamma(3.0, 2.0, (600, 400))
    results = [sessions_attended(pd.DataFrame({"n_sessions": s}), minimum=0) for s in samples]
    for name, truth in (("mean", 6), ("standard_deviation", np.sqrt(12)), ("median", 5.3481)):
        estimates = [getattr(result, name) for result in results]
        covered = np.mean([estimate.low <= truth <= estimate.high for estimate in estimates])
        assert 0.89 < covered < 0.99
        spread = np.std([estimate.value for estimate in estimates])
        error = np.mean([estimate.standard_error for estimate in estimates])
        assert error == pytest.approx(spread, rel=0.15)


def test_everybody_attends_the_same_number():
    attended = sessions_attended(pd.DataFrame({"n_sessions": [12, 12, 12, 12]}))
    assert attended.standard_deviation[:4] == (0, 0, 0, 0)
    assert attended.median.value == 12


def test_nobody_attends_enough():
    with pytest.raises(ValueError, match="'n_sessions' needs at least 3 clients, it has 1"):
        sessions_attended(pd.DataFrame({"n_sessions": [1, 2, 3]}))


def test_share_dropout():
    clients = pd.DataFrame({"dropped": [True, False, False, False, None]})
    assert share_dropout(clients)[::4] == (0.25, 4)
    with pytest.raises(ValueError, match="'dropped' must be true or false"):
        share_dropout(pd.DataFrame({"dropped": [0, 1, 2]}))
    with pytest.raises(ValueError, match=r"no column 'drop'\. Did you mean dropped"):
        share_dropout(clients, dropped="drop")


def test_alliance_dropout():
    clients = pd.DataFrame({"client": range(8), "dropped": [1, 1, 1, 0, 0, 0, 0, 1]})
    scores = [1.0, 2.0, 3.0, 4.0, 4.0, 5.0, 6.0]  # client 7 left before any score
    sessions = pd.DataFrame({"client": range(7), "session": 3, "alliance_score": scores})
    estimate = alliance_dropout(clients, sessions)
    assert estimate == d_groups([4, 4, 5, 6], [1, 2, 3])
    assert estimate.value > 0
    with pytest.raises(ValueError, match="'client' appears twice in clients"):
        alliance_dropout(pd.concat([clients, clients]), sessions)
    with pytest.raises(ValueError, match="'second' needs at least 3 clients, it has 0"):
        alliance_dropout(clients.assign(dropped=False), sessions)


def test_ids_of_two_tables_must_be_written_alike():
    clients = pd.DataFrame({"client": ["0", "1", "2"], "dropped": [1, 0, 0]})
    sessions = pd.DataFrame({"client": range(3), "session": 3, "alliance_score": [1.0, 2, 3]})
    with pytest.raises(ValueError, match=r"no 'client' in common: clients has '0' \.\.\."):
        alliance_dropout(clients, sessions)


def test_the_interval_of_few_clients_is_that_of_students_t():
    """By hand: 5 ± 3.182446 (t, 3 degrees of freedom) x 2.160247 / 2."""
    mean = sessions_attended(pd.DataFrame({"n_sessions": [3, 4, 5, 8]})).mean
    assert (mean.low, mean.high) == pytest.approx((1.56256, 8.43743), abs=1e-4)
