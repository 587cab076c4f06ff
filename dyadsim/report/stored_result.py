"""A stored result printed again, from its summary alone.

What a command prints with tables that its summary holds is printed by the same functions; of the
others every table of the summary is printed.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from dyadsim.report.answers import answer_line
from dyadsim.report.page import command_text
from dyadsim.report.printed import print_table, say
from dyadsim.report.results_list import list_results

ROWS = 40  # of a table that is printed whole


def print_stored(folder: Path, summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> None:
    """Print a stored result: what it says, its tables, how it was made.

    Parameters
    ----------
    folder
        Where it lies.
    summary, manifest
        What summary.json and manifest.json hold; either may be empty.
    """
    printer = _PRINTERS.get(str(summary.get("task")), _print_any)
    if "estimates" in summary:
        printer = _print_members
    try:
        printer(summary)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        _print_any(summary)  # of another version
    entry = list_results(folder)[:1]
    when = entry[0].when if entry else ""
    command = command_text(manifest)
    say(f"\nMade: {when} by dyadsim {manifest.get('dyadsim', 'of an unknown version')}")
    if command:
        print(f"Command: {command}")
    if (folder / "report.html").is_file():
        print(f"Report: {folder / 'report.html'}")
    print(f"Tables: {folder}\nIn Python: dyadsim.read({str(folder)!r})")


def _frame(rows: Any) -> pd.DataFrame:
    return pd.DataFrame.from_records(rows)


def _label(summary: Mapping[str, Any]) -> str:
    """Return what the world of a summary is called."""
    from dyadsim.simulation.changed_worlds import NOT_CALIBRATED, changes_text

    changed = summary.get("changed") or {}
    state = changes_text(changed) or ("calibrated" if summary.get("calibrated") else NOT_CALIBRATED)
    return f"{summary['world']} world ({state})"


def _print_comparison(summary: Mapping[str, Any]) -> None:
    from dyadsim.evidence.compare_worlds import Comparison
    from dyadsim.report.comparison import print_comparison

    none = pd.DataFrame()
    tables = {name: _frame(summary[name]) for name in ("statistics", "truth")}
    comparison = Comparison(
        **{"courses": none, "individuals": none, "therapists": none, **tables},
        verdict=summary["verdict"],
        changed={},
    )
    print_comparison(comparison, clients=summary["clients"], seed=summary["seed"])
    say(f"\n{comparison.verdict}")


def _print_decomposition(summary: Mapping[str, Any]) -> None:
    from dyadsim.report.attribution import print_attribution

    if "dials" in summary:
        _print_any(summary)
        return
    size = {name: summary[name] for name in ("clients", "repeats", "seed")}
    print_attribution(_frame(summary["attribution"]), _label(summary), **size)


def _print_study(summary: Mapping[str, Any]) -> None:
    from dyadsim.report.study import print_individual_effects, print_scores

    print_scores(summary, _label(summary))
    if "do" in summary:
        print_individual_effects(_frame(summary["do"]))


def _print_recovery(summary: Mapping[str, Any]) -> None:
    from dyadsim.report.recovery import print_recovery

    print_recovery(summary, _label(summary))


def _print_region(summary: Mapping[str, Any]) -> None:
    for text in summary["answer"]:
        say(text)
    names = ("dose_spread", "technique", "technique_se", "member", "specificity", "gating")
    rows = [{name: row[name] for name in names} for row in summary["at_most"]]
    _print_rows(f"At most, %; 100 % = {summary['denominator']}", rows)
    say(f"{summary['rule']}.")


def _print_members(summary: Mapping[str, Any]) -> None:
    from dyadsim.evidence.verdict import VERDICTS
    from dyadsim.report import answer, members
    from dyadsim.report.members import MembersResult, changes_text

    printer = answer if summary["task"] == "answer" else members
    estimates = _frame(summary["estimates"])
    table = estimates.assign(verdict="") if set(VERDICTS) <= set(estimates) else estimates
    changes = changes_text((world["world"], world["changed"]) for world in summary["worlds"])
    values = {name: summary[name] for name in ("study", "clients", "repeats", "seed")}
    numbers = tuple(summary["members"])
    printer.print_members(
        MembersResult(summary["task"], table, estimates, numbers, **values, changes=changes)
    )


def _print_any(summary: Mapping[str, Any]) -> None:
    """Print the answer, the single values, then every table of a summary."""
    answer = answer_line(summary)
    if answer:
        say(f"{answer}\n")
    tables = {}
    for name, value in summary.items():
        if _is_table(value):
            tables[name] = value
        elif isinstance(value, Mapping):
            tables[name] = [{"name": key, "value": part} for key, part in value.items()]
        elif value != answer and value not in (None, "", []):
            words = value if isinstance(value, list) else [value]
            say(f"{_words(name)}: {', '.join(map(_cell, words))}", "    ")
    for name, rows in tables.items():
        if rows:
            _print_rows(_words(name), rows)


def _is_table(value: Any) -> bool:
    rows = value if isinstance(value, list) else []
    return bool(rows) and all(isinstance(row, Mapping) for row in rows)


def _print_rows(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a table of a summary; of a long one the first rows, and how many there are."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(*map(_words, names), title=title)
    for row in rows[:ROWS]:
        table.add_row(*(_cell(row.get(name)).replace("[", r"\[") for name in names))
    print_table(table)
    if len(rows) > ROWS:
        say(f"The first {ROWS} of {len(rows)} rows: summary.json holds all.")


def _words(name: object) -> str:
    return str(name).replace("_", " ")


def _cell(value: Any) -> str:
    """Return a value in a few letters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}" if value >= 10_000 else str(value)
    return str(value)


_PRINTERS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "compare": _print_comparison,
    "decompose": _print_decomposition,
    "recover": _print_recovery,
    "region": _print_region,
    "simulate": _print_study,
}
