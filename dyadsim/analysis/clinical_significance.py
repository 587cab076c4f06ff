"""What counts as change: reliable change (Jacobson and Truax), response, remission.

Criteria are reached by what equals them (`criteria`). A score at the cut-off is on the bad side of
it. `higher_is_better=True` turns the scale: cut-offs stay in its own points.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import arrays
from dyadsim.analysis.columns import as_numbers, paired_scores
from dyadsim.analysis.criteria import check_cut_off, check_reliable_change, lies_below
from dyadsim.analysis.direction import distance_from_best, high_is_bad
from dyadsim.analysis.effects import Values
from dyadsim.analysis.estimate import Estimate, from_count

CATEGORIES = ["deteriorated", "unchanged", "improved", "recovered"]


def reliable_change_criterion(standard_deviation: float, reliability: float) -> float:
    """Return the smallest reliable change of Jacobson and Truax.

    1.96 · SD · sqrt(2) · sqrt(1 - reliability)

    Parameters
    ----------
    standard_deviation
        Of the score at intake, above 0.
    reliability
        Of the score, in [0, 1).

    Returns
    -------
    float
        In the unit of the score.

    Raises
    ------
    ValueError
        An impossible standard deviation or reliability.

    Examples
    --------
    >>> round(reliable_change_criterion(7.5, 0.84), 2)
    8.32
    """
    if not (standard_deviation > 0 and 0 <= reliability < 1):
        raise ValueError(
            "the standard deviation must be above 0 and the reliability in [0, 1), they are "
            f"{standard_deviation} and {reliability}"
        )
    return 1.96 * standard_deviation * math.sqrt(2) * math.sqrt(1 - reliability)


def reliable_change(
    pre: Values,
    post: Values,
    *,
    reliable_change: float,
    cut_off: float,
    higher_is_better: bool = False,
) -> pd.Series[str]:
    """Return the Jacobson-Truax category of every client with both scores.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client.
    reliable_change
        Smallest reliable change in points, above 0.
    cut_off
        Clinical cut-off in points.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    pandas.Series
        Ordered categorical, index kept. recovered: a reliable fall from the cut-off or above to
        below it; improved: any other reliable fall; deteriorated: a reliable rise; unchanged. If
        high is good, fall and rise, above and below change places.

    Raises
    ------
    ValueError
        `reliable_change` is not above 0, or fewer than 3 clients have both scores.

    Examples
    --------
    >>> reliable_change([15, 15, 9, 15], [9, 10, 3, 21], reliable_change=6, cut_off=10).tolist()
    ['recovered', 'unchanged', 'improved', 'deteriorated']
    """
    check_reliable_change(reliable_change)
    check_cut_off(cut_off)
    pairs = high_is_bad(paired_scores(pre, post), higher_is_better)
    cut_off = high_is_bad(cut_off, higher_is_better)
    before, after = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    categories = np.select(
        [
            arrays.reliably_recovered(before, after, reliable_change, cut_off),
            arrays.reliably_improved(before, after, reliable_change),
            arrays.reliably_deteriorated(before, after, reliable_change),
        ],
        ["recovered", "improved", "deteriorated"],
        "unchanged",
    )
    ordered = pd.CategoricalDtype(CATEGORIES, ordered=True)
    return pd.Series(categories, index=pairs.index, name="reliable_change", dtype=ordered)


def share_reliable_improvement(
    pre: Values,
    post: Values,
    *,
    reliable_change: float,
    cut_off: float,
    higher_is_better: bool = False,
) -> Estimate:
    """Return the share who improved reliably, the recovered included.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client.
    reliable_change, cut_off, higher_is_better
        As in `reliable_change`.

    Returns
    -------
    Estimate
        Of the clients with both scores, 0 to 1.

    Raises
    ------
    ValueError
        As `reliable_change`.

    Examples
    --------
    >>> pre, post = [15, 15, 9, 15], [9, 10, 3, 21]
    >>> share_reliable_improvement(pre, post, reliable_change=6, cut_off=10).value
    0.5
    """
    rule = _Rule(reliable_change, cut_off, higher_is_better)
    return _share(("improved", "recovered"), pre, post, rule)


def share_reliable_recovery(
    pre: Values,
    post: Values,
    *,
    reliable_change: float,
    cut_off: float,
    higher_is_better: bool = False,
) -> Estimate:
    """Return the share that recovered.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client. Select the clients on the bad
        side of the cut-off at intake first if the share of cases is meant.
    reliable_change, cut_off, higher_is_better
        As in `reliable_change`.

    Returns
    -------
    Estimate
        Of the clients with both scores, 0 to 1.

    Raises
    ------
    ValueError
        As `reliable_change`.

    Examples
    --------
    >>> pre, post = [15, 15, 9, 15], [9, 10, 3, 21]
    >>> share_reliable_recovery(pre, post, reliable_change=6, cut_off=10).value
    0.25
    """
    rule = _Rule(reliable_change, cut_off, higher_is_better)
    return _share(("recovered",), pre, post, rule)


def share_reliable_deterioration(
    pre: Values,
    post: Values,
    *,
    reliable_change: float,
    cut_off: float,
    higher_is_better: bool = False,
) -> Estimate:
    """Return the share who got reliably worse.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client.
    reliable_change, cut_off, higher_is_better
        As in `reliable_change`; the cut-off makes no difference here.

    Returns
    -------
    Estimate
        Of the clients with both scores, 0 to 1.

    Raises
    ------
    ValueError
        As `reliable_change`.

    Examples
    --------
    >>> pre, post = [15, 15, 9, 15], [9, 10, 3, 21]
    >>> share_reliable_deterioration(pre, post, reliable_change=6, cut_off=10).value
    0.25
    """
    rule = _Rule(reliable_change, cut_off, higher_is_better)
    return _share(("deteriorated",), pre, post, rule)


class _Rule(NamedTuple):
    reliable_change: float
    cut_off: float
    higher_is_better: bool


def _share(categories: tuple[str, ...], pre: Values, post: Values, rule: _Rule) -> Estimate:
    changes = reliable_change(pre, post, **rule._asdict())
    return from_count(int(changes.isin(categories).sum()), len(changes))


def reliable_change_table(
    pre: Values,
    post: Values,
    *,
    reliable_change: float,
    cut_off: float,
    higher_is_better: bool = False,
) -> pd.DataFrame:
    """Return the three shares of reliable change.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client.
    reliable_change, cut_off, higher_is_better
        As in `reliable_change`.

    Returns
    -------
    pandas.DataFrame
        The shares as rows, the fields of `Estimate` as columns; all of the clients with both.

    Raises
    ------
    ValueError
        As `reliable_change`.

    Examples
    --------
    >>> table = reliable_change_table(
    ...     [15, 15, 9, 15], [9, 10, 3, 21], reliable_change=6, cut_off=10
    ... )
    >>> table["value"].to_dict() == {
    ...     "share_reliable_improvement": 0.5,
    ...     "share_reliable_recovery": 0.25,
    ...     "share_reliable_deterioration": 0.25,
    ... }
    True
    """
    rule = _Rule(reliable_change, cut_off, higher_is_better)._asdict()
    shares = {
        share.__name__: share(pre, post, **rule)
        for share in (
            share_reliable_improvement,
            share_reliable_recovery,
            share_reliable_deterioration,
        )
    }
    return pd.DataFrame(list(shares.values()), index=list(shares), columns=Estimate._fields)


def response(
    pre: Values,
    post: Values,
    share: float = 0.5,
    *,
    best: float = 0.0,
    higher_is_better: bool = False,
) -> Estimate:
    """Return the share of clients whose score came nearer to the best one by `share` or more.

    On a symptom scale that starts at 0: whose score fell by `share` of what it was.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client.
    share
        Of the distance between the first score and the best, above 0 and at most 1.
    best
        The best score of the scale, in its own points: 0 if none is said.
    higher_is_better
        Whether a high score is good; then `best` is the highest score of the scale.

    Returns
    -------
    Estimate
        Of the clients with both scores and a first score that is not the best one.

    Raises
    ------
    ValueError
        An impossible `share`, a first score better than `best`, or fewer than 3 such clients.

    Examples
    --------
    >>> response([20, 20, 10, 16], [10, 11, 4, 12]).value
    0.5
    >>> response([40, 20, 60], [70, 50, 81], best=100, higher_is_better=True).value  # well-being
    0.6666666666666666
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, it is {share}")
    pairs = paired_scores(pre, post)
    before = distance_from_best(pairs["first"].to_numpy(), best, higher_is_better)
    after = high_is_bad(pairs["second"].to_numpy() - best, higher_is_better)
    counted = before > 0
    fell = arrays.responded(before[counted], after[counted], share)
    return from_count(int(fell.sum()), int(counted.sum()))


def remission(post: Values, cut_off: float, *, higher_is_better: bool = False) -> Estimate:
    """Return the share of scores on the good side of the clinical cut-off.

    Parameters
    ----------
    post
        Scores, one per client. Missing scores are left out.
    cut_off
        Clinical cut-off in points. A score at it is no remission.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    Estimate
        Of the clients with a score, 0 to 1.

    Raises
    ------
    ValueError
        Fewer than 3 clients have a score, or the cut-off is no number.

    Examples
    --------
    >>> remission([9, 10, 3, 14], cut_off=10).value
    0.5
    """
    check_cut_off(cut_off)
    scores = high_is_bad(as_numbers(post, "post"), higher_is_better)
    scores = scores[~np.isnan(scores)]
    well = lies_below(scores, high_is_bad(cut_off, higher_is_better))
    return from_count(int(well.sum()), len(scores))
