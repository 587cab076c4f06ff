"""The mixed model of many trials at once: restricted or full maximum likelihood, Satterthwaite.

    outcome = columns beta + Z_j u_j + e,   u_j ~ N(0, sigma^2 diag(theta^2)),   e ~ N(0, sigma^2)

for therapist j, as in lme4, which is parametrised by theta too. Each trial needs only the
cross-products of its columns and, for every therapist, those with Z: the inverse of a therapist's
covariance is I - Z (theta^-2 + Z'Z)^-1 Z' (Woodbury). With the tested column last before the
outcome, the Cholesky factor of the weighted products holds everything: deviance, coefficient and
error. theta is found by Newton's method from the best point of a grid, for all trials together.
Degrees of freedom are Satterthwaite's, in theta and sigma, as lmerTest has them: where theta is
0 they are those of the regression without therapists. WaldTests compare with lme4 and lmerTest.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from dyadsim.analysis.arrays import Floats
from dyadsim.planning.trial_batch import Trials, Whole, sums_by_therapist

GRIDS = {1: (0.05, 0.15, 0.3, 0.5, 0.9, 2.0), 2: (0.08, 0.3, 0.8)}
"""Values of theta where the search begins, for one and for two random effects."""
STEP = 5e-4  # of theta, for differences
ITERATIONS, HALVINGS, CLOSE, LONGEST_STEP = 30, 12, 1e-6, 0.5
type Height = Callable[[Floats], Floats]

RIDGE = 1e-11  # keeps trials without variance in a column from stopping the others


class Products(NamedTuple):
    """Cross-products of the columns, the tested one last but one and the outcome last.

    Attributes
    ----------
    total
        Over all clients, `(trial, column, column)`.
    effects
        Those of each therapist's columns Z with each other, `(trial, therapist, effect, effect)`.
    pairs
        Products of Z's sums over a therapist's clients, `(trial, effect pair x therapist,
        column x column)`; effect pairs as in `_pair_weights`.
    clients
        Who counts, `(trial,)`.
    """

    total: Floats
    effects: Floats
    pairs: Floats
    clients: Floats

    @property
    def fixed(self) -> int:
        """Number of fixed coefficients."""
        return int(self.total.shape[-1]) - 1


class WaldTests(NamedTuple):
    """The test of one coefficient in every trial, each `(trial,)`.

    Attributes
    ----------
    estimate
        The coefficient.
    error
        Its standard error.
    freedom
        Degrees of freedom of Student's t.
    p
        Two-sided.
    """

    estimate: Floats
    error: Floats
    freedom: Floats
    p: Floats


class _Factor(NamedTuple):
    """What the Cholesky factor says at one theta, each `(trial,)`.

    Residual sum of squares, log determinants (of the random effects; of the fixed ones too), the
    coefficient, and its variance over sigma^2.
    """

    rss: Floats
    random_determinant: Floats
    determinant: Floats
    estimate: Floats
    variance: Floats


def products_of(
    trials: Trials, columns: Sequence[Floats], effects: Sequence[Floats] = ()
) -> Products:
    """Return the cross-products of a model in every trial.

    Parameters
    ----------
    trials
        The trials; who dropped out is left out.
    columns
        Each `(trial, client)`, without missing values: covariates, the tested column, the outcome.
    effects
        What varies between therapists, each `(trial, client)`: nothing, [1], or [1, slope].

    Returns
    -------
    Products
        Their products.
    """
    completed = trials.completed
    table = np.stack([np.broadcast_to(c, completed.shape) * completed for c in columns], axis=-1)
    total = table.transpose(0, 2, 1) @ table
    width, several = len(columns), range(len(effects))
    shape = (len(total), trials.therapists)
    rows = [
        [sums_by_therapist(effects[a] * table[..., k], trials, completed) for k in range(width)]
        for a in several
    ]
    sums = np.array(rows).reshape(len(effects), width, *shape).transpose(2, 3, 0, 1)
    squares = [
        [sums_by_therapist(effects[a] * effects[b], trials, completed) for b in several]
        for a in several
    ]
    own = np.array(squares).reshape(len(effects), len(effects), *shape).transpose(2, 3, 0, 1)
    outer = [
        sums[:, :, a, :, None] * sums[:, :, b, None, :] for a in several for b in several if a <= b
    ]
    pairs = np.concatenate([*outer, np.zeros((len(total), 0, width, width))], axis=1)
    flat = pairs.reshape(len(total), pairs.shape[1], width * width)
    return Products(total, own, flat, completed.sum(axis=1).astype(float))


def regression_tests(products: Products) -> WaldTests:
    """Return the t test of the tested coefficient by least squares, therapists ignored.

    Parameters
    ----------
    products
        Of the model.

    Returns
    -------
    WaldTests
        A trial with no degree of freedom left has p = 1.
    """
    at = _factor(products, np.zeros((len(products.total), products.effects.shape[-1])))
    return _t_tests(at, products, products.clients - products.fixed)


def mixed_tests(products: Products) -> WaldTests:
    """Return the t test of the tested coefficient in the mixed model (REML, Satterthwaite).

    Parameters
    ----------
    products
        Of the model, with one or two random effects, which are taken as uncorrelated.

    Returns
    -------
    WaldTests
        As `lmerTest` prints them.
    """
    theta = best_theta(products)
    return _t_tests(_factor(products, theta), products, _satterthwaite(products, theta))


def _t_tests(at: _Factor, products: Products, freedom: Floats) -> WaldTests:
    """Return the test of the coefficient at one theta."""
    left = np.maximum(products.clients - products.fixed, 1)
    error = np.sqrt(at.rss / left * at.variance)
    freedom = np.clip(freedom, 1, None)
    p = 2 * stdtr(freedom, -np.abs(at.estimate) / np.where(error > 0, error, np.inf))
    enough = (products.clients > products.fixed) & (error > 0)
    return WaldTests(at.estimate, error, freedom, np.where(enough, p, 1.0))


def deviance(products: Products, theta: Floats, *, restricted: bool = True) -> Floats:
    """Return -2 log likelihood with sigma at its optimum, up to a constant.

    Parameters
    ----------
    products
        Of the model.
    theta
        SDs of the random effects over sigma, `(trial, effect)`; their sign does not matter.
    restricted
        REML; else full maximum likelihood.

    Returns
    -------
    Floats
        `(trial,)`.
    """
    at = _factor(products, theta)
    left = np.maximum(products.clients - products.fixed * restricted, 1)
    return np.asarray(
        left * np.log(at.rss) + (at.determinant if restricted else at.random_determinant)
    )


def best_theta(products: Products, *, restricted: bool = True) -> Floats:
    """Return the theta of the largest likelihood in every trial.

    Parameters
    ----------
    products
        Of the model, with one or two random effects.
    restricted
        REML; else full maximum likelihood.

    Returns
    -------
    Floats
        `(trial, effect)`, 0 or more.
    """

    def height(some: Products, theta: Floats) -> Floats:
        return deviance(some, theta, restricted=restricted)

    count, effects = len(products.total), products.effects.shape[-1]
    points = np.stack(np.meshgrid(*[GRIDS[effects]] * effects), axis=-1).reshape(-1, effects)
    heights = np.array([height(products, np.tile(point, (count, 1))) for point in points])
    theta, lowest = points[heights.argmin(axis=0)], heights.min(axis=0)
    left = np.arange(count)
    for _ in range(ITERATIONS):
        some = _chosen(products, left)
        there = partial(height, some)
        slope, curve = _derivatives(there, theta[left], lowest[left])
        new, low = _moved(there, theta[left], lowest[left], _downhill(slope, curve))
        far = np.abs(new - theta[left]).max(axis=1) > CLOSE
        theta[left], lowest[left] = new, low
        left = left[far]
        if not left.size:
            break
    return np.abs(theta)


def _downhill(slope: Floats, curve: Floats) -> Floats:
    """Return Newton's step, `(trial, effect)`, with the curvature made positive."""
    values, vectors = np.linalg.eigh(curve)
    along = np.einsum("tab,ta->tb", vectors, slope)
    step = -np.einsum("tab,tb->ta", vectors, along / np.maximum(np.abs(values), 1e-3))
    longest = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step / np.maximum(longest / LONGEST_STEP, 1))


def _chosen(products: Products, places: Whole) -> Products:
    """Return the products of some trials."""
    if len(places) == len(products.total):
        return products
    return Products(*(values[places] for values in products))


def _moved(height: Height, theta: Floats, lowest: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return theta after a step that is halved in trials where it leads upwards, and heights."""
    waiting, start = np.ones(len(theta), bool), theta.copy()
    for _ in range(HALVINGS):
        there = np.where(waiting[:, None], start + step, theta)
        heights = height(there)
        better = waiting & (heights <= lowest)
        theta = np.where(better[:, None], there, theta)
        lowest = np.where(better, heights, lowest)
        waiting &= ~better
        if not waiting.any():
            break
        step = step / 2
    return theta, lowest


def _derivatives(function: Height, theta: Floats, middle: Floats) -> tuple[Floats, Floats]:
    """Return slope `(trial, effect, ...)` and curvature, with one more effect axis, of a function.

    `middle`: its values at theta, `(trial, ...)`.
    """
    effects = theta.shape[-1]
    moves = STEP * np.eye(effects)
    up = [function(theta + move) for move in moves]
    down = [function(theta - move) for move in moves]
    slope = np.stack([(u - d) / (2 * STEP) for u, d in zip(up, down, strict=True)], axis=1)
    curve = np.empty((len(theta), effects, effects, *middle.shape[1:]))
    for a in range(effects):
        curve[:, a, a] = (up[a] - 2 * middle + down[a]) / STEP**2
        for b in range(a):
            both = function(theta + moves[a] + moves[b]) + function(theta - moves[a] - moves[b])
            rest = up[a] + down[a] + up[b] + down[b] - 2 * middle
            curve[:, a, b] = curve[:, b, a] = (both - rest) / (2 * STEP**2)
    return slope, curve


def _satterthwaite(products: Products, theta: Floats) -> Floats:
    """Return Satterthwaite's degrees of freedom of the coefficient's variance, `(trial,)`.

    f = sigma^2 variance(theta); 2 f^2 / (f' A f') with A twice the inverse of the curvature of the
    deviance in (theta, sigma). At the optimum sigma^2 = rss / left.
    """

    def parts(theta: Floats) -> Floats:
        at = _factor(products, theta)
        return np.stack([at.rss, at.determinant, at.variance], axis=1)

    middle, effects = parts(theta), theta.shape[-1]
    slope, curve = _derivatives(parts, theta, middle)
    left = np.maximum(products.clients - products.fixed, 1)
    square = middle[:, 0] / left
    sigma = np.sqrt(square)
    bend = np.empty((len(theta), effects + 1, effects + 1))
    bend[:, :-1, :-1] = curve[..., 0] / square[:, None, None] + curve[..., 1]
    bend[:, -1, :-1] = bend[:, :-1, -1] = -2 * slope[..., 0] / sigma[:, None] ** 3
    bend[:, -1, -1] = 4 * left / square
    change = np.empty((len(theta), effects + 1))
    change[:, :-1] = square[:, None] * slope[..., 2]
    change[:, -1] = 2 * sigma * middle[:, 2]
    spread = np.einsum("ta,ta->t", change, np.linalg.solve(bend, change[..., None])[..., 0])
    freedom = (square * middle[:, 2]) ** 2 / np.where(spread > 0, spread, np.inf)
    return np.asarray(np.where(spread > 0, freedom, 1.0))


def _factor(products: Products, theta: Floats) -> _Factor:
    """Return what the weighted products say at theta, `(trial, effect)`."""
    weights, random_determinant = _pair_weights(products.effects, theta**2)
    width = products.total.shape[-1]
    taken = np.matmul(weights[:, None, :], products.pairs)[:, 0]
    weighted = products.total - taken.reshape(-1, width, width)
    weighted = (weighted + weighted.transpose(0, 2, 1)) / 2
    place = np.arange(width)
    weighted[:, place, place] *= 1 + RIDGE
    weighted[:, place, place] += RIDGE
    root = np.linalg.cholesky(weighted)
    diagonal = root[:, place, place]
    fixed = 2 * np.log(diagonal[:, :-1]).sum(axis=1)
    return _Factor(
        diagonal[:, -1] ** 2,
        random_determinant,
        random_determinant + fixed,
        root[:, -1, -2] / diagonal[:, -2],
        1 / diagonal[:, -2] ** 2,
    )


def _pair_weights(effects: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Return the weights of the pairs of Z's sums, and the log determinants, `(trial,)`.

    The weights of a therapist are (diag(variances)^-1 + Z'Z)^-1: of the effect alone, or of the
    pairs (0, 0), (0, 1), (1, 1), where (0, 1) counts twice; `(trial, pair x therapist)`.
    """
    if variances.shape[-1] == 0:
        return np.zeros((len(variances), 0)), np.zeros(len(variances))
    first = variances[:, :1]
    if variances.shape[-1] == 1:
        scale = 1 + first * effects[..., 0, 0]
        return first / scale, np.log(scale).sum(axis=1)
    second, own = variances[:, 1:], effects
    product = first * second
    scale = (1 + first * own[..., 0, 0]) * (1 + second * own[..., 1, 1])
    scale = scale - product * own[..., 0, 1] ** 2
    parts = [
        (first + product * own[..., 1, 1]) / scale,
        -2 * product * own[..., 0, 1] / scale,
        (second + product * own[..., 0, 0]) / scale,
    ]
    return np.concatenate(parts, axis=1), np.log(scale).sum(axis=1)
