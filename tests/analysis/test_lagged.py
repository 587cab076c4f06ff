"""Lags: planted effects are recovered; false-alarm rate of the file < 1e-4."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.lagged import lagged_effects


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
    effects = lagged_effects(_panel(-0.4, 0.0), detrend=False)
    assert abs(effects.effect.value + 0.4) < 5 * effects.effect.standard_error + 1 / 30
    assert abs(effects.carry_over.value - 0.3) < 5 * effects.carry_over.standard_error + 2 / 30
    reverse = lagged_effects(_panel(-0.4, 0.0), "symptom_score", "alliance_score", detrend=False)
    assert abs(reverse.effect.value) < 5 * reverse.effect.standard_error + 1 / 30


def test_two_things_that_both_improve_do_not_predict_each_other_once_detrended() -> None:
    rows = _panel(0.0, 0.3)
    plain = lagged_effects(rows, detrend=False).effect
    detrended = lagged_effects(rows, detrend=True).effect
    assert plain.high < -0.1
    assert abs(detrended.value) < 5 * detrended.standard_error + 2 / 30


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
