"""Every statistic of `facts.csv` from arrays of scores: the quick way, for calibration and sweeps.

`benchmark.statistic` takes a researcher's long tables and the functions of `analysis`, with their
intervals; this takes the same scores as arrays (step, client) and computes the values alone. A test
holds the two together, fact by fact.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import endings, process, synchrony, therapists
from dyadsim.evidence import fact as facts
from dyadsim.evidence.fact import Argument, Fact
from dyadsim.model import questionnaires
from dyadsim.model.variables import DROPOUT
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.rct import TRIAL_CASELOAD
from dyadsim.studies.study import FOLLOW_UP, SESSION, arm
from dyadsim.studies.therapy import named

BONA_FIDE = ("cbt", "interpersonal")
ARM = {  # arms that a statistic's argument names, by study
    "active": "cbt",
    "active_a": "cbt",
    "active_b": "interpersonal",
    "usual_care": "usual_care",
    "waitlist": "waitlist",
    "control": "waitlist",
}
Floats = np.ndarray[Any, np.dtype[np.float64]]
_NEAR_3 = (3, 2, 4, 5)  # sessions that count as the third, in the order in which they are taken


class Arrays(NamedTuple):
    """One study's scores: `scores` name -> (step, client), NaN where there is none.

    `number` (step, client): number of the session held at that step, -1 where none was; `pre`,
    `post` (client,); `arms` name -> mask (client,).
    """

    run: Run
    scores: Mapping[str, Floats]
    number: np.ndarray[Any, np.dtype[np.int64]]
    pre: Floats
    post: Floats
    arms: Mapping[str, np.ndarray[Any, np.dtype[np.bool_]]]


def arrays(run: Run, process_scores: bool) -> Arrays:
    """Return a finished run's scores; those beside symptoms only if `process_scores`."""
    seen, plan = observe.seen(run), run.plan
    truth = dict(simulate.variables(run.truth))
    found = observe.scores(run) if process_scores else {"symptom_score": truth["symptom_score"]}
    scores = {name: np.where(seen, values, np.nan).astype(float) for name, values in found.items()}
    counted = scores["symptom_score"][plan.occasion != FOLLOW_UP]
    known = ~np.isnan(counted)
    one = np.arange(known.shape[1])
    pre = np.where(known.any(axis=0), counted[known.argmax(axis=0), one], np.nan)
    last = len(known) - 1 - known[::-1].argmax(axis=0)
    post = np.where(known.sum(axis=0) > 1, counted[last, one], np.nan)
    session = seen & (plan.occasion == SESSION)[:, None]
    session[0] = False
    number = np.where(session, truth["attended"], -1).astype(np.int64)
    arms = {one.name: run.clients.arm == place for place, one in enumerate(run.study.arms)}
    return Arrays(run, scores, number, pre, post, arms)


def score_at(one: Arrays, name: str, at: int | None) -> Floats:
    """Return each client's score near session `at`, as `process.score_at_session` picks it."""
    values = one.scores[name]
    if at == 0:
        first: Floats = values[0]
        return first
    if at is None:
        there = (one.number > 0) & ~np.isnan(values)
        count = there.sum(axis=0)
        total = np.where(there, values, 0.0).sum(axis=0)
        mean: Floats = np.full(count.shape, np.nan)
        np.divide(total, count, out=mean, where=count > 0)
        return mean
    found: Floats = np.full(values.shape[1], np.nan)
    for number in _NEAR_3 if at == 3 else (at,):
        for step in range(1, len(values)):
            here = (one.number[step] == number) & np.isnan(found)
            if here.any():
                found[here] = values[step, here]
    return found


def _arm(one: Arrays, role: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return who is in an arm or role, as `benchmark` names them."""
    if role in ("matched", "mismatched"):
        lucky = observe.preferred(one.run) == observe.therapy(one.run)
        return np.asarray(lucky == (role == "matched"))
    name = "intent_to_fail" if role == "supportive" and "intent_to_fail" in one.arms else role
    return one.arms[ARM.get(name, name)]


def _treated(one: Arrays) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return one.arms["cbt"] if "cbt" in one.arms else np.ones(one.pre.size, bool)


def _r(first: Floats, second: Floats) -> float:
    """Return Pearson's r over clients with both values."""
    both = ~(np.isnan(first) | np.isnan(second))
    one, two = first[both] - first[both].mean(), second[both] - second[both].mean()
    return float(one @ two / np.sqrt((one @ one) * (two @ two)))


def residual_gain(pre: Floats, post: Floats) -> Floats:
    """Return minus the residual of post on pre; NaN where a score is missing."""
    both = ~np.isnan(post)
    before, after = pre[both], post[both]
    centred = before - before.mean()
    slope = centred @ after / (centred @ centred)
    return np.asarray(after.mean() + slope * (pre - before.mean()) - post)


def g(better: Floats, worse: Floats) -> float:
    """Return Hedges g, the second group's mean taken from the first's; NaN of fewer than 2."""
    one, two = better[~np.isnan(better)], worse[~np.isnan(worse)]
    if min(one.size, two.size) < 2:
        return float("nan")
    free = one.size + two.size - 2
    pooled = np.sqrt(((one.size - 1) * one.var(ddof=1) + (two.size - 1) * two.var(ddof=1)) / free)
    return float((1 - 3 / (4 * free - 1)) * (one.mean() - two.mean()) / pooled)


def _process_outcome(one: Arrays, arguments: tuple[Argument, ...]) -> float:
    score, who = arguments[0], _treated(one)
    return _r(score_at(one, score.name, score.at)[who], residual_gain(one.pre[who], one.post[who]))


def _correlation(one: Arrays, arguments: tuple[Argument, ...]) -> float:
    first, second = arguments
    name = "attachment_score" if first.name == "attachment" else first.name
    at = 0 if first.name == "attachment" else first.at
    return _r(score_at(one, name, at), score_at(one, second.name, second.at))


def _between(one: Arrays, arguments: tuple[Argument, ...]) -> float:
    treated, control = (one.post[_arm(one, argument.name)] for argument in arguments)
    return g(-treated, -control)


def _variance_ratio(one: Arrays, arguments: tuple[Argument, ...]) -> float:
    treated, control = (one.post[_arm(one, argument.name)] for argument in arguments)
    return float(np.nanvar(treated, ddof=1) / np.nanvar(control, ddof=1))


def _reliable(kind: str) -> Callable[[Arrays, tuple[Argument, ...]], float]:
    def statistic(one: Arrays, _: tuple[Argument, ...]) -> float:
        form = questionnaires.named(one.run.study.instrument)
        cases = (one.pre >= form.cut_off) & (one.run.clients.attended >= 2) & ~np.isnan(one.post)
        pre, post = one.pre[cases], one.post[cases]
        if kind == "deterioration":
            return float((post - pre >= form.reliable_change).mean())
        better = pre - post >= form.reliable_change
        return float((better & (post < form.cut_off) if kind == "recovery" else better).mean())

    return statistic


def _with_therapist(one: Arrays) -> pd.DataFrame:
    who = (one.run.clients.attended >= 2) & (one.run.clients.therapist >= 0)
    therapist = one.run.clients.therapist[who]
    skill = observe.skill(one.run)[therapist]
    return pd.DataFrame(
        {
            "therapist": therapist,
            "pre": one.pre[who],
            "post": one.post[who],
            "observable_skill_score": skill,
        }
    )


def _therapist_effect(one: Arrays, _: tuple[Argument, ...]) -> float:
    return therapists.therapist_percent(_with_therapist(one))


def _skill_share(one: Arrays, _: tuple[Argument, ...]) -> float:
    try:
        return therapists.share_of_therapist_variance(
            _with_therapist(one), "observable_skill_score", jackknife=False
        ).value
    except ValueError:
        return float("nan")  # no therapist variance to share out


def _mean_gain(one: Arrays, control: bool) -> float:
    who = _arm(one, "waitlist" if control else "active")
    return float(np.nanmean(one.pre[who] - one.post[who]))


def _at_week(one: Arrays, week: float, name: str) -> float:
    """Take the score nearest to `week`, within two weeks, the earlier of two."""
    weeks = np.cumsum(one.run.plan.weeks, dtype=np.float32).astype(float)
    far = np.abs(weeks - week)
    score: Floats = np.full(one.pre.size, np.nan)
    for step in np.argsort(far, kind="stable"):
        if far[step] <= 2.0:
            score = np.where(np.isnan(score), one.scores["symptom_score"][step], score)
    there = ~np.isnan(score) & (one.pre > 0)
    if name.startswith("response"):
        return _share(score[there] <= 0.5 * one.pre[there])
    cut_off = questionnaires.named(one.run.study.instrument).cut_off
    ill = ~np.isnan(score) & (one.pre >= cut_off)
    return _share(score[ill] < cut_off)


def _share(which: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    """Return the share that is True; NaN of nobody."""
    return float(which.mean()) if which.size else float("nan")


def _number_of_sessions(one: Arrays, name: str) -> float:
    field = {"sd": "standard_deviation"}.get(name, name)
    table = pd.DataFrame({"n_sessions": one.run.clients.attended.astype(float)})
    return float(getattr(endings.sessions_attended(table), field).value)


def _synchrony(one: Arrays, _: tuple[Argument, ...]) -> float:
    return synchrony.synchrony_minus_surrogate(observe.arousal(one.run)).value


def _flattens(one: Arrays, _: tuple[Argument, ...]) -> float:
    """Use the clients still in care at each session up to 12, where most are."""
    values = one.scores["symptom_score"]
    rows = [values[0], *(values[one.number == number] for number in range(1, 13))]
    if not all((~np.isnan(row)).any() for row in rows):
        return float("nan")  # a session that nobody reached has no mean
    means = [np.nanmean(row) for row in rows]
    return process.aic_linear_minus_log_time(pd.DataFrame({"session": range(13), "mean": means}))


def _alliance_dropout(one: Arrays, _: tuple[Argument, ...]) -> float:
    score, left = score_at(one, "alliance_score", 3), one.run.clients.ended == DROPOUT
    return g(score[~left], score[left])


def largest_true_difference(run: Run) -> float:
    """Return the largest true |d| between bona fide therapies: same clients, same luck."""
    final = []
    for name in BONA_FIDE:
        study = run.study._replace(
            arms=(arm(name, named(name), run.study.schedule.sessions),), caseload=TRIAL_CASELOAD
        )
        alone = simulate.start(
            study, run.parameters, run.clients.word.size, run.seed, run.replicate, keep_truth=False
        )
        final.append(simulate.advance(alone).clients.distress.astype(np.float64))
    gaps = [abs(np.mean(a - b)) / np.std(a) for a in final for b in final]
    return float(max(gaps))


_DIRECT: Mapping[str, Callable[[Arrays, tuple[Argument, ...]], float]] = {
    "process_outcome_r": _process_outcome,
    "r": _correlation,
    "g_between": _between,
    "mean_signed_g": _between,
    "upper_bound_true_abs_g": lambda one, _: largest_true_difference(one.run),
    "post_variance_ratio": _variance_ratio,
    "therapist_effect_pct": _therapist_effect,
    "share_of_therapist_variance": _skill_share,
    "share_reliable_recovery": _reliable("recovery"),
    "share_reliable_improvement": _reliable("improvement"),
    "share_reliable_deterioration": _reliable("deterioration"),
    "synchrony_minus_surrogate": _synchrony,
    "aic_linear_minus_log_time": _flattens,
    "d_groups": _alliance_dropout,
}


def statistic(one: Fact, seen: Arrays) -> float:
    """Return the simulated value of one fact's statistic, as `benchmark.statistic` from tables."""
    name, arguments = facts.parse_statistic(one.statistic)
    if name in _DIRECT:
        return _DIRECT[name](seen, arguments)
    if name == "mean_gain":
        return _mean_gain(seen, one.design == "rct_control_arm")
    if name in ("response_50pct", "remission"):
        return _at_week(seen, float(arguments[0].at or 0), name)
    if name == "d_pre_post":
        both = ~np.isnan(seen.post)
        return float((seen.pre - seen.post)[both].mean() / seen.pre[both].std(ddof=1))
    if name in ("mean", "sd", "median"):
        return _number_of_sessions(seen, name)
    if name == "share_dropout":
        return float((seen.run.clients.ended == DROPOUT).mean())
    raise NotImplementedError(f"no function computes the statistic '{one.statistic}'")
