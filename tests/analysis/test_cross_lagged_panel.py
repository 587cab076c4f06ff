"""The panel model: lavaan's numbers, planted effects, and what it refuses."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.cross_lagged_panel import lagged_effect, random_intercept_panel
from dyadsim.errors import BadData


def test_the_model_equals_lavaan(missing_sessions):
    # R 4.2.2, lavaan 0.6.14: missing = "ml", information = "observed", lags and residual
    # (co)variances equal over time; the syntax stands in tests/verification/test_r_mixed_models.py
    model = random_intercept_panel(missing_sessions)
    lags = [model.carry_over, model.effect, model.predictor_carry_over, model.reverse]
    values = [0.3550060, -0.7891602, 0.4147126, -0.0853339]
    errors = [0.0582914, 0.1015369, 0.0768659, 0.0280062]
    assert [lag.value for lag in lags] == pytest.approx(values, abs=2e-4)
    assert [lag.standard_error for lag in lags] == pytest.approx(errors, rel=2e-3)
    assert model.log_likelihood == pytest.approx(-4065.42905, abs=1e-3)
    assert model.intercept_correlation == pytest.approx(-0.7988829, abs=1e-3)
    assert (model.admissible, model.sessions) == (True, (1, 5))


def improving_clients(sessions: int = 5, clients: int = 800) -> pd.DataFrame:
    """A lagged effect of -.3, lasting differences, and improvement that all share."""
    rng = np.random.default_rng(7)
    p, q = rng.normal(size=(2, clients))
    level = rng.normal(size=clients)
    rows = []
    for session in range(1, sessions + 1):
        both = {"alliance_score": p + level + session, "symptom_score": q - level - 2 * session}
        rows.append(pd.DataFrame({"client": np.arange(clients), "session": session, **both}))
        p, q = (
            0.3 * p + rng.normal(size=clients),
            0.3 * q - 0.3 * p + rng.normal(size=clients),
        )
    return pd.concat(rows)


def test_a_planted_effect_is_not_pulled_to_zero_by_few_sessions():
    # 4 standard errors; centring on the own mean gives -.2 here, on the own line -.1
    model = random_intercept_panel(improving_clients(4))
    assert abs(model.effect.value + 0.3) < 4 * model.effect.standard_error
    assert model.effect.standard_error < 0.05
    assert abs(model.reverse.value) < 4 * model.reverse.standard_error
    assert abs(model.carry_over.value - 0.3) < 4 * model.carry_over.standard_error


def test_units_and_row_order_follow_the_scores(missing_sessions):
    rows = missing_sessions
    first = random_intercept_panel(rows)
    turned = random_intercept_panel(
        rows.assign(alliance_score=10 * rows["alliance_score"]).sample(frac=1, random_state=1)
    )
    assert turned.effect.value == pytest.approx(first.effect.value / 10, rel=1e-3)
    assert turned.reverse.value == pytest.approx(first.reverse.value * 10, rel=1e-3)
    assert turned.carry_over == pytest.approx(first.carry_over, rel=1e-3)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"last": 2}, "3 to 20 sessions"),
        ({"last": 9}, "session 6 has 0 clients"),
        ({"first": 0}, "first"),
        ({"session": "visit"}, "no column 'visit'"),
    ],
)
def test_bad_input_is_explained(keywords, words, missing_sessions):
    with pytest.raises(ValueError, match=words):
        random_intercept_panel(missing_sessions, **keywords)


def test_rows_that_stand_twice_and_few_clients_are_refused(missing_sessions):
    rows = missing_sessions
    with pytest.raises(BadData, match="rows repeat a client and session"):
        random_intercept_panel(pd.concat([rows, rows.iloc[[3]]]))
    with pytest.raises(BadData, match="3 to 20 sessions with 20 clients each"):
        random_intercept_panel(rows[rows["client"] < 15])


def test_patterns_of_very_many_sessions_stay_apart() -> None:
    """Numbers of patterns ran out of a double's digits from 28 sessions on."""
    rng = np.random.default_rng(3)
    level, noise = rng.normal(size=(120, 1)), rng.normal(size=(2, 120, 28))
    rating, symptoms = level + noise[0], -level + noise[1]
    symptoms[:, 1:] -= 0.5 * noise[0, :, :-1]
    rating[:60, -1] = np.nan
    assert lagged_effect(rating, symptoms) == pytest.approx(-0.5, abs=0.1)
