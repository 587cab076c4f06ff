"""Can the posterior be trusted in this design? Ranks, coverage, contraction, typical data.

Test draws of the table, which no learning has seen, are taken for data, one after another, and
fitted like the real ones.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import kstest, norm
from sklearn.neighbors import NearestNeighbors

from dyadsim.fitting.posterior import (
    LearnedSummaries,
    Posterior,
    fill_gaps,
    infer_posterior,
    summary_medians,
)
from dyadsim.fitting.reference_table import ReferenceTable

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

LEVEL = 0.9  # of the intervals whose coverage is counted
UNKNOWN = 0.3  # contraction below which data do not identify a parameter
NEIGHBOURS = 10


class Coverage(NamedTuple):
    """What test simulations say of a fit.

    `table` has parameter, contraction (1 - posterior / prior variance, mean), covered (share of
    LEVEL intervals that contain the truth), rank_p (uniform ranks, Kolmogorov-Smirnov), recovered
    (r of the posterior mean with the truth). `ranks` (data set, parameter) are in [0, 1].
    """

    table: pd.DataFrame
    ranks: Floats


def check_coverage(
    table: ReferenceTable, learned: LearnedSummaries, tested: ReferenceTable
) -> Coverage:
    """Return what fitting each test data set gives.

    Parameters
    ----------
    table
        The reference table that was learned from.
    learned
        The learned summaries.
    tested
        Other draws of the same prior, taken for data.

    Returns
    -------
    Coverage
        Ranks and, for each parameter, contraction, coverage and recovery.
    """
    posteriors = [_infer(table, learned, place) for place in learned(tested.raw)]
    truths = tested.coordinates
    pairs = zip(posteriors, truths, strict=True)
    ranks = np.array([posterior.below(truth) for posterior, truth in pairs])
    means = np.array([posterior.mean() for posterior in posteriors])
    sds = np.array([posterior.sd() for posterior in posteriors])
    prior, side = table.coordinates.var(axis=0), (1 - LEVEL) / 2
    rows = [
        (
            name,
            float(1 - (sds[:, j] ** 2).mean() / prior[j]),
            float(((ranks[:, j] > side) & (ranks[:, j] < 1 - side)).mean()),
            float(kstest(ranks[:, j], "uniform").pvalue),
            float(np.corrcoef(means[:, j], truths[:, j])[0, 1]),
        )
        for j, name in enumerate(table.problem.names)
    ]
    columns = ["parameter", "contraction", "covered", "rank_p", "recovered"]
    return Coverage(pd.DataFrame(rows, columns=columns), ranks)


def _infer(
    table: ReferenceTable,
    learned: LearnedSummaries,
    target: Floats,
    prior_ratio: Floats | None = None,
) -> Posterior:
    return infer_posterior(
        learned.table,
        table.coordinates,
        target=target,
        bounds=(table.problem.low, table.problem.high),
        prior_ratio=prior_ratio,
    )


def typicality(table: ReferenceTable, real: Floats, *, used: Mask) -> float:
    """Return the share of simulated data sets that lie as far out as the data do.

    Far means the mean distance to the nearest draws, in whitened summaries. Below .01 the world,
    with any of its values, produces no data like these: nothing that was fitted can be believed.

    Parameters
    ----------
    table
        The reference table.
    real
        Summaries of the data, `(summary,)`.
    used
        Which summaries can be used, `(summary,)`.

    Returns
    -------
    float
        A share from 0 to 1.
    """
    middle = summary_medians(table.raw)
    cloud, data = fill_gaps(table.raw, used, middle), fill_gaps(real[None], used, middle)
    centre, scale = cloud.mean(axis=0), cloud.std(axis=0) + 1e-12
    _, size, axes = np.linalg.svd((cloud - centre) / scale, full_matrices=False)
    wide = size > 1e-3 * size[0]
    turn = axes[wide].T / (size[wide] / np.sqrt(len(cloud)))
    cloud, data = (cloud - centre) / scale @ turn, (data - centre) / scale @ turn
    near = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(cloud)
    usual = near.kneighbors(cloud)[0][:, 1:].mean(axis=1)
    distance = near.kneighbors(data, n_neighbors=NEIGHBOURS)[0].mean()
    return float((usual >= distance).mean())


def contraction(table: ReferenceTable, posterior: Posterior) -> Floats:
    """Return 1 - posterior / prior variance of each coordinate, for the data at hand."""
    return np.asarray(1 - posterior.sd() ** 2 / table.coordinates.var(axis=0))


def other_prior_means(
    table: ReferenceTable, learned: LearnedSummaries, real: Floats
) -> pd.DataFrame:
    """Return posterior means under the prior and under narrower and wider ones.

    Draws are weighted by the ratio of priors; a mean that moves much comes from the prior.

    Parameters
    ----------
    table
        The reference table.
    learned
        The learned summaries.
    real
        Summaries of the data, `(summary,)`.

    Returns
    -------
    DataFrame
        parameter, and the mean under each prior in prior SDs.
    """
    coordinates, target = table.coordinates, learned(real[None])[0]
    density = norm.logpdf(coordinates)
    ratios = {
        "prior": np.ones(len(coordinates)),
        "half as wide": np.exp((norm.logpdf(coordinates, scale=0.5) - density).sum(axis=1)),
        "half again as wide": np.exp((norm.logpdf(coordinates, scale=1.5) - density).sum(axis=1)),
    }
    means = {
        name: _infer(table, learned, target, ratio / ratio.max()).mean()
        for name, ratio in ratios.items()
    }
    return pd.DataFrame({"parameter": table.problem.names, **means})


def prediction_table(predictions: Floats, real: Floats, *, names: Sequence[str]) -> pd.DataFrame:
    """Return data beside predictions.

    Parameters
    ----------
    predictions
        Statistics of simulated data, `(draw, statistic)`.
    real
        The statistics of the data, `(statistic,)`.
    names
        Names of the statistics.

    Returns
    -------
    DataFrame
        statistic, data, low, middle, high (90 %), tail (two-sided); no row where there is no
        statistic.
    """
    if not len(names):
        columns = ("data", "low", "middle", "high", "tail")
        return pd.DataFrame({"statistic": pd.Series(dtype=str)} | dict.fromkeys(columns, real))
    low, middle, high = np.nanquantile(predictions, (0.05, 0.5, 0.95), axis=0)
    known = np.isfinite(predictions).sum(axis=0)
    above = (predictions >= real).sum(axis=0) / known
    below = (predictions <= real).sum(axis=0) / known
    tail = np.minimum(2 * np.minimum(above, below), 1)
    return pd.DataFrame(
        {"statistic": names, "data": real, "low": low, "middle": middle, "high": high, "tail": tail}
    )
