"""A trial as the statistician's growth model: no mechanism, only variances (magnusson2018).

    y_tij = (b0 + u_ij + v_j) + (b1 treated + s_ij + w_j) t + e_tij

Subject i of cluster (therapist) j at time t = 0 ... 1: subject intercept u and slope s, cluster
intercept v and slope w, residual e, all normal and uncorrelated. A slope is the change over the
whole trial. Low scores are good: a treatment that helps has an effect below 0.

Partial nesting: only the treated have therapists. The analysis takes two steps: each subject's
least-squares slope, then the arms compared over subjects (therapist ignored) or therapists' means.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit
from scipy.stats import ttest_ind

from dyadsim.checks import number
from dyadsim.errors import BadInput

_RANGES = {
    "subject_intercept": (0, math.inf),
    "subject_slope": (0, math.inf),
    "cluster_intercept": (0, math.inf),
    "cluster_slope": (0, math.inf),
    "residual": (1e-9, math.inf),
    "subjects": (1, 10**6),
    "clusters": (2, 10**6),
    "times": (2, 10**4),
    "unequal": (0, 3),
    "dropout": (0, 0.95),
}


class Growth(NamedTuple):
    """One trial. Variances are in points squared (a slope's: over the whole trial), 0 or more.

    Attributes
    ----------
    subject_intercept, subject_slope
        Variances between the subjects of a cluster.
    cluster_intercept, cluster_slope
        Variances between clusters.
    residual
        Variance of one measurement.
    effect
        Difference of the treated arm's slope, in points.
    subjects
        Subjects in each cluster.
    clusters
        Clusters in each arm.
    times
        Measurements from start to end.
    unequal
        SD of the log cluster size.
    dropout
        Share of each arm lost by the end, at random times.
    partial
        Whether only the treated arm has clusters.
    """

    subject_intercept: float = 50.0
    subject_slope: float = 20.0
    cluster_intercept: float = 0.0
    cluster_slope: float = 2.0
    residual: float = 50.0
    effect: float = 0.0
    subjects: int = 10
    clusters: int = 6
    times: int = 11
    unequal: float = 0.0
    dropout: float = 0.0
    partial: bool = False


def from_standardised(
    icc_pre_subject: float,
    icc_pre_cluster: float,
    icc_slope: float,
    variance_ratio: float,
    residual: float = 50.0,
    effect_size: float = 0.0,
    **others: float,
) -> Growth:
    """Return a trial from the standardised values that planners use.

    Parameters
    ----------
    icc_pre_subject
        Share of the baseline variance that is the subject's and the cluster's.
    icc_pre_cluster
        Share of it that is the cluster's, at most `icc_pre_subject`.
    icc_slope
        The clusters' share of the variance of slopes.
    variance_ratio
        Variance of slopes / residual variance, slopes over the whole trial; a ratio for slopes
        per session is multiplied by (times - 1) squared.
    residual
        Residual variance, points squared, above 0.
    effect_size
        Difference at the end / SD at baseline; above 0 = the treated are better.
    others
        Further fields of `Growth`.

    Returns
    -------
    Growth
        The trial.

    Raises
    ------
    BadInput
        A share outside [0, 1), or a variance below 0.

    Examples
    --------
    >>> growth = from_standardised(0.5, 0.1, 0.05, 0.03, effect_size=0.5)
    >>> growth.subject_intercept, growth.cluster_intercept, growth.effect
    (40.0, 10.0, -5.0)
    """
    shares = {"icc_pre_subject": icc_pre_subject, "icc_pre_cluster": icc_pre_cluster}
    for name, value in shares.items():
        if not 0 <= value < 1:
            raise BadInput(f"growth model: {name} is a share in [0, 1), not {value:g}.")
    number("growth model: icc_slope", icc_slope, 0, 1)
    if icc_pre_cluster > icc_pre_subject:
        raise BadInput(
            f"growth model: icc_pre_cluster ({icc_pre_cluster:g}) is part of icc_pre_subject "
            f"({icc_pre_subject:g}) and cannot be larger."
        )
    total = residual / (1 - icc_pre_subject)
    slopes = variance_ratio * residual
    growth = Growth(
        subject_intercept=(icc_pre_subject - icc_pre_cluster) * total,
        cluster_intercept=icc_pre_cluster * total,
        subject_slope=(1 - icc_slope) * slopes,
        cluster_slope=icc_slope * slopes,
        residual=residual,
        effect=-effect_size * math.sqrt(total),
    )
    return check_growth(growth._replace(**others))  # type: ignore[arg-type]


def check_growth(growth: Growth) -> Growth:
    """Return a trial if it can be drawn.

    Raises
    ------
    BadInput
        A value out of its range.
    """
    for name, (low, high) in _RANGES.items():
        number(f"growth model: {name}", float(getattr(growth, name)), low, high)
    return growth


def measurement_times(growth: Growth) -> np.ndarray:
    """Return the times of measurement, shape (time,), from 0 to 1."""
    return np.linspace(0, 1, growth.times)


def variance_partition(growth: Growth) -> pd.DataFrame:
    """Return the variance of scores at each time, in closed form.

    Parameters
    ----------
    growth
        The trial.

    Returns
    -------
    pandas.DataFrame
        Columns time, subject, cluster, residual, total (points squared).

    Examples
    --------
    >>> variance_partition(Growth(times=2))["total"].tolist()
    [100.0, 122.0]
    """
    t = measurement_times(growth)
    subject = growth.subject_intercept + growth.subject_slope * t**2
    cluster = growth.cluster_intercept + growth.cluster_slope * t**2
    residual = np.full(t.size, growth.residual)
    return pd.DataFrame(
        {
            "time": t,
            "subject": subject,
            "cluster": cluster,
            "residual": residual,
            "total": subject + cluster + residual,
        }
    )


def slope_variances(growth: Growth) -> tuple[float, float]:
    """Return the variance of a subject's least-squares slope: within clusters, between them."""
    t = measurement_times(growth)
    noise = growth.residual / float(((t - t.mean()) ** 2).sum())
    return growth.subject_slope + noise, growth.cluster_slope


def design_effect(growth: Growth) -> float:
    """Return how many times larger the variance of an arm's mean slope is through clusters.

    1 + (subjects - 1) ICC of the slopes; equal clusters, complete data.

    Parameters
    ----------
    growth
        The trial.

    Returns
    -------
    float
        1 or more.

    Examples
    --------
    >>> design_effect(Growth(cluster_slope=0.0))
    1.0
    """
    within, between = slope_variances(growth)
    return 1 + (growth.subjects - 1) * between / (within + between)


def false_positives(growth: Growth, level: float = 0.05) -> float:
    """Return the share of significant trials without an effect if clusters are ignored.

    Closed form by normal theory for many subjects: the t value is inflated by the square root of
    the design effect. With `partial` only one arm is inflated, and the average of both counts.

    Parameters
    ----------
    growth
        The trial.
    level
        Nominal two-sided level.

    Returns
    -------
    float
        `level` or more.

    Examples
    --------
    >>> round(false_positives(Growth(subjects=20, cluster_slope=4.0)), 2)
    0.17
    """
    within, between = slope_variances(growth)
    of_one_arm = 1 + (growth.subjects - 1) * between / (2 * within + between)
    inflation = of_one_arm if growth.partial else design_effect(growth)
    freedom = 2 * growth.subjects * growth.clusters - 2
    critical = stdtrit(freedom, 1 - level / 2)
    return float(2 * stdtr(freedom, -critical / math.sqrt(inflation)))


def draw_trial(growth: Growth, seed: int = 1, replicate: int = 0) -> pd.DataFrame:
    """Return one trial, one row per score.

    Parameters
    ----------
    growth
        The trial.
    seed, replicate
        Same numbers, same trial.

    Returns
    -------
    pandas.DataFrame
        Columns client, arm (treated, control), therapist (missing in the control arm under
        partial nesting), time, score. Scores lost to dropout are left out.

    Raises
    ------
    BadInput
        See `check_growth`.

    Examples
    --------
    >>> len(draw_trial(Growth(subjects=5, clusters=4, times=3)))
    120
    """
    check_growth(growth)
    rng, parts, first = np.random.default_rng([seed, replicate]), [], 0
    for place, arm in enumerate(("treated", "control")):
        table, count = _draw_arm(growth, arm, rng)
        table["client"] += first
        table["therapist"] += place * growth.clusters
        parts.append(table)
        first += count
    return pd.concat(parts, ignore_index=True)


def _draw_arm(growth: Growth, arm: str, rng: np.random.Generator) -> tuple[pd.DataFrame, int]:
    """Return the rows of an arm, clients and therapists counted from 0, and its clients."""
    nested = arm == "treated" or not growth.partial
    owner = np.repeat(np.arange(growth.clusters), _cluster_sizes(growth, rng))
    effect = growth.effect * (arm == "treated")
    scores = _scores(growth, owner, nested=nested, effect=effect, rng=rng)
    times = measurement_times(growth)
    leaves = np.where(rng.random(owner.size) < growth.dropout, rng.random(owner.size), 1)
    client, time = np.nonzero(times <= leaves[:, None])
    therapist = owner[client] if nested else [None] * client.size
    table = pd.DataFrame(
        {
            "client": client,
            "arm": arm,
            "therapist": pd.array(therapist, dtype="Int64"),
            "time": times[time],
            "score": scores[client, time],
        }
    )
    return table, owner.size


def _cluster_sizes(growth: Growth, rng: np.random.Generator) -> np.ndarray:
    """Return the sizes of an arm's clusters: equal, or log-normal with the same total."""
    if growth.unequal == 0:
        return np.full(growth.clusters, growth.subjects)
    share = np.exp(growth.unequal * rng.normal(size=growth.clusters))
    extra = growth.clusters * growth.subjects - growth.clusters
    return 1 + rng.multinomial(extra, share / share.sum())


def _scores(
    growth: Growth, owner: np.ndarray, *, nested: bool, effect: float, rng: np.random.Generator
) -> np.ndarray:
    """Return the scores of one arm, shape (subject, time)."""
    t, count = measurement_times(growth), owner.size
    intercept = math.sqrt(growth.subject_intercept) * rng.normal(size=count)
    slope = math.sqrt(growth.subject_slope) * rng.normal(size=count) + effect
    cluster = rng.normal(size=(2, growth.clusters))[:, owner] * nested
    intercept = intercept + math.sqrt(growth.cluster_intercept) * cluster[0]
    slope = slope + math.sqrt(growth.cluster_slope) * cluster[1]
    noise = math.sqrt(growth.residual) * rng.normal(size=(count, t.size))
    return np.asarray(intercept[:, None] + slope[:, None] * t + noise)


def subject_slopes(trial: pd.DataFrame) -> pd.DataFrame:
    """Return the least-squares slope of each subject with two scores or more.

    Parameters
    ----------
    trial
        As `draw_trial` returns it.

    Returns
    -------
    pandas.DataFrame
        Columns client, arm, therapist, slope (points over the whole trial).

    Examples
    --------
    >>> len(subject_slopes(draw_trial(Growth(subjects=5, clusters=4, times=3))))
    40
    """
    rows = trial[["client", "arm", "therapist", "time", "score"]]
    groups = rows.groupby("client", sort=False)
    t = rows["time"] - groups["time"].transform("mean")
    products = (t * rows["score"]).groupby(rows["client"], sort=False).sum()
    squares = (t**2).groupby(rows["client"], sort=False).sum()
    slope = products / squares.where(squares > 0)
    table = groups[["arm", "therapist"]].first().assign(slope=slope)
    return table.dropna(subset=["slope"]).reset_index()


def p_values(trial: pd.DataFrame) -> tuple[float, float]:
    """Return the two-sided p of a difference in slopes: therapist ignored, therapist respected.

    Parameters
    ----------
    trial
        As `draw_trial` returns it.

    Returns
    -------
    tuple of float
        Ignored: Student's t test over subjects. Respected: Welch's t test over therapists' mean
        slopes (subjects where an arm has no therapists); unequal clusters weigh alike.

    Examples
    --------
    >>> ignored, respected = p_values(draw_trial(Growth(effect=-20.0)))
    >>> ignored < 0.05, respected < 0.05
    (True, True)
    """
    table = subject_slopes(trial)
    treated, control = (table[table["arm"] == arm] for arm in ("treated", "control"))
    ignored = ttest_ind(treated["slope"], control["slope"]).pvalue
    units = [_units(part) for part in (treated, control)]
    return float(ignored), float(ttest_ind(*units, equal_var=False).pvalue)


def _units(part: pd.DataFrame) -> pd.Series:
    """Return the mean slope of every therapist, or every subject's where there are none."""
    alone = part["therapist"].isna().all()
    return part["slope"] if alone else part.groupby("therapist")["slope"].mean()
