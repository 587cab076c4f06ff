"""Effect sizes, shares, variance ratios and survival as R finds them (metafor, survival, stats)."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis import effects, survival
from dyadsim.analysis.estimate import from_count

pytestmark = pytest.mark.verification


@pytest.fixture(scope="module")
def trial() -> pd.DataFrame:
    """17 clients, before and after, with decimals and unequal variances."""
    rng = np.random.default_rng(8)
    pre = rng.normal(24, 5, 17).round(1)
    return pd.DataFrame({"pre": pre, "post": (0.6 * pre + rng.normal(0, 6, 17)).round(1)})


def test_standardised_mean_change_is_metafors(in_r, trial: pd.DataFrame) -> None:
    numbers = in_r(
        """library(metafor)
        e <- escalc(measure = "SMCRH", m1i = mean(trial$pre), m2i = mean(trial$post),
            sd1i = sd(trial$pre), sd2i = sd(trial$post), ri = cor(trial$pre, trial$post), ni = 17)
        t <- t.test(trial$pre, trial$post, paired = TRUE)
        result <- list(d = as.numeric(e$yi), v = e$vi, gain = unname(t$estimate),
            low = t$conf.int[1], high = t$conf.int[2])""",
        trial=trial,
    )
    d = effects.pre_post_d(trial["pre"], trial["post"])
    assert (d.value, d.standard_error**2) == pytest.approx((numbers["d"], numbers["v"]), rel=1e-9)
    gain = effects.mean_gain(trial["pre"], trial["post"])
    assert (gain.value, gain.low, gain.high) == pytest.approx(
        (numbers["gain"], numbers["low"], numbers["high"])
    )


def test_two_groups_are_metafors_and_var_tests(in_r, trial: pd.DataFrame) -> None:
    numbers = in_r(
        """library(metafor)
        a <- trial$pre; b <- trial$post[1:11]
        e <- escalc(measure = "SMD", m1i = mean(a), m2i = mean(b), sd1i = sd(a), sd2i = sd(b),
            n1i = 17, n2i = 11)
        v <- var.test(a, b)
        result <- list(g = as.numeric(e$yi), v = e$vi, ratio = unname(v$estimate),
            low = v$conf.int[1], high = v$conf.int[2])""",
        trial=trial,
    )
    first, second = trial["pre"], trial["post"].head(11)
    g = effects.d_groups(first, second)
    # statsmodels approximates Hedges' factor by 1 - 3 / (4 m - 1), and has n - 3.94 in the variance
    assert g.value == pytest.approx(numbers["g"], rel=1e-3)
    assert g.standard_error**2 == pytest.approx(numbers["v"], rel=0.05)
    ratio = effects.variance_ratio(first, second)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx(
        (numbers["ratio"], numbers["low"], numbers["high"]), rel=1e-8
    )


@pytest.mark.parametrize(("count", "n"), [(8, 40), (0, 12), (3, 3), (19, 21)])
def test_shares_have_wilsons_interval(in_r, count: int, n: int) -> None:
    numbers = in_r(
        f"p <- suppressWarnings(prop.test({count}, {n}, correct = FALSE))$conf.int\n"
        "result <- list(low = p[1], high = p[2])"
    )
    share = from_count(count, n)
    assert (share.low, share.high) == pytest.approx((numbers["low"], numbers["high"]), abs=1e-9)


def test_curves_and_medians_are_survivals(in_r) -> None:
    rng = np.random.default_rng(9)
    for n in (4, 6, 8, 10, 25):  # small, even numbers: the curve often stops at exactly one half
        for _ in range(4):
            times = pd.DataFrame({"session": rng.integers(1, 9, n)})
            times["changed"] = (rng.random(n) < 0.8).astype(int)
            times.loc[0, "changed"] = 1
            numbers = in_r(
                """library(survival)
                s <- survfit(Surv(times$session, times$changed) ~ 1)
                t <- summary(s)
                result <- list(median = unname(t$table["median"]), session = I(t$time),
                    changed = I(1 - t$surv), error = I(t$std.err), at_risk = I(t$n.risk))""",
                times=times,
            )
            curve = survival.change_curve(times)
            curve = curve[curve["events"] > 0]
            assert curve["session"].tolist() == numbers["session"]
            assert curve["at_risk"].tolist() == numbers["at_risk"]
            np.testing.assert_allclose(curve["changed"], numbers["changed"], atol=1e-12)
            errors = [np.nan if error == "NaN" else error for error in numbers["error"]]
            np.testing.assert_allclose(curve["standard_error"], errors, atol=1e-12)
            median = np.nan if numbers["median"] in ("NA", None) else numbers["median"]
            assert survival.median_session(times) == pytest.approx(median, nan_ok=True)
