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
    assert slopes.contextual.value == pytest.approx(
        slopes.between_therapists.value - slopes.between_clients.value
    )
    assert (slopes.contextual.n, slopes.between_clients.n) == (120, 960)


def levels(therapists: int = 9, context: float = 0.5, seed: int = 3) -> pd.DataFrame:
    """Sessions of clients of few therapists, with an alliance at each of them."""
    rng, rows, client = np.random.default_rng(seed), [], 0
    for therapist in range(therapists):
        skill = rng.normal()
        for _ in range(int(rng.integers(3, 15))):
            level, start, noise = rng.normal(size=3)
            client += 1
            for session in range(5):
                score = (
                    25 + 4 * start - (2 * context * skill + 0.5 * level + 2 * noise) * session / 2
                )
                alliance = 4 + 0.5 * skill + level + 0.5 * rng.normal()
                rows.append((client, therapist, session, alliance, score))
    names = ["client", "therapist", "session", "alliance_score", "symptom_score"]
    return pd.DataFrame(rows, columns=names)


def test_slopes_and_their_tests_equal_those_of_r() -> None:
    # R 4.2.2, clubSandwich 0.5.8: lm(-post ~ therapist mean + client part + pre) and, for the
    # contextual effect, lm(-post ~ therapist mean + client mean + pre); coef_test(vcov = "CR2",
    # test = "Satterthwaite"): slope, error, degrees of freedom, p
    expected = {
        "between_therapists": (2.54607519, 1.01115907, 4.34914925, 0.06056360),
        "between_clients": (1.10107477, 0.23176923, 5.08208320, 0.00489021),
        "contextual": (1.44500042, 1.10370858, 5.47765975, 0.24268946),
    }
    slopes = process_outcome_slopes(levels())
    for name, numbers in expected.items():
        estimate = getattr(slopes, name)
        ours = (estimate.value, estimate.standard_error)
        assert (*ours, slopes.degrees_of_freedom[name], slopes.p[name]) == pytest.approx(numbers)


def test_a_slope_of_clients_alone_is_no_contextual_effect() -> None:
    # 60 therapists whose skill moves the alliance; only the client's own alliance moves the gain
    rng = np.random.default_rng(4)
    therapist = np.repeat(np.arange(60), 15)
    alliance = rng.normal(size=60)[therapist] + rng.normal(size=900)
    post = 20 - 2 * alliance + rng.normal(size=900)
    sessions = pd.DataFrame(
        {
            "client": np.repeat(np.arange(900), 2),
            "therapist": np.repeat(therapist, 2),
            "week": np.tile([0, 1], 900),
            "alliance_score": np.repeat(alliance, 2),
            "symptom_score": np.column_stack([20 + rng.normal(size=900), post]).ravel(),
        }
    )
    slopes = process_outcome_slopes(sessions)
    assert slopes.p["between_therapists"] < 1e-6
    assert slopes.between_therapists.value == pytest.approx(2, abs=0.3)
    assert abs(slopes.contextual.value) < 4 * slopes.contextual.standard_error


def test_high_scores_that_are_good_turn_the_signs() -> None:
    low_is_good, rows = process_outcome_slopes(levels()), levels()
    rows["symptom_score"] = 50 - rows["symptom_score"]
    turned = process_outcome_slopes(rows, higher_is_better=True)
    for name in ("between_therapists", "between_clients", "contextual"):
        assert getattr(turned, name) == pytest.approx(getattr(low_is_good, name))


def test_few_therapists_are_refused() -> None:
    with pytest.raises(ValueError, match=r"need 6 therapists .* there are 5"):
        process_outcome_slopes(levels(5))
    assert process_outcome_slopes(levels(6)).contextual.n == 6


def test_a_client_counts_once_at_a_time() -> None:
    rows = levels()
    twice = pd.concat([rows, rows[rows["session"] == 2]])
    with pytest.raises(ValueError, match="rows repeat a client and session, first client 1"):
        variance_shares(twice)
    with pytest.raises(ValueError, match="There is no column 'visit'"):
        variance_shares(rows, session="visit")
    weeks = twice.assign(week=np.arange(len(twice)))
    assert sum(variance_shares(weeks).values()) == pytest.approx(1)
    with pytest.raises(ValueError, match="rows repeat a client and session"):
        variance_shares(weeks, week=None)


def test_a_client_has_one_therapist() -> None:
    rows = levels()
    rows.loc[3, "therapist"] = 8
    for analysis in (split_levels, variance_shares, process_outcome_slopes):
        with pytest.raises(ValueError, match="client 1 has two therapists, 0 and 8"):
            analysis(rows)


def test_a_column_named_week_is_not_used_where_it_is_said() -> None:
    rows = levels()
    other = rows.assign(week=[7.0] * len(rows)).rename(columns={"session": "visit"})
    other = other.iloc[::-1]  # under the week alone the last session comes first
    slopes = process_outcome_slopes(other, week=None, session="visit")
    assert slopes.between_clients == pytest.approx(process_outcome_slopes(rows).between_clients)


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
