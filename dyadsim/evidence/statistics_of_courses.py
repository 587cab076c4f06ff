"""Statistics of courses: how fast clients change, who responds early, sudden gains."""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from dyadsim.analysis import arrays, process
from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.analysis.criteria import fell_by, fell_by_share, lies_below, reaches
from dyadsim.evidence.declared_statistics import statistic
from dyadsim.evidence.statistic_text import Argument
from dyadsim.evidence.study_scores import (
    ScoreArrays,
    by_session,
    clients_of_design,
    find_form,
    score_of,
    session_numbers,
    treated_clients,
)
from dyadsim.studies.study import FOLLOW_UP

# Smallest fall: 7 points of the BDI-II (tang_derubeis1999), 7/9 of its reliable change; the same
# part of the reliable change of other questionnaires (assumption).
_SUDDEN_FALL = {"bdi2": 7.0}
_SUDDEN_PART = 7 / 9
_SUDDEN_SHARE = 0.25
_FEWEST_FOR_A_GAIN = 4  # two scores on either side


@statistic("aic_linear_minus_log_time")
def _aic_linear_minus_log_time(scores: ScoreArrays) -> float:
    """Use the clients still in care at each session up to 12, where most are."""
    values = scores.scores["symptom_score"]
    here = clients_of_design(scores)
    of_sessions = (values[(scores.number == number) & here] for number in range(1, 13))
    rows = [values[0, here], *of_sessions]
    if not all((~np.isnan(row)).any() for row in rows):
        return float("nan")  # a session that nobody reached has no mean
    means = [np.nanmean(row) for row in rows]
    return process.aic_linear_minus_log_time(pd.DataFrame({"session": range(13), "mean": means}))


@statistic("median_sessions_to_change")
def _median_sessions_to_change(scores: ScoreArrays) -> float:
    """Cases with two scores, at risk from intake, censored at their last scored session."""
    form, table = find_form(scores), by_session(scores)
    known = ~np.isnan(table)
    counted = treated_clients(scores) & reaches(scores.pre, form.cut_off) & (known.sum(axis=0) > 1)
    table, known, pre = table[:, counted], known[:, counted], scores.pre[counted]
    changed = lies_below(table, form.cut_off) & fell_by(pre, table, form.reliable_change)
    ever = changed.any(axis=0)
    last = len(table) - 1 - known[::-1].argmax(axis=0)
    return smooth_median(np.where(ever, changed.argmax(axis=0), last), ever)


def smooth_median(session: np.ndarray, changed: Mask) -> float:
    """Return the time by which half have changed, by Kaplan and Meier, between whole sessions.

    The curve is joined by straight lines from session to session, so that it moves smoothly with
    the scores; `analysis.survival.median_session` is the next whole session. Where the curve ends
    above one half, at S after T sessions, the median is T ln 2 / -ln S: that of a constant rate
    of change which leads to S.

    Parameters
    ----------
    session, changed
        Session at which each client changed or, not `changed`, was censored, `(client,)`.

    Returns
    -------
    float
        In sessions; NaN if nobody changed.

    Examples
    --------
    >>> smooth_median(np.array([1, 2, 3, 4]), np.array([True, True, True, True]))
    2.0
    >>> smooth_median(np.array([1, 4, 4, 4]), np.array([True, False, False, False])) > 4
    True
    """
    if not changed.any():
        return float("nan")
    span = np.arange(1, int(session.max()) + 1)
    events = np.bincount(session[changed], minlength=span.size + 1)[1:]
    gone = np.cumsum(np.bincount(session, minlength=span.size + 1))[:-1]
    curve = np.concatenate([[1.0], np.cumprod(1 - events / (session.size - gone))])
    below = np.flatnonzero(curve <= 0.5)
    if not below.size:
        return float(span.size * np.log(2) / -np.log(curve[-1]))
    place = int(below[0])
    before, after = curve[place - 1], curve[place]
    return float(place - 1 + (before - 0.5) / (before - after))


@statistic("share_of_gain")
def _share_of_gain(scores: ScoreArrays, early: Argument, late: Argument) -> float:
    """Of the clients with scores at intake and at both sessions."""
    first, some, end = scores.pre, score_of(scores, early), score_of(scores, late)
    complete = treated_clients(scores) & ~np.isnan(first + some + end)
    if complete.sum() < 3:
        return float("nan")
    return float((first - some)[complete].mean() / (first - end)[complete].mean())


def _rule(rule: Argument, before: Floats, after: Floats) -> Mask:
    """Return whose fall is an early response: percent@25 of the first score, or points@6."""
    if rule.at is None or rule.until or rule.unit or rule.name not in ("percent", "points"):
        raise ValueError(f"an early response is percent@25 or points@6 and the like, not {rule}")
    if rule.name == "points":
        return fell_by(before, after, float(rule.at))
    return fell_by_share(before, after, rule.at / 100)


@statistic("g_early_response")
def _g_early_response(scores: ScoreArrays, fall: Argument, session: Argument) -> float:
    """Of the clients with a score at the session and a later one."""
    if session.name != "session" or not session.at or session.until or session.unit:
        raise ValueError(f"the early session is written session@4, not {session}")
    if session.at > scores.run.study.schedule.sessions:
        raise ValueError(f"nobody has session {session.at}; see the study's sessions")
    symptoms = scores.scores["symptom_score"][scores.run.plan.occasion != FOLLOW_UP]
    here = (session_numbers(scores) == session.at)[: len(symptoms)]
    last = len(symptoms) - 1 - (~np.isnan(symptoms))[::-1].argmax(axis=0)
    now = by_session(scores)[session.at]
    counted = treated_clients(scores) & ~np.isnan(now) & (last > here.argmax(axis=0))
    if fall.name == "percent":
        counted &= scores.pre > 0  # of nothing there is no share
    early = _rule(fall, scores.pre, now)
    return arrays.hedges_g(-scores.post[counted & early], -scores.post[counted & ~early])


def sudden_gainers(table: Floats, cut_off: float) -> Mask:
    """Return who has a sudden gain or more: `analysis.sudden_gains`, for many clients at once.

    Parameters
    ----------
    table
        Symptom scores (session, client) from session 1 on, NaN where there is none.
    cut_off
        Smallest fall in points.

    Returns
    -------
    Mask
        Shape (client,).

    Examples
    --------
    >>> course = np.array([[30.0, 32, 31, 20, 19, 18, 18], [30, 29, 28, 27, 26, 25, 24]])
    >>> sudden_gainers(course.T, 7.0).tolist()
    [True, False]
    """
    gained: Mask = np.zeros(table.shape[1], bool)
    for place in range(1, len(table) - 2):
        before, after = table[place], table[place + 1]
        fell = fell_by(before, after, cut_off) & fell_by(before, after, _SUDDEN_SHARE * before)
        if fell.any():
            sides = (table[max(0, place - 2) : place + 1, fell], table[place + 1 : place + 4, fell])
            gained[fell] |= _stable(*sides)
    return gained


def _stable(pre: Floats, post: Floats) -> Mask:
    """Return where the scores before lie above those after by more than their spread."""
    sides = []
    for side in (pre, post):
        known = ~np.isnan(side)
        count = known.sum(axis=0)
        mean = np.where(known, side, 0.0).sum(axis=0) / np.maximum(count, 1)
        sides.append((count, mean, np.where(known, (side - mean) ** 2, 0.0).sum(axis=0)))
    (n, mean, squares), (m, other, more) = sides
    freedom = np.maximum(n + m - 2, 1)
    bound = stdtrit(freedom, 0.975) * np.sqrt((squares + more) / freedom)
    return np.asarray((n >= 2) & (m >= 2) & (mean - other > bound))


def _gainers(scores: ScoreArrays) -> tuple[Mask, Mask]:
    """Return who has a sudden gain, and who could have one."""
    form, table = find_form(scores), by_session(scores)[1:]
    able = (~np.isnan(table)).sum(axis=0) >= _FEWEST_FOR_A_GAIN
    gained = sudden_gainers(table, _SUDDEN_FALL.get(form.name, _SUDDEN_PART * form.reliable_change))
    return gained, able & treated_clients(scores)


@statistic("share_sudden_gain")
def _share_sudden_gain(scores: ScoreArrays) -> float:
    gained, able = _gainers(scores)
    return arrays.share(gained[able])


@statistic("g_sudden_gain")
def _g_sudden_gain(scores: ScoreArrays) -> float:
    gained, able = _gainers(scores)
    return arrays.hedges_g(-scores.post[able & gained], -scores.post[able & ~gained])
