"""Relapse by hand and in routine care."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.relapse import relapses


def test_relapse_by_hand(sessions_of):
    # 0-4 recover (cut-off 10, reliable change 6), 5 only improves, 6 was never a case
    courses = [*([20, 12, 8] for _ in range(5)), [20, 14, 13], [8, 8, 8]]
    later = {0: 14.0, 1: 11.0, 2: 8.0, 3: 9.5, 4: np.nan, 5: 25.0, 6: 25.0}
    (relapse,) = relapses(sessions_of(courses, later), cut_off=10, reliable_change=6)
    assert (relapse.week, relapse.recovered, relapse.missing) == (50.0, 5, 1)
    assert relapse.share.value == 1 / 4  # 0: over the cut-off and reliably; 1: over it by 3 only
    with pytest.raises(ValueError, match="no follow-up"):
        relapses(sessions_of(courses), cut_off=10, reliable_change=6)


def test_some_relapse_after_routine_care(routine_care):
    first = relapses(routine_care.sessions, cut_off=10, reliable_change=6)[0]
    assert 0 < first.share.value < 0.6


def test_an_unknown_column_is_named(sessions_of):
    rows = sessions_of([[20, 10]], {0: 3.0}).rename(columns={"symptom_score": "symptoms_score"})
    with pytest.raises(ValueError, match="Did you mean symptoms_score"):
        relapses(rows, cut_off=10, reliable_change=6)


def _own_weeks(sessions_of):
    courses = sessions_of([[20, 12, 8]] * 6, {k: 14.0 if k < 2 else 7.0 for k in range(6)})
    late = courses["occasion"] == "follow_up"
    weeks = courses["week"].where(~late, 24 + courses["client"] * 0.7)
    return courses.assign(week=weeks)


def test_clients_with_weeks_of_their_own(sessions_of):
    own = _own_weeks(sessions_of)  # 24.0, 24.7, ... 27.5
    with pytest.raises(ValueError, match=r"At week 24, 1 recovered .* 6 different weeks.*weeks=\["):
        relapses(own, cut_off=10, reliable_change=6)
    (relapse,) = relapses(own, cut_off=10, reliable_change=6, weeks=[26])
    assert (relapse.week, relapse.share.value, relapse.missing) == (26, 2 / 6, 0)
    (relapse,) = relapses(own, cut_off=10, reliable_change=6, weeks=[26], tolerance=1.3)
    assert (relapse.share.value, relapse.missing) == (1 / 4, 2)  # 24.7 is exactly 1.3 away


def test_of_two_scores_near_the_planned_week_the_nearest_counts(sessions_of):
    own = _own_weeks(sessions_of)
    late = own[own["occasion"] == "follow_up"]
    twice = pd.concat([own, late.assign(week=26.0, symptom_score=7.0)])
    (relapse,) = relapses(twice, cut_off=10, reliable_change=6, weeks=[26], tolerance=3)
    assert relapse.share.value == 0


def test_planned_weeks_must_lie_apart(sessions_of):
    with pytest.raises(ValueError, match=r"more than twice the tolerance \(4\) apart"):
        relapses(
            _own_weeks(sessions_of), cut_off=10, reliable_change=6, weeks=[26, 30], tolerance=4
        )


def test_nobody_recovered(sessions_of):
    courses = sessions_of([[20, 19]] * 5, dict.fromkeys(range(5), 20.0))
    with pytest.raises(ValueError, match="At week 50, 0 recovered clients"):
        relapses(courses, cut_off=10, reliable_change=6)
