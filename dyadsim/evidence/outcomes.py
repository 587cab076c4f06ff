"""Outcomes of many points from streaming sums: means, shares and differences with their errors.

Errors are of simulation (so many clients), from the normal theory of means, shares and d; those of
gains take the two occasions as independent, which makes them too large rather than too small.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.simulation.many_points import Totals
from dyadsim.studies import study as studies
from dyadsim.studies.study import FOLLOW_UP, NOT_SEEN, Plan, Study

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Pair = tuple[Floats, Floats]

_AT = {name: place for place, name in enumerate(SUMS)}


class Course(NamedTuple):
    """One arm of many points: `sums` (point, step, sum), and the steps that outcomes look at."""

    sums: Totals
    plan: Plan
    post: int
    follow_up: int
    treated: np.ndarray[Any, np.dtype[np.intp]]

    def total(self, name: str, step: int) -> Floats:
        """Return a sum at a step, `(point,)`, in its own unit."""
        return np.asarray(self.sums[:, step, _AT[name]] / SUMS[name])

    def moments(self, what: str, step: int) -> tuple[Floats, Floats, Floats]:
        """Return number, mean and SD (n - 1) of 'symptom_score' or 'distress', `(point,)` each."""
        n = self.total("scored" if what == "symptom_score" else "clients", step)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.total(what, step) / n
            spread = (self.total(f"{what}_squared", step) - n * mean**2) / (n - 1)
        return n, mean, np.sqrt(np.maximum(spread, 0))


def _mean(what: str, place: str) -> Callable[[Course], Pair]:
    def outcome(one: Course) -> Pair:
        n, mean, spread = one.moments(what, _step(one, place))
        return mean, spread / np.sqrt(n)

    return outcome


def _step(one: Course, place: str) -> int:
    return {"intake": 0, "post": one.post, "follow_up": one.follow_up}[place]


def _spread(one: Course) -> Pair:
    n, _, spread = one.moments("symptom_score", one.post)
    return spread, spread / np.sqrt(2 * (n - 1))


def _gain(one: Course) -> Pair:
    n, before, wide = one.moments("symptom_score", 0)
    m, after, narrow = one.moments("symptom_score", one.post)
    return before - after, np.sqrt(wide**2 / n + narrow**2 / m)


def _standardised_gain(what: str) -> Callable[[Course], Pair]:
    def outcome(one: Course) -> Pair:
        n, before, wide = one.moments(what, 0)
        m, after, narrow = one.moments(what, one.post)
        d = (before - after) / wide
        return d, np.sqrt(1 / n + (narrow / wide) ** 2 / m + d**2 / (2 * n))

    return outcome


def _share(name: str) -> Callable[[Course], Pair]:
    def outcome(one: Course) -> Pair:
        clients = one.total("clients", one.post)
        share = one.total(name, one.post) / clients
        return share, np.sqrt(share * (1 - share) / clients)

    return outcome


def _sessions(one: Course) -> Pair:
    """Sessions are held in a row, so the shares still in care give their mean and spread."""
    clients = one.total("clients", 0)
    still = one.sums[:, one.treated, _AT["in_care"]] / clients[:, None]
    number = np.arange(1, len(one.treated) + 1)
    mean = still.sum(axis=1)
    spread = ((2 * number - 1) * still).sum(axis=1) - mean**2
    return mean, np.sqrt(np.maximum(spread, 0) / clients)


def _ruptures(one: Course) -> Pair:
    """Ruptures a session, counted as if independent."""
    count = one.sums[:, one.treated, _AT["ruptures"]].sum(axis=1).astype(float)
    held = one.sums[:, one.treated, _AT["in_care"]].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return count / held, np.sqrt(count) / held


def _between(what: str, scale: str) -> Callable[[Course, Course], Pair]:
    """The second arm's mean less the first's, in pooled SDs at `scale`: above 0, first better."""

    def outcome(one: Course, other: Course) -> Pair:
        n, mean, spread = one.moments(what, one.post)
        m, second, other_spread = other.moments(what, other.post)
        (_, _, wide), (_, _, narrow) = (c.moments(what, _step(c, scale)) for c in (one, other))
        pooled = np.sqrt(((n - 1) * wide**2 + (m - 1) * narrow**2) / (n + m - 2))
        d = (second - mean) / pooled
        means = (spread**2 / n + other_spread**2 / m) / pooled**2
        return d, np.sqrt(means + d**2 / (2 * (n + m)))

    return outcome


class Outcome(NamedTuple):
    """One outcome: meaning, unit, what a study needs for it, and how it is computed.

    Of an arm; of the first arm against each other one where `pairs`.
    """

    meaning: str
    unit: str
    compute: Callable[..., Pair]
    needs: str = ""
    pairs: bool = False


_SCORES = "points of the instrument"
OUTCOMES: Mapping[str, Outcome] = {
    "intake_score": Outcome("mean score at intake", _SCORES, _mean("symptom_score", "intake")),
    "post_score": Outcome("mean score at the post-test", _SCORES, _mean("symptom_score", "post")),
    "post_sd": Outcome("SD of the score at the post-test", _SCORES, _spread),
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
    "sessions": Outcome("sessions held a client", "sessions", _sessions, "a treated arm"),
    "ruptures": Outcome("ruptures a session", "1/session", _ruptures, "a treated arm"),
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
    plan = studies.plan(study)
    seen = np.flatnonzero(~np.isin(plan.occasion, (FOLLOW_UP, NOT_SEEN)))
    later = np.flatnonzero(plan.occasion == FOLLOW_UP)
    last = int(later[-1]) if later.size else -1
    return [
        Course(sums[:, arm], plan, int(seen[-1]), last, np.flatnonzero(plan.therapy[arm] >= 0))
        for arm in range(len(study.arms))
    ]


def _applies(name: str, study: Study, arm: int) -> bool:
    if OUTCOMES[name].needs == "a follow-up":
        return bool(study.schedule.follow_up)
    return OUTCOMES[name].needs != "a treated arm" or bool(study.arms[arm].phases)


def _parts(study: Study) -> list[tuple[str, str, tuple[int, ...]]]:
    """Return column, outcome and arms of everything a study can yield."""
    names = [one.name for one in study.arms]
    found: list[tuple[str, str, tuple[int, ...]]] = []
    for outcome, one in OUTCOMES.items():
        if one.pairs:
            found += [
                (f"{outcome}.{names[0]}.{names[k]}", outcome, (0, k)) for k in range(1, len(names))
            ]
        else:
            found += [
                (f"{outcome}.{name}", outcome, (k,))
                for k, name in enumerate(names)
                if _applies(outcome, study, k)
            ]
    return found


def outcome_columns(study: Study) -> list[str]:
    """Return the columns of all outcomes of a study, each followed by that of its error."""
    return [name for column, _, _ in _parts(study) for name in (column, f"{column}.se")]


def outcomes(study: Study, sums: Totals) -> dict[str, Floats]:
    """Return every outcome and its error by column, `(point,)`, from `(point, arm, step, sum)`."""
    courses, found = _courses(study, sums), {}
    for column, outcome, arms in _parts(study):
        with np.errstate(invalid="ignore", divide="ignore"):
            value, error = OUTCOMES[outcome].compute(*(courses[arm] for arm in arms))
        found[column], found[f"{column}.se"] = value, error
    return found
