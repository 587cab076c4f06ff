"""What a field concludes from its trials: "empirically supported", "equivalent".

The rule for an empirically supported treatment is the one that the founding paper and the
project's model name: two positive trials by independent teams. A trial is positive if the therapy
beats its comparator at the two-sided 5 % level.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd
from scipy.special import stdtrit

from dyadsim.analysis.columns import require_columns
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate


def empirically_supported(
    trials: pd.DataFrame,
    *,
    effect: str = "g",
    standard_error: str = "standard_error",
    team: str = "team",
    needed: int = 2,
) -> bool:
    """Return whether enough independent teams have a positive trial.

    Parameters
    ----------
    trials
        One row per trial.
    effect, standard_error
        Columns of the effect (above 0 = the therapy is better) and of its standard error.
    team
        Column of the team.
    needed
        Number of teams that must have a positive trial.

    Returns
    -------
    bool
        True if `needed` teams or more have one.

    Raises
    ------
    ValueError
        An unknown column.

    Examples
    --------
    >>> trials = pd.DataFrame(
    ...     {"team": [1, 1, 2], "g": [0.8, 0.7, 0.6], "standard_error": [0.2, 0.2, 0.2]}
    ... )
    >>> empirically_supported(trials), empirically_supported(trials.head(2))
    (True, False)
    """
    require_columns(trials, effect, standard_error, team)
    positive = trials[effect] > NORMAL_QUANTILE * trials[standard_error]
    return bool(trials.loc[positive, team].nunique() >= needed)


class Equivalence(NamedTuple):
    """What two reviewers call equivalent.

    Attributes
    ----------
    not_significant
        The difference is not significant. To conclude equivalence from it is an error of
        reasoning: no proof of a difference is no proof of none.
    shown
        The 90 % interval lies inside ± the margin (two one-sided tests at 5 %).
    """

    not_significant: bool
    shown: bool


def equivalent(
    difference: Estimate, margin: float = 0.2, *, degrees_of_freedom: float = math.inf
) -> Equivalence:
    """Return both verdicts on a difference.

    Parameters
    ----------
    difference
        The difference with its standard error.
    margin
        What still counts as equivalent, in the unit of the difference, above 0. An assumption.
    degrees_of_freedom
        Of Student's t; infinite is the normal distribution.

    Returns
    -------
    Equivalence
        The two verdicts.

    Raises
    ------
    ValueError
        The margin is not above 0, or the difference has no value or no error.

    Examples
    --------
    >>> from dyadsim.analysis.estimate import from_standard_error
    >>> equivalent(from_standard_error(0.1, 0.2, n=60))
    Equivalence(not_significant=True, shown=False)
    """
    if not margin > 0:
        raise ValueError(f"the margin of equivalence must be above 0, it is {margin}")
    if math.isnan(difference.value + difference.standard_error):
        raise ValueError("a difference without a value or an error cannot be judged")
    one_sided, two_sided = (float(stdtrit(degrees_of_freedom, p)) for p in (0.95, 0.975))
    shown = abs(difference.value) + one_sided * difference.standard_error < margin
    unclear = abs(difference.value) < two_sided * difference.standard_error
    return Equivalence(unclear, shown)
