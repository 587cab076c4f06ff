"""Which parameters matter: Sobol indices, Morris screening, PAWN (SALib), from a sweep's table.

All methods see the mean over replicates. `noise_share` says how much of that mean's variance over
points is Monte-Carlo luck: indices of an output with a large one say little.
"""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.errors import BadInput, nearest
from dyadsim.sweeps import sampling
from dyadsim.sweeps.sampling import Sampling

type Floats = np.ndarray[Any, np.dtype[np.float64]]

METHODS = {  # method: (points it needs, what it says)
    "sobol": ("saltelli", "shares of the output's variance: first order, total, pairs"),
    "morris": ("morris", "mean and spread of the effects of a step along each interval"),
    "pawn": (None, "how far knowing a parameter moves the output's distribution; any points"),
    "prim": (None, "the region of the parameters in which a target is met; any points"),
}
DUMMY = "(chance reaches)"  # what PAWN finds of parameters without effect, 95 times in 100
IN_SLICE = 5  # points of a slice, at least
SLICES = 10  # of PAWN: intervals of a parameter, equally filled
FEWEST = 8  # base samples left for Sobol indices, after those with a failed point


class Ranking(NamedTuple):
    """What a method found.

    table: output, index, parameter, other ('' but for pairs), value, low, high. noise: output,
    noise_share, source (how it was found), left_out: points where the output has no value, or
    beside one.
    """

    method: str
    table: pd.DataFrame
    noise: pd.DataFrame


def method_for(wanted: str, how: Sampling) -> str:
    """Return the method, that of the points' layout for 'auto'.

    Raises
    ------
    BadInput
        no such method, or one that these points do not serve.
    """
    if wanted == "auto":
        return {"saltelli": "sobol", "morris": "morris"}.get(how.method, "pawn")
    if wanted not in METHODS:
        raise BadInput(
            f"task.method: there is no '{wanted}'.{nearest(wanted, METHODS)} "
            f"Methods: {', '.join(METHODS)}."
        )
    needed = METHODS[wanted][0]
    if needed not in (None, how.method):
        raise BadInput(
            f"task.method={wanted} needs points={needed}, laid out for it; this sweep has "
            f"points={how.method}. For any points: task.method=pawn."
        )
    return wanted


def noise_share(values: Floats, errors: Floats | None) -> tuple[float, str]:
    """Return the share of Monte-Carlo noise in the variance over points of the replicates' mean.

    values, errors: `(replicate, point)`. With two replicates or more from what is left when point
    and replicate are taken out (two-way layout: luck that all points share does no harm); with one
    from the outputs' own errors, which is too much where points share their luck.
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


def rank(
    method: str,
    names: Sequence[str],
    how: Sampling,
    points: Floats,
    values: dict[str, Floats],
    errors: dict[str, Floats],
    resamples: int = 200,
    seed: int = 1,
) -> Ranking:
    """Return the indices of one case's sampled parameters.

    Parameters
    ----------
    method
        'sobol', 'morris' or 'pawn'. names: the sampled axes.
    how
        the layout of the points. points: `(point, axis)`, in its order.
    values, errors
        output -> `(replicate, point)`, NaN where a point failed.
    resamples
        bootstrap samples behind the 95 % intervals. seed: of these.

    Raises
    ------
    BadInput
        too few points are left of every output.
    """
    index = {"sobol": _sobol, "morris": _morris, "pawn": _pawn}[method]
    where = sampling.unit(len(names), how) if method == "morris" else points
    rows: list[tuple[Any, ...]] = []
    noise: list[tuple[str, float, str, int]] = []
    refused = []
    for output, told in values.items():
        known = ~np.isnan(told).any(axis=0)
        try:
            good = _whole_groups(method, how, len(names), known, output)
        except BadInput as error:
            refused.append(error)
            noise.append((output, float("nan"), str(error), int((~known).sum())))
            continue
        error_of = errors[output][:, good] if output in errors else None
        noise.append((output, *noise_share(told[:, good], error_of), int((~good).sum())))
        mean = told[:, good].mean(axis=0)
        if np.ptp(mean) > 0:
            found = index(names, how, where[good], mean, resamples, seed)
            rows += [(output, *row) for row in found]
    if len(refused) == len(values):
        raise refused[0]
    columns = ["output", "index", "parameter", "other", "value", "low", "high"]
    return Ranking(
        method,
        pd.DataFrame(rows, columns=columns),
        pd.DataFrame(noise, columns=["output", "noise_share", "source", "left_out"]),
    )


def _whole_groups(
    method: str, how: Sampling, axes: int, good: np.ndarray[Any, np.dtype[np.bool_]], output: str
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which points to use: with a failed one its whole base sample or trajectory goes."""
    if method == "pawn":
        if good.sum() < IN_SLICE * SLICES:
            raise BadInput(
                f"{output} has values at only {int(good.sum())} points; PAWN needs "
                f"{IN_SLICE * SLICES} or more. Give more points.n."
            )
        return good
    pairs = axes if how.second_order else 0
    size = axes + (1 if method == "morris" else 2 + pairs)
    whole = good.reshape(-1, size).all(axis=1)
    if whole.sum() < FEWEST:
        raise BadInput(
            f"{output} has values in only {int(whole.sum())} of {whole.size} groups of points; "
            f"{method} needs {FEWEST} or more. Give more points.n, or narrower intervals."
        )
    return np.repeat(whole, size)


type _Rows = list[tuple[str, str, str, float, float, float]]


def _sobol(
    names: Sequence[str], how: Sampling, _: Floats, mean: Floats, resamples: int, seed: int
) -> _Rows:
    from SALib.analyze import sobol

    standard = (mean - mean.mean()) / mean.std()
    found = sobol.analyze(
        sampling.problem(names),
        standard,
        calc_second_order=how.second_order,
        num_resamples=resamples,
        seed=seed,
    )
    rows: _Rows = []
    for index, key in (("first", "S1"), ("total", "ST")):
        for k, name in enumerate(names):
            rows.append((index, name, "", *_span(found[key][k], found[f"{key}_conf"][k])))
    if how.second_order:
        for j, name in enumerate(names):
            for k in range(j + 1, len(names)):
                span = _span(found["S2"][j, k], found["S2_conf"][j, k])
                rows.append(("pair", name, names[k], *span))
    return rows


def _morris(
    names: Sequence[str], how: Sampling, unit: Floats, mean: Floats, resamples: int, seed: int
) -> _Rows:
    from SALib.analyze import morris

    found = morris.analyze(
        sampling.problem(names),
        unit,
        mean,
        num_resamples=resamples,
        num_levels=how.levels,
        seed=seed,
    )
    rows: _Rows = []
    for k, name in enumerate(names):
        star, nan = float(found["mu_star"][k]), float("nan")
        rows.append(("mean absolute effect", name, "", *_span(star, found["mu_star_conf"][k])))
        rows.append(("mean effect", name, "", float(found["mu"][k]), nan, nan))
        rows.append(("spread of effects", name, "", float(found["sigma"][k]), nan, nan))
    return rows


def _pawn(
    names: Sequence[str], how: Sampling, points: Floats, mean: Floats, resamples: int, seed: int
) -> _Rows:
    """Take the median KS distance, and what parameters of no effect reach by luck.

    The distance of few points is never 0; a bootstrap only adds to it. So a made-up parameter is
    drawn `resamples` times: what it stays below 95 times in 100 is the mark to beat.
    """
    found, nan = _ks(points, mean), float("nan")
    rows: _Rows = [
        ("median distance", name, "", float(found[k]), nan, nan) for k, name in enumerate(names)
    ]
    return [*rows, ("median distance", DUMMY, "", _by_luck(len(mean), resamples, seed), nan, nan)]


@functools.lru_cache
def _by_luck(points: int, draws: int, seed: int) -> float:
    """Return what 95 of 100 parameters without effect stay below, for any continuous output.

    The Kolmogorov-Smirnov distance does not depend on the output's distribution.
    """
    dice = np.random.default_rng(seed)
    return float(np.quantile(_ks(dice.random((points, draws)), dice.random(points)), 0.95))


def _ks(points: Floats, mean: Floats) -> Floats:
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
    return float(value), float(value - half), float(value + half)
