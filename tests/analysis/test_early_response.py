"""Early response by hand."""

import pytest

from dyadsim.analysis.early_response import early_responders, recovery_by_early_response


def test_early_responders_by_hand(sessions_of):
    missing = float("nan")
    courses = sessions_of([[20, 19, 15], [20, 19, 15.1], [20, 19], [0, 0, 0], [20, 12, missing]])
    early = early_responders(courses, at=2)
    assert early.to_dict() == {0: True, 1: False}  # a fall of exactly a quarter counts


def test_early_response_and_recovery_by_hand(sessions_of):
    early_good, early_bad = [20.0, 12, 5], [20.0, 12, 16]
    late_good, late_bad = [20.0, 19, 5], [20.0, 19, 18]
    courses = sessions_of([early_good] * 6 + [early_bad] * 2 + [late_good] * 3 + [late_bad] * 9)
    response = recovery_by_early_response(courses, at=1, cut_off=10, reliable_change=6)
    assert response.early.value == 8 / 20
    assert response.recovered_of_early.value == 6 / 8
    assert response.recovered_of_others.value == 3 / 12
    assert response.odds_ratio.value == pytest.approx((6 * 9) / (2 * 3))


def test_an_early_score_that_is_also_the_last_does_not_count(sessions_of):
    courses = sessions_of([[20.0, 5]] * 10 + [[20.0, 12, 5]] * 4 + [[20.0, 19, 18]] * 4)
    assert recovery_by_early_response(courses, at=1, cut_off=10, reliable_change=6).early.n == 8


def test_an_impossible_session(sessions_of):
    with pytest.raises(ValueError, match="'at' must be 1 or more"):
        early_responders(sessions_of([[1, 2]]), at=0)


def test_a_follow_up_is_no_early_score(sessions_of):
    # client 0 left after session 1; the follow-up bears the number of the last session
    courses = sessions_of([[20, 19], [20, 10]], {0: 5.0}).iloc[::-1]
    assert early_responders(courses, at=1).to_dict() == {0: False, 1: True}


def test_another_name_of_the_session_gives_the_order(sessions_of):
    courses = sessions_of([[20, 12, 5]] * 3 + [[20, 19, 18]] * 3).drop(columns="week")
    renamed = courses.rename(columns={"session": "visit"})
    result = recovery_by_early_response(
        renamed, at=1, cut_off=10, reliable_change=6, session="visit"
    )
    assert (result.recovered_of_early.value, result.recovered_of_others.value) == (1, 0)


def test_a_first_score_at_the_early_session_tells_nothing(sessions_of):
    sessions = sessions_of([[20, 10, 9], [20, 19, 18], [20, 19, 9]])
    late = sessions[(sessions["client"] != sessions["client"].iloc[-1]) | (sessions["session"] > 0)]
    assert early_responders(late, at=1).index.tolist() == sessions["client"].unique()[:2].tolist()
