import pandas as pd
import pytest

from dyadsim.analysis.natural import remission_at_week, response_at_week

SCORES = {1: (20, 10), 2: (20, 11), 3: (12, 9), 4: (9, 3), 5: (16, None)}
FRAME = pd.DataFrame(
    [(c, week, s) for c, pair in SCORES.items() for week, s in zip((0, 9), pair, strict=True)],
    columns=["client", "week", "symptom_score"],
)


def test_response_at_week():
    assert response_at_week(FRAME, 8)[::4] == (pytest.approx(2 / 4), 4)


def test_remission_at_week_counts_only_cases():
    assert remission_at_week(FRAME, 8, cut_off=10)[::4] == (pytest.approx(1 / 3), 3)


def test_nobody_near_that_week():
    with pytest.raises(ValueError, match="at least 3 clients need both scores, 0 have them"):
        remission_at_week(FRAME, 26, cut_off=10)


def test_the_first_score_is_no_later_score() -> None:
    """Intake lies within two weeks of week 2: whoever was not seen then has no score of it."""
    rows = [(k, w, s) for k in range(3) for w, s in ((0, 20), (2, 8), (8, 8))]
    rows += [(k, w, s) for k in range(3, 6) for w, s in ((0, 20), (8, 8))]
    rows += [(6, 1, 20)]  # seen once, late
    sessions = pd.DataFrame(rows, columns=["client", "week", "symptom_score"])
    assert response_at_week(sessions, 2)[::4] == (1.0, 3)
    assert remission_at_week(sessions, 2, cut_off=10)[::4] == (1.0, 3)
    assert response_at_week(sessions, 8)[::4] == (1.0, 6)
