"""What several lessons need: runs, arrays, estimates with their error, courses, bands and lines."""

from typing import Any

import numpy as np
from scipy.special import stdtrit

from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.evidence.study_scores import ScoreArrays, score_arrays
from dyadsim.lessons.lesson import SEED, Series, Values
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.studies.study import Study

type Floats = np.ndarray[Any, np.dtype[np.float64]]

COURSES = 60  # single courses in a figure
DOTS = 400  # single clients in a figure
NOBODY_LEAVES = {"ending.dropout_base": -5.0, "ending.removal_base": -6.0}


def run_study(
    study: Study, parameters: Parameters, values: Values, clients: int | None = None
) -> simulate.Run:
    """Return a finished run with the random seed of the settings.

    Parameters
    ----------
    study
        What is simulated.
    parameters
        Of the world.
    values
        The settings of the lesson.
    clients
        Their number; None: that of the settings.

    Returns
    -------
    Run
        With every latent recorded.
    """
    count = int(values["clients"]) if clients is None else clients
    return simulate.run(study, parameters, count, seed=int(values[SEED]))


def observed_arrays(run: simulate.Run, process_scores: bool = False) -> ScoreArrays:
    """Return a run's scores as arrays; those besides symptoms only with `process_scores`."""
    return score_arrays(run, process_scores)


def latent_values(run: simulate.Run, name: str) -> Floats:
    """Return a latent variable `(step, client)` of a finished run, which no study can see."""
    values: Floats = dict(simulate.variables(run.truth))[name].astype(float)
    return values


def rounded(values: Any, digits: int = 3) -> list[float]:
    """Return a flat list of rounded numbers for the page; NaN stays NaN."""
    return [round(float(value), digits) for value in np.ravel(values)]


def evenly_spaced(count: int, most: int) -> np.ndarray[Any, np.dtype[np.int_]]:
    """Return at most `most` places, evenly spaced from 0 to `count` - 1."""
    return np.linspace(0, count - 1, min(most, count)).astype(int)


def course_series(scores: Floats, weeks: Floats, name: str, look: int = 0) -> list[Series]:
    """Return some single courses, the band of 8 of 10 clients, and the mean.

    Parameters
    ----------
    scores
        `(step, client)`, NaN where there is none.
    weeks
        Since intake, `(step,)`.
    name
        For the legend.
    look
        As in `Series`.

    Returns
    -------
    list
        Three series: lines, band (10 to 90 %), line.
    """
    known = ~np.isnan(scores).all(axis=1)
    low, high = np.nanquantile(scores[known], (0.1, 0.9), axis=1)
    x = rounded(weeks[known], 2)
    lines_x: list[Any] = []
    lines_y: list[float] = []
    for client in evenly_spaced(scores.shape[1], COURSES):
        there = ~np.isnan(scores[:, client])
        lines_x += [*rounded(weeks[there], 2), None]
        lines_y += [*rounded(scores[there, client], 1), float("nan")]
    return [
        Series("line", f"{name}: single clients", lines_x, lines_y, look=look, faint=True),
        Series("band", f"{name}: 8 of 10 clients", x, [], rounded(low), rounded(high), look=look),
        mean_line(scores, weeks, f"{name}: mean", look),
    ]


def mean_line(scores: Floats, weeks: Floats, name: str, look: int = 0) -> Series:
    """Return the mean course of scores `(step, client)` over weeks `(step,)`."""
    known = ~np.isnan(scores).all(axis=1)
    mean = np.nanmean(scores[known], axis=1)
    return Series("line", name, rounded(weeks[known], 2), rounded(mean), look=look)


def weeks_of(run: simulate.Run) -> Floats:
    """Return the weeks since intake, `(step,)`."""
    weeks: Floats = np.cumsum(run.plan.weeks, dtype=float)
    return weeks


def cluster_error(influence: Any, cluster: Any) -> tuple[float, int]:
    """Return the standard error of a statistic whose clients share therapists.

    Clients of one therapist are alike, so their influences are summed before they are squared:
    sqrt(J / (J - 1) sum_j (sum_i u_ij)^2) over J therapists, the linearised ("sandwich") error.

    Parameters
    ----------
    influence
        How much each client moves the statistic, `(client,)`: of a mean, (x - mean) / n.
    cluster
        Each client's therapist, `(client,)`; below 0: none, a cluster of their own.

    Returns
    -------
    error, clusters
        The standard error, and J; NaN if J is below 2.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 6.0])  # mean 3, SD 2.16, so 1.08 for the mean of four
    >>> error, clusters = cluster_error((x - 3) / 4, [-1, -1, -1, -1])
    >>> round(error, 2), clusters
    (1.08, 4)
    """
    moves, numbers = np.asarray(influence, dtype=float), np.array(cluster, dtype=np.int64)
    alone = numbers < 0
    numbers[alone] = -1 - np.arange(int(alone.sum()))
    _, codes = np.unique(numbers, return_inverse=True)
    sums = np.bincount(codes, moves) if moves.size else np.zeros(0)
    count = int(sums.size)
    if count < 2:
        return float("nan"), count
    return float(np.sqrt(count / (count - 1) * (sums @ sums))), count


def clustered(value: float, influence: Any, cluster: Any) -> Estimate:
    """Return a statistic with the error of `cluster_error` and Student's t on J - 1 degrees.

    With fewer than two therapists the interval is infinite: nothing can be said.
    """
    error, count = cluster_error(influence, cluster)
    if count < 2:
        return Estimate(value, float("inf"), -float("inf"), float("inf"), np.size(influence))
    return from_standard_error(value, error, np.size(influence), degrees_of_freedom=count - 1)


def clustered_share(mask: Any, cluster: Any) -> Estimate:
    """Return a share of clients who share therapists.

    The interval is Wilson's for as many independent clients as give the clustered error, never more
    than there are; where all or none count, for all of them.

    Parameters
    ----------
    mask
        Who counts, `(client,)`, one client or more.
    cluster
        As in `cluster_error`.

    Returns
    -------
    Estimate
        Between 0 and 1.

    Examples
    --------
    >>> share = clustered_share(np.arange(40) < 8, np.full(40, -1))
    >>> share.value, round(share.low, 2), round(share.high, 2)
    (0.2, 0.1, 0.35)
    """
    counts = np.asarray(mask, dtype=float)
    n, share = counts.size, float(counts.mean())
    error, clusters = cluster_error((counts - share) / n, cluster)
    if clusters < 2:
        return Estimate(share, float("inf"), 0.0, 1.0, n)
    quantile = float(stdtrit(clusters - 1, 0.975))
    independent = min(n, share * (1 - share) / error**2) if error > 0 else n
    return Estimate(share, error, *_wilson(share, independent, quantile), n)


def _wilson(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of `n` at a quantile of the distribution of its error."""
    square = quantile**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = quantile / (1 + square / n) * np.sqrt(share * (1 - share) / n + square / (4 * n**2))
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Return first - second of two independent estimates.

    The distances of either interval's ends from its value add up as squares, so that shares near 0
    or 1 keep their lopsided intervals.
    """
    apart = first.value - second.value
    down = np.hypot(first.value - first.low, second.high - second.value)
    up = np.hypot(first.high - first.value, second.value - second.low)
    error = float(np.hypot(first.standard_error, second.standard_error))
    return Estimate(apart, error, float(apart - down), float(apart + up), first.n + second.n)


def from_batches(value: Any, batches: list[Any]) -> list[Estimate]:
    """Return estimates `(k,)` whose errors come from the spread of batches, `(batch, k)`."""
    count = len(batches)
    errors = np.std(batches, axis=0, ddof=1) / np.sqrt(count)
    return [
        Estimate(float(middle), float("inf"), -float("inf"), float("inf"), count)
        if np.isnan(error)
        else from_standard_error(float(middle), float(error), count, degrees_of_freedom=count - 1)
        for middle, error in zip(np.ravel(value), np.ravel(errors), strict=True)
    ]


def named(name: str, estimate: Estimate) -> dict[str, float]:
    """Return an estimate as numbers of a lesson: value, standard error and ends by name."""
    return {
        name: estimate.value,
        f"{name}.se": estimate.standard_error,
        f"{name}.low": estimate.low,
        f"{name}.high": estimate.high,
    }


def bracket(value: float, edges: tuple[float, ...]) -> int:
    """Return which bracket between ascending edges holds a value: 0 below the first edge."""
    return int(np.searchsorted(np.array(edges), value, side="right"))


def brackets_left(estimate: Estimate, edges: tuple[float, ...]) -> tuple[int, ...]:
    """Return all brackets that the interval of an estimate reaches into.

    Examples
    --------
    >>> brackets_left(Estimate(0.22, 0.02, 0.18, 0.26, 90), (0.1, 0.2))
    (1, 2)
    """
    return tuple(range(bracket(estimate.low, edges), bracket(estimate.high, edges) + 1))
