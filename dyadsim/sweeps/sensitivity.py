"""Which parameters matter: Sobol indices, Morris screening and PAWN (SALib), from a sweep's table.

All methods see the mean over replicates. `noise_share` says how much of that mean's variance over
points is Monte-Carlo noise: indices of an output with a large share say little.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim import checks
from dyadsim.errors import BadInput
from dyadsim.sweeps import sampling
from dyadsim.sweeps.sampling import Sampling

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

METHODS = {  # method: (points it needs, what it says)
    "sobol": ("saltelli", "shares of the output's variance: first order, total, pairs"),
    "morris": ("morris", "mean and spread of the effects of a step along each interval"),
    "pawn": (None, "how far knowing a parameter moves the output's distribution; any points"),
    "prim": (None, "the region of the parameters in which a target is met; any points"),
}
DUMMY = "(chance reaches)"  # what PAWN finds for parameters without effect, 95 times in 100
IN_SLICE = 5  # points of a slice, at least
SLICES = 10  # of PAWN: intervals of a parameter, equally filled
FEWEST = 8  # base samples left for Sobol indices, after those with a failed point


class SweptTable(NamedTuple):
    """The points and outputs of one condition.

    Attributes
    ----------
    names
        Of the sampled axes.
    sampling
        How the points are laid out.
    points
        `(point, axis)`, in the order of the layout.
    values
        Output -> `(replicate, point)`, NaN where a point failed.
    errors
        Output -> its Monte-Carlo errors `(replicate, point)`, for outputs that have them.
    """

    names: Sequence[str]
    sampling: Sampling
    points: Floats
    values: Mapping[str, Floats]
    errors: Mapping[str, Floats]


class Bootstrap(NamedTuple):
    """Number of bootstrap samples behind the 95 % intervals, and their seed."""

    resamples: int = 200
    seed: int = 1


class Ranking(NamedTuple):
    """What a method says about the parameters.

    Attributes
    ----------
    method
        'sobol', 'morris' or 'pawn'.
    table
        Columns output, index, parameter, other ('' except for pairs), value, low, high.
    noise
        Columns output, noise_share, source (of the noise share), left_out (number of points without
        a value, or in one group with such a point).
    """

    method: str
    table: pd.DataFrame
    noise: pd.DataFrame


def method_for(name: str, sampling: Sampling) -> str:
    """Return the method to use.

    Parameters
    ----------
    name
        Of the method; 'auto': the one that the layout of the points serves.
    sampling
        The layout of the points.

    Returns
    -------
    str
        One of METHODS.

    Raises
    ------
    BadInput
        There is no such method, or these points do not serve it.
    """
    if name == "auto":
        return {"saltelli": "sobol", "morris": "morris"}.get(sampling.method, "pawn")
    checks.known_name("method", name, METHODS, where="task.method")
    layout = METHODS[name][0]
    if layout not in (None, sampling.method):
        raise BadInput(
            f"task.method={name} needs points={layout}, laid out for it; this sweep has "
            f"points={sampling.method}. For any points: task.method=pawn."
        )
    return name


def noise_share(values: Floats, errors: Floats | None) -> tuple[float, str]:
    """Return the share of Monte-Carlo noise in the variance over points of the replicates' mean.

    With two replicates or more the noise is what is left when the effects of point and replicate
    are removed (two-way layout, so that noise that all points share does no harm). With one it
    comes from the outputs' own errors, which overstate it where points share their random numbers.

    Parameters
    ----------
    values
        An output, `(replicate, point)`.
    errors
        Its Monte-Carlo errors, `(replicate, point)`.

    Returns
    -------
    share, source
        The share, 0-1 (NaN: unknown), and where it comes from.
    """
    spread = float(np.var(values.mean(axis=0), ddof=1))
    if spread == 0:
        return float("nan"), "the output is the same at all points"
    if len(values) > 1:
        rest = values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()
        free = (values.shape[0] - 1) * (values.shape[1] - 1)
        noise = float((rest**2).sum()) / free / len(values)
        return min(noise / spread, 1.0), "from replicates"
    if errors is None:
        return float("nan"), "unknown: give points.replicates=2 or more"
    return min(float(np.mean(errors**2)) / spread, 1.0), "at most, from the outputs' own errors"


type _Index = tuple[str, str, str, float, float, float]  # index, parameter, other, value, low, high


def rank_parameters(method: str, table: SweptTable, bootstrap: Bootstrap | None = None) -> Ranking:
    """Return the indices of the sampled parameters of one condition.

    Parameters
    ----------
    method
        'sobol', 'morris' or 'pawn'.
    table
        Points and outputs.
    bootstrap
        Of the intervals.

    Returns
    -------
    Ranking
        Indices of every output that varies, and the noise of every output.

    Raises
    ------
    BadInput
        Too few points are left of every output.
    """
    bootstrap = bootstrap or Bootstrap()
    if method == "morris":  # SALib takes these points on the unit cube
        table = table._replace(points=sampling.unit_points(len(table.names), table.sampling))
    rows: list[tuple[Any, ...]] = []
    noise: list[tuple[str, float, str, int]] = []
    refusals = []
    for output, values in table.values.items():
        known = ~np.isnan(values).any(axis=0)
        try:
            good = _complete_groups(method, table, known, output)
        except BadInput as error:
            refusals.append(error)
            noise.append((output, float("nan"), str(error), int((~known).sum())))
            continue
        errors = table.errors[output][:, good] if output in table.errors else None
        noise.append((output, *noise_share(values[:, good], errors), int((~good).sum())))
        mean = values[:, good].mean(axis=0)
        if np.ptp(mean) > 0:
            rows += [(output, *row) for row in _indices(method, table, good, mean, bootstrap)]
    if not table.values:
        raise BadInput("no output has a value at any point, so there is nothing to rank.")
    if len(refusals) == len(table.values):
        raise refusals[0]
    columns = ["output", "index", "parameter", "other", "value", "low", "high"]
    return Ranking(
        method,
        pd.DataFrame(rows, columns=columns),
        pd.DataFrame(noise, columns=["output", "noise_share", "source", "left_out"]),
    )


def _complete_groups(method: str, table: SweptTable, known: Mask, output: str) -> Mask:
    """Return the points to use: a failed one takes its base sample or trajectory with it."""
    if method == "pawn":
        if known.sum() < IN_SLICE * SLICES:
            raise BadInput(
                f"{output} has values at only {int(known.sum())} points; PAWN needs "
                f"{IN_SLICE * SLICES} or more. Give more points.n."
            )
        return known
    axes = len(table.names)
    pairs = axes if table.sampling.second_order else 0
    size = axes + (1 if method == "morris" else 2 + pairs)
    complete = known.reshape(-1, size).all(axis=1)
    if complete.sum() < FEWEST:
        raise BadInput(
            f"{output} has values in only {int(complete.sum())} of {complete.size} groups of "
            f"points; {method} needs {FEWEST} or more. Give more points.n, or narrower intervals."
        )
    return np.repeat(complete, size)


def _indices(
    method: str, table: SweptTable, good: Mask, mean: Floats, bootstrap: Bootstrap
) -> list[_Index]:
    """Return the indices of an output's mean over replicates at the good points."""
    if method == "sobol":
        return _sobol(table, mean, bootstrap)
    index = {"morris": _morris, "pawn": _pawn}[method]
    return index(table, table.points[good], mean, bootstrap)


def _sobol(table: SweptTable, mean: Floats, bootstrap: Bootstrap) -> list[_Index]:
    from SALib.analyze import sobol

    names, second_order = table.names, table.sampling.second_order
    indices = sobol.analyze(
        sampling.salib_problem(names),
        (mean - mean.mean()) / mean.std(),
        calc_second_order=second_order,
        num_resamples=bootstrap.resamples,
        seed=np.random.default_rng(bootstrap.seed),  # SALib takes the number 0 for "no seed"
    )
    rows: list[_Index] = []
    for index, key in (("first", "S1"), ("total", "ST")):
        for k, name in enumerate(names):
            rows.append((index, name, "", *_span(indices[key][k], indices[f"{key}_conf"][k])))
    if second_order:
        for j, name in enumerate(names):
            for k in range(j + 1, len(names)):
                span = _span(indices["S2"][j, k], indices["S2_conf"][j, k])
                rows.append(("pair", name, names[k], *span))
    return rows


def _morris(table: SweptTable, unit: Floats, mean: Floats, bootstrap: Bootstrap) -> list[_Index]:
    from SALib.analyze import morris

    effects = morris.analyze(
        sampling.salib_problem(table.names),
        unit,
        mean,
        num_resamples=bootstrap.resamples,
        num_levels=table.sampling.levels,
        seed=bootstrap.seed,
    )
    rows: list[_Index] = []
    for k, name in enumerate(table.names):
        star, nan = float(effects["mu_star"][k]), float("nan")
        rows.append(("mean absolute effect", name, "", *_span(star, effects["mu_star_conf"][k])))
        rows.append(("mean effect", name, "", float(effects["mu"][k]), nan, nan))
        rows.append(("spread of effects", name, "", float(effects["sigma"][k]), nan, nan))
    return rows


def _pawn(table: SweptTable, points: Floats, mean: Floats, bootstrap: Bootstrap) -> list[_Index]:
    """Return the median KS distances, and what parameters without effect reach by chance.

    The distance of few points is never 0, and a bootstrap only adds to it. Instead, parameters
    without effect are drawn: what they stay below 95 times in 100 is the mark to beat.
    """
    distances, nan = _ks_distances(points, mean), float("nan")
    chance = _chance_distance(len(mean), bootstrap.resamples, bootstrap.seed)
    names = [*table.names, DUMMY]
    values = [*map(float, distances), chance]
    return [
        ("median distance", name, "", value, nan, nan)
        for name, value in zip(names, values, strict=True)
    ]


@functools.lru_cache
def _chance_distance(points: int, draws: int, seed: int) -> float:
    """Return what 95 of 100 parameters without effect stay below, for any continuous output.

    The Kolmogorov-Smirnov distance does not depend on the output's distribution.
    """
    rng = np.random.default_rng(seed)
    return float(np.quantile(_ks_distances(rng.random((points, draws)), rng.random(points)), 0.95))


def _ks_distances(points: Floats, mean: Floats) -> Floats:
    """Return PAWN's median Kolmogorov-Smirnov distance of every column of points."""
    from SALib.analyze import pawn

    names = [str(k) for k in range(points.shape[1])]
    bounds = [
        [float(low), float(high) + 1e-12]
        for low, high in zip(points.min(axis=0), points.max(axis=0), strict=True)
    ]
    problem = {"num_vars": len(names), "names": names, "bounds": bounds}
    return np.asarray(pawn.analyze(problem, points, mean, S=SLICES)["median"])


def _span(value: Any, half: Any) -> tuple[float, float, float]:
    """Return a value and the ends of its interval."""
    return float(value), float(value - half), float(value + half)
