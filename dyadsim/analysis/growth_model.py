"""A trial as the statistician's growth model: no mechanism, only variances (magnusson2018).

    y_tij = (b0 + u_ij + v_j) + (b1 treated + s_ij + w_j) t + e_tij

Subject i of cluster (therapist) j at time t = 0 ... 1 (the whole trial): subject intercept u and
slope s, cluster intercept v and slope w, residual e, all normal and, here, uncorrelated. Time is
measured in trials, so a slope is the change over the whole trial. Low scores are good: a treatment
that helps has an effect below 0.

Partial nesting: only the treated have therapists. The analysis is the usual two steps: each
subject's own least-squares slope, then the arms compared, over subjects (the therapist ignored) or
over therapists' means (respected). With complete data at the same times the slope of the growth
model's fixed effect is that same difference of mean slopes; it is thousands of times faster.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit
from scipy.stats import ttest_ind

from dyadsim.errors import BadInput


class Growth(NamedTuple):
    """One trial. Variances in points squared (a slope's: over the whole trial); all >= 0.

    `subjects` in each cluster, `clusters` in each arm, `times` of measurement from start to end,
    `effect`: difference of the treated arm's slope in points, `unequal`: SD of log cluster size,
    `dropout`: share of each arm lost by the end, at random times, `partial`: only the treated arm
    has clusters.
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
        share of the baseline variance that is the subject's and the cluster's.
    icc_pre_cluster
        share of it that is the cluster's, at most icc_pre_subject.
    icc_slope
        cluster share of the variance of slopes.
    variance_ratio
        variance of slopes / residual variance, slopes over the whole trial; a ratio
        for slopes per session is multiplied by (times - 1) squared.
    residual
        residual variance, points squared, > 0.
    effect_size
        difference at the end / SD at baseline; above 0 = the treated are better.
    others
        further fields of `Growth`.

    Raises
    ------
    BadInput
        a share outside [0, 1), or a variance below 0.
    """
    for name, value in (
        ("icc_pre_subject", icc_pre_subject),
        ("icc_pre_cluster", icc_pre_cluster),
        ("icc_slope", icc_slope),
    ):
        if not 0 <= value <= 1 or (name != "icc_slope" and value == 1):
            raise BadInput(f"statistical: {name} is a share and must lie in [0, 1), not {value:g}.")
    if icc_pre_cluster > icc_pre_subject:
        raise BadInput(
            f"statistical: icc_pre_cluster ({icc_pre_cluster:g}) is part of icc_pre_subject "
            f"({icc_pre_subject:g}) and cannot be larger."
        )
    total = residual / (1 - icc_pre_subject)
    slopes = variance_ratio * residual
    made = Growth(
        subject_intercept=(icc_pre_subject - icc_pre_cluster) * total,
        cluster_intercept=icc_pre_cluster * total,
        subject_slope=(1 - icc_slope) * slopes,
        cluster_slope=icc_slope * slopes,
        residual=residual,
        effect=-effect_size * math.sqrt(total),
    )
    return checked(made._replace(**others))  # type: ignore[arg-type]


def checked(one: Growth) -> Growth:
    """Return `one` if it can be drawn.

    Raises
    ------
    BadInput
        a value out of its range.
    """
    rules = {
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
    for name, (low, high) in rules.items():
        value = getattr(one, name)
        if not low <= value <= high:
            raise BadInput(
                f"statistical: {name} must lie in [{low:g}, {high:g}]; the value given is "
                f"{value:g}."
            )
    return one


def when(one: Growth) -> np.ndarray:
    """Return the times of measurement, `(time,)`, from 0 to 1."""
    return np.linspace(0, 1, one.times)


def variance_partition(one: Growth) -> pd.DataFrame:
    """Return the closed form: time, subject, cluster, residual, total (points squared)."""
    t = when(one)
    subject = one.subject_intercept + one.subject_slope * t**2
    cluster = one.cluster_intercept + one.cluster_slope * t**2
    residual = np.full(t.size, one.residual)
    return pd.DataFrame(
        {
            "time": t,
            "subject": subject,
            "cluster": cluster,
            "residual": residual,
            "total": subject + cluster + residual,
        }
    )


def slope_variances(one: Growth) -> tuple[float, float]:
    """Return the variance of a subject's least-squares slope: within clusters, between them."""
    t = when(one)
    noise = one.residual / float(((t - t.mean()) ** 2).sum())
    return one.subject_slope + noise, one.cluster_slope


def design_effect(one: Growth) -> float:
    """Return how many times larger the variance of an arm's mean slope is through clusters.

    1 + (subjects - 1) ICC of the slopes; equal clusters, complete data.
    """
    within, between = slope_variances(one)
    return 1 + (one.subjects - 1) * between / (within + between)


def false_positives(one: Growth, level: float = 0.05) -> float:
    """Return the closed-form share of significant trials without an effect, clusters ignored.

    Normal theory for many subjects: the t value is inflated by the square root of the design
    effect. With `partial` only one arm is inflated, and the average of both counts.
    """
    inflation = design_effect(one)
    if one.partial:
        inflation = (inflation + 1) / 2
    cut = stdtrit(2 * one.subjects * one.clusters - 2, 1 - level / 2)
    return float(2 * stdtr(2 * one.subjects * one.clusters - 2, -cut / math.sqrt(inflation)))


def draw(one: Growth, seed: int = 1, replicate: int = 0) -> pd.DataFrame:
    """Return one trial, long: client, arm (treated, control), therapist, time, score.

    therapist is missing in the control arm under partial nesting. Scores lost to dropout are
    left out. Same seed and replicate, same trial.

    Raises
    ------
    BadInput
        see `checked`.
    """
    checked(one)
    dice, parts, first = np.random.default_rng([seed, replicate]), [], 0
    for place, arm in enumerate(("treated", "control")):
        nested = arm == "treated" or not one.partial
        sizes = _sizes(one, dice)
        owner = np.repeat(np.arange(one.clusters), sizes)
        count = owner.size
        scores = _scores(one, owner, nested, one.effect * (place == 0), dice)
        seen = (
            when(one) <= np.where(dice.random(count) < one.dropout, dice.random(count), 1)[:, None]
        )
        who, at = np.nonzero(seen)
        therapist = owner[who] + place * one.clusters
        parts.append(
            pd.DataFrame(
                {
                    "client": first + who,
                    "arm": arm,
                    "therapist": pd.array(
                        therapist if nested else [None] * who.size, dtype="Int64"
                    ),
                    "time": when(one)[at],
                    "score": scores[who, at],
                }
            )
        )
        first += count
    return pd.concat(parts, ignore_index=True)


def _sizes(one: Growth, dice: np.random.Generator) -> np.ndarray:
    """Return the sizes of an arm's clusters: equal, or log-normal with the same total."""
    if one.unequal == 0:
        return np.full(one.clusters, one.subjects)
    share = np.exp(one.unequal * dice.normal(size=one.clusters))
    extra = one.clusters * one.subjects - one.clusters
    return 1 + dice.multinomial(extra, share / share.sum())


def _scores(
    one: Growth, owner: np.ndarray, nested: bool, effect: float, dice: np.random.Generator
) -> np.ndarray:
    """Return the scores of one arm, `(subject, time)`."""
    t, count = when(one), owner.size
    intercept = math.sqrt(one.subject_intercept) * dice.normal(size=count)
    slope = math.sqrt(one.subject_slope) * dice.normal(size=count) + effect
    ours = dice.normal(size=(2, one.clusters))[:, owner] * nested
    intercept = intercept + math.sqrt(one.cluster_intercept) * ours[0]
    slope = slope + math.sqrt(one.cluster_slope) * ours[1]
    noise = math.sqrt(one.residual) * dice.normal(size=(count, t.size))
    return np.asarray(intercept[:, None] + slope[:, None] * t + noise)


def slopes(trial: pd.DataFrame) -> pd.DataFrame:
    """Return client, arm, therapist and least-squares slope of each subject with 2 scores."""
    rows = trial[["client", "arm", "therapist", "time", "score"]]
    groups = rows.groupby("client", sort=False)
    t = rows["time"] - groups["time"].transform("mean")
    top = (t * rows["score"]).groupby(rows["client"], sort=False).sum()
    bottom = (t**2).groupby(rows["client"], sort=False).sum()
    table = groups[["arm", "therapist"]].first().assign(slope=top / bottom.where(bottom > 0))
    return table.dropna(subset=["slope"]).reset_index()


def p_values(trial: pd.DataFrame) -> tuple[float, float]:
    """Return the two-sided p of a difference in slopes: therapist ignored, therapist respected.

    Respected: therapists' mean slopes are the units (subjects where an arm has no therapists),
    with Welch's t test. Mean slopes of unequal clusters are weighed alike.
    """
    table = slopes(trial)
    one, other = (table[table["arm"] == arm] for arm in ("treated", "control"))
    ignored = ttest_ind(one["slope"], other["slope"]).pvalue
    units = [_units(part) for part in (one, other)]
    return float(ignored), float(ttest_ind(*units, equal_var=False).pvalue)


def _units(part: pd.DataFrame) -> pd.Series:
    """Return the mean slope of every therapist, or every subject's where there are none."""
    if part["therapist"].isna().all():
        return part["slope"]
    return part.groupby("therapist")["slope"].mean()
