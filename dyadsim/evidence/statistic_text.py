"""How a statistic is written, as in `facts.csv`, and how that is read.

name, name@8_weeks, or name(argument;argument) without blanks. An argument is a word, a word at a
session (alliance_score@3), over sessions (alliance_score@3_to_5), at the end (PHQ9@last), or at a
time (no_relapse@52_weeks_after).
"""

import re
from typing import NamedTuple

LAST = -1
"""`Argument.at` of a score at the end: a client's last one before follow-up."""

_TIME = r"(?:(?P<last>last)|(?P<at>\d+)(?:_to_(?P<until>\d+)|_(?P<unit>[a-z]+(?:_[a-z]+)*))?)"
_STATISTIC = re.compile(
    r"(?P<name>[a-z]\w*)(?:@(?P<at>\d+)_(?P<unit>[a-z]+(?:_[a-z]+)*)|\((?P<arguments>[^()]+)\))?",
    re.ASCII,
)
_ARGUMENT = re.compile(rf"(?P<name>[A-Za-z]\w*)(?:@{_TIME})?", re.ASCII)


class Argument(NamedTuple):
    """One argument of a statistic: a score, arm, group or number of sessions, and its time.

    Attributes
    ----------
    name
        The word.
    at
        Session, or number of `unit`; `LAST`: the end; None: no time is named. For
        "remission@13_weeks" the only argument is ("weeks", 13).
    until
        The last session of a range; None: a single one.
    unit
        "weeks", "weeks_after" and the like; "": sessions.
    """

    name: str
    at: int | None
    until: int | None = None
    unit: str = ""

    def __str__(self) -> str:
        """Return the argument as it is written."""
        if self.at is None:
            return self.name
        if self.at == LAST:
            return f"{self.name}@last"
        until = "" if self.until is None else f"_to_{self.until}"
        return f"{self.name}@{self.at}{until}{self.unit and '_'}{self.unit}"


def parse_statistic(statistic: str) -> tuple[str, tuple[Argument, ...]]:
    """Return name and arguments of a statistic.

    Parameters
    ----------
    statistic
        As `facts.csv` writes it.

    Returns
    -------
    tuple
        The name, and a tuple of `Argument`.

    Raises
    ------
    ValueError
        It cannot be read; the message quotes it and the rule.

    Examples
    --------
    >>> [str(part) for part in parse_statistic("trend(alliance_score@5;alliance_score@10)")[1]]
    ['alliance_score@5', 'alliance_score@10']
    >>> parse_statistic("mean(alliance_score@3_to_5)")[1][0].until
    5
    >>> parse_statistic("remission@13_weeks")[1][0][:2]
    ('weeks', 13)
    >>> parse_statistic("d_pre_post")
    ('d_pre_post', ())
    """
    match = _STATISTIC.fullmatch(statistic)
    if match is None:
        raise _unreadable(statistic)
    if match["at"]:
        return match["name"], (Argument(match["unit"], int(match["at"])),)
    written = match["arguments"].split(";") if match["arguments"] else []
    return match["name"], tuple(_argument(part, statistic) for part in written)


def _argument(part: str, statistic: str) -> Argument:
    match = _ARGUMENT.fullmatch(part)
    if match is None:
        raise _unreadable(statistic)
    if match["last"]:
        return Argument(match["name"], LAST)
    at, until = (int(match[time]) if match[time] else None for time in ("at", "until"))
    if at is not None and until is not None and until <= at:
        raise ValueError(f"{statistic}: sessions {at} to {until} must be written first to last")
    return Argument(match["name"], at, until, match["unit"] or "")


def _unreadable(statistic: str) -> ValueError:
    return ValueError(
        f"cannot read the statistic {statistic!r}; write name, name@8_weeks, name(argument),"
        " name(argument@3;argument) or name(argument@3_to_5), without blanks"
    )
