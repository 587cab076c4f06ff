"""What equals a criterion reaches it, in spite of floats, in every analysis that has one."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis import arrays
from dyadsim.analysis.change import score_at_week
from dyadsim.analysis.clinical_significance import reliable_change, remission, response
from dyadsim.analysis.criteria import fell_by, fell_by_share, lies_below, reaches, within
from dyadsim.analysis.dose_response import dose_response_curve
from dyadsim.analysis.early_response import early_responders
from dyadsim.analysis.relapse import relapses
from dyadsim.analysis.sudden_gains import find_sudden_gains
from dyadsim.analysis.survival import time_to_change

HALF = {"reliable_change": 0.5, "cut_off": 2.0}


def test_a_fall_of_half_a_point_is_a_fall_of_half_a_point() -> None:
    assert 2.3 - 1.8 < 0.5  # what the computer finds
    tenths = np.arange(0, 400) / 10
    assert fell_by(tenths[5:], tenths[:-5], 0.5).all()
    assert not fell_by(tenths[4:], tenths[:-4], 0.5).any()
    single = tenths.astype(np.float32).astype(float)
    assert fell_by(single[5:], single[:-5], 0.5).all()


def test_a_share_is_reached_by_what_equals_it() -> None:
    assert (1 - 0.8) * 10 < 2  # what the computer finds
    scores = np.arange(5.0, 200.0, 5.0)
    for tenths in range(1, 10):
        share = tenths / 10
        assert fell_by_share(scores, scores - scores * tenths / 10, share).all()
        assert not fell_by_share(scores, scores - scores * tenths / 10 + 0.01, share).any()


def test_borders_of_cut_offs_and_times() -> None:
    scores = np.array([0.1 + 0.2, 0.29, np.nan])
    assert reaches(scores, 0.3).tolist() == [True, False, False]
    assert lies_below(np.array([0.3, 0.29, np.nan]), 0.1 + 0.2).tolist() == [False, True, False]
    assert within(np.array([8.4, 8.5, np.nan]), 8.1, 0.3).tolist() == [True, False, False]


def test_whole_scores_are_compared_as_before() -> None:
    pre, post = (grid.ravel().astype(float) for grid in np.mgrid[0:41, 0:41])
    for criterion in (1, 5.9999, 6, 8.32):
        assert (arrays.reliably_improved(pre, post, criterion) == (pre - post >= criterion)).all()
        assert (lies_below(post, criterion) == (post < criterion)).all()
        recovered = (pre >= 10) & (post < 10) & (pre - post >= criterion)
        assert (arrays.reliably_recovered(pre, post, criterion, 10) == recovered).all()
    assert (arrays.responded(pre, post, 0.5) == (post <= 0.5 * pre)).all()


def test_every_analysis_with_a_criterion_keeps_the_tie(sessions_of) -> None:
    assert response([10, 10, 10], [2, 2, 3], share=0.8).value == pytest.approx(2 / 3)
    changes = reliable_change([2.3, 1.8, 2.3], [1.8, 2.3, 1.9], **HALF)
    assert changes.tolist() == ["recovered", "deteriorated", "unchanged"]
    assert remission([0.1 + 0.2, 0.3, 0.2], cut_off=0.3).value == pytest.approx(1 / 3)
    courses = sessions_of([[2.3, 1.8]] * 4, dict.fromkeys(range(4), 2.3))
    assert time_to_change(courses, **HALF)["changed"].all()
    assert relapses(courses, **HALF)[0].share.value == 1
    assert dose_response_curve(courses, reliable_change=0.5)["improved"].tolist() == [0, 1]
    assert early_responders(sessions_of([[10, 2.0]]), at=1, share=0.8).tolist() == [True]
    gain = [2.32, 2.3, 2.3, 1.8, 1.8, 1.81]
    frame = pd.DataFrame({"client": 1, "session": range(1, 7), "symptom_score": gain})
    assert len(find_sudden_gains(frame, cut_off=0.5, share=0.2)) == 1
    weeks = pd.DataFrame({"client": 1, "week": [0.1, 8.4], "symptom_score": [20.0, 9.0]})
    assert score_at_week(weeks, 8, 0.3).tolist() == [9.0]
