"""What a field concludes from its trials: "empirically supported", "equivalent".

The rule for an empirically supported treatment is the one that the founding paper and the
project's model name: two positive trials by independent teams. A trial is positive if the therapy
beats its comparator at the two-sided 5 % level.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from scipy.special import ndtri

from dyadsim.analysis.columns import require
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate

ONE_SIDED = float(ndtri(0.95))


def empirically_supported(
    trials: pd.DataFrame,
    *,
    effect: str = "g",
    standard_error: str = "standard_error",
    team: str = "team",
    needed: int = 2,
) -> bool:
    """Whether `needed` teams or more each have a positive trial; one row a trial, g > 0 = better.

    Raises ValueError for an unknown column.
    """
    require(trials, effect, standard_error, team)
    positive = trials[effect] > NORMAL_QUANTILE * trials[standard_error]
    return bool(trials.loc[positive, team].nunique() >= needed)


class Equivalence(NamedTuple):
    """What two reviewers call equivalent: `not_significant` (an error of reasoning: no proof of a
    difference is no proof of none) and `shown`: the 90 % interval lies inside ± the margin (two
    one-sided tests at 5 %)."""

    not_significant: bool
    shown: bool


def equivalent(difference: Estimate, margin: float = 0.2) -> Equivalence:
    """Return both verdicts on a difference; `margin` in its unit, above 0, an assumption.

    Raises ValueError if the margin is not above 0.
    """
    if not margin > 0:
        raise ValueError(f"the margin of equivalence must be above 0, it is {margin}")
    reach = ONE_SIDED * difference.standard_error
    inside = abs(difference.value) + reach < margin
    unclear = abs(difference.value) < NORMAL_QUANTILE * difference.standard_error
    return Equivalence(unclear, inside)
