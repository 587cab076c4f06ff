"""What may be said of a file's form: where its table lies, and how it becomes a long one."""

from collections.abc import Mapping
from typing import NamedTuple

FIRST, SESSIONS = "first", "sessions"  # of `dates`: since each client's first score, or counted


class TableChoices(NamedTuple):
    """How the file is to be read.

    `sheet`: name or number (from 1 on) of an Excel sheet. `encoding`: of a text file, None: from
    its bytes. `decimal`: "comma" or "point", None: from the file. `missing`: cells that stand for
    a missing value. `wide`: role (score, alliance, time) -> columns of the waves, such as
    "bdi_s{time}", with "{item}" where each wave has items. `items`: columns whose sum is the
    score. `missing_items`: share of the items that may be missing, 0 to 1. `times`: word for a
    wave -> its time. `dates`: times are dates; "first", "sessions", or the column of the day since
    which weeks are counted. `day_first`: of dates such as 3/4/2024, None: from the file. `alike`:
    names that differ only by capitals or blanks, "refuse", "apart" or "same".
    """

    sheet: str | int | None = None
    encoding: str | None = None
    decimal: str | None = None
    missing: tuple[str, ...] = ()
    wide: Mapping[str, str] = {}
    items: tuple[str, ...] = ()
    missing_items: float = 0.2  # assumption: the usual rule of manuals is 10 to 20 per cent
    times: Mapping[str, float] = {}
    dates: str | None = None
    day_first: bool | None = None
    alike: str = "refuse"

    def unit(self, unit: str) -> str:
        """Return the unit of time: dates become days, or sessions where they are counted."""
        if self.dates is None:
            return unit
        return "session" if self.dates == SESSIONS else "day"


AS_IT_LIES = TableChoices()
