"""May a verdict among worlds be given? Only where another seed would give the same.

A verdict is withheld where the data are unlike those of the most probable world, where the table is
too small, where simulation error leaves the probabilities open, and where probabilities stated for
simulated data sets are not right. Else it is read off the low end of the interval of error.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import beta
from scipy.stats import t as student

from dyadsim.fitting.world_choice import FOLDS, SURE, WorldChoice, share_of

type Floats = np.ndarray[Any, np.dtype[np.float64]]

OUTSIDE = 0.01  # share of simulated data sets as far out: below, the data are like none of them
FEWEST_DRAWS = 2000  # of each world: below, log odds still drift with the number (assumption)
LEAN, SPEAK = 0.6, 0.9  # probabilities above which data lean towards a world, and speak for it
WIDEST = SPEAK - LEAN  # of an interval of error: a wider one leads from undecided to decided
FURTHEST_OFF = 0.05  # mean distance of stated and found shares that is tolerated (assumption)
UNLIKE, FEW, UNSTABLE, UNCALIBRATED = "unlike", "few draws", "unstable", "not calibrated"


class WorldVerdict(NamedTuple):
    """The verdict among worlds, or why there is none.

    `world`: the most probable. `claim`: "speak for", "lean towards" or "do not decide"; None where
    it is withheld. `withheld`: the reasons, the gravest first. `draws_needed`: simulated data sets
    of each world that would be enough for a verdict, roughly.
    """

    world: str
    claim: str | None
    withheld: tuple[str, ...]
    draws_needed: int


def judge_worlds(choice: WorldChoice, far: Mapping[str, float]) -> WorldVerdict:
    """Return the verdict among worlds.

    Parameters
    ----------
    choice
        Probabilities of the worlds with their simulation error.
    far
        World -> share of its simulated data sets that lie as far out as the data
        (`coverage.typicality`).

    Returns
    -------
    WorldVerdict
        The verdict, or the reasons for none.
    """
    best = int(np.argmax(choice.probability))
    reasons = {
        UNLIKE: far[choice.worlds[best]] < OUTSIDE,
        FEW: choice.draws < FEWEST_DRAWS,
        UNSTABLE: (choice.high - choice.low).max() > WIDEST,
        UNCALIBRATED: choice.off > FURTHEST_OFF,
    }
    withheld = tuple(reason for reason, holds in reasons.items() if holds)
    claim = None if withheld else _claim(float(choice.low[best]))
    return WorldVerdict(choice.worlds[best], claim, withheld, _draws_needed(choice))


def _claim(share: float) -> str:
    """Return what a probability deserves to be called."""
    if share > SPEAK:
        return "speak for"
    return "lean towards" if share > LEAN else "do not decide"


def interval_at(choice: WorldChoice, draws: int) -> tuple[Floats, Floats]:
    """Return the intervals that a table of another size would have, roughly, low and high (world,).

    The probabilities are taken to stay where they are, and the error to shrink with the root of the
    number of draws.

    Parameters
    ----------
    choice
        Probabilities of the worlds with their simulation error.
    draws
        Simulated data sets of each world.

    Returns
    -------
    tuple of ndarray
        Low and high ends, `(world,)`.
    """
    shares = np.clip(choice.probability, 1e-300, 1 - 1e-16)
    log_odds = np.log(shares) - np.log1p(-shares)
    room = float(student.ppf((1 + SURE) / 2, FOLDS - 1)) * choice.error
    room = room * np.sqrt(choice.draws / draws)
    return share_of(log_odds - room), share_of(log_odds + room)


def _draws_needed(choice: WorldChoice) -> int:
    """Return the draws of each world at which a verdict is stable, to two digits."""
    draws = float(FEWEST_DRAWS)
    for _ in range(400):
        low, high = interval_at(choice, int(draws))
        if (high - low).max() <= WIDEST:
            break
        draws *= 1.05
    unit: int = 10 ** (len(str(int(draws))) - 2)
    return math.ceil(draws / unit) * unit


def share_interval(share: float, count: int) -> tuple[float, float]:
    """Return the `SURE` interval of a share that was counted (Clopper-Pearson, exact).

    Parameters
    ----------
    share
        The share counted, 0 to 1.
    count
        Of how many.

    Returns
    -------
    tuple of float
        Low and high end.

    Examples
    --------
    >>> low, high = share_interval(0.0, 600)
    >>> low, round(high, 4)
    (0.0, 0.0061)
    """
    hits, tail = round(share * count), (1 - SURE) / 2
    low = float(beta.ppf(tail, hits, count - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, count - hits)) if hits < count else 1.0
    return low, high
