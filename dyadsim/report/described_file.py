"""What was understood of a researcher's file: printed, as plain values, and as a page."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dyadsim.fitting.client_table import ClientTable
from dyadsim.fitting.own_tables import OwnTables, arms_table, weeks_table
from dyadsim.plots import own_courses
from dyadsim.report.own_data import (
    ARM_HEADS,
    cells_of,
    course_words,
    shown_weeks,
    weeks_are_cut,
)
from dyadsim.report.page import embedded_image, write_page
from dyadsim.report.plain_rows import rows_for_json
from dyadsim.report.printed import print_frame, say

AGAIN = re.compile(r"(\d+) further scores of a client in the same week")
COPIED = re.compile(r"\d+ rows are copies of another one")
MOST_COLUMNS, MOST_SHOWN = 40, 4
ARMS = {
    "arm": "arm",
    "clients": "clients",
    "therapists": "therapists",
    "intake": "intake",
    "scores": "scores",
    "range": "range",
}


def first_line(tables: OwnTables, path: str) -> str:
    """Return who and what is in a file, in a sentence."""
    scores = tables.sessions["score"]
    therapists = int(tables.clients["therapist"].nunique())
    with_therapists = f" of {therapists} therapists" if therapists else ""
    arms = f" in {len(tables.arms)} arms" if len(tables.arms) > 1 else ""
    weeks = tables.sessions["week"]
    return (
        f"{Path(path).name}: {len(tables.clients)} clients{with_therapists}{arms}, {len(scores)} "
        f"scores from {scores.min():g} to {scores.max():g}, weeks {weeks.min():g} to "
        f"{weeks.max():g}."
    )


def duplicates_line(tables: OwnTables) -> str:
    """Return how many scores share client and week with another one, in a sentence."""
    copies = [text for text in tables.assumed if COPIED.match(text)]
    also = f" {copies[0]}." if copies else ""
    matches = [match for text in tables.assumed if (match := AGAIN.match(text))]
    if not matches:
        return f"No client has two scores in one week.{also}"
    count = int(matches[0][1])
    share = f"{count} score{'s share' if count > 1 else ' shares'}"
    return f"{share} client and week with another one.{also}"


def description_summary(
    tables: OwnTables, path: str, guesses: Mapping[str, tuple[Any, str]]
) -> dict[str, Any]:
    """Return all that was understood as plain values, for summary.json and `json=true`.

    Parameters
    ----------
    tables
        Of the data.
    path
        Of the file.
    guesses
        Setting `data...` -> proposed value and why.
    """
    return {
        "task": "describe",
        "file": Path(path).name,
        "clients": len(tables.clients),
        "scores": len(tables.sessions),
        "therapists": int(tables.clients["therapist"].nunique()),
        "arms": rows_for_json(arms_table(tables)),
        "weeks": rows_for_json(weeks_table(tables)),
        "duplicates": duplicates_line(tables),
        "proposed": {
            f"data.{key}": {"value": value, "why": why} for key, (value, why) in guesses.items()
        },
        "assumed": list(tables.assumed),
    }


def print_description(tables: OwnTables, path: str, guesses: Mapping[str, tuple[Any, str]]) -> None:
    """Print what was understood.

    Parameters
    ----------
    tables, path, guesses
        As of `description_summary`.
    """
    for text in (first_line(tables, path), duplicates_line(tables)):
        say(text)
    print_proposals(guesses)
    print_frame("Arms", arms_table(tables)[list(ARMS)].rename(columns=ARMS))
    print_frame("Scores by arm and week", shown_weeks(tables))
    say(
        "Intake: clients with a score at week 0. No score: clients of the arm without one then, "
        "those who had left included."
    )
    print("Assumed:")
    for text in tables.assumed:
        say(f"- {text}", "  ")


def print_proposals(guesses: Mapping[str, tuple[Any, str]]) -> None:
    """Print the proposals with reasons; nothing where there are none."""
    if guesses:
        rows = [(key, _words(value), why) for key, (value, why) in guesses.items()]
        table = pd.DataFrame(rows, columns=["setting", "proposed", "why"])
        print_frame("Guessed, please check", table)


def print_columns(table: ClientTable) -> None:
    """Print the columns of a file that was read and not understood.

    Parameters
    ----------
    table
        Its table, without roles.
    """
    rows = []
    for name in map(str, table.cells):
        text = table.column(name).dropna()
        shown = ", ".join(map(str, text.unique()[:MOST_SHOWN]))
        kind = "numbers" if table.has_numbers(name) else "text"
        rows.append((name[:30], kind if len(text) else "empty", text.nunique(), shown[:40]))
    say(f"{Path(table.path).name}: {len(table.cells)} rows")
    frame = pd.DataFrame(rows[:MOST_COLUMNS], columns=["column", "cells", "different", "such as"])
    print_frame("Columns", frame)
    if len(rows) > MOST_COLUMNS:
        say(f"and {len(rows) - MOST_COLUMNS} more columns")


def _words(value: Any) -> str:
    """Return a proposed value in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_words(part)}" for key, part in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def write_description(
    folder: Path,
    tables: OwnTables,
    summary: Mapping[str, Any],
    *,
    open_points: Sequence[str],
    stated: str,
    manifest: Mapping[str, Any],
) -> None:
    """Write tables, courses and the page, report.html.

    Parameters
    ----------
    folder
        The results folder.
    tables
        Of the data.
    summary
        As `description_summary` returns it.
    open_points
        What is still to be said, a sentence each.
    stated
        Text of the file of settings that was written or read; "" where there is none.
    manifest
        How the run can be repeated.
    """
    from dyadsim.plots import style

    weeks, scale = weeks_table(tables), tables.scale
    weeks.to_csv(folder / "weeks.csv", index=False)
    arms_table(tables).to_csv(folder / "arms.csv", index=False)
    figure = own_courses.figure(
        weeks,
        instrument=scale.name,
        cut_off=scale.cut_off,
        higher_is_better=scale.higher_is_better,
        span=(scale.lowest, scale.highest),
    )
    image = style.save_figure(figure, folder / "figures", "courses", weeks)
    write_page(
        folder,
        "described_file.html.j2",
        title=f"{summary['file']}: how it is read",
        first=[first_line(tables, summary["file"]), summary["duplicates"]],
        open_points=open_points,
        guesses=[
            (key.removeprefix("data."), _words(guess["value"]), guess["why"])
            for key, guess in summary["proposed"].items()
        ],
        image=embedded_image(image),
        words=course_words(tables, weeks),
        arms=cells_of(arms_table(tables).rename(columns=ARM_HEADS)),
        weeks=cells_of(shown_weeks(tables)),
        weeks_cut=weeks_are_cut(tables),
        assumed=tables.assumed,
        stated=stated,
        next=summary["next"],
        manifest=manifest,
    )
