"""Levels and lags: planted components and slopes come out; false-alarm rate of the file < 1e-4."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.lagged import lagged
from dyadsim.analysis.within_between import process_outcome, split, variance_shares
from dyadsim.evidence import benchmark
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.studies.designs.process import process


def _nested(therapists: int = 150, seed: int = 1) -> pd.DataFrame:
    """Unequal groups; variances: therapists 1, clients 4, sessions 5."""
    dice, rows, client = np.random.default_rng(seed), [], 0
    for therapist in range(therapists):
        own = dice.normal()
        for _ in range(int(dice.integers(2, 12))):
            mine = own + 2 * dice.normal()
            client += 1
            for session in range(1, int(dice.integers(2, 9)) + 1):
                rows.append((client, therapist, session, mine + dice.normal() * 5**0.5))
    return pd.DataFrame(rows, columns=["client", "therapist", "session", "alliance_score"])


def test_variance_components_come_out() -> None:
    found = [variance_shares(_nested(seed=seed)) for seed in range(12)]
    for level, planted in (("therapist", 0.1), ("client", 0.4), ("within", 0.5)):
        values = np.array([one[level] for one in found])
        assert abs(values.mean() - planted) < 5 * values.std(ddof=1) / np.sqrt(12)
    assert sum(found[0].values()) == pytest.approx(1)


def test_equal_groups_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "client": [0, 0, 1, 1, 2, 2, 3, 3],
            "therapist": [0, 0, 0, 0, 1, 1, 1, 1],
            "alliance_score": [1.0, 3, 5, 7, 9, 11, 13, 15],
        }
    )
    # mean squares: within 2, clients 16, therapists 128; components (16-2)/2 = 7, (128-16)/4 = 28
    found = variance_shares(rows)
    assert found == pytest.approx({"therapist": 28 / 37, "client": 7 / 37, "within": 2 / 37})
    parts = split(rows)
    assert parts["therapist_part"].tolist() == [-4] * 4 + [4] * 4
    assert parts["client_part"].tolist() == [-2, -2, 2, 2, -2, -2, 2, 2]
    assert parts["within_part"].tolist() == [-1, 1] * 4


def test_slopes_of_the_levels_are_told_apart() -> None:
    dice, rows = np.random.default_rng(2), []
    for therapist in range(120):
        own = dice.normal()
        for client in range(8):
            mine, start = dice.normal(size=2)
            gain = 3 * own + 0.5 * mine + dice.normal()  # points of fall
            for session in range(6):
                score = 30 + start - gain * session / 5
                rows.append((8 * therapist + client, therapist, session, own + mine, score))
    names = ["client", "therapist", "session", "alliance_score", "symptom_score"]
    found = process_outcome(pd.DataFrame(rows, columns=names))
    assert abs(found.between_therapists.value - 3) < 5 * found.between_therapists.standard_error
    assert abs(found.between_clients.value - 0.5) < 5 * found.between_clients.standard_error


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"therapist": [0, 0, 0, 0]}, "levels need"),
        ({"alliance_score": [np.nan] * 4}, "at least 3 rows"),
    ],
)
def test_levels_that_are_not_there(columns: dict[str, list[float]], words: str) -> None:
    rows = pd.DataFrame(
        {"client": [0, 0, 1, 1], "therapist": [0, 0, 1, 1], "alliance_score": [1.0, 2, 3, 4]}
    ).assign(**columns)
    with pytest.raises(ValueError, match=words):
        variance_shares(rows)


def _panel(effect: float, trend: float, clients: int = 300, sessions: int = 30) -> pd.DataFrame:
    """x moves by itself, y follows x with a lag; both fall or rise together by `trend`."""
    dice, rows = np.random.default_rng(5), []
    for client in range(clients):
        level, x, y, own = dice.normal() * 3, 0.0, 0.0, abs(dice.normal())
        for session in range(1, sessions + 1):
            x_next = 0.3 * x + dice.normal()
            y = 0.3 * y + effect * x + dice.normal()
            x = x_next
            line = trend * own * session
            rows.append((client, session, x + level + line, y - level - line))
    return pd.DataFrame(rows, columns=["client", "session", "alliance_score", "symptom_score"])


def test_a_planted_lag_comes_out() -> None:
    found = lagged(_panel(-0.4, 0.0), detrend=False)
    assert abs(found.effect.value + 0.4) < 5 * found.effect.standard_error + 1 / 30
    assert abs(found.carry_over.value - 0.3) < 5 * found.carry_over.standard_error + 2 / 30
    reverse = lagged(_panel(-0.4, 0.0), "symptom_score", "alliance_score", detrend=False)
    assert abs(reverse.effect.value) < 5 * reverse.effect.standard_error + 1 / 30


def test_two_things_that_both_improve_do_not_predict_each_other_once_detrended() -> None:
    rows = _panel(0.0, 0.3)
    fooled, told = lagged(rows, detrend=False).effect, lagged(rows, detrend=True).effect
    assert fooled.high < -0.1
    assert abs(told.value) < 5 * told.standard_error + 2 / 30


def test_only_neighbouring_sessions_make_pairs() -> None:
    rows = _panel(-0.4, 0.0, 20, 12)
    gaps = rows[rows["session"] % 3 != 0]  # pairs (1,2), (4,5), (7,8), (10,11)
    assert lagged(gaps).effect.n == 4 * 20
    with pytest.raises(ValueError, match="no client has 4 sessions"):
        lagged(rows[rows["session"] < 4])


def test_a_process_study_of_the_model_can_be_analysed() -> None:
    seen = benchmark.see(simulate.run(process(), worlds.parameters("hybrid"), 1200, 3))
    shares = variance_shares(seen.sessions)
    assert shares["client"] > shares["therapist"] > 0
    found = lagged(seen.sessions)
    assert found.effect.value < 0
    assert found.clients > 800
    assert process_outcome(seen.sessions).between_clients.value > 0
