"""Which end of a scale is good.

Every analysis computes with high = bad, and turns scores at its door. `higher_is_better=True`
says that a high score is good (well-being, functioning). Cut-offs and the scale's best score are
then given in the scale's own points; numbers of points are always above 0.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.criteria import SAME
from dyadsim.errors import BadInput


def high_is_bad[Scores: (float, Floats, pd.Series, pd.DataFrame)](
    scores: Scores, higher_is_better: bool
) -> Scores:
    """Return scores whose high end is bad.

    Parameters
    ----------
    scores
        Scores or a cut-off, in the scale's own points.
    higher_is_better
        Whether a high score is good.

    Returns
    -------
    float, Floats, pandas.Series or pandas.DataFrame
        The scores; turned (times -1) if high is good.

    Examples
    --------
    >>> high_is_bad(12.0, True)
    -12.0
    """
    return -scores if higher_is_better else scores


def distance_from_best(scores: Floats, best: float, higher_is_better: bool) -> Floats:
    """Return how many points lie between scores and the best score of the scale.

    A percentage of a score means something only if 0 is "nothing is wrong". On a symptom scale that
    starts at 0 it is; on any other scale it is a percentage of the distance from the best score.

    Parameters
    ----------
    scores
        Scores in the scale's own points, any shape; NaN where missing.
    best
        The best possible score.
    higher_is_better
        Whether a high score is good.

    Returns
    -------
    Floats
        In the shape of `scores`, 0 or more.

    Raises
    ------
    BadInput
        A score is better than the best possible.

    Examples
    --------
    >>> distance_from_best(np.array([40.0, 90.0]), 100.0, higher_is_better=True).tolist()
    [60.0, 10.0]
    """
    distance = high_is_bad(scores - best, higher_is_better)
    beyond = distance < -SAME * np.maximum(np.abs(scores), abs(best))
    if beyond.any():
        end = "highest" if higher_is_better else "lowest"
        raise BadInput(
            f"A score of {np.asarray(scores)[beyond][0]:g} is better than the best possible one, "
            f"best={best:g}: a percentage of it means nothing. Give best=, the {end} score of the "
            "scale."
        )
    return np.maximum(distance, 0.0)
