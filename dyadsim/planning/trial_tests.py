"""The p-values of many trials, by every analysis that a researcher may have planned."""

from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc, fdtrc

from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.planning.batched_mixed_model import (
    Products,
    WaldTests,
    best_theta,
    deviance,
    mixed_tests,
    products_of,
    regression_tests,
)
from dyadsim.planning.power_design import ARMS, GROWTH, MODERATOR, PROCESS, THERAPISTS
from dyadsim.planning.trial_batch import Trials, standardised, sums_by_therapist

PERMUTATIONS = 199


def p_values(trials: Trials, kind: str, analysis: str, rng: np.random.Generator) -> Floats:
    """Return the p-value of every trial by one analysis.

    Parameters
    ----------
    trials
        The trials.
    kind
        What is asked: a kind of `power_design.Design`.
    analysis
        One of `power_design.ANALYSES` of this kind.
    rng
        Random numbers of the permutation test.

    Returns
    -------
    Floats
        `(trial,)`. Two-sided, but for the variance of therapists, which cannot be below 0.
    """
    if kind != THERAPISTS:
        return coefficient_tests(trials, kind, analysis).p
    if analysis == "permutation":
        return permutation_p(trials, rng)
    if analysis == "f_test":
        return f_test_p(trials)
    return likelihood_ratio_p(trials, restricted=analysis == "lrt")


def coefficient_tests(trials: Trials, kind: str, analysis: str) -> WaldTests:
    """Return the test of the effect in every trial.

    Parameters
    ----------
    trials
        The trials.
    kind
        `ARMS`, `PROCESS`, `MODERATOR` or `GROWTH`.
    analysis
        One of `power_design.ANALYSES` of this kind.

    Returns
    -------
    WaldTests
        The coefficient is the difference of the arms, or its change by one SD of the moderator, in
        the units of the outcome; of a process score, in SDs of it.
    """
    if kind == GROWTH:
        return _growth_tests(trials, with_therapists=analysis == "three_level")
    completed = trials.completed
    everybody, half = np.ones(completed.shape), trials.treated - 0.5
    outcome = np.where(completed, trials.outcome, 0.0)
    before = standardised(trials.before, completed)
    predictor = standardised(trials.predictor, completed)
    columns = {
        ARMS: [everybody, before, half],
        PROCESS: [everybody, before, predictor],
        MODERATOR: [everybody, before, half, predictor, half * predictor],
    }[kind]
    if analysis in ("t_test", "correlation") or not _adds(trials, columns):
        columns.pop(1)
    effects = {"mixed": [everybody], "mixed_slopes": [everybody, half]}.get(analysis, [])
    products = products_of(trials, [*columns, outcome], effects)
    return mixed_tests(products) if effects else regression_tests(products)


def _growth_tests(trials: Trials, *, with_therapists: bool) -> WaldTests:
    """Return the test of the arms' difference in the rate of change over sessions.

    A growth model of complete data depends on the sessions by the clients' slopes alone, so it is
    a mixed model of these; where clients left, each weighs by its precision.
    """
    weight = np.ones(trials.outcome.shape) if trials.weight is None else trials.weight
    outcome = np.where(trials.completed, trials.outcome, 0.0)
    columns = [weight, weight * (trials.treated - 0.5), weight * outcome]
    if with_therapists:
        return mixed_tests(products_of(trials, columns, [weight]))
    return regression_tests(products_of(trials, columns))


def _adds(trials: Trials, columns: Sequence[Floats]) -> bool:
    """Return whether the intake score says something that the other columns do not."""
    return not any(np.array_equal(np.abs(columns[1]), np.abs(other)) for other in columns[2:])


def _variance_products(trials: Trials) -> Products:
    """Return the products of outcome ~ before, with therapists."""
    completed = trials.completed
    everybody = np.ones(completed.shape)
    outcome = standardised(trials.outcome, completed)
    before = standardised(trials.before, completed)
    return products_of(trials, [everybody, before, outcome], [everybody])


def likelihood_ratio_p(trials: Trials, *, restricted: bool = True) -> Floats:
    """Return p of the likelihood-ratio test of the therapists' variance, in every trial.

    Without variance the statistic is 0 half of the time and chi squared (1) otherwise, so p is
    half of that of chi squared (1); for few therapists that is conservative.

    Parameters
    ----------
    trials
        The trials.
    restricted
        REML; else full maximum likelihood, as R's `anova(lmer, lm)` refits the models.

    Returns
    -------
    Floats
        `(trial,)`; 1 where the estimate is 0.
    """
    products = _variance_products(trials)
    theta = best_theta(products, restricted=restricted)
    gain = deviance(products, np.zeros_like(theta), restricted=restricted)
    gain = gain - deviance(products, theta, restricted=restricted)
    return np.asarray(np.where(gain > 1e-9, chdtrc(1, np.maximum(gain, 0)) / 2, 1.0))


def f_test_p(trials: Trials) -> Floats:
    """Return p of the exact F test of therapists as a factor beside the intake score.

    Parameters
    ----------
    trials
        The trials.

    Returns
    -------
    Floats
        `(trial,)`; exact under normality whatever the caseloads.
    """
    completed = trials.completed
    before, outcome = (
        standardised(values, completed) for values in (trials.before, trials.outcome)
    )
    size = np.maximum(sums_by_therapist(np.ones(completed.shape), trials, completed), 1e-300)
    present = size > 0.5
    sums = [sums_by_therapist(values, trials, completed) for values in (before, outcome)]
    pairs = ((0, 0), (0, 1), (1, 1))
    table = (before, outcome)
    xx, xy, yy = (
        (table[a] * table[b]).sum(axis=1) - (sums[a] * sums[b] / size * present).sum(axis=1)
        for a, b in pairs
    )
    inside = yy - xy**2 / np.where(xx > 0, xx, np.inf)
    both = (before * outcome).sum(axis=1) ** 2 / np.maximum((before**2).sum(axis=1), 1e-300)
    outside = (outcome**2).sum(axis=1) - both
    first, count = present.sum(axis=1) - 1, completed.sum(axis=1)
    second = count - first - 2
    first, second = np.maximum(first, 0), np.maximum(second, 0)
    possible = (first > 0) & (second > 0) & (inside > 0)
    ratio = np.maximum(outside - inside, 0) * second / np.where(possible, first * inside, 1)
    p = fdtrc(np.maximum(first, 1), np.maximum(second, 1), ratio)
    return np.asarray(np.where(possible, p, 1.0))


def permutation_p(
    trials: Trials, rng: np.random.Generator, permutations: int = PERMUTATIONS
) -> Floats:
    """Return p of the therapists' variance by permuting clients' residuals between therapists.

    The statistic is the sum of squares between therapists of the residuals of outcome on intake.

    Parameters
    ----------
    trials
        The trials.
    rng
        Random numbers.
    permutations
        How many; p is at least 1 / (permutations + 1).

    Returns
    -------
    Floats
        `(trial,)`.
    """
    completed = trials.completed
    before, outcome = (
        standardised(values, completed) for values in (trials.before, trials.outcome)
    )
    slope = (before * outcome).sum(axis=1) / np.maximum((before**2).sum(axis=1), 1e-300)
    residual = np.where(completed, outcome - slope[:, None] * before, 0.0)
    first = np.argsort(~completed, axis=1, kind="stable")
    ordered = trials._replace(therapist=np.take_along_axis(trials.therapist, first, axis=1))
    counted, residual = (
        np.take_along_axis(values, first, axis=1) for values in (completed, residual)
    )
    observed = _between(residual, ordered, counted)
    above = np.ones(len(observed))
    for _ in range(permutations):
        order = np.argsort(np.where(counted, rng.random(counted.shape), 2.0), axis=1)
        shuffled = np.take_along_axis(residual, order, axis=1)
        above += _between(shuffled, ordered, counted) >= observed * (1 - 1e-12)
    return np.asarray(above / (permutations + 1))


def _between(values: Floats, trials: Trials, counted: Mask) -> Floats:
    """Return the sum of squares between therapists, `(trial,)`."""
    sizes = sums_by_therapist(np.ones(values.shape), trials, counted)
    sums = sums_by_therapist(values, trials, counted)
    return np.asarray((sums**2 / np.maximum(sizes, 1)).sum(axis=1))
