"""Outcomes of many points from streaming sums: means, shares and differences with their errors.

Errors are of simulation (so many clients), from the normal theory of means, shares and d; those of
gains take the two occasions as independent, so that they are rather too large than too small.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.simulation.many_points import Totals
from dyadsim.studies import study as studies
from dyadsim.studies.study import FOLLOW_UP, NOT_SEEN, Study

type Floats = np.ndarray[Any, np.dtype[np.float64]]

_PLACE = {name: place for place, name in enumerate(SUMS)}


class Estimates(NamedTuple):
    """A value and its Monte-Carlo error, each `(point,)`."""

    value: Floats
    error: Floats


class Moments(NamedTuple):
    """Number, mean and SD (n - 1) of a score, each `(point,)`."""

    n: Floats
    mean: Floats
    sd: Floats


class Course(NamedTuple):
    """One arm of many points.

    Attributes
    ----------
    sums
        Streaming sums (point, step, sum).
    post, follow_up
        Steps of the post-test and of the last follow-up (-1: there is none).
    treated
        Steps at which the arm is treated.
    """

    sums: Totals
    post: int
    follow_up: int
    treated: np.ndarray[Any, np.dtype[np.intp]]

    def total(self, name: str, step: int) -> Floats:
        """Return a sum at a step, `(point,)`, in its own unit."""
        return np.asarray(self.sums[:, step, _PLACE[name]] / SUMS[name])

    def moments(self, score: str, step: int) -> Moments:
        """Return the moments of 'symptom_score' or 'distress' at a step."""
        n = self.total("scored" if score == "symptom_score" else "clients", step)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.total(score, step) / n
            variance = (self.total(f"{score}_squared", step) - n * mean**2) / (n - 1)
        return Moments(n, mean, np.sqrt(np.maximum(variance, 0)))

    def step(self, occasion: str) -> int:
        """Return the step of 'intake', 'post' or 'follow_up'."""
        return {"intake": 0, "post": self.post, "follow_up": self.follow_up}[occasion]


def _mean(score: str, occasion: str) -> Callable[[Course], Estimates]:
    def outcome(course: Course) -> Estimates:
        n, mean, sd = course.moments(score, course.step(occasion))
        return Estimates(mean, sd / np.sqrt(n))

    return outcome


def _sd(course: Course) -> Estimates:
    n, _, sd = course.moments("symptom_score", course.post)
    return Estimates(sd, sd / np.sqrt(2 * (n - 1)))


def _gain(course: Course) -> Estimates:
    n, before, sd_before = course.moments("symptom_score", 0)
    m, after, sd_after = course.moments("symptom_score", course.post)
    return Estimates(before - after, np.sqrt(sd_before**2 / n + sd_after**2 / m))


def _standardised_gain(score: str) -> Callable[[Course], Estimates]:
    def outcome(course: Course) -> Estimates:
        n, before, sd_before = course.moments(score, 0)
        m, after, sd_after = course.moments(score, course.post)
        d = (before - after) / sd_before
        return Estimates(d, np.sqrt(1 / n + (sd_after / sd_before) ** 2 / m + d**2 / (2 * n)))

    return outcome


def _share(name: str) -> Callable[[Course], Estimates]:
    def outcome(course: Course) -> Estimates:
        clients = course.total("clients", course.post)
        share = course.total(name, course.post) / clients
        return Estimates(share, np.sqrt(share * (1 - share) / clients))

    return outcome


def _sessions(course: Course) -> Estimates:
    """Return sessions per client; shares still in care give mean and SD, as sessions run on."""
    clients = course.total("clients", 0)
    still = course.sums[:, course.treated, _PLACE["in_care"]] / clients[:, None]
    number = np.arange(1, len(course.treated) + 1)
    mean = still.sum(axis=1)
    variance = ((2 * number - 1) * still).sum(axis=1) - mean**2
    return Estimates(mean, np.sqrt(np.maximum(variance, 0) / clients))


def _ruptures(course: Course) -> Estimates:
    """Return ruptures per session, counted as if independent."""
    count = course.sums[:, course.treated, _PLACE["ruptures"]].sum(axis=1).astype(float)
    sessions = course.sums[:, course.treated, _PLACE["in_care"]].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Estimates(count / sessions, np.sqrt(count) / sessions)


def _between(score: str, scale: str) -> Callable[[Course, Course], Estimates]:
    """Return the difference in favour of the first arm, in pooled SDs at occasion `scale`."""

    def outcome(first: Course, second: Course) -> Estimates:
        n, mean, sd = first.moments(score, first.post)
        m, other_mean, other_sd = second.moments(score, second.post)
        wide, narrow = (arm.moments(score, arm.step(scale)).sd for arm in (first, second))
        pooled = np.sqrt(((n - 1) * wide**2 + (m - 1) * narrow**2) / (n + m - 2))
        d = (other_mean - mean) / pooled
        means = (sd**2 / n + other_sd**2 / m) / pooled**2
        return Estimates(d, np.sqrt(means + d**2 / (2 * (n + m))))

    return outcome


class Outcome(NamedTuple):
    """One outcome.

    Attributes
    ----------
    meaning, unit
        Words for the reader.
    compute
        Function of one arm's course; of the first arm's and another's where `pairs`.
    needs
        What a study must have for it, in words.
    pairs
        Whether it compares the first arm with each other one.
    """

    meaning: str
    unit: str
    compute: Callable[..., Estimates]
    needs: str = ""
    pairs: bool = False


_SCORES = "points of the instrument"
OUTCOMES: Mapping[str, Outcome] = {
    "intake_score": Outcome("mean score at intake", _SCORES, _mean("symptom_score", "intake")),
    "post_score": Outcome("mean score at the post-test", _SCORES, _mean("symptom_score", "post")),
    "post_sd": Outcome("SD of the score at the post-test", _SCORES, _sd),
    "follow_up_score": Outcome(
        "mean score at the last follow-up",
        _SCORES,
        _mean("symptom_score", "follow_up"),
        "a follow-up",
    ),
    "gain": Outcome("mean score at intake less at the post-test", _SCORES, _gain),
    "d_pre_post": Outcome("gain over the SD at intake", "SD", _standardised_gain("symptom_score")),
    "true_gain": Outcome(
        "true gain in distress over its SD at intake", "SD", _standardised_gain("distress")
    ),
    "dropout": Outcome("clients who dropped out", "share", _share("dropped"), "a treated arm"),
    "agreed_end": Outcome(
        "clients who ended by agreement, good enough", "share", _share("agreed"), "a treated arm"
    ),
    "sessions": Outcome("sessions attended per client", "sessions", _sessions, "a treated arm"),
    "ruptures": Outcome("ruptures per session", "1/session", _ruptures, "a treated arm"),
    "d_between": Outcome(
        "difference of scores at the post-test in pooled SDs, first better above 0",
        "SD",
        _between("symptom_score", "post"),
        "two arms or more",
        True,
    ),
    "true_d": Outcome(
        "true difference in distress at the post-test over its SD at intake",
        "SD",
        _between("distress", "intake"),
        "two arms or more",
        True,
    ),
}


def _courses(study: Study, sums: Totals) -> list[Course]:
    """Return every arm's course."""
    plan = studies.plan_study(study)
    assessed = np.flatnonzero(~np.isin(plan.occasion, (FOLLOW_UP, NOT_SEEN)))
    later = np.flatnonzero(plan.occasion == FOLLOW_UP)
    post, last = int(assessed[-1]), int(later[-1]) if later.size else -1
    return [
        Course(sums[:, arm], post, last, np.flatnonzero(plan.therapy[arm] >= 0))
        for arm in range(len(study.arms))
    ]


def _applies(outcome: Outcome, study: Study, arm: int) -> bool:
    if outcome.needs == "a follow-up":
        return bool(study.schedule.follow_up)
    return outcome.needs != "a treated arm" or bool(study.arms[arm].phases)


class _Column(NamedTuple):
    """One column of outcomes: its name, the outcome, and the arms that it takes."""

    name: str
    outcome: Outcome
    arms: tuple[int, ...]


def _columns(study: Study) -> list[_Column]:
    """Return a column for everything that a study can yield."""
    names = [arm.name for arm in study.arms]
    columns = []
    for name, outcome in OUTCOMES.items():
        if outcome.pairs:
            columns += [
                _Column(f"{name}.{names[0]}.{names[k]}", outcome, (0, k))
                for k in range(1, len(names))
            ]
        else:
            columns += [
                _Column(f"{name}.{arm}", outcome, (k,))
                for k, arm in enumerate(names)
                if _applies(outcome, study, k)
            ]
    return columns


def outcome_columns(study: Study) -> list[str]:
    """Return the columns of all outcomes of a study, each followed by that of its error."""
    return [name for column in _columns(study) for name in (column.name, f"{column.name}.se")]


def outcomes_from_sums(study: Study, sums: Totals) -> dict[str, Floats]:
    """Return every outcome of many points, and its Monte-Carlo error.

    Parameters
    ----------
    study
        The study that was simulated.
    sums
        Streaming sums (point, arm, step, sum).

    Returns
    -------
    dict
        By column of `outcome_columns`, `(point,)` each.
    """
    courses = _courses(study, sums)
    values: dict[str, Floats] = {}
    for name, outcome, arms in _columns(study):
        with np.errstate(invalid="ignore", divide="ignore"):
            estimates = outcome.compute(*(courses[arm] for arm in arms))
        values[name], values[f"{name}.se"] = estimates
    return values
