"""Time to change by hand and in routine care."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.survival import change_curve, median_session, time_to_change


def test_kaplan_meier_by_hand(sessions_of):
    courses = [
        [20, 9],  # changes at 1
        [20, 15, 8],  # changes at 2
        [20, 15],  # leaves after 1: censored
        [20, 15, 15, 9],  # changes at 3
        [14, 9.5],  # below the cut-off, but by less than the reliable change: censored at 1
        [9, 2],  # no caseness: left out
    ]
    times = time_to_change(sessions_of(courses), cut_off=10, reliable_change=6)
    assert times["session"].to_dict() == {0: 1, 1: 2, 2: 1, 3: 3, 4: 1}
    assert times["changed"].to_dict() == {0: True, 1: True, 2: False, 3: True, 4: False}
    curve = change_curve(times)
    np.testing.assert_allclose(curve["changed"], [1 / 5, 1 - 4 / 5 * 1 / 2, 1])
    assert curve["at_risk"].tolist() == [5, 2, 1]
    assert median_session(times) == 2
    few = times.assign(changed=[True, False, False, False, False])
    assert np.isnan(median_session(few))
    with pytest.raises(ValueError, match="nobody has changed"):
        change_curve(times.assign(changed=False))


def test_many_change_in_routine_care(routine_care):
    times = time_to_change(routine_care.sessions, cut_off=10, reliable_change=6)
    assert times["changed"].mean() > 0.3


def test_an_unknown_column_is_named(sessions_of):
    rows = sessions_of([[20, 10]]).rename(columns={"symptom_score": "symptoms_score"})
    with pytest.raises(ValueError, match="Did you mean symptoms_score"):
        time_to_change(rows, cut_off=10, reliable_change=6)


def test_the_median_is_rs():
    # R 4.2.2, survival 3.5-3: summary(survfit(Surv(1:4, changed) ~ 1))$table["median"]
    medians = {(1, 1, 0, 0): 2, (1, 1, 0, 1): 3, (1, 1, 1, 1): 2.5, (0, 1, 1, 1): 3}
    for changed, median in medians.items():
        times = pd.DataFrame({"session": [1, 2, 3, 4], "changed": changed})
        assert median_session(times) == median
    times = pd.DataFrame({"session": [1, 2, 2.5, *range(3, 10)], "changed": True})
    assert median_session(times) == 4.5  # by floats the curve passes .5 by 1e-16 or misses it


def test_rows_with_one_row_number_take_no_memory(sessions_of):
    frame = sessions_of([[20, 15, 9, 8, 7]] * 64)
    repeated = frame.set_axis([0] * len(frame))
    expected = time_to_change(frame, cut_off=10, reliable_change=6)
    assert time_to_change(repeated, cut_off=10, reliable_change=6).equals(expected)


def test_times_of_every_client_are_needed():
    with pytest.raises(ValueError, match="must be there for every client"):
        change_curve(pd.DataFrame({"session": [1, None], "changed": [True, False]}))
    with pytest.raises(ValueError, match="'changed' must be true or false"):
        change_curve(pd.DataFrame({"session": [1, 2], "changed": [2, 0]}))
    text = pd.DataFrame({"session": ["9", "12"], "changed": True})
    assert change_curve(text)["session"].tolist() == [9, 12]


def test_criteria_that_are_none_are_refused(sessions_of):
    sessions = sessions_of([[20, 9], [20, 12]])
    with pytest.raises(ValueError, match="reliable_change must be a number above 0"):
        time_to_change(sessions, cut_off=10, reliable_change=-6)
    with pytest.raises(ValueError, match="cut_off must be a number"):
        time_to_change(sessions, cut_off=np.nan, reliable_change=6)
