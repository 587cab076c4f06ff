"""Relapse by hand and in routine care."""

import numpy as np
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
