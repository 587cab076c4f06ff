"""Laws behind statistics of facts: by hand, in R, and against the slow functions of `analysis`."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.cross_lagged_panel import lagged_effect, random_intercept_panel
from dyadsim.analysis.sudden_gains import find_sudden_gains
from dyadsim.analysis.survival import median_session
from dyadsim.errors import BadInput
from dyadsim.evidence.named_statistic import check_statistic, statistic_values
from dyadsim.evidence.statistics_of_courses import smooth_median, sudden_gainers
from dyadsim.evidence.statistics_of_process import between_share
from dyadsim.model import worlds
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.runs import latent
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct


def ratings(holes: float) -> np.ndarray:
    """25 clients and 6 ratings, some of them missing, (session, client)."""
    rng = np.random.default_rng(12)
    table = np.round(rng.normal(size=(25, 1)) + 0.6 * rng.normal(size=(25, 6)), 3)
    return np.where(rng.random(table.shape) < holes, np.nan, table).T


def test_the_share_between_clients_is_that_of_an_analysis_of_variance() -> None:
    # R 4.2.2: psych::ICC (ICC1); anova(lm(x ~ factor(client))) with 30 % missing
    assert between_share(ratings(0.0)) == pytest.approx(0.7655430, abs=1e-6)
    assert between_share(ratings(0.3)) == pytest.approx(0.7664086825, abs=1e-9)


def test_without_differences_within_clients_all_lies_between_them() -> None:
    assert between_share(np.array([[1.0, 2, 3], [1, 2, 3]])) == 1
    assert np.isnan(between_share(np.array([[1.0, 2, 3]])))


def test_the_median_lies_on_the_curve_of_survival() -> None:
    # R 4.2.2, survival 3.5: survfit is .5850533359 at session 9 and .4446405353 at 10, median 10
    rng = np.random.default_rng(13)
    session, changed = rng.integers(1, 13, 60), rng.random(60) < 0.55
    right = 9 + (0.5850533359 - 0.5) / (0.5850533359 - 0.4446405353)
    assert smooth_median(session, changed) == pytest.approx(right, abs=1e-8)
    assert median_session(pd.DataFrame({"session": session, "changed": changed})) == 10


def test_a_curve_that_ends_above_one_half_is_followed_at_its_rate() -> None:
    """At a constant rate per session the median is ln 2 over it, wherever observation stops."""
    rng = np.random.default_rng(2)
    when = rng.exponential(12, 200_000)
    session = np.minimum(np.ceil(when), 6).astype(int)
    assert smooth_median(session, when <= 6) == pytest.approx(12 * np.log(2), rel=0.01)
    assert np.isnan(smooth_median(np.array([3, 4]), np.array([False, False])))


@pytest.mark.parametrize("fall", [4.0, 7.0])
def test_sudden_gainers_are_those_of_the_analysis(fall: float) -> None:
    rng = np.random.default_rng(3)
    steps = rng.normal(-0.5, 3, (13, 300)) - 9 * (rng.random((13, 300)) < 0.06)
    table = np.clip(np.round(30 + steps.cumsum(axis=0)), 0, 63)
    table[rng.random(table.shape) < 0.15] = np.nan
    session, client = np.nonzero(~np.isnan(table))
    rows = pd.DataFrame({"client": client, "session": session + 1})
    rows["symptom_score"] = table[session, client]
    slow = find_sudden_gains(rows, cut_off=fall)["client"].unique()
    assert 20 < len(slow) < 280
    assert set(np.flatnonzero(sudden_gainers(table, fall))) == set(slow)


def test_the_lag_is_that_of_the_panel_model() -> None:
    """Which is R's lavaan (tests/analysis/test_cross_lagged_panel.py), with missing sessions."""
    rng = np.random.default_rng(4)
    level, noise = rng.normal(size=(400, 1)), rng.normal(size=(2, 400, 5))
    x, y = level + noise[0], -0.5 * level + noise[1]
    y[:, 1:] -= 0.4 * noise[0, :, :-1]
    ends = rng.integers(2, 6, 400)
    gone = (np.arange(5) >= ends[:, None]) | (rng.random((400, 5)) < 0.1)
    x, y = (np.where(gone, np.nan, part) for part in (x, y))
    client, session = np.nonzero(~gone)
    rows = pd.DataFrame({"client": client, "session": session + 1})
    rows["alliance_score"], rows["symptom_score"] = x[client, session], y[client, session]
    panel = random_intercept_panel(rows)
    assert lagged_effect(x, y) == pytest.approx(panel.effect.value, abs=1e-9)
    assert panel.effect.value == pytest.approx(-0.4, abs=3 * panel.effect.standard_error)
    assert np.isnan(lagged_effect(x[:, :2], y[:, :2]))
    assert np.isnan(lagged_effect(x[:19], y[:19]))
    assert np.isnan(lagged_effect(np.where(gone, np.nan, 1.0), y))


@pytest.fixture(scope="module")
def care() -> Run:
    return simulate.run(cohort(follow_up=()), worlds.world_parameters("hybrid"), 1500, 2, threads=1)


def of_runs(run: Run, *names: str) -> list[float]:
    """Statistics of a run, in the order of their names."""
    values = statistic_values(names, run)
    return [values[name] for name in names]


def test_a_partial_correlation_is_that_of_the_inverse_covariances(care: Run) -> None:
    """From the other end: six plain correlations of the same clients make the partial one."""
    (partial,) = of_runs(care, "partial_process_outcome_r(expectancy_score@0;attachment)")
    pre, post = _first_and_last(latent(care, "symptom_score"))
    forms = observe.instrument_scores(care)
    rows = np.stack(
        [
            forms["expectancy_score"][0],
            -post,
            pre,
            forms["attachment_score"][0],
        ]
    ).astype(float)
    rows = rows[:, ~np.isnan(rows).any(axis=0)]
    precision = np.linalg.inv(np.corrcoef(rows))
    by_hand = -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
    assert partial == pytest.approx(by_hand, abs=1e-9)


def _first_and_last(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each client's first and last score, in a loop."""
    first, last = [], []
    for course in scores.T.astype(float):
        known = course[~np.isnan(course)]
        first.append(known[0] if known.size else np.nan)
        last.append(known[-1] if known.size > 1 else np.nan)
    return np.array(first), np.array(last)


def test_hazards_by_counting_sessions_one_by_one(care: Run) -> None:
    attended, left = care.clients.attended.astype(int), care.clients.ended == 3
    rates = []
    for first, last in ((1, 3), (7, 12)):
        sessions = gone = 0
        for total, dropped in zip(attended, left, strict=True):
            for session in range(first, last + 1):
                sessions += total >= session
                gone += dropped and total == session
        rates.append(gone / sessions)
    (value,) = of_runs(care, "hazard_difference(sessions@1_to_3;sessions@7_to_12)")
    assert value == pytest.approx(rates[0] - rates[1], abs=1e-12)


def test_ratios_of_arms_by_counting(care: Run) -> None:
    study = rct(("cbt", "waitlist"), 8, follow_up=())
    run = simulate.run(study, worlds.world_parameters("hybrid"), 600, 4, threads=1)
    shares = of_runs(run, "share_of(recovered).cbt", "share_of(recovered).waitlist")
    risk, odds = of_runs(
        run, "risk_ratio(recovered;cbt;waitlist)", "odds_ratio(recovered;cbt;waitlist)"
    )
    assert risk == pytest.approx(shares[0] / shares[1])
    assert odds == pytest.approx(shares[0] / (1 - shares[0]) / (shares[1] / (1 - shares[1])))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mean(PHQ9@0)", "the study's scores are bdi2, so write bdi2, not PHQ9"),
        ("mean(alliance_score@last)", "@last is of the symptom questionnaire, bdi2"),
        ("mean(alliance_score@3_weeks)", "a score is of a session, as in alliance_score@3"),
        ("trend(alliance_score@2;empathy_score@4)", "trend is of one score"),
        ("g_early_response(fall@25;session@4)", r"percent@25 or points@6 and the like, not fall@"),
        ("g_early_response(percent@25;week@4)", "the early session is written session@4"),
        ("g_early_response(percent@25;session@40)", "nobody has session 40"),
        ("hazard_difference(weeks@1_to_3;sessions@4_to_6)", "written sessions@1_to_3"),
        ("within_client_lag(alliance_score@3)", "over sessions, as in alliance_score@1_to_5"),
        ("share_of(relapse@52_weeks_after)", "no outcome 'relapse'. Did you mean relapsed?"),
        ("share_of(relapsed@52_weeks)", "time is after the last session, as in @52_weeks_after"),
        ("share_of(relapsed@26_weeks_after)", "only after 52"),
        ("share_of(recovered@3)", "recovered is of the last score, so write it without @"),
        ("share_reliable_recovery(PHQ9;GAD7)", "the study's scores are bdi2, so write bdi2"),
        ("share_reliable_recovery(BDI;OQ45)", "the second questionnaire of the rule is gad7"),
        ("odds_ratio(recovered;cbt;placebo)", "needs 'placebo' in study rct"),
        ("risk_ratio(recovered;cbt;waitlist).cbt", r"compares arms, so leave out '\.cbt'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_words(name: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        check_statistic(name, rct(("cbt", "waitlist"), 8, follow_up=(52.0,)))
