"""Every statistic of `facts.csv`, from arrays of scores: fast enough for calibration and sweeps.

A statistic is declared here, once: its name as `facts.csv` writes it, and a function of a study's
scores and of the arguments in brackets. `docs/background/facts.md` defines each in words.
`tests/oracles/statistics_from_tables.py` computes the same from a researcher's long tables with the
estimates of `analysis`; a test compares the two fact by fact.
"""

import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import arrays, endings, process, synchrony, therapists
from dyadsim.analysis.arrays import Floats
from dyadsim.checks import known_name
from dyadsim.evidence import statistic_words
from dyadsim.evidence.fact import Argument, Fact, parse_statistic
from dyadsim.evidence.study_scores import (
    BONA_FIDE,
    ScoreArrays,
    clients_in_role,
    score_at,
    treated_clients,
)
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument
from dyadsim.model.variables import DROPOUT
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.rct import TRIAL_CASELOAD
from dyadsim.studies.study import NOT_SEEN, arm
from dyadsim.studies.therapy import find_therapy

_DROPPED = Argument("dropped_vs_completed", None)  # the groups of d_groups
_WEEKS_NEAR = 2.0  # a score this far from the week asked for still counts


class Statistic(NamedTuple):
    """How a statistic is computed.

    Attributes
    ----------
    compute
        Function of `ScoreArrays` and of the arguments in brackets.
    arguments
        Names of the arguments that it reads; a further one is a word for the reader, and checked.
    process_scores
        Whether it reads scores beside the symptom score.
    """

    compute: Callable[..., float]
    arguments: tuple[str, ...]
    process_scores: bool


STATISTICS: dict[str, Statistic] = {}


def statistic[**P](
    *names: str, process_scores: bool = False
) -> Callable[[Callable[P, float]], Callable[P, float]]:
    """Declare a function as the statistic of these names; its parameters are the arguments."""

    def declare(function: Callable[P, float]) -> Callable[P, float]:
        arguments = tuple(inspect.signature(function).parameters)[1:]
        for name in names:
            STATISTICS[name] = Statistic(function, arguments, process_scores)
        return function

    return declare


def find_statistic(text: str) -> tuple[Statistic, tuple[Argument, ...]]:
    """Return a statistic and the arguments that it reads.

    Parameters
    ----------
    text
        As `facts.csv` writes it.

    Returns
    -------
    tuple
        The statistic and its arguments.

    Raises
    ------
    ValueError
        It cannot be read, there is no such statistic, or an argument is missing.
    """
    name, arguments = parse_statistic(text)
    declared = STATISTICS[known_name("statistic", name, STATISTICS)]
    needed = len(declared.arguments)
    if len(arguments) < needed:
        raise ValueError(f"{name} needs {needed} argument(s): {', '.join(declared.arguments)}")
    return declared, arguments[:needed]


def fact_value(fact: Fact, scores: ScoreArrays) -> float:
    """Return the simulated value of a fact's statistic.

    Parameters
    ----------
    fact
        Its statistic and design count.
    scores
        Scores of the study that serves it, with the process scores if the statistic reads them.

    Returns
    -------
    float
        In the unit of the statistic; NaN where the study leaves it undefined.

    Raises
    ------
    ValueError
        See `find_statistic`; or the study cannot have it (another questionnaire, week or arm).
    KeyError
        The study lacks an arm or a score.
    """
    declared, arguments = find_statistic(fact.statistic)
    name, written = parse_statistic(fact.statistic)
    statistic_words.check_words(name, written[len(arguments) :], _instrument(scores).name)
    return declared.compute(scores._replace(design=fact.design), *arguments)


def _instrument(scores: ScoreArrays) -> Instrument:
    return questionnaires.find_instrument(scores.run.study.instrument)


@statistic("process_outcome_r", process_scores=True)
def _process_outcome_r(scores: ScoreArrays, score: Argument) -> float:
    treated = treated_clients(scores)
    gain = arrays.residual_gain(scores.pre[treated], scores.post[treated])
    return arrays.pearson_r(score_at(scores, score.name, score.at)[treated], gain)


@statistic("r", process_scores=True)
def _r(scores: ScoreArrays, first: Argument, second: Argument) -> float:
    if first.name == "attachment":
        first = Argument("attachment_score", 0)
    return arrays.pearson_r(
        score_at(scores, first.name, first.at), score_at(scores, second.name, second.at)
    )


@statistic("g_between", "mean_signed_g")
def _g_between(scores: ScoreArrays, better: Argument, worse: Argument) -> float:
    first, second = (scores.post[clients_in_role(scores, role.name)] for role in (better, worse))
    return arrays.hedges_g(-first, -second)


@statistic("post_variance_ratio")
def _post_variance_ratio(scores: ScoreArrays, treated: Argument, control: Argument) -> float:
    first, second = (scores.post[clients_in_role(scores, role.name)] for role in (treated, control))
    return arrays.variance_ratio(first, second)


@statistic("mean_gain")
def _mean_gain(scores: ScoreArrays) -> float:
    if scores.design == "rct_control_arm":
        in_arm = clients_in_role(scores, "waitlist")
    elif scores.arm or len(scores.arms) == 1 or "cbt" in scores.arms:
        in_arm = treated_clients(scores)
    else:
        names = " or ".join(f"mean_gain.{name}" for name in scores.arms)
        raise ValueError(f"mean_gain is of one arm, so write {names}")
    return arrays.mean_gain(scores.pre[in_arm], scores.post[in_arm])


@statistic("d_pre_post")
def _d_pre_post(scores: ScoreArrays) -> float:
    return arrays.pre_post_d(scores.pre, scores.post)


def _cases(scores: ScoreArrays) -> tuple[Floats, Floats, Instrument]:
    """Return pre and post of the clients with caseness and two sessions, and the instrument."""
    form = _instrument(scores)
    attended = scores.run.clients.attended >= 2
    cases = (scores.pre >= form.cut_off) & attended & ~np.isnan(scores.post)
    return scores.pre[cases], scores.post[cases], form


@statistic("share_reliable_improvement")
def _share_reliable_improvement(scores: ScoreArrays) -> float:
    pre, post, form = _cases(scores)
    return arrays.share(arrays.reliably_improved(pre, post, form.reliable_change))


@statistic("share_reliable_recovery")
def _share_reliable_recovery(scores: ScoreArrays) -> float:
    pre, post, form = _cases(scores)
    recovered = arrays.reliably_recovered(pre, post, form.reliable_change, form.cut_off)
    return arrays.share(recovered)


@statistic("share_reliable_deterioration")
def _share_reliable_deterioration(scores: ScoreArrays) -> float:
    pre, post, form = _cases(scores)
    return arrays.share(arrays.reliably_deteriorated(pre, post, form.reliable_change))


def _near_week(scores: ScoreArrays, week: float) -> Floats:
    """Return each client's score nearest to `week`, within two weeks, the earlier of two."""
    weeks = np.cumsum(scores.run.plan.weeks, dtype=np.float32).astype(float)
    distance = np.abs(weeks - week)
    measured = scores.run.plan.occasion != NOT_SEEN
    if distance[measured].min() > _WEEKS_NEAR:
        raise ValueError(
            f"nobody is measured within {_WEEKS_NEAR:g} weeks of week {week:g}; measured until "
            f"week {weeks[measured].max():g} (another week?)"
        )
    near: Floats = np.full(scores.pre.size, np.nan)
    for step in np.argsort(distance, kind="stable"):
        if distance[step] <= _WEEKS_NEAR:
            near = np.where(np.isnan(near), scores.scores["symptom_score"][step], near)
    return near


def _near(scores: ScoreArrays, when: Argument) -> Floats:
    """Return each client's score nearest to the week asked for."""
    if when.name != "weeks" or when.at is None:
        raise ValueError(f"time is in weeks, as in @13_weeks, not '{when.name}'")
    return _near_week(scores, float(when.at))


@statistic("response_50pct")
def _response(scores: ScoreArrays, weeks: Argument) -> float:
    score = _near(scores, weeks)
    counted = ~np.isnan(score) & (scores.pre > 0)
    return arrays.share(arrays.responded(scores.pre[counted], score[counted]))


@statistic("remission")
def _remission(scores: ScoreArrays, weeks: Argument) -> float:
    score, cut_off = _near(scores, weeks), _instrument(scores).cut_off
    cases = ~np.isnan(score) & (scores.pre >= cut_off)
    return arrays.share(score[cases] < cut_off)


def _with_therapist(scores: ScoreArrays) -> pd.DataFrame:
    """Return therapist, pre, post and skill of the clients with two sessions or more."""
    clients = scores.run.clients
    counted = (clients.attended >= 2) & (clients.therapist >= 0)
    therapist = clients.therapist[counted]
    return pd.DataFrame(
        {
            "therapist": therapist,
            "pre": scores.pre[counted],
            "post": scores.post[counted],
            "observable_skill_score": observe.therapist_skill(scores.run)[therapist],
        }
    )


@statistic("therapist_effect_pct")
def _therapist_effect(scores: ScoreArrays) -> float:
    return therapists.therapist_percent(_with_therapist(scores))


@statistic("share_of_therapist_variance")
def _share_of_therapist_variance(scores: ScoreArrays) -> float:
    try:
        return therapists.share_of_therapist_variance(
            _with_therapist(scores), "observable_skill_score", jackknife=False
        ).value
    except ValueError:
        return float("nan")  # no therapist variance to divide


def _sessions_attended(scores: ScoreArrays) -> endings.SessionsAttended:
    table = pd.DataFrame({"n_sessions": scores.run.clients.attended.astype(float)})
    return endings.sessions_attended(table)


@statistic("mean")
def _mean_sessions(scores: ScoreArrays) -> float:
    return float(_sessions_attended(scores).mean.value)


@statistic("sd")
def _sd_sessions(scores: ScoreArrays) -> float:
    return float(_sessions_attended(scores).standard_deviation.value)


@statistic("median")
def _median_sessions(scores: ScoreArrays) -> float:
    return float(_sessions_attended(scores).median.value)


@statistic("share_dropout")
def _share_dropout(scores: ScoreArrays) -> float:
    return arrays.share(scores.run.clients.ended == DROPOUT)


@statistic("d_groups", process_scores=True)
def _d_groups(scores: ScoreArrays, score: Argument, groups: Argument) -> float:
    """Return completed minus dropped: the weaker the alliance of those who leave, the larger."""
    if groups != _DROPPED:
        raise ValueError(f"d_groups compares {_DROPPED.name}, not {groups.name}")
    values, dropped = score_at(scores, score.name, score.at), scores.run.clients.ended == DROPOUT
    return arrays.hedges_g(values[~dropped], values[dropped])


@statistic("synchrony_minus_surrogate")
def _synchrony_minus_surrogate(scores: ScoreArrays) -> float:
    return synchrony.synchrony_minus_surrogate(observe.arousal(scores.run)).value


@statistic("aic_linear_minus_log_time")
def _aic_linear_minus_log_time(scores: ScoreArrays) -> float:
    """Use the clients still in care at each session up to 12, where most are."""
    values = scores.scores["symptom_score"]
    rows = [values[0], *(values[scores.number == number] for number in range(1, 13))]
    if not all((~np.isnan(row)).any() for row in rows):
        return float("nan")  # a session that nobody reached has no mean
    means = [np.nanmean(row) for row in rows]
    return process.aic_linear_minus_log_time(pd.DataFrame({"session": range(13), "mean": means}))


@statistic("upper_bound_true_abs_g")
def _upper_bound_true_abs_g(scores: ScoreArrays) -> float:
    return largest_true_difference(scores.run)


def largest_true_difference(run: Run) -> float:
    """Return the largest true |d| between bona fide therapies: same clients, same random numbers.

    Parameters
    ----------
    run
        A finished run; its study, clients and seed are used again.

    Returns
    -------
    float
        In SDs of true distress at the end, 0 or more.
    """
    final = []
    for name in BONA_FIDE:
        study = run.study._replace(
            arms=(arm(name, find_therapy(name), run.study.schedule.sessions),),
            caseload=TRIAL_CASELOAD,
        )
        alone = simulate.start(
            study,
            run.parameters,
            run.clients.word.size,
            run.seed,
            replicate=run.replicate,
            keep_truth=False,
        )
        final.append(simulate.advance(alone).clients.distress.astype(np.float64))
    gaps = [abs(np.mean(a - b)) / np.std(a) for a in final for b in final]
    return float(max(gaps))
