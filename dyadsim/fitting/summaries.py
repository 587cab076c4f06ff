"""What a data set is reduced to: numbers that describe its course, its spread and who leaves.

The same function summarises real and simulated scores. Everything a fit learns, it learns from
these numbers; `CHECKS` are kept out of it, to be predicted afterwards. Which numbers there are
depends on the design and on where it has scores (`stretches`).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from dyadsim.fitting.arms import Arms
from dyadsim.fitting.data_design import ObservedDesign
from dyadsim.fitting.stretches import Stretches, stretches_of
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument
from dyadsim.studies import study as studies

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Steps = np.ndarray[Any, np.dtype[np.int64]]
type Summaries = dict[str, float]

EARLY = 3  # sessions that count as early, for the alliance
FEWEST_GAINS, FEWEST_THERAPISTS = 10, 3  # without them there is no variance between therapists
FEWEST_PAIRS = 3  # first and last scores, without which there is no slope
CHECKS = (
    "reliably improved",
    "reliably worse",
    "halved",
    "last below cut-off",
    "largest gain between two scores",
    "SD of the last over the first",
)
BETWEEN = "Hedges' g, "  # and the arms: of last scores in treatment, above 0 = the first is better


class DesignShape(NamedTuple):
    """What summaries need to know of a design: `arm`, `therapist` (client,), stretches of time.

    `therapists_known`, `alliance_known`: whether the data have therapists and alliance scores.
    `end` is the last step of treatment; later ones are follow-up.
    """

    stretches: Stretches
    arm: np.ndarray[Any, np.dtype[np.int32]]
    therapist: np.ndarray[Any, np.dtype[np.int32]]
    arms: tuple[str, ...]
    instrument: Instrument
    therapists_known: bool
    alliance_known: bool
    end: int


def design_shape(design: ObservedDesign, therapists_known: bool) -> DesignShape:
    """Return the shape of a design.

    Parameters
    ----------
    design
        The design of the data.
    therapists_known
        Whether the data say who treated whom.

    Returns
    -------
    DesignShape
        Steps are cut into stretches that hold about as many scores; few occasions are a stretch
        each. An arm has no numbers of a stretch in which it has next to no scores.
    """
    arms = tuple(arm.name for arm in design.study.arms)
    arm = design.allocation.arm
    known = ~np.isnan(design.scores)
    by_arm = np.array([known[:, arm == code].sum(axis=1) for code in range(len(arms))])
    weeks = np.cumsum(studies.plan_study(design.study).weeks, dtype=float)
    return DesignShape(
        stretches_of(by_arm, weeks, len(arm)),
        arm,
        design.allocation.therapist,
        arms,
        questionnaires.find_instrument(design.study.instrument),
        therapists_known,
        not bool(np.isnan(design.alliance).all()),
        design.study.schedule.sessions,
    )


def summarise_scores(shape: DesignShape, scores: Floats, alliance: Floats) -> Summaries:
    """Return every summary by name; NaN where it cannot be computed.

    Parameters
    ----------
    shape
        The shape of the design.
    scores, alliance
        Scores and alliance scores, (step, client), NaN where there is none.

    Returns
    -------
    dict of str to float
        The summaries; which there are depends on the design alone.
    """
    summaries: Summaries = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        course, arms = _Course(scores), Arms(shape.arm, len(shape.arms))
        gains = _of_gains(course, arms)
        rows = {**gains, **_of_changes(course, arms)}
        stretches = _by_stretch(shape.stretches, course, arms)
        for code, name in enumerate(shape.arms):
            label = f"{name}: " if len(shape.arms) > 1 else ""
            for k in np.flatnonzero(shape.stretches.measured[code]):
                for key, values in stretches.items():
                    of_stretch = f"{label}{key}, {shape.stretches.labels[k]}"
                    summaries[of_stretch] = float(values[k, code])
            summaries |= {f"{label}{key}": float(values[code]) for key, values in rows.items()}
        if len(shape.arms) > 1:
            summaries |= _between_arms(shape, gains)
        if shape.therapists_known:
            summaries["variance between therapists"] = _between_therapists(shape, course)
        if shape.alliance_known:
            summaries |= _of_alliance(course, alliance)
    return summaries


class _Course:
    """Each client's first, last and number of scores, slope and step-to-step changes."""

    def __init__(self, scores: Floats) -> None:
        steps = np.arange(len(scores))[:, None]
        self.scores, self.known = scores, ~np.isnan(scores)
        known = self.known
        self.count = known.sum(axis=0)
        self.first, self.last, self.last_step = _first_and_last(scores)
        self.gain = self.first - self.last
        self.filled = filled = np.where(known, scores, 0.0)
        mean_step = np.where(known, steps, 0).sum(axis=0) / np.maximum(self.count, 1)
        away = np.where(known, steps - mean_step, 0.0)
        self.slope = np.where(
            self.count > 2, (away * filled).sum(axis=0) / (away**2).sum(axis=0), np.nan
        )
        self.mean = filled.sum(axis=0) / np.maximum(self.count, 1)
        self.previous = _previous(scores)
        self.change = scores[1:] - self.previous[1:]


def _first_and_last(scores: Floats) -> tuple[Floats, Floats, Steps]:
    """Return each client's first score, last one (NaN of a single one) and its step."""
    known, clients = ~np.isnan(scores), np.arange(scores.shape[1])
    count, last_step = known.sum(axis=0), len(scores) - 1 - known[::-1].argmax(axis=0)
    last_step = np.where(count > 0, last_step, 0)
    first = np.where(count > 0, scores[known.argmax(axis=0), clients], np.nan)
    return first, np.where(count > 1, scores[last_step, clients], np.nan), last_step


def _previous(scores: Floats) -> Floats:
    """Return the client's last score before each step, NaN where there is none."""
    steps = np.arange(len(scores))[:, None]
    latest = np.maximum.accumulate(np.where(np.isnan(scores), -1, steps), axis=0)
    before = np.vstack([np.full((1, scores.shape[1]), -1), latest[:-1]])
    value = np.take_along_axis(scores, np.maximum(before, 0), axis=0)
    return np.where(before >= 0, value, np.nan)


def _r(first: Floats, second: Floats) -> float:
    """Return Pearson's r over complete pairs; NaN of fewer than 5 or without variation."""
    complete = ~(np.isnan(first) | np.isnan(second))
    if complete.sum() < 5:
        return float("nan")
    a, b = first[complete] - first[complete].mean(), second[complete] - second[complete].mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _sd(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.std(ddof=1)) if known.size > 1 else float("nan")


def _root_mean_square(values: Floats) -> float:
    return float(np.sqrt(_mean(values**2)))


def _by_stretch(stretches: Stretches, course: _Course, arms: Arms) -> dict[str, Floats]:
    """Return mean, SD and share of clients measured, each `(stretch, arm)`."""
    of_stretch = (stretches.of_step == np.arange(len(stretches.labels))[:, None]).astype(float)
    filled = course.filled
    number = of_stretch @ arms.total(course.known)
    mean = of_stretch @ arms.total(filled) / number
    variance = of_stretch @ arms.total(filled**2) / number - mean**2
    measured = arms.total(of_stretch @ course.known > 0)
    return {
        "mean": mean,
        "SD": np.sqrt(np.maximum(variance, 0)),
        "share measured": measured / arms.clients,
    }


def _of_gains(course: _Course, arms: Arms) -> dict[str, Floats]:
    """Return how gains and slopes are distributed and what they go with, each `(arm,)`."""
    first, last, gain, slope = course.first, course.last, course.gain, course.slope
    count = course.count.astype(float)
    mean, sd = arms.mean_and_sd(np.stack([gain, slope, count]))
    pairs = ((first, last), (first, gain), (count, gain), (count, first), (count, slope))
    r = arms.r(*(np.stack(side) for side in zip(*pairs, strict=True)))
    return {
        "mean gain": mean[0],
        "SD of gains": sd[0],
        "r first, last": r[0],
        "r first, gain": r[1],
        "mean slope": mean[1],
        "SD of slopes": sd[1],
        "mean number of scores": mean[2],
        "SD of the number": sd[2],
        "r number, gain": r[2],
        "r number, first": r[3],
        "r number, slope": r[4],
    }


def _of_changes(course: _Course, arms: Arms) -> dict[str, Floats]:
    """Return how scores change from step to step, and when clients leave, each `(arm,)`."""
    change, last_step = course.change, course.last_step
    centred = np.where(course.known, course.scores - course.mean, np.nan)
    early = last_step <= np.quantile(last_step, 0.25)
    return {
        "step to step": np.sqrt(arms.mean_over_steps(change**2)),
        "mean early change": arms.mean_over_steps(change[:3]),
        "r with the score before": arms.r_over_steps(course.scores[1:], course.previous[1:]),
        "SD within clients": np.sqrt(arms.mean_over_steps(centred**2)),
        "left early": arms.total(early) / arms.clients,
        "stayed": arms.total(last_step >= last_step.max()) / arms.clients,
    }


def _between_arms(shape: DesignShape, gains: Mapping[str, Floats]) -> Summaries:
    """Return the differences of each arm's gain from the first one's, in pooled SDs."""
    mean, variance = gains["mean gain"], gains["SD of gains"] ** 2
    differences = (mean[0] - mean) / np.sqrt((variance[0] + variance) / 2)
    return {
        f"d of gains, {shape.arms[0]} less {name}": float(differences[code])
        for code, name in enumerate(shape.arms[1:], start=1)
    }


def _between_therapists(shape: DesignShape, course: _Course) -> float:
    """Return the share of variance of gains between therapists (one-way ANOVA, may be negative)."""
    kept = (shape.therapist >= 0) & ~np.isnan(course.gain) & ~np.isnan(course.first)
    if kept.sum() < FEWEST_GAINS:
        return float("nan")
    therapist = shape.therapist[kept]
    residual = _residual_gain(course.first[kept], course.gain[kept])
    size = np.bincount(therapist)
    present = size > 0
    mean = np.bincount(therapist, residual)[present] / size[present]
    n, groups = size[present], int(present.sum())
    if groups < FEWEST_THERAPISTS or kept.sum() <= groups:
        return float("nan")
    between = (n * (mean - residual.mean()) ** 2).sum() / (groups - 1)
    means = np.zeros(len(size))
    means[present] = mean
    within = ((residual - means[therapist]) ** 2).sum() / (kept.sum() - groups)
    typical_size = (kept.sum() - (n**2).sum() / kept.sum()) / (groups - 1)
    variance = (between - within) / typical_size
    return float(variance / (variance + within))


def _residual_gain(first: Floats, gain: Floats) -> Floats:
    """Return gains with the first score taken out."""
    return np.asarray(gain - _slope(first, gain) * (first - first.mean()))


def _slope(first: Floats, second: Floats) -> float:
    """Return the slope of the regression on the first score; NaN of fewer than 3 pairs."""
    both = ~(np.isnan(first) | np.isnan(second))
    if both.sum() < FEWEST_PAIRS:
        return float("nan")
    return float(np.cov(first[both], second[both])[0, 1] / first[both].var(ddof=1))


def _of_alliance(course: _Course, alliance: Floats) -> Summaries:
    """Return what the alliance scores add."""
    known = ~np.isnan(alliance)
    filled, count = np.where(known, alliance, 0.0), known.sum(axis=0)
    mean = np.where(count > 0, filled.sum(axis=0) / np.maximum(count, 1), np.nan)
    is_early = known & (np.cumsum(known, axis=0) <= EARLY)
    early = np.where(is_early, alliance, 0.0).sum(axis=0) / is_early.sum(axis=0)
    residual = -(course.last - _slope(course.first, course.last) * course.first)
    within, score_within = alliance - mean, course.scores - course.mean
    next_change = np.vstack([course.change, np.full((1, alliance.shape[1]), np.nan)])
    return {
        "alliance, mean": _mean(alliance),
        "alliance, SD between clients": _sd(mean),
        "alliance, SD within clients": _root_mean_square(within),
        "alliance, early": _mean(early),
        "r early alliance, gain": _r(early, residual),
        "r early alliance, first score": _r(early, course.first),
        "r early alliance, number of scores": _r(early, course.count.astype(float)),
        "r within, same session": _r(within.ravel(), score_within.ravel()),
        "r within, next change": _r(within.ravel(), next_change.ravel()),
        "r alliance, session before": _r(alliance[1:].ravel(), _previous(alliance)[1:].ravel()),
        "alliance, rise": _mean(alliance - early),
    }


def check_statistics(shape: DesignShape, scores: Floats) -> Summaries:
    """Return the statistics that are kept out of the fit, in the order of `CHECKS`.

    A score is halved where its distance from the questionnaire's lowest score is.

    Parameters
    ----------
    shape
        The shape of the design.
    scores
        Scores, (step, client), NaN where there is none.

    Returns
    -------
    dict of str to float
        Each statistic of `CHECKS`, NaN where no client has two scores; before them Hedges' g of
        the first arm against each other one, of the last scores in treatment.
    """
    instrument = shape.instrument
    with np.errstate(invalid="ignore", divide="ignore"):
        course, between = _Course(scores), _g_between_arms(shape, scores)
        both = ~np.isnan(course.gain)
        if both.sum() < FEWEST_PAIRS:
            return between | dict.fromkeys(CHECKS, float("nan"))
        gain, first, last = course.gain[both], course.first[both], course.last[both]
        best = np.where(np.isnan(course.change), -np.inf, -course.change).max(axis=0)[both]
        values = (
            np.mean(gain >= instrument.reliable_change),
            np.mean(-gain >= instrument.reliable_change),
            np.mean(last - instrument.floor <= (first - instrument.floor) / 2),
            np.mean(last < instrument.cut_off),
            np.mean(best),
            last.std(ddof=1) / first.std(ddof=1),
        )
    return between | dict(zip(CHECKS, map(float, values), strict=True))


def _g_between_arms(shape: DesignShape, scores: Floats) -> Summaries:
    """Return Hedges' g (with its usual correction) of the first arm against each other one."""
    last = _first_and_last(scores[: shape.end + 1])[1]
    groups = [last[(shape.arm == code) & ~np.isnan(last)] for code in range(len(shape.arms))]
    values = {}
    for name, other in zip(shape.arms[1:], groups[1:], strict=True):
        first, freedom = groups[0], len(groups[0]) + len(other) - 2
        pooled = np.sqrt(
            ((len(first) - 1) * _sd(first) ** 2 + (len(other) - 1) * _sd(other) ** 2)
            / max(freedom, 1)
        )
        correction = 1 - 3 / (4 * freedom - 1)
        g = correction * (_mean(other) - _mean(first)) / pooled
        values[f"{BETWEEN}{shape.arms[0]} against {name}"] = float(g)
    return values
