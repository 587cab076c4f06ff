"""A simulated study's scores as arrays, and who is in which arm: what statistics of facts read."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.analysis.criteria import reaches
from dyadsim.evidence.statistic_text import LAST, Argument
from dyadsim.evidence.statistic_words import is_form
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.runs import latent
from dyadsim.simulation.simulate import Run
from dyadsim.studies.study import FOLLOW_UP, SESSION

BONA_FIDE = ("cbt", "interpersonal")
CASES = "naturalistic_caseness"  # the design of which cases alone count
ARM_OF_DESIGN = {  # designs that look at one arm -> that arm
    "rct_active_arm": "cbt",
    "rct_waitlist_active_arm": "cbt",
    "rct_control_arm": "waitlist",
    "naturalistic_oq45": "no_feedback",
}
ARM_OF_ROLE = {  # roles that a statistic's arguments name -> arms of the simulated studies
    "active": "cbt",
    "active_a": "cbt",
    "active_b": "interpersonal",
    "control": "waitlist",
    "therapy": "cbt",
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
    arm
        The arm whose clients alone are left; "" = all arms.
    """

    run: Run
    scores: Mapping[str, Floats]
    number: np.ndarray[Any, np.dtype[np.int64]]
    pre: Floats
    post: Floats
    arms: Mapping[str, Mask]
    design: str = ""
    arm: str = ""


def score_arrays(run: Run, process_scores: bool | Collection[str]) -> ScoreArrays:
    """Return a finished run's scores.

    Parameters
    ----------
    run
        Finished, with its truth recorded.
    process_scores
        Which scores beside the symptom score are computed, too: all, none, or those named (names
        that are no such score are passed over); each takes time.

    Returns
    -------
    ScoreArrays
        The scores at occasions of measurement.
    """
    observed, plan = observe.observed_mask(run), run.plan
    truth = dict(simulate.variables(run.truth))
    filled = {"symptom_score": truth["symptom_score"], **_process_scores(run, process_scores)}
    scores = {
        name: np.where(observed, values, np.nan).astype(float) for name, values in filled.items()
    }
    pre, post = first_and_last(scores["symptom_score"][plan.occasion != FOLLOW_UP])
    session = observed & (plan.occasion == SESSION)[:, None]
    session[0] = False
    number = np.where(session, truth["attended"], -1).astype(np.int64)
    arms = {
        study_arm.name: run.clients.arm == place for place, study_arm in enumerate(run.study.arms)
    }
    return ScoreArrays(run, scores, number, pre, post, arms)


def _process_scores(run: Run, wanted: bool | Collection[str]) -> Mapping[str, Any]:
    """Return the scores of process instruments that are wanted, by name."""
    if wanted is True:
        return observe.instrument_scores(run)
    if not wanted:
        return {}
    scores = observe.process_scores(run, wanted)
    if "alliance_score" in wanted:
        scores["alliance_score"] = observe.alliance_scores(run)
    return scores


def first_and_last(scores: Floats) -> tuple[Floats, Floats]:
    """Return each client's first score, and last one if there are two.

    Parameters
    ----------
    scores
        Scores before follow-up (step, client), NaN where there is none.

    Returns
    -------
    tuple of Floats
        Two of shape (client,), NaN where there is none.
    """
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
    ValueError
        Nobody can have it: the study is shorter, or the only arm has no sessions.
    """
    values = scores.scores[name]
    if at != 0:
        check_sessions(scores, name, at)
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


def score_of(scores: ScoreArrays, argument: Argument) -> Floats:
    """Return the score of each client that an argument of a statistic names.

    Parameters
    ----------
    scores
        A study's scores.
    argument
        y_pre or y_post (first and last symptom score), the study's questionnaire or symptom_score,
        or a process score, at a session (`score_at`), over a range of sessions (the mean), or, of
        symptoms, at the last one. `attachment` is attachment_score@0.

    Returns
    -------
    Floats
        Shape (client,), NaN where there is none.

    Raises
    ------
    KeyError
        There is no such score.
    ValueError
        Another questionnaire than the study's, or a time at which nobody can have it.
    """
    name, at = argument.name, argument.at
    if argument.unit:
        raise ValueError(f"a score is of a session, as in {name}@3, not at {argument.unit}")
    if name in ("y_pre", "y_post") and at is None:
        return scores.pre if name == "y_pre" else scores.post
    if name == "attachment":
        name, at = "attachment_score", 0 if at is None else at
    form = find_form(scores)
    if is_form(name, form.name):
        name = "symptom_score"
    elif any(is_form(name, other) for other in questionnaires.SYMPTOM_INSTRUMENTS):
        raise ValueError(f"the study's scores are {form.name}, so write {form.name}, not {name}")
    if at == LAST:
        if name != "symptom_score":
            raise ValueError(f"@last is of the symptom questionnaire, {form.name}, not of {name}")
        return scores.post
    if argument.until and not at:
        raise ValueError(f"a range begins with session 1, as in {argument.name}@1_to_5")
    if at and name in scores.scores:
        check_sessions(scores, name, argument.until or at)
    if at and argument.until:
        rows = by_session(scores, name)[at : argument.until + 1]
        return _mean_over_sessions(rows, np.ones(rows.shape, bool))
    if at and at != 3 and name == "symptom_score":
        exact: Floats = by_session(scores)[at]
        return exact
    return score_at(scores, name, at)


def find_form(scores: ScoreArrays) -> Instrument:
    """Return the study's symptom questionnaire."""
    return questionnaires.find_instrument(scores.run.study.instrument)


def by_session(scores: ScoreArrays, name: str = "symptom_score") -> Floats:
    """Return a score by the number of the session.

    Parameters
    ----------
    scores
        A study's scores.
    name
        Name of the score.

    Returns
    -------
    Floats
        Shape (session, client), NaN where there is none; row 0 is intake, the last one the last
        planned session.
    """
    values, number = scores.scores[name], session_numbers(scores)
    most = max(scores.run.study.schedule.sessions, int(number.max(initial=0)))
    table: Floats = np.full((most + 1, values.shape[1]), np.nan)
    table[0] = values[0]
    step, client = np.nonzero(number > 0)
    table[number[step, client], client] = values[step, client]
    return table


def session_numbers(scores: ScoreArrays) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the number of the session held at each step, (step, client); -1 where there was none.

    As `ScoreArrays.number`, with the session at which there is a scheduled assessment, too.
    """
    attended = latent(scores.run, "attended").astype(np.int64)
    return np.where(np.diff(attended, axis=0, prepend=attended[:1]) > 0, attended, -1)


def check_sessions(scores: ScoreArrays, name: str, at: int | None) -> None:
    """Refuse a score of a session that nobody can have."""
    study = scores.run.study
    if at is not None and at > study.schedule.sessions:
        raise ValueError(
            f"nobody has {name} at session {at}; study {study.name} has {study.schedule.sessions}"
        )
    if any(arm.name == scores.arm and not arm.phases for arm in study.arms):
        raise ValueError(f"arm {scores.arm} has no sessions, so that nobody has {name} in one")


def _mean_over_sessions(values: Floats, in_session: Mask) -> Floats:
    rated = in_session & ~np.isnan(values)
    count = rated.sum(axis=0)
    total = np.where(rated, values, 0.0).sum(axis=0)
    mean: Floats = np.full(count.shape, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def clients_in_role(scores: ScoreArrays, argument: Argument) -> Mask:
    """Return who is in the arm or role that an argument names, (client,).

    'supportive' is the arm of that role in its study; 'matched' are the clients who were allocated
    the therapy they prefer, 'mismatched' the others.

    Raises
    ------
    KeyError
        The study has no such arm.
    ValueError
        Only one arm's clients are left, or the argument has a time.
    """
    role = argument.name
    if argument.at is not None:
        raise ValueError(f"arms are compared by their last scores, so write {role}, not {argument}")
    if role in ("matched", "mismatched"):
        matched = observe.preferred_therapy(scores.run) == observe.first_therapy(scores.run)
        return np.asarray(matched == (role == "matched"))
    if scores.arm:
        raise ValueError(f"it compares arms, so leave out '.{scores.arm}'")
    if role in scores.arms:
        return scores.arms[role]
    if role == "supportive" and "intent_to_fail" in scores.arms:
        return scores.arms["intent_to_fail"]
    return scores.arms[ARM_OF_ROLE.get(role, role)]


def treated_clients(scores: ScoreArrays) -> Mask:
    """Return who is in the treated arm of a trial; everybody in care, or in the only arm left."""
    if scores.design in ARM_OF_DESIGN or scores.design == CASES:
        return clients_of_design(scores)
    in_trial = "cbt" in scores.arms and not scores.arm
    return scores.arms["cbt"] if in_trial else np.ones(scores.pre.size, bool)


def clients_of_arm(scores: ScoreArrays) -> Mask:
    """Return who is in the arm that a fact's design looks at by itself, (client,); else all."""
    if scores.design in ARM_OF_DESIGN:
        return scores.arms[ARM_OF_DESIGN[scores.design]]
    return np.ones(scores.pre.size, bool)


def clients_of_design(scores: ScoreArrays) -> Mask:
    """Return whom a fact's design looks at, (client,): one arm, cases alone, else everybody.

    A case has an intake score at the clinical cut-off or above, two sessions or more and a last
    score.
    """
    if scores.design == CASES:
        stayed = (scores.run.clients.attended >= 2) & ~np.isnan(scores.post)
        return np.asarray(reaches(scores.pre, find_form(scores).cut_off) & stayed)
    return clients_of_arm(scores)
