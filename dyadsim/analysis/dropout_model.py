"""Who drops out: logistic regression on early scores with a level of therapists (statsmodels).

    logit P(dropped) = b_0 + sum_k b_k x_k + u_therapist,   u ~ normal(0, v)

x are standardised, so exp(b) is the odds ratio of one standard deviation. The share that lies with
therapists is v / (v + pi^2 / 3) on the scale of the logit (the variance of the standard logistic
distribution is pi^2 / 3). Fitted by variational Bayes with wide priors: with few clients a
therapist v is held a little low, and it never gets to 0 exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

from dyadsim.analysis.columns import numbers, require, vary
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate

_LOGISTIC_VARIANCE = math.pi**2 / 3
_PRIOR_SD = 10.0  # of the slopes, on the logit: wide


class DropoutModel(NamedTuple):
    """Odds ratios of one standard deviation by predictor; the therapists' share (0-1, latent)."""

    odds_ratios: dict[str, Estimate]
    therapist_share: Estimate


def dropout_model(
    clients: pd.DataFrame,
    predictors: Sequence[str],
    *,
    dropped: str = "dropped",
    therapist: str = "therapist",
) -> DropoutModel:
    """Fit the model to one row a client; rows with a missing value are left out.

    Raises ValueError for an unknown column, a predictor that does not vary, fewer than two
    therapists, or a mark that is the same for all.
    """
    require(clients, dropped, therapist, *predictors)
    if not predictors:
        raise ValueError("a dropout model needs at least one predictor")
    rows = clients[[dropped, therapist, *predictors]].dropna()
    marks = numbers(rows[dropped], dropped)
    if not np.isin(marks, (0, 1)).all():
        raise ValueError(f"'{dropped}' must be true or false (or 1 and 0) for every client")
    vary(marks, dropped)
    who, known = rows[therapist].factorize()
    if len(known) < 2:
        raise ValueError("a level of therapists needs two therapists or more")
    columns = [vary(numbers(rows[name], name), name) for name in predictors]
    scaled = [(column - column.mean()) / column.std(ddof=1) for column in columns]
    fixed = np.column_stack([np.ones(len(rows)), *scaled])
    random = csr_matrix((np.ones(len(rows)), (np.arange(len(rows)), who)))
    model = BinomialBayesMixedGLM(
        marks, fixed, random, np.zeros(len(known), int), vcp_p=1.0, fe_p=_PRIOR_SD
    )
    fit = model.fit_vb()
    ratios = {
        name: _exponent(float(b), float(e), len(rows))
        for name, b, e in zip(predictors, fit.fe_mean[1:], fit.fe_sd[1:], strict=True)
    }
    return DropoutModel(ratios, _share(float(fit.vcp_mean[0]), float(fit.vcp_sd[0]), len(rows)))


def _exponent(value: float, error: float, n: int) -> Estimate:
    """Return exp(value) with the interval of the logarithm."""
    low, high = value - NORMAL_QUANTILE * error, value + NORMAL_QUANTILE * error
    middle = math.exp(value)
    return Estimate(middle, middle * error, math.exp(low), math.exp(high), n)


def _share(log_sd: float, error: float, n: int) -> Estimate:
    """Return the therapists' share from the logarithm of their SD."""
    ends = (log_sd - NORMAL_QUANTILE * error, log_sd, log_sd + NORMAL_QUANTILE * error)
    low, middle, high = (math.exp(2 * at) / (math.exp(2 * at) + _LOGISTIC_VARIANCE) for at in ends)
    return Estimate(middle, 2 * error * middle * (1 - middle), low, high, n)
