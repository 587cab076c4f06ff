"""A statistic of one's own data: an estimate with its line of R, or the reason for none."""

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dyadsim.analysis.estimate import Estimate
from dyadsim.fitting.own_definitions import r_line
from dyadsim.fitting.own_tables import OwnTables

UNVARYING = {"pre": "the first scores", "post": "the last scores", "first": "the values"}


class Statistic(NamedTuple):
    """A statistic of an arm, or of two; `estimate` is None where the data do not allow it.

    `key` is one of `own_definitions.DEFINITIONS`; `group` says whose and when; `note` what to bear
    in mind, or the reason; `r` is the line of R after `own_definitions.START`.
    """

    key: str
    group: str
    estimate: Estimate | None
    note: str = ""
    r: str = ""


def statistic_or_reason(
    key: str,
    group: str,
    compute: Callable[[], Estimate],
    *,
    tables: OwnTables,
    arms: tuple[str, ...],
    note: str = "",
    percent: bool = False,
    **values: object,
) -> Statistic:
    """Return a statistic, or the reason why there is none.

    Parameters
    ----------
    key, group, note
        As in `Statistic`.
    compute
        Returns the estimate, or raises ValueError with the reason.
    tables, arms
        Of the data; the arms that the line of R takes.
    percent
        Whether the estimate is a share that is to be given in per cent.
    **values
        What the line of R needs beside.

    Returns
    -------
    Statistic
        With its line of R where there is an estimate.
    """
    try:
        estimate = compute()
    except (ValueError, ZeroDivisionError) as error:  # BadInput and BadData are ValueErrors
        return Statistic(key, group, None, reason_in_words(error))
    if not np.isfinite(estimate.value):
        return Statistic(key, group, None, "too few values, or values that do not vary")
    if percent:
        value, deviation, low, high = (100 * number for number in estimate[:4])
        estimate = Estimate(value, deviation, low, high, estimate.n)
    return Statistic(key, group, estimate, note, r_line(key, tables.scale, arms, **values))


def reason_in_words(error: Exception) -> str:
    """Return why there is no estimate, without the names that an analysis gives its arguments.

    Parameters
    ----------
    error
        Of a function of `analysis`.

    Returns
    -------
    str
        A clause without a full stop.

    Examples
    --------
    >>> reason_in_words(ValueError("'control' needs at least 3 clients, it has 1"))
    'an arm needs at least 3 scores then, one has 1'
    >>> reason_in_words(ValueError("'pre' has no variance: every client scores -15"))
    'the first scores do not vary'
    """
    text = str(error).rstrip(".")
    few = re.fullmatch(r"'(?:treated|control)' needs at least 3 clients, it has (\d+)", text)
    if few:
        return f"an arm needs at least 3 scores then, one has {few[1]}"
    same = re.match(r"'(\w+)' has no variance", text)
    return f"{UNVARYING.get(same[1], 'the values')} do not vary" if same else text
