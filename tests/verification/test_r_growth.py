"""The three-level growth model beside lme4: trial by trial, and power as a loop in R."""

import numpy as np
import pandas as pd
import pytest
from planning.drawn import by_session

from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.planning.growth import lines_of_scores, trials_of_lines
from dyadsim.planning.power_design import Assumptions
from dyadsim.planning.power_formulas import Size
from dyadsim.planning.power_grid import PowerPlan, drawn_batches, power_of_sizes
from dyadsim.planning.trial_tests import coefficient_tests

pytestmark = pytest.mark.verification

MODEL = """
suppressPackageStartupMessages(library(lmerTest))
quiet <- function(x) suppressWarnings(suppressMessages(x))
result <- lapply(unique(trials$trial), function(k) {
  d <- subset(trials, trial == k)
  m <- quiet(lmer(score ~ time * treated + (time | client) + (FORM | therapist), d))
  c(unname(summary(m)$coefficients["time:treated", c(1, 2, 5)]), isSingular(m))
})
"""


def as_long_table(scores: np.ndarray, treated: np.ndarray, owner: np.ndarray) -> pd.DataFrame:
    """A row a score; time runs from 0 to 1."""
    trial, client, session = np.nonzero(~np.isnan(scores))
    return pd.DataFrame(
        {
            "trial": trial,
            "client": client,
            "therapist": owner[trial, client],
            "treated": treated[trial, client] - 0.5,
            "time": session / (scores.shape[-1] - 1),
            "score": scores[trial, client, session],
        }
    )


def test_a_growth_model_of_slopes_is_that_of_sessions(in_r) -> None:
    """Of complete sessions, where no variance of R's model is estimated at its edge."""
    plan = Assumptions("growth", 0.6, icc=0.3, dropout=(0, 0), sessions=6)
    scores, treated, owner = by_session(plan, Size(128, 16), 8, 4, starts=0.7)
    table = as_long_table(scores, treated, owner)
    theirs = np.array(in_r(MODEL.replace("FORM", "time"), trials=table))
    inside = theirs[:, 3] == 0
    assert inside.sum() >= 3
    tests = coefficient_tests(
        trials_of_lines(lines_of_scores(scores), treated, owner, 16), "growth", "three_level"
    )
    np.testing.assert_allclose(tests.estimate[inside], theirs[inside, 0], atol=1e-3)
    np.testing.assert_allclose(tests.error[inside], theirs[inside, 1], rtol=0.01)
    np.testing.assert_allclose(tests.p[inside], theirs[inside, 2], atol=0.01)


def test_power_is_that_of_a_loop_in_lme4(in_r) -> None:
    """80 trials in R, 2,000 here: 4 Monte-Carlo errors, so one run in 16,000 fails by chance."""
    plan = Assumptions("growth", 0.5, icc=0.2, dropout=(0.25, 0.25), sessions=6)
    size = Size(96, 12)
    theirs = np.array(
        in_r(
            MODEL.replace("FORM", "0 + time"), trials=as_long_table(*by_session(plan, size, 80, 9))
        )
    )
    power = PowerPlan(plan, ("three_level",), trials=2000, seed=5)
    ours = power_of_sizes(power, [size], drawn_batches(power), kept=KeptSteps())["power"][0]
    error = np.sqrt(ours * (1 - ours) * (1 / 80 + 1 / 2000))
    assert abs(ours - (theirs[:, 2] < 0.05).mean()) < 4 * error
