"""The therapists' share of an outcome that is yes or no: dropout, recovery, deterioration.

    logit P(yes) = b + s u_therapist,   u ~ normal(0, 1);   share = s^2 / (s^2 + pi^2 / 3)

The model of `dropout_model` without predictors, by maximum likelihood with adaptive Gauss-Hermite
quadrature (15 nodes), where all that is needed of a therapist is how many clients said yes. So it
takes milliseconds, and calibration can call it in loops; `dropout_model` gives the interval. Tests
hold it against R's lme4::glmer(nAGQ = 15).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.analysis.dropout_model import LOG_WEIGHTS, POINTS

_LOGISTIC_VARIANCE = math.pi**2 / 3
_START = 0.5  # SD of therapists, in logits


def therapist_share(happened: Mask, therapist: np.ndarray) -> float:
    """Return the therapists' share of the variance on the scale of the logit.

    Parameters
    ----------
    happened
        Yes or no, shape (client,).
    therapist
        Each client's therapist, whole numbers, shape (client,).

    Returns
    -------
    float
        0 to 1; NaN where all or none said yes, or there are fewer than two therapists.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> therapist = np.repeat(np.arange(200), 40)
    >>> positive = rng.random(8000) < expit(-1 + rng.normal(size=200)[therapist])
    >>> abs(therapist_share(positive, therapist) - 1 / (1 + np.pi**2 / 3)) < 0.05
    True
    """
    codes = np.unique(therapist, return_inverse=True)[1]
    clients = np.bincount(codes).astype(float)
    positive = np.bincount(codes, weights=happened)
    total = float(positive.sum())
    if clients.size < 2 or total in (0.0, float(clients.sum())):
        return float("nan")
    kinds, count = np.unique(np.column_stack([positive, clients]), axis=0, return_counts=True)
    start = np.array([math.log(total / (clients.sum() - total)), _START])
    best = minimize(_loss, start, args=(*kinds.T, count.astype(float)), jac=True, method="BFGS")
    variance = float(best.x[1]) ** 2
    return variance / (variance + _LOGISTIC_VARIANCE)


def _loss(point: Floats, positive: Floats, clients: Floats, count: Floats) -> tuple[float, Floats]:
    """Return minus the log likelihood at (b, s) and its gradient, over kinds of therapists."""
    b, s = point
    mode, width = _modes(b, s, positive, clients)
    u = mode[:, None] + math.sqrt(2) * width[:, None] * POINTS
    logit = b + s * u
    logs = positive[:, None] * logit - clients[:, None] * np.logaddexp(0, logit)
    logs += LOG_WEIGHTS - u**2 / 2
    total = logsumexp(logs, axis=1)
    left = np.exp(logs - total[:, None]) * (positive[:, None] - clients[:, None] * expit(logit))
    gradient = np.array([count @ left.sum(axis=1), count @ (left * u).sum(axis=1)])
    return -float(count @ (total + np.log(width))), -gradient


def _modes(b: float, s: float, positive: Floats, clients: Floats) -> tuple[Floats, Floats]:
    """Return each kind's most likely u and the SD of the normal curve that fits there."""
    u = np.zeros(positive.size)
    for _ in range(100):
        p = expit(b + s * u)
        curvature = 1 + s**2 * clients * p * (1 - p)
        step = np.clip((s * (positive - clients * p) - u) / curvature, -1, 1)
        u = u + step
        if np.abs(step).max() < 1e-10:
            break
    p = expit(b + s * u)
    return u, 1 / np.sqrt(1 + s**2 * clients * p * (1 - p))
