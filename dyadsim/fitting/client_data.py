"""A researcher's table, read and checked: who was measured when, and what was assumed.

The table is long: one row a client and occasion. Everything that had to be assumed is kept in words
and printed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import require_columns
from dyadsim.errors import BadData, BadInput
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Codes = np.ndarray[Any, np.dtype[np.int64]]

DAYS = {"session": 7.0, "week": 7.0, "day": 1.0}  # days in a unit of time; a session is a week
NEEDED, OPTIONAL = ("client", "time", "score"), ("arm", "therapist", "alliance")
FEWEST = 10  # clients: fewer say next to nothing


class ClientData(NamedTuple):
    """Measurements of `n` clients.

    By row: `client` 0 to n - 1, `week` whole weeks since the client's intake, `score`, `alliance`
    (NaN where there is none). By client: `arm` and `therapist`, codes, -1 = none. `arms` are names
    by code. `assumed` says what was taken for granted, a sentence each.
    """

    client: Codes
    week: Codes
    score: Floats
    alliance: Floats
    arm: Codes
    therapist: Codes
    arms: tuple[str, ...]
    instrument: Instrument
    assumed: tuple[str, ...]

    @property
    def clients(self) -> int:
        """The number of clients."""
        return len(self.arm)


def read_client_data(
    path: str,
    columns: Mapping[str, str],
    *,
    instrument: str | Instrument,
    unit: str = "session",
    reverse: bool = False,
) -> ClientData:
    """Return the measurements of a csv or Parquet file.

    Parameters
    ----------
    path
        The file.
    columns
        Role (`NEEDED`, `OPTIONAL`) -> name of the column.
    instrument
        Of the score, or a name in `questionnaires.SYMPTOM_INSTRUMENTS`.
    unit
        Of time: "session" (taken as weekly), "week" or "day".
    reverse
        High scores are good; they are reversed within the instrument's range.

    Returns
    -------
    ClientData
        The measurements, one score a client and week.

    Raises
    ------
    BadData
        No such file or column, or a cell that cannot be used (row, column, value, rule).
    BadInput
        An unknown instrument or unit.
    """
    instrument = questionnaires.find_instrument(instrument)
    if unit not in DAYS:
        raise BadInput(f"data.unit must be one of {', '.join(DAYS)}, not '{unit}'.")
    table = _read_table(path)
    file = _File(path, dict(columns), _select(table, columns, path))
    rows = file.rows(instrument)
    if reverse:
        rows["score"] = instrument.floor + instrument.ceiling - rows["score"]
    assumed = _scale_words(instrument, unit, reverse)
    data = _assemble(file, rows, instrument, DAYS[unit], assumed)
    unused = [str(name) for name in table if name not in columns.values()]
    if unused:
        sentence = f"columns that were not used: {', '.join(unused)} (data.columns...)"
        return data._replace(assumed=(*data.assumed, sentence))
    return data


def _read_table(path: str) -> pd.DataFrame:
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


def _select(table: pd.DataFrame, columns: Mapping[str, str], path: str) -> pd.DataFrame:
    """Return the columns that have a role, by their role."""
    for role, name in columns.items():
        try:
            require_columns(table, name)
        except ValueError as error:
            raise BadData(
                f"{path}: data.columns.{role}: {error} Say where it is: data.columns.{role}=NAME."
            ) from None
    return pd.DataFrame({role: table[name] for role, name in columns.items()})


class _Limits(NamedTuple):
    """The range of a column, whose range it is, and whether cells may be empty."""

    low: float
    high: float
    empty: bool = False
    owner: str = ""

    @property
    def rule(self) -> str:
        """The range in words."""
        if not np.isfinite(self.high):
            words = f"must be {self.low:g} or more"
        else:
            words = f"must lie in [{self.low:g}, {self.high:g}]"
        return words + f", the range of {self.owner}" * bool(self.owner)


class _File(NamedTuple):
    """A file's columns by role, and words for a place in it."""

    path: str
    columns: dict[str, str]
    table: pd.DataFrame

    def refuse(self, row: int, role: str, value: Any, rule: str, more: int = 0) -> None:
        """Raise BadData for a cell and `more` like it; row 0 is line 2 of the file."""
        cell = f" '{value}'" if str(value) else ""
        also = f" ({more} more like it)" if more else ""
        raise BadData(
            f"{self.path}, row {row + 2}, column '{self.columns[role]}':{cell} {rule}{also}."
        )

    def refuse_empty(self, role: str) -> None:
        """Raise BadData where a cell of a column is empty."""
        empty = np.flatnonzero(self.table[role].isna())
        if len(empty):
            self.refuse(int(empty[0]), role, "", "is empty")

    def numbers(self, role: str, limits: _Limits) -> Floats:
        """Return a column as numbers within limits; NaN where cells may be empty."""
        cells = self.table[role]
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(float)
        blank = cells.isna().to_numpy() | (cells.astype(str).str.strip() == "").to_numpy()
        outside = (numbers < limits.low) | (numbers > limits.high) | np.isinf(numbers)
        for wrong, rule in (
            (np.isnan(numbers) & ~blank, "is not a number"),
            (blank & (not limits.empty), "is empty"),
            (outside, limits.rule),
        ):
            rows = np.flatnonzero(wrong)
            if len(rows):
                cell = cells.iloc[rows[0]]
                value = "" if blank[rows[0]] else f"{cell:g}" if isinstance(cell, float) else cell
                self.refuse(int(rows[0]), role, value, rule, len(rows) - 1)
        return numbers

    def rows(self, instrument: Instrument) -> pd.DataFrame:
        """Return client (code), time, score and alliance of each row."""
        floor, ceiling = instrument.floor, instrument.ceiling
        time = self.numbers("time", _Limits(0, np.inf))
        score = self.numbers("score", _Limits(floor, ceiling, True, instrument.name))
        alliance = np.full(len(self.table), np.nan)
        if "alliance" in self.table:
            alliance = self.numbers("alliance", _Limits(-np.inf, np.inf, True))
        self.refuse_empty("client")
        client = pd.factorize(self.table["client"])[0]
        return pd.DataFrame({"client": client, "time": time, "score": score, "alliance": alliance})

    def constant(self, role: str, client: Codes) -> pd.Series:
        """Return a column that must not change within a client, one value a client."""
        first = self.table[role].groupby(client).first()
        for row, (code, value) in enumerate(zip(client, self.table[role], strict=True)):
            if not pd.isna(value) and value != first[code]:
                rule = f"changes within a client, who had '{first[code]}' before"
                self.refuse(row, role, value, rule)
        return first


def _scale_words(instrument: Instrument, unit: str, reverse: bool) -> list[str]:
    """Return what is assumed of scores and of time."""
    direction = ", reversed because high scores are good" if reverse else "; high scores are bad"
    spacing = {"session": ", a week apart", "day": ", rounded to weeks"}.get(unit, "")
    return [
        f"scores are {instrument.name} ({instrument.floor:g} to {instrument.ceiling:g}, "
        f"cut-off {instrument.cut_off:g}, reliability {instrument.reliability:g}, "
        f"reliable change {instrument.reliable_change:.3g}){direction}",
        f"time is counted in {unit}s{spacing}",
    ]


def _assemble(
    file: _File, rows: pd.DataFrame, instrument: Instrument, days: float, assumed: list[str]
) -> ClientData:
    """Return the measurements: one score a client and week, intake = the client's first."""
    client = rows["client"].to_numpy()
    count = int(client.max()) + 1 if len(client) else 0
    arm, arms = _arms(file, client, count)
    therapist = np.full(count, -1, np.int64)
    if "therapist" in file.table:
        therapist = pd.factorize(file.constant("therapist", client))[0]
    weekly = _weekly(rows, instrument, days, assumed)
    measured = np.unique(weekly["client"])
    if len(measured) < FEWEST:
        raise BadData(f"{file.path}: only {len(measured)} clients have a score; it takes {FEWEST}.")
    if len(measured) < count:
        assumed.append(f"{count - len(measured)} clients without any score were left out")
    return ClientData(
        np.searchsorted(measured, weekly["client"]),
        weekly["week"].to_numpy(np.int64),
        weekly["score"].to_numpy(float),
        weekly["alliance"].to_numpy(float),
        arm[measured].astype(np.int64),
        therapist[measured].astype(np.int64),
        arms,
        instrument,
        tuple(assumed),
    )


def _arms(file: _File, client: Codes, count: int) -> tuple[Codes, tuple[str, ...]]:
    """Return the arm of each client and the names of the arms; one arm, "care", without any."""
    if "arm" not in file.table:
        return np.zeros(count, np.int64), ("care",)
    values = file.constant("arm", client)
    if values.isna().any():
        file.refuse_empty("arm")
    arm, levels = pd.factorize(values)
    return arm, tuple(map(str, levels))


def _weekly(
    rows: pd.DataFrame, instrument: Instrument, days: float, assumed: list[str]
) -> pd.DataFrame:
    """Return client, week, score, alliance: rows without a score left out, weeks averaged."""
    unknown = int(rows["score"].isna().sum())
    if unknown:
        assumed.append(f"{unknown} rows without a score were left out")
    rows = rows[rows["score"].notna()].copy()
    first = rows.groupby("client")["time"].transform("min")
    rows["week"] = np.rint((rows["time"] - first) * days / 7).astype(int)
    assumed.append("each client's first score is the intake")
    repeated = int(rows.duplicated(["client", "week"]).sum())
    if repeated:
        assumed.append(f"{repeated} further scores of a client in the same week were averaged in")
    weekly = rows.groupby(["client", "week"])[["score", "alliance"]].mean().reset_index()
    third = instrument.floor + (instrument.ceiling - instrument.floor) / 3
    if len(weekly) and weekly["score"].max() < third:
        assumed.append(
            f"no score lies above {weekly['score'].max():g}, though {instrument.name} goes to "
            f"{instrument.ceiling:g}: is it the right questionnaire?"
        )
    return weekly


def column_roles(columns: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that were named.

    Parameters
    ----------
    columns
        Role -> name of the column; empty where there is none.

    Returns
    -------
    dict of str to str
        Role -> name of the column, for the columns that have a name.

    Raises
    ------
    BadInput
        A needed column has no name.
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
