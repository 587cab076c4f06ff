"""What a simulated value says about a published fact: met, violated, or undecided.

The simulated value has a Monte-Carlo error, so it has an interval. Inside the published band the
fact is met, outside it is violated; where the interval holds an edge of the band, nothing is
decided yet: more clients would tell. Source: a rule of this project (docs/background/facts.md,
"When a fact is met").
"""

import math
from collections.abc import Iterable
from typing import Literal

from dyadsim.analysis.monte_carlo import t_quantile
from dyadsim.evidence.fact import Fact

Verdict = Literal["met", "violated", "undecided"]
MET: Verdict = "met"
VIOLATED: Verdict = "violated"
UNDECIDED: Verdict = "undecided"
VERDICTS = (MET, VIOLATED, UNDECIDED)
FEWEST = 4
"""Repeats from whose spread an error can be judged: of two or three that happen to agree, the error
is far too small (an assumption of this project)."""
SIGNS: dict[str, str] = {MET: "✓", VIOLATED: "✗", UNDECIDED: "?"}
"""How a verdict is written in a table."""


def judge_fact(
    fact: Fact,
    simulated: float,
    standard_error: float,
    *,
    repeats: float = math.inf,
    level: float = 0.95,
) -> Verdict:
    """Return whether a simulated value meets a fact, violates it, or leaves it undecided.

    The interval is `simulated` ± t `standard_error`. "ci", "band": met inside [low, high], violated
    outside, a missing end being infinite. "sign": met strictly above 0, violated at or below 0.
    "bound": the same as a band, but the error counts at the bound only, as the other end is where
    the scale ends. A value or an error that is not known (NaN) decides nothing, nor do fewer than
    `FEWEST` repeats.
    Source: a rule of this project (docs/background/facts.md, "When a fact is met").

    Parameters
    ----------
    fact
        The published number.
    simulated
        The simulated value, in the unit of the statistic.
    standard_error
        Its Monte-Carlo error, 0 or more; NaN: not known.
    repeats
        From how many repeats the error was estimated; infinite: from very many clients.
    level
        Of the interval.

    Returns
    -------
    str
        One of `VERDICTS`.

    Raises
    ------
    ValueError
        `standard_error` is negative.

    Examples
    --------
    >>> from dyadsim.evidence.fact import load_facts
    >>> fact = load_facts()[0]
    >>> fact.low, fact.high
    (0.256, 0.299)
    >>> [judge_fact(fact, value, 0.005) for value in (0.28, 0.295, 0.35)]
    ['met', 'undecided', 'violated']
    >>> judge_fact(fact, 0.35, 0.0, repeats=2)
    'undecided'
    """
    if standard_error < 0:
        raise ValueError(f"standard_error is {standard_error}; a standard error is never negative")
    if repeats < FEWEST:
        return UNDECIDED
    margin = t_quantile(repeats, level) * standard_error
    return judge_interval(fact, simulated, simulated - margin, simulated + margin)


def judge_interval(fact: Fact, simulated: float, lowest: float, highest: float) -> Verdict:
    """Return the verdict about a simulated value with an interval of any form.

    Parameters
    ----------
    fact
        The published number.
    simulated
        The simulated value, in the unit of the statistic.
    lowest, highest
        Ends of its interval; NaN: not known.

    Returns
    -------
    str
        One of `VERDICTS`, by the rule of `judge_fact`.

    Examples
    --------
    >>> from dyadsim.evidence.fact import load_facts
    >>> judge_interval(load_facts()[0], 0.28, 0.27, 0.29)
    'met'
    """
    low = -math.inf if fact.low is None else fact.low
    high = math.inf if fact.high is None else fact.high
    if math.isnan(simulated + lowest + highest):
        return UNDECIDED
    if fact.kind == "sign":
        return _of(met=lowest > low, violated=highest <= low)
    if fact.kind == "bound" and fact.estimate == fact.high:  # the scale ends at low
        met = low <= simulated and highest <= high
        return _of(met=met, violated=simulated < low or lowest > high)
    if fact.kind == "bound":
        met = low <= lowest and simulated <= high
        return _of(met=met, violated=highest < low or simulated > high)
    met = low <= lowest and highest <= high
    return _of(met=met, violated=highest < low or lowest > high)


def _of(*, met: bool, violated: bool) -> Verdict:
    return MET if met else VIOLATED if violated else UNDECIDED


def is_inside(fact: Fact, value: float) -> bool:
    """Return whether a value alone, without its error, lies where a fact says.

    For a value whose error is not known, such as one point of a sweep; it is no verdict.

    Parameters
    ----------
    fact
        The published number.
    value
        In the unit of the statistic; NaN lies nowhere.

    Returns
    -------
    bool
        True inside the published interval, its ends included; strictly above 0 for a sign.
    """
    return judge_interval(fact, value, value, value) == MET


def count_verdicts(verdicts: Iterable[str]) -> dict[str, int]:
    """Return how often each verdict was given.

    Parameters
    ----------
    verdicts
        Of several facts.

    Returns
    -------
    dict
        met, violated, undecided.

    Examples
    --------
    >>> count_verdicts(["met", "met", "undecided"])
    {'met': 2, 'violated': 0, 'undecided': 1}
    """
    names = list(verdicts)
    return {verdict: names.count(verdict) for verdict in VERDICTS}


def verdicts_text(verdicts: Iterable[str]) -> str:
    """Return the counts of all three verdicts in words.

    Examples
    --------
    >>> verdicts_text(["met", "met", "violated"])
    '2 met, 1 violated, 0 undecided'
    """
    return ", ".join(f"{count} {verdict}" for verdict, count in count_verdicts(verdicts).items())
