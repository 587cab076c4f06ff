"""Outcomes of many points: means, shares and differences of a study, with their errors.

`gain`, `d_pre_post`, `post_score`, `post_sd` and `d_between` are of each client's first and last
score, as in the analysis (`evidence.first_and_last`); the true ones are of everybody's distress.
Errors are of simulation (so many clients), from the normal theory of means, shares and d. Where all
comes from sums, those of gains take the two occasions as independent, so that they are rather too
large than too small.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from dyadsim.evidence import first_and_last
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.many_points import Totals
from dyadsim.studies import study as studies
from dyadsim.studies.study import FOLLOW_UP, Study

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
    pairs
        Moments of first and last scores (point, moment), `first_and_last.MOMENTS`.
    post, follow_up
        Steps of the post-test and of the last follow-up (-1: there is none).
    treated
        Steps at which the arm is treated.
    """

    sums: Totals
    pairs: Floats
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


def _last_mean(course: Course) -> Estimates:
    n, _, _, post, post_sd, _ = course.pairs.T
    return Estimates(post, post_sd / np.sqrt(n))


def _last_sd(course: Course) -> Estimates:
    n, _, _, _, post_sd, _ = course.pairs.T
    return Estimates(post_sd, post_sd / np.sqrt(2 * (n - 1)))


def _gain(course: Course) -> Estimates:
    n, pre, _, post, _, gain_sd = course.pairs.T
    return Estimates(pre - post, gain_sd / np.sqrt(n))


def _standardised_gain(course: Course) -> Estimates:
    """Return the gain over the SD at intake; its error as in `analysis.effects.pre_post_d`."""
    n, pre, pre_sd, post, _, gain_sd = course.pairs.T
    d = (pre - post) / pre_sd
    return Estimates(d, np.sqrt(gain_sd**2 / (n * pre_sd**2) + d**2 / (2 * (n - 1))))


def _true_gain(course: Course) -> Estimates:
    n, before, sd_before = course.moments("distress", 0)
    m, after, sd_after = course.moments("distress", course.post)
    d = (before - after) / sd_before
    return Estimates(d, np.sqrt(1 / n + (sd_after / sd_before) ** 2 / m + d**2 / (2 * n)))


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


def _between(first: Course, second: Course) -> Estimates:
    """Return the difference of last scores in favour of the first arm, in pooled SDs of them."""
    n, _, _, mean, sd, _ = first.pairs.T
    m, _, _, other_mean, other_sd, _ = second.pairs.T
    return _difference(Moments(n, mean, sd), Moments(m, other_mean, other_sd), (sd, other_sd))


def _true_between(first: Course, second: Course) -> Estimates:
    """Return the difference of distress at the post-test, in pooled SDs of distress at intake."""
    after = [arm.moments("distress", arm.post) for arm in (first, second)]
    scale = (first.moments("distress", 0).sd, second.moments("distress", 0).sd)
    return _difference(after[0], after[1], scale)


def _difference(first: Moments, second: Moments, scale: tuple[Floats, Floats]) -> Estimates:
    """Return how much lower the first mean is, in pooled SDs of `scale`, and its error."""
    n, mean, sd = first
    m, other_mean, other_sd = second
    pooled = np.sqrt(((n - 1) * scale[0] ** 2 + (m - 1) * scale[1] ** 2) / (n + m - 2))
    d = (other_mean - mean) / pooled
    means = (sd**2 / n + other_sd**2 / m) / pooled**2
    return Estimates(d, np.sqrt(means + d**2 / (2 * (n + m))))


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


OF_LAST_SCORES = ("post_score", "post_sd", "gain", "d_pre_post", "d_between")
_SCORES = "points of the instrument"
_AT_INTAKE = "SDs of the score at intake"
_TRUE_AT_INTAKE = "SDs of true distress at intake"
OUTCOMES: Mapping[str, Outcome] = {
    "intake_score": Outcome("mean score at intake", _SCORES, _mean("symptom_score", "intake")),
    "post_score": Outcome("mean of clients' last scores before follow-up", _SCORES, _last_mean),
    "post_sd": Outcome("SD of clients' last scores before follow-up", _SCORES, _last_sd),
    "follow_up_score": Outcome(
        "mean score at the last follow-up",
        _SCORES,
        _mean("symptom_score", "follow_up"),
        "a follow-up",
    ),
    "gain": Outcome(
        "mean fall from the intake score to the last one, of clients with both", _SCORES, _gain
    ),
    "d_pre_post": Outcome("the gain over the SD at intake", _AT_INTAKE, _standardised_gain),
    "true_gain": Outcome(
        "mean fall of true distress from intake to the last step", _TRUE_AT_INTAKE, _true_gain
    ),
    "dropout": Outcome("clients who dropped out", "share", _share("dropped"), "a treated arm"),
    "agreed_end": Outcome(
        "clients who ended by agreement, good enough", "share", _share("agreed"), "a treated arm"
    ),
    "sessions": Outcome("sessions attended per client", "sessions", _sessions, "a treated arm"),
    "ruptures": Outcome("ruptures per session", "1/session", _ruptures, "a treated arm"),
    "d_between": Outcome(
        "difference of clients' last scores, first better above 0 (Cohen's d)",
        "pooled SDs of the last scores",
        _between,
        "two arms or more",
        True,
    ),
    "true_d": Outcome(
        "difference of true distress at the last step, first better above 0",
        _TRUE_AT_INTAKE,
        _true_between,
        "two arms or more",
        True,
    ),
}


def _courses(study: Study, sums: Totals, pairs: Floats) -> list[Course]:
    """Return every arm's course."""
    plan = studies.plan_study(study)
    later = np.flatnonzero(plan.occasion == FOLLOW_UP)
    post, last = first_and_last.post_step(plan), int(later[-1]) if later.size else -1
    return [
        Course(sums[:, arm], pairs[:, arm], post, last, np.flatnonzero(plan.therapy[arm] >= 0))
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


def needs_last_scores(columns: Iterable[str]) -> bool:
    """Return whether any of these columns is of clients' last scores, or its error."""
    return any(column.partition(".")[0] in OF_LAST_SCORES for column in columns)


def outcomes_from_sums(
    study: Study, sums: Totals, pairs: Floats | None = None
) -> dict[str, Floats]:
    """Return every outcome of many points, and its Monte-Carlo error.

    Parameters
    ----------
    study
        The study that was simulated.
    sums
        Streaming sums (point, arm, step, sum).
    pairs
        Moments of first and last scores (point, arm, moment); None takes them from the sums, and
        is NaN for points where somebody has no score at the post-test (`first_and_last.unpaired`).

    Returns
    -------
    dict
        By column of `outcome_columns`, `(point,)` each.
    """
    if pairs is None:
        pairs = first_and_last.pairs_from_sums(study, sums)
        pairs[first_and_last.unpaired(study, sums)] = np.nan
    courses = _courses(study, sums, pairs)
    values: dict[str, Floats] = {}
    for name, outcome, arms in _columns(study):
        with np.errstate(invalid="ignore", divide="ignore"):
            estimates = outcome.compute(*(courses[arm] for arm in arms))
        values[name], values[f"{name}.se"] = estimates
    return values


def simulate_outcomes(
    study: Study,
    parameters: Parameters,
    clients: int,
    *,
    columns: Collection[str],
    seed: int,
    replicate: int,
    threads: int = 1,
) -> dict[str, float]:
    """Return outcomes of one simulated study.

    Parameters
    ----------
    study, parameters, clients, seed, replicate, threads
        As in `simulation.simulate.run`.
    columns
        Which, of `outcome_columns`.

    Returns
    -------
    dict
        Value by column.
    """
    address = {"seed": seed, "replicate": replicate, "threads": threads}
    sums = simulate.stream(study, parameters, clients, **address).values[None]
    pairs = None
    if needs_last_scores(columns) and first_and_last.unpaired(study, sums)[0]:
        pairs = first_and_last.follow_pairs(study, parameters, clients, **address)[None]
    values = outcomes_from_sums(study, sums, pairs)
    return {name: float(values[name][0]) for name in columns}
