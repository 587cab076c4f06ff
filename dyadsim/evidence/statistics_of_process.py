"""Statistics of process: how scores along the way go with each other and with the outcome."""

import numpy as np

from dyadsim.analysis import arrays, synchrony
from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.cross_lagged_panel import lagged_effect
from dyadsim.evidence.declared_statistics import statistic
from dyadsim.evidence.statistic_text import Argument
from dyadsim.evidence.study_scores import (
    ScoreArrays,
    by_session,
    check_sessions,
    clients_of_design,
    score_of,
    treated_clients,
)
from dyadsim.model.variables import DROPOUT
from dyadsim.simulation import observe

_DROPPED = Argument("dropped_vs_completed", None)  # the groups of d_groups


@statistic("process_outcome_r", process_scores=True)
def _process_outcome_r(scores: ScoreArrays, score: Argument) -> float:
    treated = treated_clients(scores)
    gain = arrays.residual_gain(scores.pre[treated], scores.post[treated])
    return arrays.pearson_r(score_of(scores, score)[treated], gain)


@statistic("partial_process_outcome_r", process_scores=True)
def _partial_process_outcome_r(scores: ScoreArrays, score: Argument, control: Argument) -> float:
    """Partial correlation with the last symptom score, given the first and another score."""
    treated = treated_clients(scores)
    rated, other = (score_of(scores, argument)[treated] for argument in (score, control))
    pre, post = scores.pre[treated], scores.post[treated]
    known = ~np.isnan(rated + other + pre + post)
    design = np.column_stack([np.ones(known.sum()), pre[known], other[known]])
    if len(design) <= design.shape[1] + 1:
        return float("nan")
    both = np.column_stack([rated[known], -post[known]])
    rest = both - design @ np.linalg.lstsq(design, both)[0]
    return arrays.pearson_r(rest[:, 0], rest[:, 1])


@statistic("r", process_scores=True)
def _r(scores: ScoreArrays, first: Argument, second: Argument) -> float:
    here = clients_of_design(scores)
    return arrays.pearson_r(score_of(scores, first)[here], score_of(scores, second)[here])


@statistic("d_groups", process_scores=True)
def _d_groups(scores: ScoreArrays, score: Argument, groups: Argument) -> float:
    """Return completed minus dropped: the weaker the alliance of those who leave, the larger."""
    if groups != _DROPPED:
        raise ValueError(f"d_groups compares {_DROPPED.name}, not {groups.name}")
    here = clients_of_design(scores)
    values, dropped = score_of(scores, score)[here], (scores.run.clients.ended == DROPOUT)[here]
    return arrays.hedges_g(values[~dropped], values[dropped])


@statistic("synchrony_minus_surrogate")
def _synchrony_minus_surrogate(scores: ScoreArrays) -> float:
    if not clients_of_design(scores).all():
        raise ValueError("it is computed of everybody, not of one arm or of cases alone")
    return synchrony.synchrony_minus_surrogate(observe.arousal(scores.run)).value


@statistic("trend", process_scores=True)
def _trend(scores: ScoreArrays, first: Argument, last: Argument) -> float:
    """Standardised difference of two sessions, of the clients who came to the later one."""
    if first.name != last.name:
        raise ValueError(f"trend is of one score, not of {first.name} and {last.name}")
    if first.until or last.until:
        raise ValueError(f"trend is between two sessions, as in {first.name}@5, not {first}")
    early, late = score_of(scores, first), score_of(scores, last)
    stayed = scores.run.clients.attended >= max(first.at or 0, last.at or 0)
    both = stayed & treated_clients(scores) & ~np.isnan(early + late)
    if both.sum() < 3:
        return float("nan")
    return float((late[both].mean() - early[both].mean()) / early[both].std(ddof=1))


@statistic("between_client_share", process_scores=True)
def _between_client_share(scores: ScoreArrays, score: Argument) -> float:
    """One-way analysis of variance, for clients with unequal numbers of sessions."""
    if score.at is not None:
        raise ValueError(f"it is of all sessions, so write {score.name}, not {score}")
    table = by_session(scores, score.name)[1:, treated_clients(scores)]
    return between_share(table)


def between_share(table: Floats) -> float:
    """Return the share of the variance of one rating that lies between clients.

    One-way random effects by analysis of variance: (MSB - MSW) / (MSB + (n0 - 1) MSW), where n0 =
    (N - sum n_i^2 / N) / (clients - 1) is the usual number of ratings of a client (Henderson's
    first method, as `analysis.within_between`).

    Parameters
    ----------
    table
        Ratings (session, client), NaN where there is none; clients with one rating count.

    Returns
    -------
    float
        NaN where nobody has two ratings, or one client alone has any.

    Examples
    --------
    >>> round(between_share(np.array([[1.0, 4.0, 6.0], [2.0, 4.0, 8.0]])), 3)
    0.896
    """
    known = ~np.isnan(table)
    count = known.sum(axis=0)
    table, known, count = table[:, count > 0], known[:, count > 0], count[count > 0]
    ratings, clients = int(count.sum()), count.size
    if clients < 2 or ratings == clients:
        return float("nan")
    values = np.where(known, table, 0.0)
    mean = values.sum(axis=0) / count
    within = float((((table - mean) ** 2)[known]).sum()) / (ratings - clients)
    grand = values.sum() / ratings
    between = float((count * (mean - grand) ** 2).sum()) / (clients - 1)
    usual = (ratings - float((count**2).sum()) / ratings) / (clients - 1)
    return (between - within) / (between + (usual - 1) * within)


@statistic("within_client_lag", process_scores=True)
def _within_client_lag(scores: ScoreArrays, score: Argument) -> float:
    """Random-intercept cross-lagged panel; above 0: a higher rating, fewer symptoms next time."""
    if score.at is None or score.until is None:
        raise ValueError(f"within_client_lag is over sessions, as in {score.name}@1_to_5")
    check_sessions(scores, score.name, score.until)
    sessions, treated = slice(score.at, score.until + 1), treated_clients(scores)
    rated, symptoms = (
        by_session(scores, name)[sessions, treated] for name in (score.name, "symptom_score")
    )
    return -lagged_effect(rated.T, symptoms.T)
