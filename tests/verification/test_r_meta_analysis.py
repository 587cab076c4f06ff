"""Random effects, heterogeneity, Hartung and Knapp's interval and Egger's test in R's metafor.

The numbers of one set are frozen in `tests/analysis/test_meta_analysis.py`.
"""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.meta_analysis import funnel_asymmetry, random_effects

pytestmark = pytest.mark.verification

METAFOR = """
library(metafor)
exact <- list(threshold = 1e-12, stepadj = 0.5, maxiter = 10000)
fit <- rma(g, sei = error, data = trials, method = "REML", control = exact)
knha <- rma(g, sei = error, data = trials, method = "REML", test = "knha", control = exact)
spread <- confint(fit, control = list(tol = 1e-12))$random
egger <- regtest(fit, model = "lm")
line <- summary(egger$fit)$coefficients["Xsei", ]
half <- qt(.975, nrow(trials) - 2) * sqrt(fit$tau2 + fit$se^2)
result <- list(
  mean = fit$b[1], se = fit$se, low = fit$ci.lb, high = fit$ci.ub,
  knha_se = knha$se, knha_low = knha$ci.lb, knha_high = knha$ci.ub,
  tau2 = fit$tau2, tau2_low = spread["tau^2", 2], tau2_high = spread["tau^2", 3],
  i2 = fit$I2 / 100, i2_low = spread["I^2(%)", 2] / 100, i2_high = spread["I^2(%)", 3] / 100,
  new_low = fit$b[1] - half, new_high = fit$b[1] + half,
  egger = line[["Estimate"]], egger_se = line[["Std. Error"]], egger_p = egger$pval
)
"""


@pytest.mark.parametrize("tau", [0.0, 0.2, 0.6])
@pytest.mark.parametrize("k", [3, 5, 8, 12, 40])
def test_metafor_finds_the_same(in_r, k: int, tau: float) -> None:
    """REML of both is iterated: tau2 agrees to 1e-5, the rest follows."""
    rng = np.random.default_rng([k, int(10 * tau)])
    error = rng.uniform(0.1, 0.5, k)
    trials = pd.DataFrame({"g": rng.normal(0.5, np.hypot(error, tau)), "error": error})
    right = in_r(METAFOR, trials=trials)
    usual = random_effects(trials["g"], trials["error"])
    normal = random_effects(trials["g"], trials["error"], interval="normal")
    egger = funnel_asymmetry(trials["g"], trials["error"])
    numbers = dict(zip(("mean", "se", "low", "high"), normal.mean[:4], strict=True))
    numbers |= dict(zip(("knha_se", "knha_low", "knha_high"), usual.mean[1:4], strict=True))
    numbers |= {
        "tau2": usual.tau2,
        "tau2_low": usual.tau2_low,
        "tau2_high": usual.tau2_high,
        "i2": usual.i2,
        "i2_low": usual.i2_low,
        "i2_high": usual.i2_high,
        "new_low": usual.low,
        "new_high": usual.high,
        "egger": egger.intercept.value,
        "egger_se": egger.intercept.standard_error,
        "egger_p": egger.p,
    }
    assert numbers == pytest.approx(right, rel=1e-4, abs=2e-5)
