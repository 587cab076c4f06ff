"""Time of a file as weeks of the study: nobody's wave is moved unless it is asked for."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.checks import known_name
from dyadsim.errors import BadData, BadInput
from dyadsim.fitting import repeated_scores
from dyadsim.fitting.client_table import ClientTable
from dyadsim.fitting.table_choices import AS_IT_LIES, TableChoices
from dyadsim.studies.schedule import MOST_WEEKS

DAYS = {  # days in a unit of time, at a session a week
    "session": 7.0,
    "week": 7.0,
    "day": 1.0,
    "month": 365.25 / 12,
}
ROUNDED = ("day", "month")  # units whose times are rounded to weeks
THERAPIST_RULES = ("refuse", "first", "most")
MOST_WITHOUT_INTAKE = 0.5  # share of clients beyond which time 0 is hardly the intake


class FileChoices(NamedTuple):
    """What a researcher may say of the file.

    `where`: column -> values, the rows that count. `therapist`: whose a client is who changes,
    refuse, first or most (rows). `repeated`: several scores of a client in one week, refuse (beyond
    a few per cent; else their mean), mean, first or last. `rebase`: count each client's time from
    the first score. `baseline`: time of the intake, in the file's unit; None: 0, or the first time
    in the file where nobody has 0. `per_week`: sessions a week, of the unit "session". `form`: how
    the file becomes a long table.
    """

    where: Mapping[str, Sequence[str]] = {}
    therapist: str = "refuse"
    repeated: str = "refuse"
    rebase: bool = False
    baseline: float | None = None
    per_week: float = 1.0
    form: TableChoices = AS_IT_LIES


AS_IT_IS = FileChoices()


def check_choices(unit: str, choices: FileChoices) -> None:
    """Refuse choices that do not exist."""
    if unit not in DAYS:
        raise BadInput(f"data.unit must be one of {', '.join(DAYS)}, not '{unit}'.")
    known_name("rule", choices.therapist, THERAPIST_RULES, where="data.therapist")
    known_name("rule", choices.repeated, repeated_scores.RULES, where="data.repeated")
    if choices.rebase and choices.baseline is not None:
        raise BadInput(
            "data.rebase counts from each client's first score: leave data.baseline out."
        )


def scored_rows(
    rows: pd.DataFrame, unit: str, choices: FileChoices, assumed: list[str]
) -> pd.DataFrame:
    """Return the rows with a score, with their week; rows without one left out."""
    spacing = "" if choices.per_week == 1 else f", {choices.per_week:g} a week"
    note = {
        "session": spacing or ", a week apart",
        **dict.fromkeys(ROUNDED, f", rounded to {'sessions' if spacing else 'weeks'}{spacing}"),
    }.get(unit, "")
    assumed.append(f"time is counted in {unit}s{note}")
    unknown = int(rows["score"].isna().sum())
    if unknown:
        assumed.append(f"{unknown} rows without a score were left out")
    rows = rows[rows["score"].notna()].copy()
    grid = 1 / max(choices.per_week, 1.0)  # weeks
    unit_weeks = 1 / choices.per_week if unit == "session" else DAYS[unit] / 7
    zero = _intake_time(rows, unit_weeks / grid, choices, assumed)
    exact = (rows["time"] - zero) * unit_weeks / grid
    rounded = np.rint(exact)
    if unit not in ROUNDED and not np.allclose(exact, rounded, atol=0.01):
        between = int((abs(exact - rounded) > 0.01).sum())
        assumed.append(f"{between} times between two {unit}s were rounded")
    rows["week"] = rounded * grid
    return rows


def refuse_far_times(table: ClientTable, rows: pd.DataFrame) -> None:
    """Refuse a score later than any study lasts: its time is a date or a slip, and no week.

    Parameters
    ----------
    table
        The file with its roles.
    rows
        The rows that have a score: `week`, and as index the row in the table.

    Raises
    ------
    BadData
        A week beyond `schedule.MOST_WEEKS`; the message names the first such row.
    """
    far = rows.index[(rows["week"] > MOST_WEEKS).to_numpy()]
    if len(far):
        row, week = int(far[0]), float(rows["week"].loc[far[0]])
        more = f" ({len(far) - 1} more like it)" if len(far) > 1 else ""
        table.refuse(
            row,
            "time",
            table.text("time").loc[row],
            f"would be week {week:.4g}; a study lasts {MOST_WEEKS:g} weeks at most{more}",
            ". Is data.unit right? Of dates: data.dates=first, or the column of the intake",
        )


def _intake_time(
    rows: pd.DataFrame, scale: float, choices: FileChoices, assumed: list[str]
) -> pd.Series | float:
    """Return the time of the intake: of the study, or of each client."""
    if choices.rebase:
        assumed.append("each client's first score is the intake (data.rebase)")
        return rows.groupby("client")["time"].transform("min")
    if choices.baseline is not None:
        early = int(((rows["time"] - choices.baseline) * scale < -0.5).sum())
        if early:
            raise BadData(
                f"data.baseline={choices.baseline:g}: {early} scores lie before it; it is the time "
                "of the intake, the first of all."
            )
        return choices.baseline
    first = float(rows["time"].min()) if len(rows) else 0.0
    if round(first * scale) == 0:
        return 0.0
    assumed.append(
        f"nobody has a score at time 0, so time {first:g}, the first in the file, is everybody's "
        "intake (data.baseline=0: nobody's was measured)"
    )
    return first


def say_intake(path: str, weekly: pd.DataFrame, choices: FileChoices, assumed: list[str]) -> None:
    """Say how many have no score at intake; refuse a file in which most have none."""
    clients = weekly["client"].nunique()
    missing = clients - weekly.loc[weekly["week"] == 0, "client"].nunique()
    if not missing:
        return
    if missing > MOST_WITHOUT_INTAKE * clients and choices.baseline is None:
        raise BadData(
            f"{path}: {missing} of {clients} clients have no score at time 0, the intake. "
            "data.rebase=true counts each client's time from the first score; data.baseline=T says "
            "that T is the time of everybody's intake, and leaves a missing one missing."
        )
    assumed.append(
        f"{missing} of {clients} clients have no score at intake: it stays missing, and their "
        "other scores stay at their time (data.rebase=true counts from each client's first score)"
    )
