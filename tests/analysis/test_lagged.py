"""Lags: planted effects are recovered; false-alarm rate of the file < 1e-4."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.lagged import lagged_effects
from dyadsim.errors import BadData


def _panel(effect: float, trend: float, clients: int = 300, sessions: int = 30) -> pd.DataFrame:
    """x moves by itself, y follows x with a lag; both fall or rise together by `trend`."""
    rng, rows = np.random.default_rng(5), []
    for client in range(clients):
        level, x, y, strength = rng.normal() * 3, 0.0, 0.0, abs(rng.normal())
        for session in range(1, sessions + 1):
            x_next = 0.3 * x + rng.normal()
            y = 0.3 * y + effect * x + rng.normal()
            x = x_next
            line = trend * strength * session
            rows.append((client, session, x + level + line, y - level - line))
    return pd.DataFrame(rows, columns=["client", "session", "alliance_score", "symptom_score"])


def test_a_planted_lag_comes_out() -> None:
    effects = lagged_effects(_panel(-0.4, 0.0))
    assert abs(effects.effect.value + 0.4) < 5 * effects.effect.standard_error + 1 / 30
    assert abs(effects.carry_over.value - 0.3) < 5 * effects.carry_over.standard_error + 2 / 30
    reverse = lagged_effects(_panel(-0.4, 0.0), "symptom_score", "alliance_score")
    assert abs(reverse.effect.value) < 5 * reverse.effect.standard_error + 1 / 30


def test_two_things_that_both_improve_do_not_predict_each_other_once_detrended() -> None:
    rows = _panel(0.0, 0.3)
    plain = lagged_effects(rows).effect
    detrended = lagged_effects(rows, detrend=True).effect
    assert plain.high < -0.1
    assert abs(detrended.value) < 5 * detrended.standard_error + 2 / 30


def test_a_course_that_all_share_makes_no_effect() -> None:
    # alliance and symptoms both fall by a line in all clients; true effect -.4
    rows = _panel(-0.4, 0.0, 300, 12)
    line = rows["session"] * 0.5
    falling = rows.assign(
        alliance_score=rows["alliance_score"] - line, symptom_score=rows["symptom_score"] - 2 * line
    )
    true_effect = lagged_effects(rows).effect
    assert true_effect.value == pytest.approx(-0.4, abs=0.07)
    assert lagged_effects(falling).effect == pytest.approx(true_effect)
    assert lagged_effects(falling, session_means=False).effect.low > 0


def test_few_sessions_are_not_detrended() -> None:
    # a true -.40 in 6 sessions: a line a client would leave -.2 of it
    rows = _panel(-0.4, 0.0, 600, 6)
    assert lagged_effects(rows).effect.value == pytest.approx(-0.4, abs=0.08)
    with pytest.raises(BadData, match="the 20 sessions with both scores that detrend=True needs"):
        lagged_effects(rows, detrend=True)
    mixed = pd.concat([rows, _panel(-0.4, 0.0, 30, 20).assign(client=lambda r: r["client"] + 600)])
    assert lagged_effects(mixed, detrend=True).clients == 30
    assert lagged_effects(mixed).clients == 630


def test_errors_and_intervals_equal_those_of_r(missing_sessions: pd.DataFrame) -> None:
    # R 4.2.2, clubSandwich 0.5.8: lm(after ~ 0 + x + y) of deviations from the client's mean,
    # coef_test(vcov = "CR2", cluster = client, test = "Satterthwaite")
    effects = lagged_effects(missing_sessions, session_means=False)
    assert effects.effect.value == pytest.approx(-0.5538428)
    assert effects.effect.standard_error == pytest.approx(0.0899522)
    assert effects.effect.low == pytest.approx(-0.7327291)
    assert effects.carry_over.value == pytest.approx(-0.0806117)
    assert effects.carry_over.standard_error == pytest.approx(0.0430401)
    assert effects.carry_over.low == pytest.approx(-0.1660820)


def test_a_session_that_stands_twice_is_refused(missing_sessions: pd.DataFrame) -> None:
    rows = missing_sessions
    twice = pd.concat([rows, rows.iloc[[7]]])
    with pytest.raises(BadData, match="rows repeat a client and session"):
        lagged_effects(twice)
    marked = twice.assign(occasion=["session"] * len(rows) + ["assessment"])
    assert lagged_effects(marked) == lagged_effects(rows)


def test_only_neighbouring_sessions_make_pairs() -> None:
    rows = _panel(-0.4, 0.0, 20, 12)
    gaps = rows[rows["session"] % 3 != 0]  # pairs (1,2), (4,5), (7,8), (10,11)
    assert lagged_effects(gaps).effect.n == 4 * 20
    with pytest.raises(ValueError, match="no client has 4 sessions"):
        lagged_effects(rows[rows["session"] < 4])


def test_a_process_study_of_the_model_can_be_analysed(process_study):
    effects = lagged_effects(process_study.sessions)
    assert effects.effect.value < 0
    assert effects.clients > 800
