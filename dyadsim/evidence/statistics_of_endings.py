"""Statistics of endings and single scores: sessions, dropout, recovery by length, mean, SD."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from dyadsim.analysis import arrays, endings
from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.analysis.criteria import reaches
from dyadsim.evidence.declared_statistics import statistic
from dyadsim.evidence.statistic_text import Argument
from dyadsim.evidence.study_scores import (
    ScoreArrays,
    clients_of_design,
    find_form,
    score_of,
    treated_clients,
)
from dyadsim.model.variables import DROPOUT, GOOD_ENOUGH, PLANNED

_SESSIONS = Argument("n_sessions", None)
_FEWEST_OF_A_LENGTH, _FEWEST_LENGTHS = 5, 4  # for a rate, and for a correlation of rates


def _sessions_attended(scores: ScoreArrays) -> endings.SessionsAttended:
    attended = scores.run.clients.attended[clients_of_design(scores)]
    table = pd.DataFrame({"n_sessions": attended.astype(float)})
    return endings.sessions_attended(table)


def _of_score(scores: ScoreArrays, score: Argument, summary: Callable[[Floats], float]) -> float:
    """Return a summary of the scores of those whom the design looks at; NaN of fewer than 2."""
    values = score_of(scores, score)[clients_of_design(scores)]
    known = values[~np.isnan(values)]
    return float(summary(known)) if known.size > 1 else float("nan")


@statistic("mean", process_scores=True)
def _mean(scores: ScoreArrays, score: Argument) -> float:
    if score == _SESSIONS:
        return float(_sessions_attended(scores).mean.value)
    return _of_score(scores, score, lambda values: values.mean())


@statistic("sd", process_scores=True)
def _sd(scores: ScoreArrays, score: Argument) -> float:
    if score == _SESSIONS:
        return float(_sessions_attended(scores).standard_deviation.value)
    return _of_score(scores, score, lambda values: values.std(ddof=1))


@statistic("median", process_scores=True)
def _median(scores: ScoreArrays, score: Argument) -> float:
    if score == _SESSIONS:
        return float(_sessions_attended(scores).median.value)
    return _of_score(scores, score, lambda values: np.median(values))


@statistic("share_dropout")
def _share_dropout(scores: ScoreArrays) -> float:
    return arrays.share((scores.run.clients.ended == DROPOUT)[clients_of_design(scores)])


def _span(sessions: Argument) -> tuple[int, int]:
    """Return first and last session of sessions@1_to_3, or of sessions@3."""
    if sessions.name != "sessions" or not sessions.at or sessions.unit:
        raise ValueError(f"sessions are written sessions@1_to_3, not {sessions}")
    return sessions.at, sessions.at if sessions.until is None else sessions.until


@statistic("hazard_difference")
def _hazard_difference(scores: ScoreArrays, early: Argument, late: Argument) -> float:
    """Return dropouts per session attended, early less late."""
    treated = treated_clients(scores)
    attended = scores.run.clients.attended[treated].astype(np.int64)
    left = (scores.run.clients.ended == DROPOUT)[treated]

    def hazard(sessions: Argument) -> float:
        first, last = _span(sessions)
        sessions_held = np.clip(attended - first + 1, 0, last - first + 1).sum()
        gone = (left & (attended >= first) & (attended <= last)).sum()
        return float(gone / sessions_held) if sessions_held else float("nan")

    return hazard(early) - hazard(late)


def _planned_cases(scores: ScoreArrays) -> tuple[Mask, Mask]:
    """Return who ended as planned or agreed and was a case, and who recovered."""
    form, ended = find_form(scores), scores.run.clients.ended
    planned = np.isin(ended, (PLANNED, GOOD_ENOUGH)) & ~np.isnan(scores.post)
    planned &= treated_clients(scores) & reaches(scores.pre, form.cut_off)
    well = arrays.reliably_recovered(scores.pre, scores.post, form.reliable_change, form.cut_off)
    return planned, well


@statistic("recovery_by_length")
def _recovery_by_length(scores: ScoreArrays, sessions: Argument) -> float:
    (first, last), attended = _span(sessions), scores.run.clients.attended
    planned, well = _planned_cases(scores)
    return arrays.share(well[planned & (attended >= first) & (attended <= last)])


@statistic("r_length_recovery")
def _r_length_recovery(scores: ScoreArrays, sessions: Argument) -> float:
    """Over the lengths that at least 5 clients had, if there are 4; 0 where all rates are equal."""
    (first, last), attended = _span(sessions), scores.run.clients.attended
    planned, well = _planned_cases(scores)
    groups = [(n, well[planned & (attended == n)]) for n in range(first, last + 1)]
    points = [(n, group.mean()) for n, group in groups if group.size >= _FEWEST_OF_A_LENGTH]
    if len(points) < _FEWEST_LENGTHS:
        return float("nan")
    length, rate = np.array(points, float).T
    return arrays.pearson_r(length, rate) if np.ptp(rate) > 0 else 0.0
