"""Errors of what lessons show: against statsmodels, SciPy and closed forms."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import binomtest, f_oneway, norm
from statsmodels.stats.proportion import confint_proportions_2indep

from dyadsim.analysis.effects import hedges_g
from dyadsim.analysis.estimate import Estimate, from_count
from dyadsim.lessons import alliance, best_therapist, numbers, who_got_better


def nested(rng: np.random.Generator, therapists: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Values of clients who share therapists, and their therapists."""
    therapist = np.repeat(np.arange(therapists), rng.integers(2, 20, therapists))
    return rng.normal(size=therapists)[therapist] + rng.normal(size=therapist.size), therapist


def test_the_clustered_error_is_that_of_statsmodels() -> None:
    x, therapist = nested(np.random.default_rng(1))
    fit = sm.OLS(x, np.ones(len(x))).fit(cov_type="cluster", cov_kwds={"groups": therapist})
    mean = float(x.mean())
    estimate = numbers.clustered(mean, (x - mean) / len(x), therapist)
    assert estimate.standard_error == pytest.approx(fit.bse[0], rel=1e-12)
    alone = numbers.clustered(mean, (x - mean) / len(x), np.full(len(x), -1))
    assert alone.standard_error == pytest.approx(x.std(ddof=1) / np.sqrt(len(x)), rel=1e-12)
    assert alone.standard_error < estimate.standard_error / 1.5


def test_one_therapist_says_nothing() -> None:
    estimate = numbers.clustered(0.3, np.array([0.1, -0.1]), np.array([4, 4]))
    assert (estimate.low, estimate.high) == (-float("inf"), float("inf"))
    share = numbers.clustered_share(np.array([True, False]), np.array([4, 4]))
    assert (share.low, share.high) == (0.0, 1.0)


@pytest.mark.parametrize(("count", "n"), [(0, 400), (4, 480), (150, 400), (400, 400)])
def test_a_share_without_clusters_has_wilsons_interval(count: int, n: int) -> None:
    share = numbers.clustered_share(np.arange(n) < count, np.full(n, -1))
    wilson = binomtest(count, n).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx((wilson.low, wilson.high), abs=1e-3)


def test_the_difference_of_shares_is_newcombes() -> None:
    apart = numbers.difference(from_count(56, 70), from_count(48, 80))
    low, high = confint_proportions_2indep(56, 70, 48, 80, method="newcomb")
    assert (apart.low, apart.high) == pytest.approx((low, high), abs=1e-6)
    assert apart.value == pytest.approx(0.2)


def test_the_brackets_that_an_interval_leaves() -> None:
    def left(low: float, high: float) -> tuple[int, ...]:
        return numbers.brackets_left(Estimate(0.0, 0.0, low, high, 9), (0.1, 0.2))

    assert left(0.0, 0.05) == (0,)
    assert left(0.05, 0.15) == (0, 1)
    assert left(0.0, 0.9) == (0, 1, 2)
    assert left(0.2, 0.3) == (2,)


def test_the_correlation_of_independent_clients_has_the_usual_error() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=4000)
    y = 0.3 * x + np.sqrt(1 - 0.09) * rng.normal(size=4000)
    r = alliance.correlation(x, y, np.full(4000, -1))
    assert r.standard_error == pytest.approx((1 - r.value**2) / np.sqrt(4000), rel=0.05)


def test_the_correlation_of_clients_who_share_therapists() -> None:
    """95 % intervals hold the true r of about 95 % of samples; the usual ones of far fewer."""
    rng, hits, usual = np.random.default_rng(5), 0, 0
    for _ in range(300):
        therapist = np.repeat(np.arange(25), 20)
        x, y = (
            rng.normal(size=25)[therapist] + rng.normal(size=500) for _ in range(2)
        )  # true r: 0
        r = alliance.correlation(x, y, therapist)
        hits += r.low < 0 < r.high
        usual += abs(np.arctanh(r.value)) < 1.96 / np.sqrt(497)
    assert 0.90 < hits / 300 < 0.98
    assert usual / 300 < 0.7


def arm(scores: np.ndarray) -> who_got_better.ArmScores:
    """An arm whose clients have no therapist in common."""
    return who_got_better.ArmScores(scores, scores, np.full(scores.size, -1))


@pytest.mark.parametrize(("d", "share"), [(0.8, 0.788), (0.0, 0.5), (-0.5, 0.309)])
def test_the_average_treated_client_is_better_off_than_phi_of_d(d: float, share: float) -> None:
    """Cohen's U3: 79 % at d = .80, never the other way round. Phi(d) from a table of the normal."""
    rng = np.random.default_rng(9)
    treated, waiting = (np.round(rng.normal(m, 5, 200_000)) for m in (15 - 5 * d, 15))
    estimate = who_got_better.below_the_average_treated(arm(treated), arm(waiting))
    assert estimate.value == pytest.approx(share, abs=0.004)
    assert norm.cdf(d) == pytest.approx(share, abs=0.001)


def test_the_error_of_that_share_and_of_g() -> None:
    rng = np.random.default_rng(10)
    estimates, effects = [], []
    for _ in range(300):
        treated, waiting = (arm(np.round(rng.normal(m, 5, 200))) for m in (11.5, 15))
        estimates.append(who_got_better.below_the_average_treated(treated, waiting))
        effects.append(who_got_better.effect_size(treated, waiting))
    for values in (estimates, effects):
        spread = np.std([estimate.value for estimate in values])
        assert np.mean([e.standard_error for e in values]) == pytest.approx(spread, rel=0.12)
    usual = hedges_g(treated.post, waiting.post)
    assert effects[-1].value == usual.value
    assert effects[-1].standard_error == pytest.approx(usual.standard_error, rel=0.05)


def test_the_variance_between_therapists_is_that_of_scipys_anova() -> None:
    x, therapist = nested(np.random.default_rng(2))
    gains = [x[therapist == number] for number in np.unique(therapist)]
    spread, p = best_therapist.between_therapists(gains)
    assert p == pytest.approx(f_oneway(*gains).pvalue, rel=1e-9)
    assert 0.4 < spread < 2


def test_the_interval_of_ranks_holds_the_true_rank() -> None:
    rng, hits = np.random.default_rng(4), 0
    for _ in range(200):
        true, error = rng.normal(0, 1, 40), np.full(40, 0.5)
        means = true + rng.normal(0, error)
        ranks = best_therapist.draw_ranks(means, error, 1.0, rng)[:, 7]
        low, high = np.quantile(ranks, (0.025, 0.975), method="nearest")
        hits += low <= 1 + (true > true[7]).sum() <= high
    assert hits / 200 > 0.9
