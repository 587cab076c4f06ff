"""A researcher's table, read and checked: who was measured when, and what was assumed.

Long: one row a client and occasion. Everything that had to be assumed is kept in words and printed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import require
from dyadsim.errors import BadData, BadInput
from dyadsim.model.questionnaires import Instrument, named

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Whole = np.ndarray[Any, np.dtype[np.int64]]

DAYS = {"session": 7.0, "week": 7.0, "day": 1.0}  # days in a unit of time; a session is a week
NEEDED, OPTIONAL = ("client", "time", "score"), ("arm", "therapist", "alliance")
FEWEST = 10  # clients: fewer say next to nothing


class Data(NamedTuple):
    """Measurements of `n` clients.

    week (row,) whole weeks since the client's intake; client (row,) 0 to n - 1; score (row,);
    alliance (row,), NaN where there is none; arm, therapist (client,) codes, -1 = none;
    arms: names by code; assumed: what was taken for granted, a sentence each.
    """

    client: Whole
    week: Whole
    score: Floats
    alliance: Floats
    arm: Whole
    therapist: Whole
    arms: tuple[str, ...]
    instrument: Instrument
    assumed: tuple[str, ...]

    @property
    def clients(self) -> int:
        """The number of clients."""
        return len(self.arm)


def read(
    path: str,
    columns: Mapping[str, str],
    instrument: str | Instrument,
    unit: str = "session",
    reverse: bool = False,
) -> Data:
    """Return the measurements of a csv or Parquet file.

    Parameters
    ----------
    path
        the file. columns: role (`NEEDED`, `OPTIONAL`) -> name of the column.
    instrument
        of the score, or a name of `measures.SYMPTOM_INSTRUMENTS`.
    unit
        of time: "session" (taken as weekly), "week" or "day".
    reverse
        high scores are good: turned round within the instrument's range.

    Raises
    ------
    BadData
        no such file or column, or a cell that cannot be used (row, column, value, rule).
    BadInput
        an unknown instrument or unit.
    """
    form = named(instrument)
    if unit not in DAYS:
        raise BadInput(f"data.unit must be one of {', '.join(DAYS)}, not '{unit}'.")
    table = _table(path)
    for role, name in columns.items():
        try:
            require(table, name)
        except ValueError as error:
            raise BadData(
                f"{path}: data.columns.{role}: {error}. Say where it is: data.columns.{role}=NAME."
            ) from None
    found = pd.DataFrame({role: table[name] for role, name in columns.items()})
    where = _Where(path, dict(columns))
    time = _numbers(found, "time", where, 0, np.inf)
    score = _numbers(found, "score", where, form.floor, form.ceiling, True, form.name)
    alliance = np.full(len(found), np.nan)
    if "alliance" in found:
        alliance = _numbers(found, "alliance", where, -np.inf, np.inf, True)
    if found["client"].isna().any():
        where.fault(int(np.flatnonzero(found["client"].isna())[0]), "client", "", "is empty")
    if reverse:
        score = form.floor + form.ceiling - score
    made = _assembled(found, time, score, alliance, form, unit, where, reverse)
    left = [str(name) for name in table if name not in columns.values()]
    told = [f"columns that were not used: {', '.join(left)} (data.columns...)"] * bool(left)
    return made._replace(assumed=(*made.assumed, *told))


class _Where(NamedTuple):
    """Words for a place in the file."""

    path: str
    columns: dict[str, str]

    def fault(self, row: int, role: str, value: Any, rule: str, more: int = 0) -> None:
        """Raise BadData for a cell and `more` like it; row 0 is line 2 of the file."""
        told = f" '{value}'" if str(value) else ""
        also = f" ({more} more like it)" if more else ""
        raise BadData(
            f"{self.path}, row {row + 2}, column '{self.columns[role]}':{told} {rule}{also}."
        )


def _table(path: str) -> pd.DataFrame:
    """Return the file as a table."""
    if Path(path).is_file() and not Path(path).stat().st_size:
        raise BadData(f"data.path: '{path}' is empty.")
    try:
        if Path(path).suffix.lower() in (".parquet", ".pq"):
            return pd.read_parquet(path)
        return pd.read_csv(path, sep=None, engine="python", encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadData(f"data.path: there is no file '{path}'.") from None
    except Exception as error:  # pandas and pyarrow raise many kinds
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadData(f"data.path: '{path}' cannot be read as a table: {reason}.") from None


def _numbers(
    table: pd.DataFrame,
    role: str,
    where: _Where,
    low: float,
    high: float,
    empty: bool = False,
    of: str = "",
) -> Floats:
    """Return a column as numbers in [low, high] (of: whose); NaN where cells may be empty."""
    found = pd.to_numeric(table[role], errors="coerce").to_numpy(float)
    blank = table[role].isna().to_numpy() | (table[role].astype(str).str.strip() == "").to_numpy()
    span = f"must lie in [{low:g}, {high:g}]" if np.isfinite(high) else f"must be {low:g} or more"
    span += f", the range of {of}" * bool(of)
    for wrong, rule in (
        (np.isnan(found) & ~blank, "is not a number"),
        (blank & (not empty), "is empty"),
        ((found < low) | (found > high) | np.isinf(found), span),
    ):
        rows = np.flatnonzero(wrong)
        if len(rows):
            given = table[role].iloc[rows[0]]
            value = "" if blank[rows[0]] else f"{given:g}" if isinstance(given, float) else given
            where.fault(int(rows[0]), role, value, rule, len(rows) - 1)
    return found


def _constant(table: pd.DataFrame, code: Whole, role: str, where: _Where) -> pd.Series:
    """Return a column that must not change within a client, one value a client."""
    first = table[role].groupby(code).first()
    for row, (one, value) in enumerate(zip(code, table[role], strict=True)):
        if not pd.isna(value) and value != first[one]:
            where.fault(row, role, value, f"changes within a client, who had '{first[one]}' before")
    return first


def _assembled(
    table: pd.DataFrame,
    time: Floats,
    score: Floats,
    alliance: Floats,
    form: Instrument,
    unit: str,
    where: _Where,
    reverse: bool,
) -> Data:
    """Return the measurements: one score a client and week, intake = the client's first."""
    assumed = [
        f"scores are {form.name} ({form.floor:g} to {form.ceiling:g}, cut-off {form.cut_off:g}, "
        f"reliability {form.reliability:g}, reliable change {form.reliable_change:.3g})"
        + (", turned round because high scores are good" if reverse else "; high scores are bad"),
        f"time is counted in {unit}s"
        + (", a week apart" if unit == "session" else ", rounded to weeks" * (unit == "day")),
    ]
    code, names = pd.factorize(table["client"])
    arm = np.zeros(len(names), np.int64)
    arms: tuple[str, ...] = ("care",)
    if "arm" in table:
        values = _constant(table, code, "arm", where)
        if values.isna().any():
            where.fault(int(np.flatnonzero(table["arm"].isna())[0]), "arm", "", "is empty")
        arm, levels = pd.factorize(values)
        arms = tuple(map(str, levels))
    therapist = np.full(len(names), -1, np.int64)
    if "therapist" in table:
        therapist = pd.factorize(_constant(table, code, "therapist", where))[0]
    known = ~np.isnan(score)
    if (~known).any():
        assumed.append(f"{int((~known).sum())} rows without a score were left out")
    rows = pd.DataFrame({"client": code, "time": time, "score": score, "alliance": alliance})[known]
    first = rows.groupby("client")["time"].transform("min")
    rows["week"] = np.rint((rows["time"] - first) * DAYS[unit] / 7).astype(int)
    assumed.append("each client's first score is the intake")
    twice = int(rows.duplicated(["client", "week"]).sum())
    if twice:
        assumed.append(f"{twice} further scores of a client in the same week were averaged in")
    kept = rows.groupby(["client", "week"])[["score", "alliance"]].mean().reset_index()
    if len(kept) and kept["score"].max() < form.floor + (form.ceiling - form.floor) / 3:
        assumed.append(
            f"no score lies above {kept['score'].max():g}, though {form.name} goes to "
            f"{form.ceiling:g}: is it the right questionnaire?"
        )
    there = np.unique(kept["client"])
    if len(there) < FEWEST:
        raise BadData(f"{where.path}: only {len(there)} clients have a score; it takes {FEWEST}.")
    if len(there) < len(names):
        assumed.append(f"{len(names) - len(there)} clients without any score were left out")
    return Data(
        np.searchsorted(there, kept["client"]),
        kept["week"].to_numpy(np.int64),
        kept["score"].to_numpy(float),
        kept["alliance"].to_numpy(float),
        arm[there].astype(np.int64),
        therapist[there].astype(np.int64),
        arms,
        form,
        tuple(assumed),
    )


def roles(columns: Mapping[str, Any]) -> dict[str, str]:
    """Return role -> column for the columns that were named.

    Raises
    ------
    BadInput
        a column that is needed has no name.
    """
    if not isinstance(columns, Mapping):
        raise BadInput(
            f"data.columns must be pairs in quotes, such as "
            f"'data.columns={{client:id,time:week,score:phq}}', not '{columns}': "
            "without quotes the shell takes the braces apart."
        )
    for role in NEEDED:
        if not columns.get(role):
            raise BadInput(f"data.columns.{role} must name a column of the file.")
    return {role: str(columns[role]) for role in (*NEEDED, *OPTIONAL) if columns.get(role)}
