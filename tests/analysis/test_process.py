import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from dyadsim.analysis.change import pre_post, residual_gain
from dyadsim.analysis.process import (
    aic_linear_minus_log_time,
    correlation,
    course,
    pearson,
    process_outcome_r,
    score_at_session,
)


def long(rows):
    return pd.DataFrame(rows, columns=["client", "occasion", "session", "alliance_score"])


def simulated(n, r, seed):
    """Intake, 3 sessions, post-test; alliance at session 3 correlates r with residual gain."""
    rng = np.random.default_rng(seed)
    pre, alliance, rest = rng.normal(size=(3, n))
    post = 0.5 * pre - r * alliance - np.sqrt(1 - r**2) * rest
    kinds = ["intake", *["session"] * 3, "assessment"]
    symptoms = np.column_stack([pre, np.full((n, 3), np.nan), post])
    alliances = np.column_stack([np.full((n, 3), np.nan), alliance, rng.normal(size=n)])
    columns = {"client": np.repeat(np.arange(n), 5), "week": np.tile(np.arange(5.0), n)}
    columns |= {"occasion": kinds * n, "session": np.tile([0, 1, 2, 3, 3], n)}
    columns |= {"symptom_score": symptoms.ravel(), "alliance_score": alliances.ravel()}
    return pd.DataFrame(columns)


def test_score_at_session_three_else_the_nearest_else_the_earlier():
    frame = long(
        [
            *(("three", "session", k, 10 + k) for k in range(1, 7)),
            *(("tie", "session", k, 20 + k) for k in (4, 2)),
            *(("missing", "session", k, s) for k, s in ((3, np.nan), (5, 35), (1, 31))),
            ("outside", "session", 6, 46),
            ("assessed", "assessment", 3, 53),
        ]
    )
    assert score_at_session(frame, "alliance_score", 3).to_dict() == {
        "three": 13,
        "tie": 22,
        "missing": 35,
    }


def test_score_at_intake_first_session_and_mean():
    frame = long(
        [
            ("a", "intake", 0, 1.0),
            ("a", "session", 1, 2.0),
            ("a", "session", 2, 4.0),
            ("b", "assessment", 0, 9.0),
            ("b", "session", 2, 6.0),
        ]
    )
    assert score_at_session(frame, "alliance_score", 0).to_dict() == {"a": 1}
    assert score_at_session(frame, "alliance_score", 1).to_dict() == {"a": 2}
    assert score_at_session(frame, "alliance_score", None).to_dict() == {"a": 3, "b": 6}
    without = frame.drop(columns="occasion")
    assert score_at_session(without, "alliance_score", 0).to_dict() == {"a": 1, "b": 9}
    assert score_at_session(without, "alliance_score", None).to_dict() == {"a": 3, "b": 6}


def test_score_at_session_errors():
    frame = long([("a", "session", 1, 2.0)])
    with pytest.raises(ValueError, match="no client has a 'alliance_score' at session 0"):
        score_at_session(frame, "alliance_score", 0)
    with pytest.raises(ValueError, match=r"no column 'aliance'\. Did you mean alliance_score"):
        score_at_session(frame, "aliance", 3)


def test_pearson_is_scipys_with_fisher_interval():
    x, y = np.random.default_rng(4).normal(size=(2, 30))
    estimate, z = pearson(x, y), np.arctanh(stats.pearsonr(x, y).statistic)
    assert estimate.value == pytest.approx(np.tanh(z))
    half_width = 1.959964 / np.sqrt(27)
    assert estimate[2:4] == pytest.approx(np.tanh([z - half_width, z + half_width]))
    assert estimate.standard_error == pytest.approx((1 - np.tanh(z) ** 2) / np.sqrt(27))


def test_pearson_errors():
    with pytest.raises(ValueError, match="at least 4 clients, there are 3"):
        pearson([1, 2, 3], [1, 2, 3])
    with pytest.raises(ValueError, match="'second' has no variance"):
        pearson([1, 2, 3, 4], [1, 1, 1, 1])


def test_planted_process_outcome_r_is_recovered():
    # within 4 standard errors: false alarm 6 in 100,000 per new seed
    estimate = process_outcome_r(simulated(4000, 0.28, 5), "alliance_score", 3)
    assert abs(estimate.value - 0.28) < 4 * estimate.standard_error
    assert estimate.n == 4000


def test_process_outcome_r_with_gain_at_hand_and_other_names():
    frame = simulated(50, 0.3, 6)
    table = pre_post(frame)
    gain = residual_gain(table["pre"], table["post"])
    expected = process_outcome_r(frame, "alliance_score", 3)
    assert process_outcome_r(frame, "alliance_score", 3, gain=gain) == expected
    renamed = frame.rename(columns={"symptom_score": "bdi", "week": "w", "client": "id"})
    again = process_outcome_r(renamed, "alliance_score", 3, outcome="bdi", client="id", week="w")
    assert again == expected


def test_correlation_between_two_sessions():
    frame = simulated(60, 0.3, 7)
    first = frame.loc[frame["occasion"] == "intake", "symptom_score"].to_numpy()
    second = frame.loc[frame["session"].eq(3) & frame["occasion"].eq("session"), "alliance_score"]
    estimate = correlation(frame, "symptom_score", "alliance_score", 0, 3)
    assert estimate.value == pytest.approx(np.corrcoef(first, second)[0, 1])


def test_course():
    frame = simulated(40, 0.3, 8).assign(arm=lambda rows: np.where(rows["client"] < 10, "a", "b"))
    table = course(frame)
    assert table[["arm", "session"]].to_numpy().tolist() == [["a", 0], ["b", 0]]
    pre = frame.loc[frame["occasion"] == "intake", "symptom_score"].iloc[:10]
    expected = [pre.mean(), pre.std(), 10, pre.sem()]
    assert table.iloc[0, 2:].tolist() == pytest.approx(expected)
    weekly = course(frame, by=(), time="week", occasions=None)
    assert weekly["week"].tolist() == [0, 4]
    with pytest.raises(ValueError, match=r"no column 'arms'\. Did you mean arm"):
        course(frame, by=("arms",))


def test_aic_difference_is_statsmodels():
    when = np.arange(8.0)
    mean = 20 - 4 * np.log1p(when) + np.random.default_rng(9).normal(0, 0.3, 8)
    linear, log = (sm.OLS(mean, sm.add_constant(x)).fit().aic for x in (when, np.log(when + 1)))
    points = pd.DataFrame({"session": when, "mean": mean})
    assert aic_linear_minus_log_time(points) == pytest.approx(linear - log)
    assert linear - log > 0
    straight = points.assign(mean=20 - when + 0.1 * (-1) ** when)
    assert aic_linear_minus_log_time(straight) < 0


def test_aic_errors():
    flat = pd.DataFrame({"session": range(4), "mean": 3.0})
    with pytest.raises(ValueError, match="'mean' has no variance"):
        aic_linear_minus_log_time(flat)
    with pytest.raises(ValueError, match="at least 4 sessions, there are 3"):
        aic_linear_minus_log_time(flat.head(3))
    with pytest.raises(ValueError, match="one group at a time"):
        aic_linear_minus_log_time(pd.concat([flat, flat]))
