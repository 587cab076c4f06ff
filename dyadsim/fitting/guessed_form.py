"""What a file's columns probably are: proposals for `dyadsim describe`, each with its reason.

A proposal needs a telling name and cells that fit. Where two columns are as good as each other
none is proposed: the reader then says what has to be said.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dyadsim.checks import setting_word
from dyadsim.errors import BadData
from dyadsim.fitting.client_table import DATE, ClientTable
from dyadsim.fitting.column_names import (
    INSTRUMENTS,
    NAMES,
    instrument_of,
    plain_name,
    time_of_word,
    unit_of,
)
from dyadsim.fitting.guess import BESIDE_WAVE, Guess, Guesses, value_of
from dyadsim.fitting.guessed_instrument import guess_instrument
from dyadsim.fitting.table_shape import (
    NUMBERED,
    WAVE,
    WAVE_FIRST,
    families,
    numbered_within,
    questionnaires_in,
    wave_pattern,
)

DAYS_APART, MANY_TIMES = 5, 20  # of days: median gap of a client, different times (assumption)
MOST_ARMS, FEWEST_CLIENTS, MOST_WORDS = 8, 10, 12
NEEDED = ("client", "time", "score")


def guess_form(table: ClientTable, said: Mapping[str, Any]) -> Guesses:
    """Return proposals for what is not said of a file.

    Parameters
    ----------
    table
        The file, columns without roles.
    said
        Setting without `data.` (such as "columns.client") -> value, what is said.

    Returns
    -------
    dict of str to Guess
        Of the columns, the form of the table, times and the questionnaire.

    Raises
    ------
    BadData
        Two or more columns may be the clients, the times or the scores; the message names them.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> names = ["Patient", "Woche", "BDI-II"]
    >>> cells = pd.DataFrame([(k, w, 20 + k % 5) for k in range(12) for w in (0, 6)], columns=names)
    >>> table = ClientTable("a.csv", cells.astype(str), np.arange(24), {}, False, ())
    >>> guesses = guess_form(table, {})
    >>> [guesses[key].value for key in ("columns.client", "unit", "columns.score", "instrument")]
    ['Patient', 'week', 'BDI-II', 'bdi2']
    """
    guesses: Guesses = {}
    _guess_role(table, said, guesses, "client")
    if not _is_wide(table, said, guesses):
        _guess_role(table, said, guesses, "time")
        _guess_times(table, said, guesses)
        _guess_rows(table, said, guesses)
        _guess_score(table, said, guesses)
    for role in ("arm", "therapist", "alliance"):
        if role != "alliance" or not ({"wide"} & {*said, *guesses}):
            _guess_role(table, said, guesses, role)
    guess_instrument(table, said, guesses)
    return guesses


def _taken(said: Mapping[str, Any], guesses: Guesses) -> set[str]:
    """Return the columns that have a role."""
    values = [*said.items(), *((key, guess.value) for key, guess in guesses.items())]
    taken: set[str] = set()
    for key, value in values:
        if key.startswith("columns.") and value:
            taken.update(value if isinstance(value, list | tuple) else [str(value)])
    return taken


def _guess_role(table: ClientTable, said: Mapping[str, Any], guesses: Guesses, role: str) -> None:
    """Propose the column of a role by its name."""
    key = f"columns.{role}"
    if key in said:
        return
    taken = _taken(said, guesses)
    free = [name for name in map(str, table.cells) if name not in taken]
    for form in NAMES[role]:
        names = [name for name in free if re.fullmatch(form, plain_name(name))]
        names = [
            name
            for name in names
            if _fits(table, name, role, value_of(said, guesses, "columns.client"))
        ]
        if len(names) == 1:
            guesses[key] = Guess(names[0], "by its name")
            return
        if len(names) > 1:
            if role in NEEDED:
                raise BadData(_which(table, role, names))
            return


def _which(table: ClientTable, role: str, names: Sequence[str]) -> str:
    """Return the question which of several columns has a role."""
    return (
        f"{table.path}: data.columns.{role}: which column is it, {' or '.join(names[:5])}? "
        f"{setting_word(f'data.columns.{role}', names[0])}"
    )


def _fits(table: ClientTable, name: str, role: str, client: Any) -> bool:
    """Return whether the cells of a column may be of a role."""
    text = table.column(name).dropna()
    count = text.nunique()
    if role == "client":
        return count >= FEWEST_CLIENTS
    if role in ("score", "alliance"):
        return count > 1 and table.has_numbers(name)
    if role == "arm":
        return 2 <= count <= MOST_ARMS and _constant(table, name, client)
    return count > (role != "time")


def _constant(table: ClientTable, name: str, client: Any) -> bool:
    """Return whether a column does not change within a client."""
    if not isinstance(client, str) or client not in table.cells:
        return True
    changes = table.column(name).groupby(table.column(client)).nunique()
    return bool((changes <= 1).all())


def _is_wide(table: ClientTable, said: Mapping[str, Any], guesses: Guesses) -> bool:
    """Return whether the table is wide, after a proposal of how."""
    if "wide" in said:
        return True
    client = value_of(said, guesses, "columns.client")
    if not isinstance(client, str) or client not in table.cells or "columns.time" in said:
        return False
    if table.column(client).duplicated().any():
        return False
    groups = [
        group
        for form in (WAVE, WAVE_FIRST)
        for stem, group in families(table, form, [*_taken(said, guesses)]).items()
        if len(group) > 1 and stem
    ]
    groups = groups or numbered_within(table, [*_taken(said, guesses)])
    wanted = said.get("instrument")
    known = [g for g in groups if (name := instrument_of(_stem(g))) and wanted in (None, name)]
    if len(groups) > 1 and len(known) == 1:
        groups = known
    if len(groups) == 1:
        _guess_waves(table, groups[0], said, guesses)
    return len(groups) > 0 and "wide" in guesses


def _stem(group: Sequence[str]) -> str:
    """Return what stands beside the wave in the names of columns."""
    return BESIDE_WAVE.sub(" ", wave_pattern(group)[0])


def _guess_waves(
    table: ClientTable, group: list[str], said: Mapping[str, Any], guesses: Guesses
) -> None:
    """Propose a pattern of waves, with their times where these are words."""
    numbered: dict[str, list[str]] = {}
    for name in group:
        match = NUMBERED.match(name)
        if match:
            numbered.setdefault(match[1], []).append(name)
    largest = max(numbered.values(), key=len, default=[])
    if len(largest) >= max(3, len(group) // 2 + 1):
        group, rest = largest, [name for name in group if name not in largest]
    else:
        rest = []
    pattern, waves = wave_pattern(group)
    why = f"{len(waves)} waves in columns of one name"
    if rest:
        why += f"; {', '.join(rest)} are not read, for nothing says when they were"
    if all(wave.isdigit() for wave in waves):
        guesses["wide"] = Guess(pattern, why)
        unit = unit_of(re.sub(r"^.*[ ._-]", "", pattern.partition("{")[0]) or "-")
        if unit and "unit" not in said:
            guesses["unit"] = Guess(unit, "from the names of the columns")
        return
    times = said.get("times") or _times_of_words(waves, said, guesses)
    if times:
        guesses["wide"] = Guess(pattern, why)


def _times_of_words(words: Sequence[str], said: Mapping[str, Any], guesses: Guesses) -> bool:
    """Propose times for words; return whether all of them say theirs in one unit."""
    read = {word: time_of_word(word) for word in words}
    known = {word: pair for word, pair in read.items() if pair is not None}
    units = {unit for _, unit in known.values() if unit}
    times = {word: time for word, (time, _) in known.items()}
    if len(known) < len(read) or len(units) > 1 or len(set(times.values())) < len(times):
        return False
    if units and said.get("unit") not in (None, *units):
        return False
    guesses["times"] = Guess(times, "from the words")
    if units and "unit" not in said:
        guesses["unit"] = Guess(units.pop(), "from the words for the waves")
    return True


def _guess_times(table: ClientTable, said: Mapping[str, Any], guesses: Guesses) -> None:
    """Propose what the column of time counts: dates, words, or numbers in a unit."""
    name = value_of(said, guesses, "columns.time")
    if not isinstance(name, str) or name not in table.cells:
        return
    text = table.column(name).dropna()
    if len(text) and text.map(lambda cell: bool(DATE.match(cell))).all():
        if "dates" not in said:
            guesses["dates"] = Guess("first", "its cells are dates: weeks since the first score")
        return
    words = [word for word in text.unique() if not re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", word)]
    if words and len(words) <= MOST_WORDS and "times" not in said:
        numbers = len(words) < text.nunique()
        if not numbers or all(time_of_word(word) == (0.0, None) for word in words):
            _times_of_words(words, said, guesses)
    if {"unit", "dates"} & {*said, *guesses}:
        return
    unit = unit_of(name)
    if unit:
        guesses["unit"] = Guess(unit, f"the column of time is called {name}")
    elif "times" not in guesses:
        guesses["unit"] = _unit_of_gaps(table, name, value_of(said, guesses, "columns.client"))


def _unit_of_gaps(table: ClientTable, name: str, client: Any) -> Guess:
    """Return the unit of numbers of which nothing says it: days, where a week and more is usual."""
    times = pd.Series(table.read_numbers(name)[2])
    if isinstance(client, str) and client in table.cells:
        gaps = times.groupby(table.column(client).to_numpy()).diff().dropna()
        gap = float(gaps[gaps > 0].median())
        if gap >= DAYS_APART and times.nunique() > MANY_TIMES:
            return Guess("day", f"{name} does not say it, but times of a client lie {gap:g} apart")
    return Guess("session", f"{name} does not say it: is it session, week, day or month?")


def _guess_rows(table: ClientTable, said: Mapping[str, Any], guesses: Guesses) -> None:
    """Propose which rows count, where a column names questionnaires and one is said."""
    wanted = said.get("instrument")
    if "where" in said or not isinstance(wanted, str):
        return
    for name in map(str, table.cells):
        if name in _taken(said, guesses):
            continue
        values = questionnaires_in(table, name)
        same = [value for value in values if instrument_of(value) == wanted]
        if len(values) > 1 and len(same) == 1:
            guesses["where"] = Guess({name: same[0]}, f"rows of {wanted}")


def _guess_score(table: ClientTable, said: Mapping[str, Any], guesses: Guesses) -> None:
    """Propose the column of scores, or items that make the score."""
    if {"columns.score", "items"} & {*said}:
        return
    wanted, taken = said.get("instrument"), _taken(said, guesses)
    item_groups = [g for g in families(table, NUMBERED, [*taken]).values() if len(g) > 2]
    items = {name for group in item_groups for name in group}
    free = [
        n
        for n in map(str, table.cells)
        if n not in taken | items and _fits(table, n, "score", None)
    ]
    named = [n for n in free if instrument_of(n) and wanted in (None, instrument_of(n))]
    named = named or _not_numbers(table, wanted, taken | items)
    if len(named) > 1:
        raise BadData(_which(table, "score", named))
    if named:
        guesses["columns.score"] = Guess(named[0], "by its name")
        return
    _guess_role(table, said, guesses, "score")
    if "columns.score" in guesses:
        return
    for key, (form, count) in INSTRUMENTS.items():
        for group in item_groups:
            stem = NUMBERED.match(group[0])
            if len(group) == count and stem and re.fullmatch(form, plain_name(stem[1])):
                guesses["items"] = Guess(f"{group[0]}..{group[-1]}", f"the {count} items of {key}")
                if "instrument" not in said:
                    guesses["instrument"] = Guess(key, "from its items")
                return
    free = [
        n for n in free if not any(_named(n, role) for role in ("arm", "therapist", "alliance"))
    ]
    if len(free) == 1 and not item_groups:
        guesses["columns.score"] = Guess(free[0], "the only column of numbers that is left")


def _not_numbers(table: ClientTable, wanted: Any, taken: set[str]) -> list[str]:
    """Return the column that is called like a questionnaire, or scores, without being numbers.

    It is proposed all the same, so that the reader says what is wrong in which row.
    """
    free = [name for name in map(str, table.cells) if name not in taken]
    free = [name for name in free if table.column(name).nunique() > 1]
    known = [n for n in free if instrument_of(n) and wanted in (None, instrument_of(n))]
    names = known or [n for n in free if _named(n, "score")]
    return names if len(names) == 1 else []


def _named(name: str, role: str) -> bool:
    """Return whether a column is called like a role."""
    return any(re.fullmatch(form, plain_name(name)) for form in NAMES[role])
