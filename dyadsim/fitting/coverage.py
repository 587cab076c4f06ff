"""Is the posterior to be trusted in this design? Ranks, coverage, contraction, the simulated cloud.

Held-out draws of the table are taken for data, one after another, and fitted like the real ones.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import kstest, norm
from sklearn.neighbors import NearestNeighbors

from dyadsim.fitting.posterior import Learned, Posterior, filled, infer, middles
from dyadsim.fitting.reference_table import Table

type Floats = np.ndarray[Any, np.dtype[np.float64]]

LEVEL = 0.9  # of the intervals whose coverage is counted
UNKNOWN = 0.3  # contraction below which data do not identify a parameter
NEIGHBOURS = 10


class Trust(NamedTuple):
    """What held-out simulations say of a fit.

    table: parameter, contraction (1 - posterior / prior variance, mean), covered (share of LEVEL
    intervals that hold the truth), rank_p (uniform ranks, Kolmogorov-Smirnov), recovered (r of the
    posterior mean with the truth). ranks (data set, parameter) in [0, 1].
    """

    table: pd.DataFrame
    ranks: Floats


def trust(table: Table, learned: Learned, held: Table) -> Trust:
    """Return what fitting each data set of `held`, draws of the same prior, gives."""
    made, place = learned.table, learned(held.raw)
    one = table.problem
    ranks, means, sds = [], [], []
    for k, truth in enumerate(held.coordinates):
        found = infer(made, table.coordinates, place[k], one.low, one.high)
        ranks.append(found.below(truth))
        means.append(found.mean())
        sds.append(found.sd())
    rank, mean, sd = np.array(ranks), np.array(means), np.array(sds)
    prior = table.coordinates.var(axis=0)
    side = (1 - LEVEL) / 2
    rows = [
        (
            name,
            float(1 - (sd[:, j] ** 2).mean() / prior[j]),
            float(((rank[:, j] > side) & (rank[:, j] < 1 - side)).mean()),
            float(kstest(rank[:, j], "uniform").pvalue),
            float(np.corrcoef(mean[:, j], held.coordinates[:, j])[0, 1]),
        )
        for j, name in enumerate(one.names)
    ]
    columns = ["parameter", "contraction", "covered", "rank_p", "recovered"]
    return Trust(pd.DataFrame(rows, columns=columns), rank)


def inside(table: Table, seen: Floats, used: np.ndarray[Any, Any]) -> float:
    """Return the share of simulated data sets that lie as far out as the data do.

    Far: mean distance to the nearest draws, in whitened summaries. Below .01 the world, with any
    of its values, makes no data like these: nothing that was fitted can be believed.
    """
    middle = middles(table.raw)
    cloud, mine = filled(table.raw, used, middle), filled(seen[None], used, middle)
    centre, scale = cloud.mean(axis=0), cloud.std(axis=0) + 1e-12
    _, size, axes = np.linalg.svd((cloud - centre) / scale, full_matrices=False)
    wide = size > 1e-3 * size[0]
    turn = axes[wide].T / (size[wide] / np.sqrt(len(cloud)))
    cloud, mine = (cloud - centre) / scale @ turn, (mine - centre) / scale @ turn
    near = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(cloud)
    usual = near.kneighbors(cloud)[0][:, 1:].mean(axis=1)
    ours = near.kneighbors(mine, n_neighbors=NEIGHBOURS)[0].mean()
    return float((usual >= ours).mean())


def contraction(table: Table, found: Posterior) -> Floats:
    """Return 1 - posterior / prior variance of each coordinate, for these data."""
    return np.asarray(1 - found.sd() ** 2 / table.coordinates.var(axis=0))


def other_priors(table: Table, learned: Learned, seen: Floats) -> pd.DataFrame:
    """Return posterior means, in prior SDs, under the prior and under narrower and wider ones.

    Draws are weighed by the ratio of priors; a mean that moves much comes from the prior.
    """
    one, x = table.problem, table.coordinates
    made, place = learned.table, learned(seen[None])[0]
    ratio = {
        "prior": np.ones(len(x)),
        "half as wide": np.exp((norm.logpdf(x, scale=0.5) - norm.logpdf(x)).sum(axis=1)),
        "half again as wide": np.exp((norm.logpdf(x, scale=1.5) - norm.logpdf(x)).sum(axis=1)),
    }
    found = {
        name: infer(made, x, place, one.low, one.high, weight / weight.max()).mean()
        for name, weight in ratio.items()
    }
    return pd.DataFrame({"parameter": one.names, **found})


def predicted(found: Floats, seen: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Return name, data, low, middle, high, tail (two-sided) of statistics no fit has seen.

    found: predictions, `(draw, statistic)`; seen: the data's.
    """
    low, middle, high = np.nanquantile(found, (0.05, 0.5, 0.95), axis=0)
    above = np.nanmean(found >= seen, axis=0)
    below = np.nanmean(found <= seen, axis=0)
    tail = np.minimum(2 * np.minimum(above, below), 1)
    return pd.DataFrame(
        {"statistic": names, "data": seen, "low": low, "middle": middle, "high": high, "tail": tail}
    )
