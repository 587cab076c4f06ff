"""A simulated study's scores as arrays, and who is in which arm: what statistics of facts read."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.study import FOLLOW_UP, SESSION

BONA_FIDE = ("cbt", "interpersonal")
ARM_OF_ROLE = {  # roles that a statistic's arguments name -> arms of the simulated studies
    "active": "cbt",
    "active_a": "cbt",
    "active_b": "interpersonal",
    "control": "waitlist",
}
_NEAR_3 = (3, 2, 4, 5)  # sessions that count as the third, in order of preference


class ScoreArrays(NamedTuple):
    """One study's scores.

    Attributes
    ----------
    run
        The finished run.
    scores
        Name -> scores (step, client), NaN where there is none.
    number
        Number of the session attended at that step (step, client); -1 where there was none.
    pre, post
        First score, and last score before follow-up, (client,); NaN where there is none.
    arms
        Name -> who is in that arm, (client,).
    design
        Design of the fact that is computed; it says which arm a single-arm statistic looks at.
    """

    run: Run
    scores: Mapping[str, Floats]
    number: np.ndarray[Any, np.dtype[np.int64]]
    pre: Floats
    post: Floats
    arms: Mapping[str, Mask]
    design: str = ""


def score_arrays(run: Run, process_scores: bool) -> ScoreArrays:
    """Return a finished run's scores.

    Parameters
    ----------
    run
        Finished, with its truth recorded.
    process_scores
        Whether to compute the scores beside the symptom score, too; it takes longer.

    Returns
    -------
    ScoreArrays
        The scores at occasions of measurement.
    """
    observed, plan = observe.observed_mask(run), run.plan
    truth = dict(simulate.variables(run.truth))
    filled = (
        observe.instrument_scores(run)
        if process_scores
        else {"symptom_score": truth["symptom_score"]}
    )
    scores = {
        name: np.where(observed, values, np.nan).astype(float) for name, values in filled.items()
    }
    pre, post = _first_and_last(scores["symptom_score"][plan.occasion != FOLLOW_UP])
    session = observed & (plan.occasion == SESSION)[:, None]
    session[0] = False
    number = np.where(session, truth["attended"], -1).astype(np.int64)
    arms = {
        study_arm.name: run.clients.arm == place for place, study_arm in enumerate(run.study.arms)
    }
    return ScoreArrays(run, scores, number, pre, post, arms)


def _first_and_last(scores: Floats) -> tuple[Floats, Floats]:
    """Return each client's first score, and last one if there are two, from (step, client)."""
    known = ~np.isnan(scores)
    client = np.arange(known.shape[1])
    pre = np.where(known.any(axis=0), scores[known.argmax(axis=0), client], np.nan)
    last = len(known) - 1 - known[::-1].argmax(axis=0)
    return pre, np.where(known.sum(axis=0) > 1, scores[last, client], np.nan)


def score_at(scores: ScoreArrays, name: str, at: int | None) -> Floats:
    """Return each client's score near a session, as `process.score_at_session` picks it.

    Parameters
    ----------
    scores
        A study's scores.
    name
        Name of the score.
    at
        0: intake; 3: session 3, else the nearest of 2 to 5; another number: that session;
        None: the mean over sessions.

    Returns
    -------
    Floats
        Shape (client,), NaN where there is none.

    Raises
    ------
    KeyError
        There is no such score.
    """
    values = scores.scores[name]
    if at == 0:
        first: Floats = values[0]
        return first
    if at is None:
        return _mean_over_sessions(values, scores.number > 0)
    picked: Floats = np.full(values.shape[1], np.nan)
    for number in _NEAR_3 if at == 3 else (at,):
        for step in range(1, len(values)):
            here = (scores.number[step] == number) & np.isnan(picked)
            if here.any():
                picked[here] = values[step, here]
    return picked


def _mean_over_sessions(values: Floats, in_session: Mask) -> Floats:
    rated = in_session & ~np.isnan(values)
    count = rated.sum(axis=0)
    total = np.where(rated, values, 0.0).sum(axis=0)
    mean: Floats = np.full(count.shape, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def clients_in_role(scores: ScoreArrays, role: str) -> Mask:
    """Return who is in an arm or role, (client,).

    'supportive' is the arm of that role in its study; 'matched' are the clients who were allocated
    the therapy they prefer, 'mismatched' the others.
    """
    if role in ("matched", "mismatched"):
        matched = observe.preferred_therapy(scores.run) == observe.first_therapy(scores.run)
        return np.asarray(matched == (role == "matched"))
    if role == "supportive" and "intent_to_fail" in scores.arms:
        return scores.arms["intent_to_fail"]
    return scores.arms[ARM_OF_ROLE.get(role, role)]


def treated_clients(scores: ScoreArrays) -> Mask:
    """Return who is in the treated arm of a trial; everybody in care."""
    return scores.arms["cbt"] if "cbt" in scores.arms else np.ones(scores.pre.size, bool)
