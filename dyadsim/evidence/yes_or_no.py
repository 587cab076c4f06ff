"""Outcomes that are yes or no, by the words that statistics name them with.

Change and caseness are judged on the study's own questionnaire. Relapse is that of
`analysis.relapse`: recovered at the end, then at the cut-off or above it and reliably worse.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dyadsim.analysis import arrays
from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.analysis.criteria import fell_by, lies_below, reaches
from dyadsim.checks import known_name
from dyadsim.evidence.first_and_last import post_step
from dyadsim.evidence.statistic_text import Argument
from dyadsim.evidence.study_scores import ScoreArrays, find_form
from dyadsim.model.variables import DROPOUT
from dyadsim.studies.study import FOLLOW_UP

AFTER = "weeks_after"  # the unit of time after the last planned session
_WEEKS_NEAR = 2.0  # a follow-up this far from the week asked for still counts


class YesOrNo(NamedTuple):
    """Whether it happened, and whose answer is known and counts, `(client,)` both."""

    happened: Mask
    counted: Mask

    def among(self, clients: Mask) -> Mask:
        """Return whether it happened, of those of some clients who count."""
        return self.happened[self.counted & clients]


def _dropped(scores: ScoreArrays) -> YesOrNo:
    ended = np.asarray(scores.run.clients.ended == DROPOUT)
    return YesOrNo(ended, np.full(ended.shape, True))


def _both(scores: ScoreArrays) -> Mask:
    return ~np.isnan(scores.pre + scores.post)


def _cases(scores: ScoreArrays) -> Mask:
    return np.asarray(_both(scores) & reaches(scores.pre, find_form(scores).cut_off))


def _improved(scores: ScoreArrays) -> YesOrNo:
    criterion = find_form(scores).reliable_change
    return YesOrNo(arrays.reliably_improved(scores.pre, scores.post, criterion), _both(scores))


def _deteriorated(scores: ScoreArrays) -> YesOrNo:
    criterion = find_form(scores).reliable_change
    return YesOrNo(arrays.reliably_deteriorated(scores.pre, scores.post, criterion), _both(scores))


def _recovered(scores: ScoreArrays) -> YesOrNo:
    form = find_form(scores)
    well = arrays.reliably_recovered(scores.pre, scores.post, form.reliable_change, form.cut_off)
    return YesOrNo(well, _cases(scores))


def _responded(scores: ScoreArrays) -> YesOrNo:
    fell = arrays.responded(scores.pre, scores.post)
    return YesOrNo(fell, np.asarray(_both(scores) & (scores.pre > 0)))


def _remitted(scores: ScoreArrays) -> YesOrNo:
    return YesOrNo(lies_below(scores.post, find_form(scores).cut_off), _cases(scores))


_OUTCOMES: dict[str, Callable[[ScoreArrays], YesOrNo]] = {
    "dropped": _dropped,
    "improved": _improved,
    "deteriorated": _deteriorated,
    "recovered": _recovered,
    "responded": _responded,
    "remitted": _remitted,
}
_RELAPSE = ("relapsed", "no_relapse")


def find_outcome(scores: ScoreArrays, word: Argument) -> YesOrNo:
    """Return the outcome that an argument names.

    Parameters
    ----------
    scores
        A study's scores.
    word
        dropped; improved, deteriorated (reliably); recovered (reliably, and below the cut-off) and
        remitted (below it), of the cases at intake; responded (half the intake score or less);
        relapsed@52_weeks_after and no_relapse@52_weeks_after: at any follow-up until then, of those
        who had recovered at the end.

    Returns
    -------
    YesOrNo
        Whether it happened, and who counts.

    Raises
    ------
    ValueError
        There is no such outcome, it has no such time, or the study has no follow-up then.
    """
    known_name("outcome", word.name, [*_OUTCOMES, *_RELAPSE])
    if word.name in _OUTCOMES:
        if word.at is not None:
            raise ValueError(f"{word.name} is of the last score, so write it without @")
        return _OUTCOMES[word.name](scores)
    relapsed = _relapsed(scores, later_scores(scores, word, until=True))
    if word.name == "relapsed":
        return relapsed
    return YesOrNo(~relapsed.happened, relapsed.counted)


def _relapsed(scores: ScoreArrays, later: Floats) -> YesOrNo:
    form, post = find_form(scores), scores.post
    well = lies_below(post, form.cut_off) & fell_by(scores.pre, post, form.reliable_change)
    worse = reaches(later, form.cut_off) & fell_by(-post, -later, form.reliable_change)
    return YesOrNo(worse.any(axis=0), np.asarray(well & ~np.isnan(later).all(axis=0)))


def later_scores(scores: ScoreArrays, when: Argument, *, until: bool = False) -> Floats:
    """Return symptom scores at the follow-up nearest to a time after the last planned session.

    Parameters
    ----------
    scores
        A study's scores.
    when
        Its `at` weeks after the last planned session, its unit `AFTER`.
    until
        All follow-ups up to that one.

    Returns
    -------
    Floats
        Shape (follow-up, client), NaN where there is none.

    Raises
    ------
    ValueError
        Another unit, or no follow-up within two weeks of that time.
    """
    unit = when.unit or when.name
    if unit != AFTER or when.at is None:
        raise ValueError(f"time is after the last session, as in @52_{AFTER}, not '{unit}'")
    plan = scores.run.plan
    weeks, later = np.cumsum(plan.weeks, dtype=float), plan.occasion == FOLLOW_UP
    since = weeks[later] - weeks[post_step(plan)]
    near = np.abs(since - when.at) <= _WEEKS_NEAR
    if not near.any():
        known = ", ".join(f"{week:g}" for week in since) or "no"
        raise ValueError(
            f"nobody is followed up {when.at} weeks after the last session, only after {known}"
        )
    nearest = int(np.abs(since - when.at).argmin())
    first = 0 if until else nearest
    rows: Floats = scores.scores["symptom_score"][later][first : nearest + 1]
    return rows
