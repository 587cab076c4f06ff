"""Levels: planted components and slopes are recovered; false-alarm rate of the file < 1e-4."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.within_between import process_outcome_slopes, split_levels, variance_shares


def _nested(therapists: int = 150, seed: int = 1) -> pd.DataFrame:
    """Unequal groups; variances: therapists 1, clients 4, sessions 5."""
    rng, rows, client = np.random.default_rng(seed), [], 0
    for therapist in range(therapists):
        skill = rng.normal()
        for _ in range(int(rng.integers(2, 12))):
            level = skill + 2 * rng.normal()
            client += 1
            for session in range(1, int(rng.integers(2, 9)) + 1):
                rows.append((client, therapist, session, level + rng.normal() * 5**0.5))
    return pd.DataFrame(rows, columns=["client", "therapist", "session", "alliance_score"])


def test_variance_components_come_out() -> None:
    shares = [variance_shares(_nested(seed=seed)) for seed in range(12)]
    for level, planted in (("therapist", 0.1), ("client", 0.4), ("within", 0.5)):
        values = np.array([share[level] for share in shares])
        assert abs(values.mean() - planted) < 5 * values.std(ddof=1) / np.sqrt(12)
    assert sum(shares[0].values()) == pytest.approx(1)


def test_equal_groups_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "client": [0, 0, 1, 1, 2, 2, 3, 3],
            "therapist": [0, 0, 0, 0, 1, 1, 1, 1],
            "alliance_score": [1.0, 3, 5, 7, 9, 11, 13, 15],
        }
    )
    # mean squares: within 2, clients 16, therapists 128; components (16-2)/2 = 7, (128-16)/4 = 28
    shares = variance_shares(rows)
    assert shares == pytest.approx({"therapist": 28 / 37, "client": 7 / 37, "within": 2 / 37})
    parts = split_levels(rows)
    assert parts["therapist_part"].tolist() == [-4] * 4 + [4] * 4
    assert parts["client_part"].tolist() == [-2, -2, 2, 2, -2, -2, 2, 2]
    assert parts["within_part"].tolist() == [-1, 1] * 4


def test_slopes_of_the_levels_are_told_apart() -> None:
    rng, rows = np.random.default_rng(2), []
    for therapist in range(120):
        skill = rng.normal()
        for client in range(8):
            level, start = rng.normal(size=2)
            gain = 3 * skill + 0.5 * level + rng.normal()  # points of fall
            for session in range(6):
                score = 30 + start - gain * session / 5
                rows.append((8 * therapist + client, therapist, session, skill + level, score))
    names = ["client", "therapist", "session", "alliance_score", "symptom_score"]
    slopes = process_outcome_slopes(pd.DataFrame(rows, columns=names))
    assert abs(slopes.between_therapists.value - 3) < 5 * slopes.between_therapists.standard_error
    assert abs(slopes.between_clients.value - 0.5) < 5 * slopes.between_clients.standard_error


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


def test_a_process_study_of_the_model_can_be_analysed(process_study):
    shares = variance_shares(process_study.sessions)
    assert shares["client"] > shares["therapist"] > 0
    assert process_outcome_slopes(process_study.sessions).between_clients.value > 0
