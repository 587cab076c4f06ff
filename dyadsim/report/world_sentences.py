"""The choice among worlds in sentences: its verdict, or why there is none and what would help."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dyadsim.fitting.fit import EFFORTS
from dyadsim.fitting.world_choice import SURE, WorldChoice
from dyadsim.fitting.world_verdict import (
    FEW,
    FEWEST_DRAWS,
    OUTSIDE,
    UNCALIBRATED,
    UNLIKE,
    UNSTABLE,
    interval_at,
    judge_worlds,
)

_EDGE = 0.005  # a probability nearer to 0 or 1 is not told from them


def percent(share: float) -> str:
    """Return a probability in per cent; never 0 % or 100 %, which a simulation cannot find.

    Examples
    --------
    >>> percent(0.46), percent(0.998), percent(1e-9)
    ('46%', '>99%', '<1%')
    """
    if share < _EDGE:
        return "<1%"
    return f"{share:.0%}" if share <= 1 - _EDGE else ">99%"


def share_words(share: float, low: float, high: float) -> str:
    """Return a probability with its interval, such as "46% [12%, 83%]"."""
    return f"{percent(share)} [{percent(low)}, {percent(high)}]"


def decimal_share(share: float) -> str:
    """Return a small share in per cent with a decimal, "100%" without."""
    return f"{share:.1%}" if share < 1 else "100%"


def world_table(choice: WorldChoice, far: Mapping[str, float]) -> pd.DataFrame:
    """Return the worlds with what is known of them, a row each.

    Parameters
    ----------
    choice
        Probabilities of the worlds with their simulation error.
    far
        World -> share of its simulated data sets that lie as far out as the data.

    Returns
    -------
    DataFrame
        world, probability, low, high, log_odds_error, far, in_words.
    """
    rows = zip(choice.probability, choice.low, choice.high, strict=True)
    return pd.DataFrame(
        {
            "world": choice.worlds,
            "probability": choice.probability,
            "low": choice.low,
            "high": choice.high,
            "log_odds_error": choice.error,
            "far": [far[name] for name in choice.worlds],
            "in_words": [share_words(*numbers) for numbers in rows],
        }
    )


def worlds_line(choice: WorldChoice) -> str:
    """Return the probabilities of all worlds in a line, with their simulation error."""
    rows = zip(choice.worlds, choice.probability, choice.low, choice.high, strict=True)
    shares = ", ".join(f"{name} {share_words(*numbers)}" for name, *numbers in rows)
    return (
        f"worlds: {shares}. In brackets: {SURE:.0%} interval of simulation error, "
        f"{choice.draws:,} simulated data sets a world."
    )


def verdict_sentence(choice: WorldChoice, far: Mapping[str, float]) -> str:
    """Return which world the data speak for and how well such data can tell, or why none.

    Parameters
    ----------
    choice
        Probabilities of the worlds with their simulation error.
    far
        World -> share of its simulated data sets that lie as far out as the data.

    Returns
    -------
    str
        A sentence or two.
    """
    verdict = judge_worlds(choice, far)
    if verdict.claim is None:
        reasons = "; ".join(_reason(reason, choice, far) for reason in verdict.withheld)
        return f"No verdict among the worlds: {reasons}."
    best = choice.worlds.index(verdict.world)
    right = choice.confusion.to_numpy()[best, best]
    most = "; the most probable is" if verdict.claim == "do not decide" else ""
    return (
        f"Among the worlds, the data {verdict.claim}{most} {verdict.world} "
        f"({_best_words(choice)}, the interval of simulation error); data simulated in that world "
        f"give it {right:.0%} on average."
    )


def short_reason(choice: WorldChoice, far: Mapping[str, float]) -> str:
    """Return in a few words why there is no verdict, for a figure; "": there is one."""
    every = all(far[name] < OUTSIDE for name in choice.worlds)
    words = {
        UNLIKE: f"the data are unlike {'every' if every else 'the most probable'} world",
        FEW: f"{choice.draws:,} simulated data sets a world are too few",
        UNSTABLE: "the simulation error is too large",
        UNCALIBRATED: "stated probabilities are not right",
    }
    verdict = judge_worlds(choice, far)
    return words[verdict.withheld[0]] if verdict.withheld else ""


def _best_words(choice: WorldChoice) -> str:
    best = int(np.argmax(choice.probability))
    return share_words(choice.probability[best], choice.low[best], choice.high[best])


def _reason(reason: str, choice: WorldChoice, far: Mapping[str, float]) -> str:
    """Return why there is no verdict, and what would help."""
    verdict = judge_worlds(choice, far)
    hint = "" if UNLIKE in verdict.withheld else _larger_budget(choice, verdict.draws_needed)
    if reason == UNLIKE:
        if all(far[name] < OUTSIDE for name in choice.worlds):
            return "data like these come out of none of them"
        return f"data like these do not come out of the most probable one, {verdict.world}"
    if reason == FEW:
        few = f"{choice.draws:,} simulated data sets a world are too few"
        least = f", {FEWEST_DRAWS:,} are the least"
        return few + least + ("" if UNSTABLE in verdict.withheld else hint)
    if reason == UNSTABLE:
        return (
            f"simulation error leaves {verdict.world} at {_best_words(choice)}, so another seed "
            f"may say otherwise{hint}"
        )
    return (
        f"probabilities stated for simulated data sets are off by {100 * choice.off:.0f} points on "
        "average"
    )


def _larger_budget(choice: WorldChoice, draws: int) -> str:
    """Return how many draws are needed, which budget has them, and what error it would leave."""
    needed = f"; about {draws:,} simulated data sets a world would be enough"
    larger = [(name, effort.draws) for name, effort in EFFORTS.items() if effort.draws >= draws]
    if not larger:
        return f"{needed}, more than those of budget=large ({EFFORTS['large'].draws:,})"
    name, count = larger[0]
    best = int(np.argmax(choice.probability))
    low, high = (ends[best] for ends in interval_at(choice, count))
    return (
        f"{needed}, and budget={name} with its {count:,} would leave about {percent(low)} to "
        f"{percent(high)} if the probability stayed where it is"
    )
