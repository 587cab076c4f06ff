"""From rows of measurements to clients: first and last score, a score at a week, residual gain."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from dyadsim.analysis.change import pre_post, residual_gain, score_at_week

# client, occasion, session, week, score; out of order on purpose
ROWS = [
    (2, "session", 1, 1.0, 12.0),
    (1, "session", 2, 2.0, 9.0),
    (1, "intake", 0, 0.0, 20.0),
    (1, "follow_up", 2, 30.0, 3.0),
    (1, "session", 1, 1.0, np.nan),
    (2, "intake", 0, 0.0, np.nan),
    (2, "session", 2, 2.0, 11.0),
    (2, "session", 3, 3.0, np.nan),
    (3, "intake", 0, 0.0, 7.0),
    (3, "follow_up", 0, 30.0, 5.0),
    (4, "intake", 0, 0.0, np.nan),
]
SESSIONS = pd.DataFrame(ROWS, columns=["client", "occasion", "session", "week", "symptom_score"])
SESSIONS["arm"] = SESSIONS["client"].map({1: "a", 2: "b", 3: "b", 4: "a"})
SESSIONS["therapist"] = SESSIONS["client"].map({1: 5, 2: 6}).astype("Int64")


def test_pre_post_first_and_last_observed():
    table = pre_post(SESSIONS)
    np.testing.assert_equal(table["pre"].to_numpy(), [20, 12, 7, np.nan])
    np.testing.assert_equal(table["post"].to_numpy(), [9, 11, np.nan, np.nan])
    assert table["n_sessions"].tolist() == [2, 3, 0, 0]
    assert table["arm"].tolist() == ["a", "b", "b", "a"]
    assert table["therapist"].isna().tolist() == [False, False, True, True]
    assert table.index.tolist() == [1, 2, 3, 4]


def test_pre_post_with_other_names_and_fewer_columns():
    names = {"client": "id", "symptom_score": "bdi", "week": "day", "session": "visit"}
    renamed = SESSIONS.rename(columns={**names, "occasion": "kind"})
    table = pre_post(
        renamed, client="id", score="bdi", week="day", session="visit", occasion="kind", carry=()
    )
    expected = pre_post(SESSIONS)[["pre", "post", "n_sessions"]]
    pd.testing.assert_frame_equal(table, expected, check_names=False)
    bare = SESSIONS[["client", "session", "symptom_score"]]
    assert pre_post(bare).loc[3, "post"] == 5.0  # nothing marks the follow-up
    assert pre_post(bare).columns.tolist() == ["pre", "post", "n_sessions"]


def test_pre_post_errors():
    with pytest.raises(ValueError, match=r"no column 'wek'\. Did you mean week"):
        pre_post(SESSIONS, week="wek")
    with pytest.raises(ValueError, match="no column 'session'"):
        pre_post(SESSIONS[["client", "symptom_score"]])
    with pytest.raises(ValueError, match="'client' or 'week' is missing in 1 rows, first in row 1"):
        pre_post(SESSIONS.assign(week=[0, None, *range(9)]))
    with pytest.raises(ValueError, match="one of arm changes within client 1"):
        pre_post(SESSIONS.assign(arm=[str(row) for row in range(11)]), carry=("arm",))


def test_residual_gain_is_minus_the_ols_residual_and_keeps_the_index():
    rng = np.random.default_rng(3)
    pre = pd.Series(rng.normal(20, 5, 30), index=range(100, 130))
    post = (0.5 * pre + rng.normal(0, 3, 30)).where(pre.index != 104)
    gain = residual_gain(pre, post)
    kept = post.notna()
    fit = sm.OLS(post[kept], sm.add_constant(pre[kept])).fit()
    assert 104 not in gain.index
    pd.testing.assert_series_equal(gain, -fit.resid, check_names=False)


def test_residual_gain_needs_spread_and_clients():
    with pytest.raises(ValueError, match="'pre' has no variance"):
        residual_gain([5, 5, 5], [1, 2, 3])
    with pytest.raises(ValueError, match="2 have them"):
        residual_gain([5, 6, np.nan], [1, 2, 3])


def test_score_at_week_takes_the_nearest_observed_within_tolerance():
    rows = [("a", 3, 30), ("a", 8, 18), ("a", 11, 20), ("b", 0, 25), ("b", 8, np.nan)]
    rows += [("b", 11, 9), ("c", 0, 5), ("c", 12, 4), ("d", 0, 8), ("d", 10, 7), ("d", 6, 6)]
    frame = pd.DataFrame(rows, columns=["client", "week", "symptom_score"])
    scores = score_at_week(frame, 8, 3)
    # a counts from its own first week, 3, so week 11 is its week 8; d has 6 and 10 equally near
    assert scores.to_dict() == pytest.approx({"a": 20, "b": 9, "c": np.nan, "d": 6}, nan_ok=True)


def test_score_at_week_errors():
    with pytest.raises(ValueError, match="must be 0 or more, they are -1 and 2"):
        score_at_week(SESSIONS, -1, 2)
    with pytest.raises(ValueError, match=r"no column 'weeks'\. Did you mean week"):
        score_at_week(SESSIONS, 8, 2, time="weeks")


def test_times_as_text_are_sorted_as_numbers():
    rows = pd.DataFrame({"client": 1, "week": ["0", "9", "12"], "symptom_score": ["20", "15", "8"]})
    assert pre_post(rows)["post"].tolist() == [8]
    assert score_at_week(rows, 12, 1).tolist() == [8]
    with pytest.raises(ValueError, match="'week' must be numeric: row 1 has 'week 9'"):
        pre_post(rows.assign(week=["0", "week 9", "12"]))


def test_week_and_session_that_disagree_are_asked_about():
    # a week of the calendar, the same or turning at new year, beside the session's number
    frame = pd.DataFrame({"client": 1, "session": [0, 1, 2], "symptom_score": [20.0, 15, 9]})
    with pytest.raises(ValueError, match=r"order the rows of client 1 differently: from week 1 to"):
        pre_post(frame.assign(week=[51, 52, 1]))
    calendar = pre_post(frame.assign(week=[51, 52, 1]), week=None)
    assert calendar[["pre", "post"]].to_numpy().tolist() == [[20, 9]]
    assert pre_post(frame.assign(week=[51, 52, 1]), session=None)["pre"].tolist() == [9]
    same_week = frame.iloc[::-1].assign(week=30)  # no order at all: the session decides
    assert pre_post(same_week)[["pre", "post"]].to_numpy().tolist() == [[20, 9]]
    visits = frame.rename(columns={"session": "visit"}).assign(week=[51, 52, 1])
    with pytest.raises(ValueError, match="'week' and 'visit' order the rows"):
        pre_post(visits, session="visit")


def test_a_follow_up_may_have_any_session_number():
    rows = SESSIONS.assign(session=SESSIONS["session"].where(SESSIONS["occasion"] != "follow_up"))
    assert pre_post(rows)["post"].equals(pre_post(SESSIONS)["post"])


def test_names_of_sessions_are_no_numbers_and_need_not_be_used():
    rows = SESSIONS.assign(session="visit " + SESSIONS["session"].astype(str))
    with pytest.raises(ValueError, match=r"'session' must be numeric: .*say session=None"):
        pre_post(rows)
    assert pre_post(rows, session=None)["post"].equals(pre_post(SESSIONS)["post"])


def test_residual_gain_where_high_is_good():
    pre, post = [10.0, 20.0, 30.0, 25.0], [5.0, 16.0, 15.0, 20.0]
    turned = residual_gain(pre, post, higher_is_better=True)
    np.testing.assert_allclose(turned, -residual_gain(pre, post))


def test_a_follow_up_is_no_session():
    """It may have a number, as the next session would."""
    rows = [
        (1, 0, "intake", 20),
        (1, 1, "session", 18),
        (1, 2, "session", 9),
        (1, 3, "follow_up", 8),
    ]
    columns = ["client", "session", "occasion", "symptom_score"]
    ends = pre_post(pd.DataFrame(rows, columns=columns), week=None, carry=())
    assert ends[["post", "n_sessions"]].to_numpy().tolist() == [[9, 2]]
