"""A researcher's table, read and checked: who was measured when, and what was assumed.

The table is long: one row a client and occasion. Everything that had to be assumed is kept in words
and printed. Time is that of the study: nobody's wave is moved unless it is asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.checks import setting_word
from dyadsim.errors import BadData, BadInput
from dyadsim.fitting import repeated_scores
from dyadsim.fitting.client_table import (
    ClientTable,
    Codes,
    Floats,
    Limits,
)
from dyadsim.fitting.file_reader import read_long_table
from dyadsim.fitting.study_time import (
    AS_IT_IS,
    FileChoices,
    check_choices,
    refuse_far_times,
    say_intake,
    scored_rows,
)
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument

NEEDED, OPTIONAL = ("client", "time", "score"), ("arm", "therapist", "alliance")
OF_NAMES = ("client", "arm", "therapist")  # roles that several columns may make together
FEWEST = 10  # clients: fewer say next to nothing
ROWS_OF_ONE = 6  # rows of a value on average, where a column may be a therapist or centre


class ClientData(NamedTuple):
    """Measurements of `n` clients.

    By row: `client` 0 to n - 1, `week` since the study's intake (whole, or the part of a week that
    is between two sessions), `score`, `alliance` (NaN where there is none). By client: `arm` and
    `therapist`, codes, -1 = none. `arms` are names by code. `assumed` says what was taken for
    granted, a sentence each.
    """

    client: Codes
    week: Floats
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

    @property
    def first_scores(self) -> Floats:
        """Each client's first score, `(client,)`."""
        order = np.lexsort((self.week, self.client))
        _, first = np.unique(self.client[order], return_index=True)
        return self.score[order][first]


def read_client_data(
    path: str,
    columns: Mapping[str, str | Sequence[str]],
    *,
    instrument: str | Instrument,
    unit: str = "session",
    higher_is_better: bool = False,
    choices: FileChoices = AS_IT_IS,
) -> ClientData:
    """Return the measurements of a file.

    Parameters
    ----------
    path
        The file, of any kind that `file_reader` reads.
    columns
        Role (`NEEDED`, `OPTIONAL`) -> name of the column; of client, arm and therapist several
        columns may make a name together. An optional column that is named like its role need not
        be there.
    instrument
        Of the score, or a name in `questionnaires.SYMPTOM_INSTRUMENTS`.
    unit
        Of time: "session" (`choices.per_week` of them a week), "week", "day" or "month"; of dates
        (`choices.form.dates`) it does not count.
    higher_is_better
        High scores are good; they are reversed within the instrument's range.
    choices
        What else is known of the file.

    Returns
    -------
    ClientData
        The measurements, one score a client and week.

    Raises
    ------
    BadData
        No such file or column, a cell that cannot be used (row, column, value, rule), or a table
        that would be read as what it is not: wide, of items, of several questionnaires, with
        clients of one number, with a change of therapist.
    BadInput
        An unknown instrument, unit or choice.
    """
    instrument = questionnaires.find_instrument(instrument)
    check_choices(unit, choices)
    named = {
        role: (name,) if isinstance(name, str) else tuple(name) for role, name in columns.items()
    }
    unit = choices.form.unit(unit)
    table = read_long_table(path, named, choices.where, choices.form, optional=OPTIONAL)
    rows = _rows(table, instrument, min(0.0, choices.baseline or 0.0))
    if higher_is_better:
        rows["score"] = instrument.floor + instrument.ceiling - rows["score"]
    assumed = [_scale_words(instrument, higher_is_better), *table.assumed]
    data = _assemble(table, rows, instrument, choices, (unit, assumed))
    unused = [name for name in table.unused if name not in choices.where]
    if unused:
        sentence = f"columns that were not used: {', '.join(unused)} (data.columns...)"
        return data._replace(assumed=(*data.assumed, sentence))
    return data


def _rows(table: ClientTable, instrument: Instrument, first: float) -> pd.DataFrame:
    """Return client (code), time (`first` or later), score and alliance of each row."""
    alliance = np.full(len(table.cells), np.nan)
    time = table.numbers("time", Limits(first, np.inf))
    score = table.numbers(
        "score", Limits(instrument.floor, instrument.ceiling, True, instrument.name)
    )
    if table.has("alliance"):
        alliance = table.numbers("alliance", Limits(-np.inf, np.inf, True))
    client = table.codes("client")
    return pd.DataFrame({"client": client, "time": time, "score": score, "alliance": alliance})


def _scale_words(instrument: Instrument, higher_is_better: bool) -> str:
    """Return what is assumed of scores."""
    total = instrument.floor + instrument.ceiling
    direction = "; high scores are bad"
    if higher_is_better:
        direction = (
            f"; high scores are good in the file, so they were reversed, {total:g} - score: in all "
            f"that follows low scores are good, and the cut-off is {total - instrument.cut_off:g} "
            "in the file's own scores"
        )
    return (
        f"scores are {instrument.name} ({instrument.floor:g} to {instrument.ceiling:g}, "
        f"cut-off {instrument.cut_off:g}, reliability {instrument.reliability:g}){direction}"
    )


def _assemble(
    table: ClientTable,
    rows: pd.DataFrame,
    instrument: Instrument,
    choices: FileChoices,
    known: tuple[str, list[str]],
) -> ClientData:
    """Return the measurements: one score a client and week; `known` is the unit and sentences."""
    unit, assumed = known
    client = rows["client"].to_numpy()
    if not len(client):
        raise BadData(f"{table.path} has no row of a client.")
    count = int(client.max()) + 1
    arm, arms = _arms(table, client, count, assumed)
    scored = scored_rows(rows, unit, choices, assumed)
    refuse_far_times(table, scored)
    if choices.repeated == "refuse":
        repeated_scores.refuse_repeated(table, scored)
    therapist = _therapists(table, rows, choices.therapist, assumed)
    weekly, words = repeated_scores.one_score_a_week(scored, choices.repeated)
    assumed += words
    measured = np.unique(weekly["client"])
    if len(measured) < FEWEST:
        raise BadData(
            f"{table.path}: scores of {FEWEST} clients or more are needed, not {len(measured)}."
        )
    if len(measured) < count:
        assumed.append(f"{count - len(measured)} clients without any score were left out")
    say_intake(table.path, weekly, choices, assumed)
    _say_range(weekly, instrument, assumed)
    return ClientData(
        np.searchsorted(measured, weekly["client"]),
        weekly["week"].to_numpy(float),
        weekly["score"].to_numpy(float),
        weekly["alliance"].to_numpy(float),
        arm[measured].astype(np.int64),
        therapist[measured].astype(np.int64),
        arms,
        instrument,
        tuple(assumed),
    )


def _arms(
    table: ClientTable, client: Codes, count: int, assumed: list[str]
) -> tuple[Codes, tuple[str, ...]]:
    """Return the arm of each client and the names of the arms; one arm, "care", without any."""
    if not table.has("arm"):
        return np.zeros(count, np.int64), ("care",)
    text = table.text("arm")
    first = text.groupby(client).first()
    for row in np.flatnonzero(text.notna() & (text != first.to_numpy()[client])):
        rule = f"changes within a client, who had '{first[client[row]]}' before"
        table.refuse(int(row), "arm", text.iloc[row], rule, _one_arm_words(table, client, text))
    if first.isna().any():
        table.codes("arm")  # refuses the first empty cell
    _say_filled(text, client, "arm", assumed)
    arm, levels = pd.factorize(first)
    return arm, tuple(map(str, levels))


def _one_arm_words(table: ClientTable, client: Codes, text: pd.Series) -> str:
    """Return the ways out where a client has two arms: the column that tells two clients apart."""
    own = {name for role in ("client", "arm", "time", "score") for name in table.columns[role]}
    words = ""
    for name in map(str, table.cells):
        values = table.column(name)
        apart = text.groupby([client, values.to_numpy()]).nunique() <= 1
        if name not in own and apart.all() and values.nunique() <= len(values) / ROWS_OF_ONE:
            both = setting_word("data.columns.client", [name, *table.columns["client"]])
            words += f". If each {name} counts its clients anew: {both}"
    general = ". A client has one arm: correct the rows, or data.columns.arm=null takes no arms"
    return words or general


def _say_filled(text: pd.Series, client: Codes, what: str, assumed: list[str]) -> None:
    """Say how many rows without a name get that of their client's other rows."""
    known = text.groupby(client).transform("first").notna()
    filled = int((text.isna() & known).sum())
    if filled:
        assumed.append(f"{filled} rows say no {what}: that of the client's other rows counts there")


def _therapists(table: ClientTable, rows: pd.DataFrame, rule: str, assumed: list[str]) -> Codes:
    """Return the therapist of each client, -1 = none; of those who change by a rule."""
    client = rows["client"].to_numpy()
    if not table.has("therapist"):
        return np.full(int(client.max()) + 1, -1, np.int64)
    text = table.text("therapist")
    named = pd.DataFrame({"client": client, "time": rows["time"], "name": text}).dropna()
    named = named.sort_values("time", kind="stable")
    changes = named.groupby("client")["name"].nunique() > 1
    first = named.groupby("client")["name"].first()
    if changes.any() and rule == "refuse":
        _refuse_change(table, client, text, changes)
    who = first
    if rule == "most":
        who = named.groupby("client")["name"].agg(
            lambda names: names.value_counts(sort=False).idxmax()
        )
    if changes.any():
        words = {"first": "the first one counts", "most": "the one with most rows counts"}[rule]
        assumed.append(f"{int(changes.sum())} of {len(first)} clients change therapist: {words}")
    _say_filled(text, client, "therapist", assumed)
    codes = pd.factorize(who)[0]
    therapist = np.full(int(client.max()) + 1, -1, np.int64)
    therapist[who.index] = codes
    return therapist


def _refuse_change(table: ClientTable, client: Codes, text: pd.Series, changes: pd.Series) -> None:
    """Refuse a change of therapist, with every way out."""
    first = text.groupby(client).first().to_numpy()[client]
    row = int(np.flatnonzero(text.notna() & (text != first))[0])
    both = [*table.columns["therapist"], *table.columns["client"]]
    more = (
        f" ({int(changes.sum())} clients change). data.therapist=first, or most (rows), says whose "
        "client it is; where therapists number their clients from 1 each, "
        f"{setting_word('data.columns.client', both)}"
    )
    rule = f"changes within a client, who had '{first[row]}' before"
    table.refuse(row, "therapist", text.iloc[row], rule, more)


def _say_range(weekly: pd.DataFrame, instrument: Instrument, assumed: list[str]) -> None:
    """Say that scores use a small part of the questionnaire's range."""
    third = instrument.floor + (instrument.ceiling - instrument.floor) / 3
    if weekly["score"].max() < third:
        assumed.append(
            f"no score lies above {weekly['score'].max():g}, though {instrument.name} goes to "
            f"{instrument.ceiling:g}: is it the right questionnaire?"
        )


def column_roles(columns: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the columns that were named.

    Parameters
    ----------
    columns
        Role -> name of the column, or of clients, arms and therapists a list of columns that make
        a name together; empty where there is none.

    Returns
    -------
    dict of str to tuple of str
        Role -> names of columns, for the columns that have a name.

    Raises
    ------
    BadInput
        A needed column has no name, or a number is to come from several columns.

    Examples
    --------
    >>> column_roles({"client": ["therapist", "id"], "time": "week", "score": "phq", "arm": None})
    {'client': ('therapist', 'id'), 'time': ('week',), 'score': ('phq',)}
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
    roles = {}
    for role in (*NEEDED, *OPTIONAL):
        names = columns.get(role)
        if names:
            several = isinstance(names, Sequence) and not isinstance(names, str)
            roles[role] = tuple(map(str, names)) if several else (str(names),)
            if len(roles[role]) > 1 and role not in OF_NAMES:
                raise BadInput(f"data.columns.{role} must be one column, not {len(roles[role])}.")
    return roles
