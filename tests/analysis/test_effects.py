import numpy as np
import pytest
from scipy import stats

from dyadsim.analysis.effects import d_groups, hedges_g, mean_gain, pre_post_d, variance_ratio

TREATED, CONTROL = [4.0, 6.0, 8.0], [8.0, 10.0, 12.0, 14.0]


def covered(estimates, truth):
    return np.mean([estimate.low <= truth <= estimate.high for estimate in estimates])


def test_hedges_g_by_hand():
    # means 6 and 11; pooled variance (2·4 + 3·20/3)/5 = 5.6; correction 1 - 3/19
    g = hedges_g(TREATED, CONTROL)
    assert g.value == pytest.approx(5 / np.sqrt(5.6) * (1 - 3 / 19))
    assert g.n == 7


def test_hedges_g_signs():
    assert hedges_g(TREATED, CONTROL, higher_is_better=True).value < 0
    assert d_groups(TREATED, CONTROL).value == pytest.approx(-hedges_g(TREATED, CONTROL).value)


def test_hedges_g_leaves_missing_out():
    assert hedges_g([*TREATED, np.nan], CONTROL) == hedges_g(TREATED, CONTROL)


def test_pre_post_d_by_hand():
    pre, post = np.array([10.0, 12.0, 14.0, 16.0]), np.array([8.0, 9.0, 9.0, 14.0])
    d = pre_post_d(pre, post, corrected=False)
    assert d.value == pytest.approx(3 / np.sqrt(20 / 3))
    # change 2, 3, 5, 2: variance 2
    assert d.standard_error**2 == pytest.approx(2 / (4 * 20 / 3) + 9 / (20 / 3) / 6)


def test_mean_gain_is_scipys_paired_t():
    rng = np.random.default_rng(1)
    pre, post = rng.normal(size=(2, 15))
    interval = stats.ttest_rel(pre, post).confidence_interval()
    gain = mean_gain(pre, post)
    assert gain.value == pytest.approx((pre - post).mean())
    assert (gain.low, gain.high) == pytest.approx((interval.low, interval.high))


def test_pre_post_d_is_metafors():
    # R 4.2.2, metafor 3.8-1: escalc(measure = "SMCRH", ...)$yi and $vi
    d = pre_post_d([10, 12, 14, 16, 11, 19], [8, 9, 9, 14, 12, 10])
    assert d.value == pytest.approx(0.827611176083, abs=1e-11)
    assert d.standard_error**2 == pytest.approx(0.189787243327, abs=1e-11)
    assert d.high - d.value == pytest.approx(stats.t.ppf(0.975, 5) * d.standard_error)


@pytest.mark.slow
def test_pre_post_d_is_unbiased_for_few_clients():
    # 4,000 studies of 8 clients, true d = .8: the plain ratio is .90 on average
    rng = np.random.default_rng(5)
    common, pre, post = rng.normal(size=(3, 4000, 8))
    pairs = zip(common + pre, common + post - 0.8 * np.sqrt(2), strict=True)
    estimates = [pre_post_d(*pair) for pair in pairs]
    assert np.mean([estimate.value for estimate in estimates]) == pytest.approx(0.8, abs=0.03)
    assert covered(estimates, 0.8) > 0.94


def test_variance_ratio_is_rs_var_test():
    # R 4.2.2: var.test(c(4, 6, 8), c(8, 10, 12, 14))
    ratio = variance_ratio(TREATED, CONTROL)
    assert ratio[:1] + ratio[2:4] == pytest.approx((0.6, 0.0373969097403, 23.4992967384081))


def test_variance_ratio_of_few_clients_holds_the_truth():
    # 4,000 pairs of groups of 5; with the interval on the log scale .915 of them held it
    pairs = np.random.default_rng(6).normal(size=(4000, 2, 5))
    assert covered([variance_ratio(*pair) for pair in pairs], 1.0) == pytest.approx(0.95, abs=0.012)


def test_intervals_hold_the_planted_truth():
    # 1,000 data sets; bounds = binomial 0.95 ± 4 SD, and 1 % for the approximations' own error.
    # Three shares: false alarm below 1 in 5,000 per new seed.
    rng = np.random.default_rng(2)
    treated, control = rng.normal(9.5, 1, (1000, 60)), rng.normal(10, 1, (1000, 50))
    pre = rng.normal(0, 2, (1000, 80))
    post = -1.0 + 0.6 * pre + rng.normal(0, 2, (1000, 80))
    pairs = list(zip(treated, control, strict=True))
    for estimates, truth in (
        ([hedges_g(*pair) for pair in pairs], 0.5),
        ([variance_ratio(*pair) for pair in pairs], 1.0),
        ([pre_post_d(*pair) for pair in zip(pre, post, strict=True)], 0.5),
    ):
        assert 0.91 < covered(estimates, truth) < 0.99


@pytest.mark.parametrize("function", [hedges_g, d_groups, mean_gain, pre_post_d, variance_ratio])
def test_too_few_clients(function):
    with pytest.raises(ValueError, match="at least 3 clients"):
        function([1.0, 2.0], [3.0, 4.0])


def test_no_variance():
    same = [2.0, 2.0, 2.0]
    with pytest.raises(ValueError, match="no variance within either group"):
        hedges_g(same, same)
    with pytest.raises(ValueError, match="'pre' has no variance: every client scores 2"):
        pre_post_d(same, TREATED)
    with pytest.raises(ValueError, match="'control' has no variance"):
        variance_ratio(TREATED, same)


def test_scores_that_differ_by_rounding_alone_have_no_variance():
    with pytest.raises(ValueError, match="no variance"):
        pre_post_d([0.1 + 0.2, 0.3, 0.3, 0.3], [0.2, 0.1, 0.2, 0.1])
    with pytest.raises(ValueError, match="no variance"):
        hedges_g([0.1 + 0.2, 0.3, 0.3], [0.2, 0.2, 0.2])
