"""Dose-response and good enough, by hand, on planted courses and in routine care."""

import numpy as np
import pytest

from dyadsim.analysis.dose_response import dose_response_curve, good_enough, rate_and_total


def test_dose_response_carries_the_last_score_on(sessions_of):
    courses = [[20, 10], [20, 19, 12], [20, 20, 20]]
    table = dose_response_curve(sessions_of(courses), reliable_change=6)
    np.testing.assert_allclose(table["improved"], [0, 1 / 3, 2 / 3])
    assert table["n"].tolist() == [3, 3, 2]


def test_good_enough_by_hand(sessions_of):
    courses = [[20, 12], [20, 14], [20, 18, 16, 12], [20, 18, 17, 16]]
    table = good_enough(sessions_of(courses))
    assert table["total"].tolist() == [1, 3]
    assert table["gain"].tolist() == [7, 6]
    assert table["gain_per_session"].tolist() == [7, 2]


def test_who_ends_when_it_is_good_enough_changes_fast_and_stays_short(sessions_of):
    rng = np.random.default_rng(3)
    courses = []
    for _ in range(300):
        rate = rng.uniform(0.5, 4)
        stay = int(np.clip(np.ceil(10 / rate), 1, 30))
        courses.append([25 - rate * session for session in range(stay + 1)])
    correlations = rate_and_total(sessions_of(courses))
    assert correlations.rate.high < -0.7
    assert abs(correlations.gain.value) < 0.5


def test_routine_care_gives_both_curves(routine_care):
    sessions = routine_care.sessions
    curve = dose_response_curve(sessions, reliable_change=6)["improved"].to_numpy()
    assert np.all(np.diff(curve[:12]) > 0)
    assert curve[8] - curve[4] < curve[4] - curve[0]
    assert rate_and_total(sessions).rate.high < 0


def test_an_unknown_column_is_named(sessions_of):
    rows = sessions_of([[20, 10]]).rename(columns={"symptom_score": "symptoms_score"})
    with pytest.raises(ValueError, match="Did you mean symptoms_score"):
        dose_response_curve(rows, reliable_change=6)


def test_one_client_has_no_standard_error(sessions_of):
    table = dose_response_curve(sessions_of([[20, 10]]), reliable_change=6)
    assert table["standard_error"].isna().all()


def test_a_reliable_change_below_0_is_refused(sessions_of):
    """A minus, as it comes to mind where high is good, would make everybody improved."""
    for points in (-6, 0, np.nan, np.inf):
        with pytest.raises(ValueError, match="reliable_change must be a number above 0"):
            dose_response_curve(sessions_of([[20, 21], [20, 22]]), reliable_change=points)
