"""Who drops out: logistic regression on early scores with a level of therapists (statsmodels).

    logit P(dropped) = b_0 + sum_k b_k x_k + u_therapist,   u ~ normal(0, v)

x are standardised, so exp(b) is the odds ratio of one standard deviation. The share that lies with
therapists is v / (v + pi^2 / 3) on the scale of the logit (the variance of the standard logistic
distribution is pi^2 / 3). Fitted by variational Bayes with wide priors: with few clients a
therapist v comes out a little low, and it never reaches 0 exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

from dyadsim.analysis.columns import as_numbers, require_columns, require_variance
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate

_LOGISTIC_VARIANCE = math.pi**2 / 3
_PRIOR_SD = 10.0  # of the slopes, on the logit: wide


class DropoutModel(NamedTuple):
    """A fitted dropout model.

    Attributes
    ----------
    odds_ratios
        By predictor: the odds ratio of one standard deviation.
    therapist_share
        The therapists' share of the variance on the scale of the logit, 0 to 1.
    """

    odds_ratios: dict[str, Estimate]
    therapist_share: Estimate


def fit_dropout_model(
    clients: pd.DataFrame,
    predictors: Sequence[str],
    *,
    dropped: str = "dropped",
    therapist: str = "therapist",
) -> DropoutModel:
    """Fit the model to one row per client.

    Parameters
    ----------
    clients
        One row per client; rows with a missing value are left out.
    predictors
        Columns of early scores, at least one.
    dropped
        Column that says who dropped out: true/false or 1/0.
    therapist
        Column of the therapist.

    Returns
    -------
    DropoutModel
        Odds ratios and the therapists' share; n counts clients.

    Raises
    ------
    ValueError
        An unknown column, no predictor, one that does not vary, fewer than two therapists, or a
        mark of dropout that is the same for all.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> alliance = rng.normal(size=400)
    >>> dropped = rng.random(400) < 1 / (1 + np.exp(1 + alliance))
    >>> clients = pd.DataFrame(
    ...     {"dropped": dropped, "alliance": alliance, "therapist": np.arange(400) % 20}
    ... )
    >>> fit_dropout_model(clients, ["alliance"]).odds_ratios["alliance"].high < 1
    True
    """
    require_columns(clients, dropped, therapist, *predictors)
    if not predictors:
        raise ValueError("a dropout model needs at least one predictor")
    rows = clients[[dropped, therapist, *predictors]].dropna()
    marks = as_numbers(rows[dropped], dropped)
    if not np.isin(marks, (0, 1)).all():
        raise ValueError(f"'{dropped}' must be true or false (or 1 and 0) for every client")
    require_variance(marks, dropped)
    fit = _mixed_model(marks, rows[list(predictors)], rows[therapist]).fit_vb()
    odds_ratios = {
        name: _odds_ratio(float(b), float(error), len(rows))
        for name, b, error in zip(predictors, fit.fe_mean[1:], fit.fe_sd[1:], strict=True)
    }
    share = _therapist_share(float(fit.vcp_mean[0]), float(fit.vcp_sd[0]), len(rows))
    return DropoutModel(odds_ratios, share)


def _mixed_model(
    marks: np.ndarray, predictors: pd.DataFrame, therapist: pd.Series
) -> BinomialBayesMixedGLM:
    """Return the model: an intercept and standardised predictors, and a random therapist."""
    codes, therapists = therapist.factorize()
    if len(therapists) < 2:
        raise ValueError("a level of therapists needs two therapists or more")
    columns = [
        require_variance(as_numbers(values, str(name)), str(name))
        for name, values in predictors.items()
    ]
    scaled = [(column - column.mean()) / column.std(ddof=1) for column in columns]
    fixed = np.column_stack([np.ones(len(marks)), *scaled])
    random = csr_matrix((np.ones(len(marks)), (np.arange(len(marks)), codes)))
    return BinomialBayesMixedGLM(
        marks, fixed, random, np.zeros(len(therapists), int), vcp_p=1.0, fe_p=_PRIOR_SD
    )


def _odds_ratio(log_odds: float, error: float, n: int) -> Estimate:
    """Return exp(log_odds) with the interval of the logarithm."""
    low, high = log_odds - NORMAL_QUANTILE * error, log_odds + NORMAL_QUANTILE * error
    ratio = math.exp(log_odds)
    return Estimate(ratio, ratio * error, math.exp(low), math.exp(high), n)


def _therapist_share(log_sd: float, error: float, n: int) -> Estimate:
    """Return the therapists' share from the logarithm of their SD."""
    ends = (log_sd - NORMAL_QUANTILE * error, log_sd, log_sd + NORMAL_QUANTILE * error)
    low, middle, high = (math.exp(2 * x) / (math.exp(2 * x) + _LOGISTIC_VARIANCE) for x in ends)
    return Estimate(middle, 2 * error * middle * (1 - middle), low, high, n)
