"""What a data set is reduced to: numbers that describe its course, its spread and who leaves.

The same function sees real and simulated scores. Everything a fit learns, it learns from these;
`CHECKS` are kept out of it, to be predicted afterwards.
"""

from typing import Any, NamedTuple

import numpy as np

from dyadsim.fitting.data_design import Observed
from dyadsim.model.questionnaires import Instrument, named

type Floats = np.ndarray[Any, np.dtype[np.float64]]

BINS = 8  # most stretches of time
EARLY = 3  # sessions that count as early, for the alliance
CHECKS = (
    "reliably improved",
    "reliably worse",
    "halved",
    "last below cut-off",
    "largest gain between two scores",
    "SD of the last over the first",
)


class Shape(NamedTuple):
    """What summaries need to know of a design: bins (step,), arm, therapist (client,)."""

    bins: np.ndarray[Any, np.dtype[np.int64]]
    arm: np.ndarray[Any, np.dtype[np.int32]]
    therapist: np.ndarray[Any, np.dtype[np.int32]]
    arms: tuple[str, ...]
    instrument: Instrument
    therapists_known: bool


def shape(seen: Observed, therapists_known: bool) -> Shape:
    """Return the shape of a design: steps cut into stretches that hold about as many scores."""
    counts = (~np.isnan(seen.scores)).sum(axis=1)
    used = np.flatnonzero(counts)
    share = np.cumsum(counts[1:]) / max(counts[1:].sum(), 1)
    stretch = np.minimum((share * (BINS - 1)).astype(int), BINS - 2) + 1
    bins = np.concatenate([[0], stretch])
    if len(used) <= BINS:  # every occasion for itself
        bins = np.searchsorted(used, np.arange(len(counts)))
    return Shape(
        np.unique(bins, return_inverse=True)[1],
        seen.allocation.arm,
        seen.allocation.therapist,
        tuple(one.name for one in seen.study.arms),
        named(seen.study.instrument),
        therapists_known,
    )


def summaries(one: Shape, scores: Floats, alliance: Floats) -> dict[str, float]:
    """Return every summary by name; NaN where it cannot be computed.

    scores, alliance: (step, client), NaN where there is none.
    """
    found: dict[str, float] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        course = _Course(scores)
        for code, name in enumerate(one.arms):
            who = one.arm == code
            label = f"{name}: " if len(one.arms) > 1 else ""
            found |= {f"{label}{key}": value for key, value in _arm(one, course, who).items()}
        if len(one.arms) > 1:
            found |= _between(one, course)
        if one.therapists_known:
            found["variance between therapists"] = _therapists(one, course)
        if not np.isnan(alliance).all():
            found |= _with_alliance(course, alliance)
    return found


class _Course:
    """Each client's first, last and number of scores, slope and step-to-step changes."""

    def __init__(self, scores: Floats) -> None:
        steps = np.arange(len(scores))[:, None]
        self.scores, known = scores, ~np.isnan(scores)
        one = np.arange(scores.shape[1])
        self.known, self.count = known, known.sum(axis=0)
        self.first = np.where(self.count > 0, scores[known.argmax(axis=0), one], np.nan)
        self.left = np.where(known, steps, 0).max(axis=0)
        self.last = np.where(self.count > 1, scores[self.left, one], np.nan)
        self.gain = self.first - self.last
        filled = np.where(known, scores, 0.0)
        mean_step = np.where(known, steps, 0).sum(axis=0) / np.maximum(self.count, 1)
        away = np.where(known, steps - mean_step, 0.0)
        self.slope = np.where(
            self.count > 2, (away * filled).sum(axis=0) / (away**2).sum(axis=0), np.nan
        )
        self.mean = filled.sum(axis=0) / np.maximum(self.count, 1)
        self.previous = _carried(scores)
        self.change = scores[1:] - self.previous[1:]


def _carried(scores: Floats) -> Floats:
    """Return the client's last score before each step, NaN where there is none."""
    steps = np.arange(len(scores))[:, None]
    at = np.maximum.accumulate(np.where(np.isnan(scores), -1, steps), axis=0)
    before = np.vstack([np.full((1, scores.shape[1]), -1), at[:-1]])
    value = np.take_along_axis(scores, np.maximum(before, 0), axis=0)
    return np.where(before >= 0, value, np.nan)


def _r(first: Floats, second: Floats) -> float:
    """Return Pearson's r over pairs with both values; NaN of fewer than 5 or no variation."""
    both = ~(np.isnan(first) | np.isnan(second))
    if both.sum() < 5:
        return float("nan")
    a, b = first[both] - first[both].mean(), second[both] - second[both].mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _sd(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.std(ddof=1)) if known.size > 1 else float("nan")


def _arm(one: Shape, course: _Course, who: np.ndarray[Any, Any]) -> dict[str, float]:
    """Return the summaries of one arm."""
    found: dict[str, float] = {}
    scores, known = course.scores[:, who], course.known[:, who]
    filled, clients = np.where(known, scores, 0.0), who.sum()
    for k in range(int(one.bins.max()) + 1):
        rows = one.bins == k
        number = known[rows].sum()
        mean = filled[rows].sum() / number
        found[f"mean, stretch {k}"] = float(mean)
        square = (filled[rows] ** 2).sum() / number - mean**2
        found[f"SD, stretch {k}"] = float(np.sqrt(np.maximum(square, 0)))
        found[f"share measured, stretch {k}"] = float(known[rows].any(axis=0).sum() / clients)
    first, last, gain = course.first[who], course.last[who], course.gain[who]
    count, left, slope = course.count[who].astype(float), course.left[who], course.slope[who]
    change = course.change[:, who]
    centred = np.where(known, scores - course.mean[who], np.nan)
    found |= {
        "mean gain": _mean(gain),
        "SD of gains": _sd(gain),
        "r first, last": _r(first, last),
        "r first, gain": _r(first, gain),
        "mean slope": _mean(slope),
        "SD of slopes": _sd(slope),
        "mean number of scores": _mean(count),
        "SD of the number": _sd(count),
        "r number, gain": _r(count, gain),
        "r number, first": _r(count, first),
        "r number, slope": _r(count, slope),
        "step to step": float(np.sqrt(_mean(change**2))),
        "mean early change": _mean(change[:3]),
        "r with the score before": _r(scores[1:].ravel(), course.previous[1:, who].ravel()),
        "SD within clients": float(np.sqrt(_mean(centred**2))),
        "left early": float(np.mean(left <= np.quantile(course.left, 0.25))),
        "stayed": float(np.mean(left >= course.left.max())),
    }
    return found


def _between(one: Shape, course: _Course) -> dict[str, float]:
    """Return the differences of each arm's gain from the first one's, in pooled SDs."""
    found, first = {}, course.gain[one.arm == 0]
    for code, name in enumerate(one.arms[1:], start=1):
        other = course.gain[one.arm == code]
        pooled = np.sqrt((np.nanvar(first, ddof=1) + np.nanvar(other, ddof=1)) / 2)
        found[f"d of gains, {one.arms[0]} less {name}"] = float(
            (np.nanmean(first) - np.nanmean(other)) / pooled
        )
    return found


def _therapists(one: Shape, course: _Course) -> float:
    """Return the share of variance of gains between therapists (one-way ANOVA, may be negative)."""
    kept = (one.therapist >= 0) & ~np.isnan(course.gain) & ~np.isnan(course.first)
    if kept.sum() < 10:
        return float("nan")
    first, gain, owner = course.first[kept], course.gain[kept], one.therapist[kept]
    slope = np.cov(first, gain)[0, 1] / first.var(ddof=1)
    rest = gain - slope * (first - first.mean())
    size = np.bincount(owner)
    held = size > 0
    mean = np.bincount(owner, rest)[held] / size[held]
    n, groups = size[held], int(held.sum())
    if groups < 3 or kept.sum() <= groups:
        return float("nan")
    between = (n * (mean - rest.mean()) ** 2).sum() / (groups - 1)
    full = np.zeros(len(size))
    full[held] = mean
    within = ((rest - full[owner]) ** 2).sum() / (kept.sum() - groups)
    typical = (kept.sum() - (n**2).sum() / kept.sum()) / (groups - 1)
    variance = (between - within) / typical
    return float(variance / (variance + within))


def _with_alliance(course: _Course, alliance: Floats) -> dict[str, float]:
    """Return what the alliance scores add."""
    known = ~np.isnan(alliance)
    filled, count = np.where(known, alliance, 0.0), known.sum(axis=0)
    mean = np.where(count > 0, filled.sum(axis=0) / np.maximum(count, 1), np.nan)
    rank = np.cumsum(known, axis=0)
    early_here = known & (rank <= EARLY)
    early = np.where(early_here, alliance, 0.0).sum(axis=0) / early_here.sum(axis=0)
    both = ~(np.isnan(course.first) | np.isnan(course.last))
    slope = np.cov(course.first[both], course.last[both])[0, 1] / course.first[both].var(ddof=1)
    residual = -(course.last - slope * course.first)
    within = alliance - mean
    score_within = course.scores - course.mean
    after = np.vstack([course.change, np.full((1, alliance.shape[1]), np.nan)])
    return {
        "alliance, mean": _mean(alliance),
        "alliance, SD between clients": _sd(mean),
        "alliance, SD within clients": float(np.sqrt(_mean(within**2))),
        "alliance, early": _mean(early),
        "r early alliance, gain": _r(early, residual),
        "r early alliance, first score": _r(early, course.first),
        "r early alliance, number of scores": _r(early, course.count.astype(float)),
        "r within, same session": _r(within.ravel(), score_within.ravel()),
        "r within, next change": _r(within.ravel(), after.ravel()),
        "r alliance, session before": _r(alliance[1:].ravel(), _carried(alliance)[1:].ravel()),
        "alliance, rise": _mean(alliance - early),
    }


def checks(one: Shape, scores: Floats) -> dict[str, float]:
    """Return the statistics that no fit has seen, in the order of `CHECKS`."""
    form = one.instrument
    with np.errstate(invalid="ignore", divide="ignore"):
        course = _Course(scores)
        both = ~np.isnan(course.gain)
        gain, first, last = course.gain[both], course.first[both], course.last[both]
        best = np.where(np.isnan(course.change), -np.inf, -course.change).max(axis=0)[both]
        values = (
            np.mean(gain >= form.reliable_change),
            np.mean(-gain >= form.reliable_change),
            np.mean(last <= first / 2),
            np.mean(last < form.cut_off),
            np.mean(best),
            last.std(ddof=1) / first.std(ddof=1),
        )
    return dict(zip(CHECKS, map(float, values), strict=True))
