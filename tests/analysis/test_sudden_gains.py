"""Sudden gains by hand; the published example is in tests/real."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.sudden_gains import find_sudden_gains, share_with_sudden_gain


def _long(*courses: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"client": who, "session": place, "symptom_score": score}
            for who, course in enumerate(courses)
            for place, score in enumerate(course, start=1)
        ]
    )


def test_a_gain_by_hand() -> None:
    # before: mean 31, SD 1; after: mean 19, SD 1; pooled SD 1; 12 > 2.776.
    (gain,) = find_sudden_gains(_long([30, 32, 31, 20, 19, 18, 18])).to_dict("records")
    assert gain == {
        "client": 0,
        "session": 3,
        "before": 31,
        "after": 20,
        "magnitude": 11,
        "reversed": False,
    }


@pytest.mark.parametrize(
    "course",
    [
        [30, 32, 31, 25, 24, 24, 24],  # a fall of 6 points
        [50, 52, 51, 43, 42, 41, 41],  # 8 points, but less than a quarter of 51
        [20, 40, 31, 20, 35, 15, 16],  # unstable
        [31, 20, 19, 19, 19, 19, 19],  # from the first session: too little before
        [30, 31, 30, 31, 30, 31, 12],  # to the last session: too little after
        [30, np.nan, np.nan, 31, 18, np.nan, np.nan, 17],  # one score before
    ],
)
def test_no_gain(course: list[float]) -> None:
    assert find_sudden_gains(_long(course)).empty


def test_half_of_it_given_back_is_a_reversal() -> None:
    kept, lost = [30, 32, 31, 21, 20, 20, 25], [30, 32, 31, 21, 20, 20, 26]
    assert find_sudden_gains(_long(kept, lost))["reversed"].tolist() == [False, True]


def test_share_has_its_denominator() -> None:
    gains = find_sudden_gains(_long([30, 32, 31, 20, 19, 18, 18], [20] * 7))
    share = share_with_sudden_gain(gains, 4)
    assert (share.value, share.n) == (0.25, 4)


def test_nobody_with_scores_and_bad_columns() -> None:
    assert find_sudden_gains(_long([np.nan] * 5)).empty
    with pytest.raises(ValueError, match="symptom_scor"):
        find_sudden_gains(_long([1, 2]).rename(columns={"symptom_score": "symptom_scor"}))


def test_a_follow_up_is_no_session() -> None:
    course = _long([30, 32, 31, 20, 19, 18, 18]).assign(occasion="session")
    later = pd.DataFrame(
        {"client": [0], "session": [4], "symptom_score": [31], "occasion": ["follow_up"]}
    )
    frame = pd.concat([later, course])
    assert len(find_sudden_gains(frame)) == 1


@pytest.mark.parametrize("number", [2.5, 20240101])
def test_a_session_has_a_number(number: float) -> None:
    frame = _long([30, 32, 31, 20, 19, 18, 18])
    frame["session"] = frame["session"].astype(float).where(frame["session"] != 3, number)
    with pytest.raises(ValueError, match="'session' must be the number of a session"):
        find_sudden_gains(frame)


def test_gains_on_a_scale_where_high_is_good() -> None:
    course = [100 - score for score in [30, 32, 31, 20, 19, 18, 18]]
    (gain,) = find_sudden_gains(_long(course), best=100, higher_is_better=True).to_dict("records")
    assert (gain["before"], gain["after"], gain["magnitude"]) == (69, 80, 11)
