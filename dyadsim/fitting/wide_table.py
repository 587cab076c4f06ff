"""A wide table, one row a client and a column a wave, as a long one."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from dyadsim.errors import BadData, nearest
from dyadsim.fitting.client_table import ClientTable
from dyadsim.fitting.table_choices import TableChoices

TIME, ITEM = "{time}", "{item}"
WIDE_ROLES = ("score", "alliance", "time")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")

type Waves = dict[str, dict[str, str]]  # wave -> item ("" without items) -> column


def to_long(
    table: ClientTable, columns: Mapping[str, tuple[str, ...]], choices: TableChoices
) -> tuple[ClientTable, dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return a long table of a wide one, the columns of each role, and of items.

    Parameters
    ----------
    table
        One row a client.
    columns
        Role -> columns.
    choices
        `wide`: role -> columns of the waves; `times`: wave -> time.

    Returns
    -------
    tuple
        The long table, in order of the file's rows and the waves; roles; items to be summed.

    Raises
    ------
    BadData
        Columns that are not there, a wave without a time, or a client with several rows.
    """
    _refuse_several_rows(table, columns)
    if "alliance" in columns and "alliance" not in choices.wide:
        raise BadData(
            f"{table.path}: data.wide: the alliance needs a column a wave, too: 'data.wide={{score:"
            f"{choices.wide['score']},alliance:wai_{TIME}}}', or data.columns.alliance=null."
        )
    waves = {role: _waves(table, pattern, choices) for role, pattern in choices.wide.items()}
    tags = list(waves["score"])
    times = {tag: choices.times.get(tag, tag) for tag in tags}
    used = {
        name for of_role in waves.values() for wave in of_role.values() for name in wave.values()
    }
    items = next(iter(waves["score"].values()))
    carried = table.cells[[name for name in table.cells if name not in used]]
    parts = []
    for tag in tags:
        part = carried.copy()
        if "time" not in choices.wide:
            part[TIME] = str(times[tag]).replace(",", ".")
        for role, pattern in choices.wide.items():
            for item in items if role == "score" else [""]:
                name = waves[role].get(tag, {}).get(item)
                part[pattern.replace(ITEM, item)] = table.cells[name] if name else ""
        parts.append(part)
    order = np.tile(np.arange(len(carried)), len(tags)).argsort(kind="stable")
    cells = pd.concat(parts, ignore_index=True).iloc[order].reset_index(drop=True)
    origins = {
        role: [waves[role].get(tag, {}).get("", pattern) for tag in tags] * len(carried)
        for role, pattern in choices.wide.items()
        if ITEM not in pattern
    }
    shown = ", ".join(f"{tag} = {times[tag]:g}" if tag in choices.times else tag for tag in tags)
    sentence = (
        f"the table is wide: {len(tags)} waves of {choices.wide['score']} in a row (times: {shown})"
    )
    long = ClientTable(
        table.path,
        cells,
        np.repeat(table.lines, len(tags)),
        {},
        table.decimal_comma,
        (*table.assumed, sentence),
        table.labels,
        origins,
        table.padded,
    )
    roles = {**columns, "time": (TIME,)}
    roles |= {role: (pattern,) for role, pattern in choices.wide.items() if ITEM not in pattern}
    score = choices.wide["score"]
    return long, roles, tuple(score.replace(ITEM, item) for item in items if item) or choices.items


def _refuse_several_rows(table: ClientTable, columns: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a wide table in which a client has several rows."""
    names = [name for name in columns["client"] if name in table.cells]
    if len(names) < len(columns["client"]):
        return  # a missing column is refused with the nearest name later on
    of_client = table._replace(columns={"client": columns["client"]})
    text = of_client.text("client")
    again = np.flatnonzero((text.duplicated() & text.notna()).to_numpy())
    if len(again):
        first = int(np.flatnonzero((text == text.iloc[again[0]]).to_numpy())[0])
        of_client.refuse(
            int(again[0]),
            "client",
            text.iloc[again[0]],
            f"has a row before (row {table.lines[first]}), and in a wide table a client has one",
            f" ({len(again) - 1} more like it)"
            * (len(again) > 1)
            + ". 'data.where={column:value}' says which rows count; 'data.columns.client=[site,id]'"
            " names a client by two columns",
        )


def _waves(table: ClientTable, pattern: str, choices: TableChoices) -> Waves:
    """Return the waves of a pattern in order of the columns, each with its columns by item."""
    parts = {TIME: "(?P<time>.+?)", ITEM: r"(?P<item>\d+[a-z]?)"}
    split = re.split(r"(\{time\}|\{item\})", pattern)
    form = re.compile("".join(parts.get(part, re.escape(part)) for part in split))
    waves: Waves = {}
    for name in map(str, table.cells):
        match = form.fullmatch(name)
        if match:
            item = match["item"] if ITEM in pattern else ""
            waves.setdefault(match["time"], {})[item] = name
    tags = list(waves)
    known = [tag for tag in tags if tag in choices.times or NUMBER.fullmatch(tag)]
    if len(tags) < 2 or (choices.times and len(known) < 2):
        start = pattern.split("{")[0]
        near = nearest(start, map(str, table.cells)) if start else ""
        raise BadData(
            f"{table.path}: data.wide: {'one' if tags else 'no'} wave fits '{pattern}', and waves "
            f"are two or more.{near} The file has: {_listed(list(map(str, table.cells)))}."
        )
    absent = [tag for tag in choices.times if tag not in waves]
    if absent:
        raise BadData(
            f"{table.path}: data.times: no column of '{pattern}' is of '{absent[0]}'."
            f"{nearest(absent[0], tags)} They are of: {_listed(tags)}."
        )
    words = [tag for tag in tags if tag not in choices.times and not NUMBER.fullmatch(tag)]
    scores = [tag for tag in words if any(map(table.has_numbers, waves[tag].values()))]
    if scores and not choices.times and "time" not in choices.wide:
        raise BadData(
            f"{table.path}: data.wide: the waves of '{pattern}' are {_listed(tags)}, and "
            f"'{scores[0]}' is no number: 'data.times={{{tags[0]}:0,{tags[1]}:T,...}}' gives "
            "each wave that counts its time (data.unit)."
        )
    if "time" not in choices.wide or choices.times:
        waves = {tag: wave for tag, wave in waves.items() if tag not in words}
    return _same_items(table, pattern, waves)


def _same_items(table: ClientTable, pattern: str, waves: Waves) -> Waves:
    """Return the waves after a check that all have the same items."""
    every = {item: None for wave in waves.values() for item in wave}
    for tag, wave in waves.items():
        absent = [item for item in every if item not in wave]
        if absent:
            name = pattern.replace(TIME, tag).replace(ITEM, absent[0])
            raise BadData(
                f"{table.path}: data.wide: wave '{tag}' has no column '{name}', and others have "
                "one. 'data.times={...}' names the waves that count."
            )
    return {tag: {item: wave[item] for item in every} for tag, wave in waves.items()}


def _listed(names: list[str]) -> str:
    """Return the first names."""
    return ", ".join(names[:8]) + ", ..." * (len(names) > 8)
