"""The tests of many trials at once beside lme4 and lmerTest, trial by trial and as a loop in R."""

import numpy as np
import pandas as pd
import pytest
from planning.drawn import as_table, small_trials

from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.planning import trial_tests
from dyadsim.planning.power_design import Assumptions
from dyadsim.planning.power_formulas import Size
from dyadsim.planning.power_grid import PowerPlan, drawn_batches, power_of_sizes

pytestmark = pytest.mark.verification

ONE_BY_ONE = """
suppressPackageStartupMessages(library(lmerTest))
quiet <- function(x) suppressWarnings(suppressMessages(x))
result <- list()
for (k in unique(trials$trial)) {
  d <- subset(trials, trial == k)
  simple <- quiet(summary(lmer(outcome ~ before + treated + (1 | therapist), d))$coefficients)
  slopes <- quiet(summary(lmer(
    outcome ~ before + treated + (1 | therapist) + (0 + treated | therapist), d))$coefficients)
  ancova <- summary(lm(outcome ~ before + treated, d))$coefficients
  welch <- t.test(outcome ~ treated, d, var.equal = TRUE)
  fixed <- lm(outcome ~ before + factor(therapist), d)
  one <- lm(outcome ~ before, d)
  reml <- quiet(lmer(outcome ~ before + (1 | therapist), d))
  ml <- quiet(lmer(outcome ~ before + (1 | therapist), d, REML = FALSE))
  half <- function(model, method) {
    gain <- 2 * as.numeric(logLik(model) - logLik(one, REML = method))
    if (gain < 1e-6) 1 else pchisq(gain, 1, lower.tail = FALSE) / 2
  }
  result[[paste0("mixed", k)]] <- simple["treated", c(1, 2, 3, 5)]
  result[[paste0("mixed_slopes", k)]] <- slopes["treated", c(1, 2, 3, 5)]
  result[[paste0("ancova", k)]] <- c(ancova["treated", c(1, 2)], one$df.residual - 1,
                                     ancova["treated", 4])
  result[[paste0("t_test", k)]] <- c(diff(welch$estimate), welch$stderr, welch$parameter,
                                     welch$p.value)
  result[[paste0("f_test", k)]] <- anova(one, fixed)[2, 6]
  result[[paste0("lrt", k)]] <- half(reml, TRUE)
  result[[paste0("lrt_ml", k)]] <- half(ml, FALSE)
}
result <- lapply(result, unname)
"""
LOOP = """
suppressPackageStartupMessages(library(lmerTest))
set.seed(11)
p <- replicate(300, {
  therapist <- rep(1:12, each = 15)
  treated <- ifelse(therapist <= 6, .5, -.5)
  before <- rnorm(180)
  y <- .5 * treated + .45 * before + rnorm(12, 0, sqrt(.1))[therapist] +
    rnorm(180, 0, sqrt(1 - .1 - .45^2))
  m <- suppressMessages(lmer(y ~ before + treated + (1 | therapist)))
  summary(m)$coefficients["treated", 5]
})
result <- list(power = mean(p < .05))
"""


def test_every_analysis_is_that_of_r(in_r) -> None:
    trials = small_trials(12)
    numbers = in_r(ONE_BY_ONE, trials=as_table(trials))
    for name in ("t_test", "ancova", "mixed", "mixed_slopes"):
        tests = trial_tests.coefficient_tests(trials, "arms", name)
        ours = np.column_stack(tests)
        theirs = np.array([numbers[f"{name}{k}"] for k in range(12)])
        np.testing.assert_allclose(ours[:, :2], theirs[:, :2], rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(ours[:, 2], theirs[:, 2], rtol=0.01)
        np.testing.assert_allclose(ours[:, 3], theirs[:, 3], atol=1e-3)
    for name in ("f_test", "lrt", "lrt_ml"):
        p = trial_tests.p_values(trials, "therapists", name, np.random.default_rng(1))
        theirs = np.array([numbers[f"{name}{k}"] for k in range(12)])
        np.testing.assert_allclose(p, theirs, atol=1e-4)


def test_the_power_of_a_nested_trial_is_that_of_a_loop_in_lme4(in_r) -> None:
    """300 trials in R, 2,000 here: 4 Monte-Carlo errors, so one run in 16,000 fails by chance."""
    assumptions = Assumptions("bona_fide", 0.5, icc=0.1, dropout=(0, 0))
    plan = PowerPlan(assumptions, ("mixed",), trials=2000, seed=5)
    rows = power_of_sizes(plan, [Size(180, 12)], drawn_batches(plan), kept=KeptSteps())
    ours, theirs = rows["power"][0], in_r(LOOP, none=pd.DataFrame({"x": [0]}))["power"]
    error = np.sqrt(ours * (1 - ours) * (1 / 300 + 1 / 2000))
    assert abs(ours - theirs) < 4 * error


def test_a_t_test_has_the_power_of_power_t_test(in_r) -> None:
    code = "result <- list(power = power.t.test(n = 50, delta = .5, sd = 1)$power)"
    theirs = in_r(code, none=pd.DataFrame({"x": [0]}))["power"]
    assumptions = Assumptions("bona_fide", 0.5, icc=0.0, before_r=0.0, dropout=(0, 0))
    plan = PowerPlan(assumptions, ("t_test",), trials=4000, seed=2)
    rows = power_of_sizes(plan, [Size(100, 10)], drawn_batches(plan), kept=KeptSteps())
    assert theirs == pytest.approx(0.6968888, abs=1e-6)
    assert abs(rows["power"][0] - theirs) < 4 * np.sqrt(theirs * (1 - theirs) / 4000)
