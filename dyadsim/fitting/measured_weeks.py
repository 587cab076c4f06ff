"""Which weeks are measured in earnest, and whether scores belong to sessions or to weeks.

A week in which a handful of clients have a score is no wave: it counts with its neighbour, and the
number of scores is printed.
"""

from typing import Any, NamedTuple

import numpy as np

from dyadsim.checks import known_name
from dyadsim.fitting.client_data import ClientData
from dyadsim.fitting.client_table import Codes, Floats

MEASURED = ("sessions", "weeks")
FEW = 0.05  # share of clients below which a week is not measured in earnest
FEWEST = 3  # scores a week must have in any case: fewer have no spread
STRAY = 0.1  # share of scores at such weeks, up to which they do not speak for sessions
WAVES = 8  # distinct weeks up to which data are assessments of everybody, not sessions
LEAST = 0.35  # share of clients at a typical week, from which on it is taken for an assessment
COMPLETE = 0.9  # share of all weeks and clients measured: scores that do not end with care


class Weeks(NamedTuple):
    """The distinct weeks of data, clients with a score at each, and whether these are a few."""

    week: Floats
    scores: Codes
    few: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def common(self) -> Floats:
        """The weeks that are measured in earnest."""
        return np.asarray(self.week[~self.few])


def weeks_of_data(data: ClientData) -> Weeks:
    """Return the distinct weeks of data."""
    week, place = np.unique(data.week, return_inverse=True)
    scores = np.bincount(place)
    return Weeks(week, scores, are_few(scores, data.clients))


def are_few(scores: Codes, clients: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which numbers of scores are no wave of so many clients.

    Examples
    --------
    >>> import numpy as np
    >>> are_few(np.array([437, 14, 390]), 437).tolist()
    [False, True, False]
    """
    few = scores < max(FEWEST, FEW * clients)
    return few if not few.all() else np.zeros_like(few)


def belong_to_weeks(weeks: Weeks, clients: int, stated: str | None) -> bool:
    """Return whether scores are assessments of everybody, in treatment or not.

    Parameters
    ----------
    weeks
        The weeks of the data.
    clients
        The number of clients.
    stated
        "sessions" or "weeks"; None: told from the data. Few weeks with many clients at each, or
        clients of whom nearly all are measured every week to the end, are assessments.

    Raises
    ------
    BadInput
        Another word.
    """
    if stated is not None:
        return known_name("way", stated, MEASURED, where="data.measured") == "weeks"
    stray = weeks.scores[weeks.few].sum() <= STRAY * weeks.scores.sum()
    scores = weeks.scores[~weeks.few] if stray else weeks.scores
    few_weeks = len(scores) <= WAVES and float(np.median(scores)) / clients >= LEAST
    return few_weeks or float(scores.mean()) / clients >= COMPLETE


def few_words(weeks: Weeks, clients: int) -> list[str]:
    """Return words for the weeks that are not measured in earnest; none where there are none."""
    if not weeks.few.any():
        return []
    pairs = zip(weeks.week[weeks.few], weeks.scores[weeks.few], strict=True)
    few = [f"week {week:g} ({count} of {clients} clients)" for week, count in pairs]
    shown = few if len(few) <= 4 else [*few[:3], f"{len(few) - 3} more such weeks"]
    listed = ", ".join(shown)
    return [f"weeks with few scores are no waves, each counts with its neighbour: {listed}"]
