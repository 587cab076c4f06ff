"""A researcher's own data: answer, tables, figures and a self-contained page, nothing simulated."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.analysis.estimate import Estimate
from dyadsim.fitting.own_definitions import DEFINITIONS, START
from dyadsim.fitting.own_estimates import Statistic
from dyadsim.fitting.own_statistics import OwnAnalysis
from dyadsim.fitting.own_tables import OwnTables, arms_table, weeks_table
from dyadsim.report.own_data_sentences import answer, doubts, estimate_words, not_possible
from dyadsim.report.page import embedded_image, write_page
from dyadsim.report.plain_rows import rows_for_json
from dyadsim.report.printed import print_frame, say

MOST_WEEKS = 16  # of an arm, that the page shows
PARTS = {  # heading of the page -> statistics
    "Between arms": ("hedges_g",),
    "Change of clients": (
        "pre_post_d",
        "mean_gain",
        "improved",
        "recovered",
        "deteriorated",
        "response",
        "remission",
        "not_to_end",
    ),
    "Therapists and alliance": ("therapist_effect", "alliance_early", "alliance_mean"),
    "Session by session": (
        "sudden_gain",
        "early_response",
        "early_odds",
        "improved_by",
        "changed_by",
        "rate_and_total",
    ),
}
ARM_HEADS = {
    "arm": "arm",
    "clients": "clients",
    "therapists": "therapists",
    "caseload": "clients per therapist",
    "intake": "with intake",
    "both": "with intake and a later score",
    "scores": "scores",
    "last_week": "last week",
    "range": "lowest to highest",
}


def summary_of(analysis: OwnAnalysis, path: str) -> dict[str, Any]:
    """Return everything as plain values, for summary.json and `json=true`.

    Parameters
    ----------
    analysis
        Of the data.
    path
        Of the file.

    Returns
    -------
    dict
        Tables as lists of rows; a statistic without a value has null and a reason.
    """
    tables = analysis.tables
    return {
        "task": "analyse",
        "file": Path(path).name,
        "clients": len(tables.clients),
        "scores": len(tables.sessions),
        "arms": rows_for_json(arms_table(tables)),
        "weeks": rows_for_json(weeks_table(tables)),
        "assumed": list(tables.assumed),
        "answer": answer(analysis),
        "doubts": doubts(analysis),
        "r_start": START,
        "statistics": [_plain(row) for row in analysis.statistics],
    }


def _plain(row: Statistic) -> dict[str, Any]:
    """Return a statistic as plain values."""
    about, estimate = DEFINITIONS[row.key], row.estimate
    values = dict.fromkeys(("value", "standard_error", "low", "high", "n"), None)
    if estimate is not None:
        values = {
            name: None if isinstance(value, float) and np.isnan(value) else value
            for name, value in estimate._asdict().items()
        }
    return {
        "statistic": row.key,
        "group": row.group,
        **values,
        "unit": about.unit,
        "definition": about.text,
        "error": about.error,
        "reference": about.source,
        "reason" if estimate is None else "note": row.note,
        "r": row.r,
    }


def statistics_table(rows: Sequence[Statistic]) -> pd.DataFrame:
    """Return the statistics that have a value as a table for people.

    Parameters
    ----------
    rows
        Statistics.

    Returns
    -------
    pandas.DataFrame
        statistic, of (whom and when), n, value (with unit and interval), note: text.
    """
    known = [row for row in rows if row.estimate is not None]
    return pd.DataFrame(
        [
            {
                "statistic": DEFINITIONS[row.key].label,
                "of": row.group,
                "n": f"{row.estimate.n:,}",
                "value": _value(row.key, row.estimate),
                "note": row.note,
            }
            for row in known
            if row.estimate is not None
        ],
        columns=["statistic", "of", "n", "value", "note"],
    )


def _value(key: str, estimate: Estimate) -> str:
    """Return a value with interval and unit; of ratios each number has two digits."""
    if DEFINITIONS[key].unit == "odds ratio":
        value, low, high = (_two_digits(estimate[place]) for place in (0, 2, 3))
        return f"{value} [{low}, {high}]"
    return f"{estimate_words(estimate)} {_unit(key)}".rstrip()


def _two_digits(value: float) -> str:
    """Return a number above 0 with two digits, whole from 10 on."""
    return f"{value:.0f}" if value >= 10 else f"{value:#.2g}"


def _unit(key: str) -> str:
    """Return the unit that stands behind a value."""
    unit = DEFINITIONS[key].unit
    return {"r": "", "odds ratio": "", "SD at intake": "SD", "% of variance": "%"}.get(unit, unit)


def write_own_data(
    folder: Path, analysis: OwnAnalysis, path: str, manifest: Mapping[str, Any]
) -> None:
    """Write tables, figures and the page, report.html.

    Parameters
    ----------
    folder
        The results folder.
    analysis
        Of the data.
    path
        Of the file.
    manifest
        How the run can be repeated.
    """
    tables = analysis.tables
    tables.clients.to_csv(folder / "clients.csv", index=False)
    tables.sessions.to_csv(folder / "sessions.csv", index=False)
    weeks_table(tables).to_csv(folder / "weeks.csv", index=False)
    pd.DataFrame([_plain(row) for row in analysis.statistics]).to_csv(
        folder / "statistics.csv", index=False
    )
    if len(analysis.curves):
        analysis.curves.to_csv(folder / "dose_response.csv", index=False)
    figures = _write_figures(folder / "figures", analysis)
    write_page(
        folder,
        "own_data.html.j2",
        title=f"{Path(path).name}: what the scores show",
        answer=answer(analysis),
        arms=cells_of(arms_table(tables).rename(columns=ARM_HEADS)),
        weeks=cells_of(shown_weeks(tables)),
        weeks_cut=weeks_are_cut(tables),
        assumed=tables.assumed,
        figures=figures,
        parts=_parts(analysis),
        doubts=doubts(analysis),
        absent=[
            (DEFINITIONS[row.key].label, row.group, row.note)
            for row in not_possible(analysis.statistics)
        ],
        start=START,
        manifest=manifest,
    )


def _parts(analysis: OwnAnalysis) -> list[dict[str, Any]]:
    """Return the groups of statistics of the page, those without any value left out."""
    parts = []
    for heading, keys in PARTS.items():
        rows = [row for row in analysis.statistics if row.key in keys and row.estimate]
        if rows:
            shown = [key for key in keys if any(row.key == key for row in rows)]
            parts.append(
                {
                    "heading": heading,
                    "id": heading.lower().replace(" ", "-"),
                    "table": cells_of(statistics_table(rows)),
                    "definitions": [DEFINITIONS[key] for key in shown],
                    "r": [(DEFINITIONS[row.key].label, row.group, row.r) for row in rows],
                }
            )
    return parts


def weeks_are_cut(tables: OwnTables) -> bool:
    """Return whether `shown_weeks` leaves some out."""
    return int(weeks_table(tables).groupby("arm").size().max()) > MOST_WEEKS


def shown_weeks(tables: OwnTables) -> pd.DataFrame:
    """Return the weeks that the page shows: spread evenly where there are many."""
    table, parts = weeks_table(tables), []
    for _, rows in table.groupby("arm", sort=False):
        places = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST_WEEKS)).round())
        parts.append(rows.iloc[places.astype(int)])
    shown = pd.concat(parts)
    mean_low_high = zip(shown["mean"], shown["low"], shown["high"], strict=True)
    means = [
        f"{mean:.1f}" + (f" [{low:.1f}, {high:.1f}]" if low == low else "")
        for mean, low, high in mean_low_high
    ]
    return pd.DataFrame(
        {
            "arm": shown["arm"],
            "week": [f"{week:g}" for week in shown["week"]],
            "n": shown["n"],
            "mean [95 %]": means,
            "SD": [f"{sd:.1f}" if sd == sd else "-" for sd in shown["sd"]],
            "no score": shown["missing"],
        }
    )


def cells_of(table: pd.DataFrame) -> list[list[str]]:
    """Return headings and rows as text; columns in which nothing stands are left out.

    Examples
    --------
    >>> cells_of(pd.DataFrame({"arm": ["CBT"], "week": [8.0], "note": [""]}))
    [['arm', 'week'], ['CBT', '8']]
    """
    text = table.map(lambda cell: f"{cell:g}" if isinstance(cell, float) else str(cell))
    text = text[[name for name in text if text[name].ne("").any()]]
    return [list(map(str, text.columns)), *text.to_numpy().tolist()]


def changes_of(tables: OwnTables) -> pd.DataFrame:
    """Return arm, change (above 0 = better) and its kind, of the clients with both scores."""
    from dyadsim.analysis.criteria import fell_by
    from dyadsim.analysis.direction import high_is_bad
    from dyadsim.plots.own_change import KINDS

    both = tables.clients.dropna(subset=["pre", "post"])
    pre, post = (
        high_is_bad(both[name].to_numpy(float), tables.scale.higher_is_better)
        for name in ("pre", "post")
    )
    points = tables.scale.reliable_change
    kinds = list(KINDS)
    kind = np.select([fell_by(post, pre, points), fell_by(pre, post, points)], kinds[::2], kinds[1])
    return pd.DataFrame(
        {"client": both["client"], "arm": both["arm"], "change": pre - post, "kind": kind}
    )


def _write_figures(folder: Path, analysis: OwnAnalysis) -> list[dict[str, str]]:
    """Write the figures with their data; return image, heading and words of each."""
    from dyadsim.plots import own_change, own_courses, style

    tables, scale = analysis.tables, analysis.tables.scale
    weeks, changes = weeks_table(tables), changes_of(tables)
    courses = own_courses.figure(
        weeks,
        instrument=scale.name,
        cut_off=scale.cut_off,
        higher_is_better=scale.higher_is_better,
        end=tables.end,
        span=(scale.lowest, scale.highest),
    )
    image = style.save_figure(courses, folder, "courses", weeks)
    shown = [("courses", "Courses", course_words(tables, weeks), image)]
    if len(changes):
        drawn = own_change.figure(
            changes, instrument=scale.name, reliable_change=scale.reliable_change
        )
        image = style.save_figure(drawn, folder, "change", changes)
        shown.append(("change", "Change of each client", _change_words(changes), image))
    return [
        {"name": name, "heading": heading, "words": words, "image": embedded_image(image)}
        for name, heading, words, image in shown
    ]


def course_words(tables: OwnTables, weeks: pd.DataFrame) -> str:
    """Return the courses in words, for those who do not see them.

    Parameters
    ----------
    tables
        Of the data.
    weeks
        Their `weeks_table`.
    """
    from dyadsim.plots.own_courses import enough_scores

    texts = []
    for arm, rows in enough_scores(weeks).groupby("arm", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        texts.append(
            f"{arm}: mean {first['mean']:.1f} at week {first['week']:g} (n = {first['n']}), "
            f"{last['mean']:.1f} at week {last['week']:g} (n = {last['n']})"
        )
    note = " Weeks with few scores are not drawn." * (len(enough_scores(weeks)) < len(weeks))
    note += " Who has left care is no longer in the mean." * (not tables.waves)
    return "; ".join(texts) + "." + note


def _change_words(changes: pd.DataFrame) -> str:
    """Return the distribution of change in words."""
    texts = []
    for arm, rows in changes.groupby("arm", sort=False):
        counts = ", ".join(f"{count} {kind}" for kind, count in rows["kind"].value_counts().items())
        texts.append(f"{arm}: {counts}; median change {rows['change'].median():g} points")
    return ". ".join(texts) + "."


def print_own_data(analysis: OwnAnalysis) -> None:
    """Print the answer, the data, the statistics and what the data do not allow.

    Parameters
    ----------
    analysis
        Of the data.
    """
    for text in answer(analysis):
        say(text)
    shown = arms_table(analysis.tables)[["arm", "clients", "therapists", "intake", "both"]]
    print_frame("Your data", shown.rename(columns={"both": "and later"}))
    for heading, keys in PARTS.items():
        rows = [row for row in analysis.statistics if row.key in keys and row.estimate]
        if rows:
            print_frame(heading, statistics_table(rows).drop(columns="note"))
    absent = not_possible(analysis.statistics)
    if absent:
        print("Not possible with these data:")
    for row in absent:
        whose = f" ({row.group})" if row.group and len(analysis.tables.arms) > 1 else ""
        say(f"- {DEFINITIONS[row.key].label}{whose}: {row.note}.", "  ")
    say("In brackets: 95 % intervals. Definitions, doubts and R code: in the report.")
