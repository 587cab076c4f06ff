"""How often a study is repeated until its facts are decided.

A fact far from the edges of its band is decided by few clients, one near an edge needs many. Each
study is repeated `FIRST` times; then only the facts that are not clear yet are simulated on, in
steps, up to `MOST` repeats. Clear means that the 99.9 % interval lies on one side of every edge.
The verdict itself is then given at 95 %: looking early this strictly spends next to nothing of the
5 % (a rule of group-sequential trials; its numbers here are assumptions).

A fact that is clear and met has an error below a third of the half-width of its band, because 3.3
errors fit between its value and the nearer edge. A fact that stays undecided after `MOST` repeats
lies so near to an edge that the scoreboard cannot tell either.
"""

from collections.abc import Sequence

import numpy as np

from dyadsim.analysis.monte_carlo import error_of_mean
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.verdict import UNDECIDED, judge_fact

CLIENTS = 4000
"""Clients of a repeat: fewer bias the variance components, more are slower (cache)."""
STEPS = (8, 12, 16, 24, 32, 40, 50, 60)
"""Repeats after which is looked; 60 x 4,000 clients are those of the published scoreboard."""
FIRST, MOST = STEPS[0], STEPS[-1]
CLEAR = 0.999
"""Level of the interval that must be clear of every edge to stop before `MOST` repeats."""


def is_clear(fact: Fact, values: Sequence[float]) -> bool:
    """Return whether a fact needs no further repeats.

    Parameters
    ----------
    fact
        The published number.
    values
        Of its statistic, one a repeat; may be empty.

    Returns
    -------
    bool
        True where the interval of the mean is clear of every edge. Repeats that all gave the same
        value, or one without a value, will not be helped by more.

    Examples
    --------
    >>> from dyadsim.evidence.fact import load_facts
    >>> fact = load_facts()[0]
    >>> fact.low, fact.high
    (0.256, 0.299)
    >>> is_clear(fact, [0.277, 0.278, 0.279, 0.278]), is_clear(fact, [0.25, 0.27, 0.26, 0.28])
    (True, False)
    """
    if not values:
        return False
    mean, error = float(np.mean(values)), float(error_of_mean(values))
    if mean != mean:
        return True
    verdict = judge_fact(fact, mean, error, repeats=len(values), level=CLEAR)
    return verdict != UNDECIDED
