"""The rule of English routine services: change and caseness on two questionnaires.

A client counts who is a case at intake on either questionnaire (at its cut-off or above), came
twice or more and filled in both at the end. Improved: reliably better on one and not reliably
worse on the other. Deteriorated: reliably worse on one and not reliably better on the other.
Recovered: improved, and below both cut-offs at the end. Source: gyani2013 for the shares; the rule
as the project's facts file gives it, from memory of the service's manual, to be checked where a
copy can be had.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dyadsim.analysis import arrays
from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.analysis.criteria import lies_below, reaches
from dyadsim.evidence.study_scores import (
    ScoreArrays,
    clients_of_arm,
    find_form,
    first_and_last,
)
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument
from dyadsim.simulation import observe
from dyadsim.studies.study import FOLLOW_UP

SECOND = questionnaires.find_instrument("gad7")


class Scale(NamedTuple):
    """First and last scores on one questionnaire, `(client,)`; NaN where there is none."""

    pre: Floats
    post: Floats
    form: Instrument


class TwoScaleChange(NamedTuple):
    """Who improved, deteriorated and recovered, of the cases with all scores, `(case,)`."""

    improved: Mask
    deteriorated: Mask
    recovered: Mask


def two_scale_change(scales: Sequence[Scale], counted: Mask) -> TwoScaleChange:
    """Return what became of the cases.

    Parameters
    ----------
    scales
        The two questionnaires.
    counted
        Who came often enough, `(client,)`.

    Returns
    -------
    TwoScaleChange
        Of the clients who count, are a case on either questionnaire and have all four scores.

    Examples
    --------
    >>> phq9, gad7 = (questionnaires.find_instrument(name) for name in ("phq9", "gad7"))
    >>> first = Scale(np.array([15.0, 9.0, 15.0, 12.0]), np.array([8.0, 9.0, 8.0, 12.0]), phq9)
    >>> second = Scale(np.array([7.0, 9.0, 6.0, 9.0]), np.array([5.0, 5.0, 12.0, 14.0]), gad7)
    >>> change = two_scale_change([first, second], np.full(4, True))
    >>> change.improved.tolist(), change.deteriorated.tolist()
    ([True, True, False, False], [False, False, False, True])
    >>> change.recovered.tolist()
    [True, True, False, False]
    """
    known = ~np.isnan(sum(scale.pre + scale.post for scale in scales))
    first, second = scales
    case = reaches(first.pre, first.form.cut_off) | reaches(second.pre, second.form.cut_off)
    cases = counted & known & case
    pairs = [(scale.pre[cases], scale.post[cases], scale.form) for scale in scales]
    better = [arrays.reliably_improved(a, b, form.reliable_change) for a, b, form in pairs]
    worse = [arrays.reliably_deteriorated(a, b, form.reliable_change) for a, b, form in pairs]
    below = [lies_below(post, form.cut_off) for _, post, form in pairs]
    improved = (better[0] & ~worse[1]) | (better[1] & ~worse[0])
    deteriorated = (worse[0] & ~better[1]) | (worse[1] & ~better[0])
    return TwoScaleChange(improved, deteriorated, improved & below[0] & below[1])


def study_change(scores: ScoreArrays) -> TwoScaleChange:
    """Return what became of a study's cases, on its own questionnaire and the GAD-7.

    Parameters
    ----------
    scores
        A study's scores.

    Returns
    -------
    TwoScaleChange
        Of the cases with two sessions or more, in the arm that the fact's design looks at.
    """
    treated = scores.run.plan.occasion != FOLLOW_UP
    anxiety = observe.anxiety_scores(scores.run)[treated].astype(float)
    scales = [
        Scale(scores.pre, scores.post, find_form(scores)),
        Scale(*first_and_last(anxiety), SECOND),
    ]
    return two_scale_change(scales, (scores.run.clients.attended >= 2) & clients_of_arm(scores))
