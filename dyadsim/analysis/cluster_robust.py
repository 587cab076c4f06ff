"""Least squares whose rows depend on each other within clusters, honest with few clusters.

    V = M (sum_g X_g' A_g e_g e_g' A_g X_g) M,   M = (X'X)^-1,   A_g = (I - X_g M X_g')^(-1/2)

This is the "CR2" correction with Satterthwaite's degrees of freedom under a working model of
independent errors, as in R's clubSandwich; tests hold it against that. The usual sandwich with a
normal interval is too narrow with few clusters: of simulated data sets without any slope between 3,
6 or 12 clusters 50, 22 and 15 % are significant at 5 %, here 2, 4 and 4 %.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.estimate import Estimate, from_standard_error


class Slope(NamedTuple):
    """A slope, or a contrast of slopes, with its test.

    Attributes
    ----------
    estimate
        Value, standard error and 95 % interval (Student's t); n counts rows.
    degrees_of_freedom
        Of Student's t, by Satterthwaite's rule.
    p
        Two-sided p value of "it is 0".
    """

    estimate: Estimate
    degrees_of_freedom: float
    p: float


def cluster_robust_slopes(
    y: Floats, design: Floats, *, clusters: np.ndarray, contrasts: Floats
) -> list[Slope]:
    """Return contrasts of least-squares coefficients, robust to dependence within clusters.

    Parameters
    ----------
    y
        The outcome, shape (n,).
    design
        Regressors with the constant, if there is to be one; shape (n, k), of full rank.
    clusters
        Every row's cluster, any values, shape (n,).
    contrasts
        What is estimated, as sums of coefficients, shape (m, k).

    Returns
    -------
    list of Slope
        One a contrast.

    Raises
    ------
    ValueError
        There are fewer than two clusters, or one regressor follows from the others.

    Examples
    --------
    >>> y, x = np.array([1.0, 2, 3, 2, 4, 3, 5, 6]), np.array([0.0, 1, 0, 1, 0, 1, 0, 1])
    >>> design, schools = np.column_stack([np.ones(8), x]), np.repeat([1, 2, 3, 4], 2)
    >>> only_x = np.array([[0.0, 1.0]])
    >>> slope = cluster_robust_slopes(y, design, clusters=schools, contrasts=only_x)[0]
    >>> round(slope.estimate.standard_error, 3), round(slope.degrees_of_freedom, 3)
    (0.577, 3.0)
    """
    codes = np.unique(clusters, return_inverse=True)[1]
    if codes.max() < 1:
        raise ValueError("errors that are clustered need two clusters or more")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("no slopes can be told apart: one regressor follows from the others")
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ y)
    groups = [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]
    adjusted = _adjusted_rows(design, inverse, groups)
    residual = y - design @ coefficients
    return [
        _slope(
            float(contrast @ coefficients),
            adjusted @ (inverse @ contrast),
            residual,
            (design, inverse, groups),
        )
        for contrast in contrasts
    ]


def _adjusted_rows(design: Floats, inverse: Floats, groups: list[np.ndarray]) -> Floats:
    """Return A_g X_g of every cluster, stacked in the rows' order, shape (n, k).

    With the singular values s of X_g M^(1/2) the hat matrix of a cluster has eigenvalues s², so
    that A_g has (1 - s²)^(-1/2) in their directions and leaves all others. Where s is 1 the
    cluster alone decides a coefficient: the generalised inverse has 0 there, as in clubSandwich.
    """
    root = np.linalg.cholesky(inverse)
    adjusted = np.empty_like(design)
    for rows in groups:
        left, singular, _ = np.linalg.svd(design[rows] @ root, full_matrices=False)
        spare = 1 - singular**2
        scale = np.where(spare > 1e-10, 1 / np.sqrt(np.maximum(spare, 1e-10)), 0.0)
        inside = left.T @ design[rows]
        adjusted[rows] = design[rows] + left @ ((scale - 1)[:, None] * inside)
    return adjusted


def _slope(
    value: float,
    weights: Floats,
    residual: Floats,
    fitted: tuple[Floats, Floats, list[np.ndarray]],
) -> Slope:
    """Return a contrast with CR2's standard error and Satterthwaite's degrees of freedom.

    The variance is the sum of (w_g' e_g)². Under independent errors its parts have the covariances
    D_gh = w_g' (I - H)_gh w_h, and the degrees of freedom are (tr D)² / tr(D D), here without D
    itself, which has a row a cluster.
    """
    design, inverse, groups = fitted
    parts = np.array([weights[rows] @ residual[rows] for rows in groups])
    loads = np.array([design[rows].T @ weights[rows] for rows in groups])
    squares = np.array([weights[rows] @ weights[rows] for rows in groups])
    shared = inverse @ (loads.T @ loads)
    trace = squares.sum() - np.trace(shared)
    own = (loads @ inverse * loads).sum(1)
    square_trace = (squares**2).sum() - 2 * (squares @ own) + np.trace(shared @ shared)
    freedom = float(trace**2 / square_trace)
    error = math.sqrt(float(parts @ parts))
    estimate = from_standard_error(value, error, len(residual), degrees_of_freedom=freedom)
    p = float(2 * stdtr(freedom, -abs(value) / error)) if error > 0 else math.nan
    return Slope(estimate, freedom, p)
