"""The correlation of sessions with the gain per session, and what endings by lot make of it."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.dose_response import rate_and_total

MOST = 20


def _endings_by_lot(clients: int, seed: int) -> pd.DataFrame:
    """One curve for all (3 points per log session), normal noise, totals 1 to 20 by lot."""
    rng = np.random.default_rng(seed)
    session = np.arange(MOST + 1)
    person = 5 * rng.normal(size=(clients, 1))
    scores = 22 - 3 * np.log1p(session) + person + 3 * rng.normal(size=(clients, MOST + 1))
    labels = {
        "client": np.repeat(np.arange(clients), MOST + 1),
        "session": np.tile(session, clients),
    }
    rows = pd.DataFrame(labels | {"symptom_score": scores.ravel()})
    total = rng.integers(1, MOST + 1, clients)
    return rows[rows["session"] <= np.repeat(total, MOST + 1)]


def _correlations_in_closed_form() -> tuple[float, float]:
    """Return both correlations: totals uniform on 1 to 20, gain 3 log(1 + n) + N(0, 2 x 9)."""
    n = np.arange(1, MOST + 1)
    gain, noise = 3 * np.log1p(n), 18.0
    rate = gain / n
    with_rate = np.cov(n, rate, bias=True)[0, 1] / np.sqrt(
        n.var() * (rate.var() + (noise / n**2).mean())
    )
    with_gain = np.cov(n, gain, bias=True)[0, 1] / np.sqrt(n.var() * (gain.var() + noise))
    return float(with_rate), float(with_gain)


def test_one_curve_and_endings_by_lot_give_a_correlation_far_below_0():
    rate, gain = _correlations_in_closed_form()
    assert rate == pytest.approx(-0.2958, abs=1e-4)
    correlations = rate_and_total(_endings_by_lot(6000, 1))
    assert correlations.rate.low < rate < correlations.rate.high
    assert correlations.rate.high < -0.2
    assert correlations.rate_by_lot.value == pytest.approx(rate, abs=0.02)
    assert correlations.gain_by_lot.value == pytest.approx(gain, abs=0.02)


def test_the_lottery_holds_the_statistic_when_endings_are_a_lottery():
    # 60 data sets, binomial(60, .95): 51 or more but for 1 in 1,000 (fixed seeds)
    inside = 0
    for seed in range(60):
        correlations = rate_and_total(_endings_by_lot(150, seed))
        inside += (
            correlations.rate_by_lot.low <= correlations.rate.value <= correlations.rate_by_lot.high
        )
    assert inside >= 51


def test_who_leaves_when_it_is_good_enough_lies_beyond_the_lottery(sessions_of):
    rng = np.random.default_rng(3)
    courses = []
    for _ in range(300):
        rate = rng.uniform(0.5, 4)
        stay = int(np.clip(np.ceil(10 / rate), 1, 30))
        courses.append([25 - rate * session for session in range(stay + 1)])
    correlations = rate_and_total(sessions_of(courses))
    assert correlations.rate.high < correlations.rate_by_lot.low - 0.1
    assert correlations.gain.high < correlations.gain_by_lot.low


def test_routine_care_is_what_a_lottery_gives(routine_care):
    """Simulated endings hardly know the score: that the rate is below 0 shows nothing."""
    correlations = rate_and_total(routine_care.sessions)
    assert correlations.rate.high < 0
    assert correlations.rate.value == pytest.approx(correlations.rate_by_lot.value, abs=0.06)


def test_a_missing_score_is_no_ticket_and_high_may_be_good(sessions_of):
    courses = [[20, 18, 11], [20, 17, 12], [20, np.nan, 13], [20, 10], [20, 16]]
    rows = sessions_of(courses)
    correlations = rate_and_total(rows, draws=50)
    turned = rows.assign(symptom_score=-rows["symptom_score"])
    assert rate_and_total(turned, draws=50, higher_is_better=True) == correlations
    assert rate_and_total(rows, draws=50, rng=np.random.default_rng(0)) == correlations
    with pytest.raises(ValueError, match="draws must be 2 or more, it is 1"):
        rate_and_total(rows, draws=1)
