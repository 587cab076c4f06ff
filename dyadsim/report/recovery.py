"""A planned study: how far each way to measure would narrow each parameter, and what is sure."""

import importlib.metadata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from dyadsim.analysis.monte_carlo import with_error
from dyadsim.fitting.coverage import UNKNOWN
from dyadsim.planning.contraction import ERRORS, IDENTIFIED, NOT_IDENTIFIED, UNDECIDED
from dyadsim.report.printed import print_table, say

_MARKS = {IDENTIFIED: "", UNDECIDED: " ?", NOT_IDENTIFIED: " no"}


def write_recovery(folder: Path, table: pd.DataFrame) -> None:
    """Write the table and the figure of planning: figure.csv, figure.png, figure.svg.

    Parameters
    ----------
    folder
        The results folder.
    table
        `recovery.Recovery.parameters`.
    """
    from dyadsim.plots import recovery, style

    style.save_figure(recovery.figure(table, UNKNOWN), folder, "figure", table)


def versions() -> dict[str, str]:
    """Return the versions on which the numbers depend: name -> version."""
    names = ("dyadsim", "numpy", "scikit-learn")
    return {name: importlib.metadata.version(name) for name in names}


def sentences(parameters: pd.DataFrame, means: pd.DataFrame) -> list[str]:
    """Return what can be said of a plan, and of nothing what chance could say.

    Parameters
    ----------
    parameters, means
        As in `recovery.Recovery`.

    Returns
    -------
    list of str
        What the plain design tells, then what is gained by more, then what is left open.
    """
    return [_of_plain_design(parameters, means), *_of_gains(means)]


def _of_plain_design(parameters: pd.DataFrame, means: pd.DataFrame) -> str:
    """Return which parameters the plain design identifies."""
    plain = str(means["variant"].iloc[0])
    rows = parameters[parameters["variant"] == plain]
    parts = []
    for word in (IDENTIFIED, UNDECIDED, NOT_IDENTIFIED):
        names = rows.loc[rows["verdict"] == word, "parameter"]
        if len(names):
            parts.append(f"{word}: {', '.join(names)}")
    return f"Of {len(rows)} parameters, {plain}: {'; '.join(parts)}."


def _of_gains(means: pd.DataFrame) -> Iterator[str]:
    """Yield what more would add to the mean contraction, where chance could not."""
    plain, more = str(means["variant"].iloc[0]), means.iloc[1:].to_dict("records")
    unsure = []
    for row in more:
        gain, error = row["gain"], row["gain_se"]
        if abs(gain) > ERRORS * error:
            verb, whence = ("adds", "to") if gain > 0 else ("takes", "from")
            amount = with_error(abs(gain), error)
            yield f"{row['variant']}: {verb} {amount} {whence} the mean contraction of {plain}."
        elif error == 0:
            yield f"{row['variant']}: no number can be learned from that here, so nothing changes."
        else:
            unsure.append(f"{row['variant']} ({with_error(gain, error)})")
    if unsure:
        yield (
            f"Within {ERRORS:g} errors of no difference from {plain}, so nothing is said: "
            f"{', '.join(unsure)}. More data sets (task.draws, task.held_out) make the errors "
            "smaller."
        )


def print_recovery(summary: Mapping[str, Any], world: str) -> None:
    """Print the contraction of every parameter, a column a way to measure, and what is sure.

    Parameters
    ----------
    summary
        What summary.json holds: file or study, clients, seed, draws, held_out, versions, answer,
        means and parameters.
    world
        What the world is called in which the study is planned (`changed_worlds.world_label`).
    """
    where = f"the design of {summary['file']}" if "file" in summary else summary["study"]
    parameters = pd.DataFrame.from_records(summary["parameters"])
    means = pd.DataFrame.from_records(summary["means"])
    variants = list(means["variant"])
    shown = Table("parameter", *variants, title=f"Contraction with its Monte-Carlo error, {world}")
    for name, rows in parameters.groupby("parameter", sort=False):
        by_variant = rows.set_index("variant").loc[variants].to_dict("records")
        shown.add_row(str(name), *map(_cell, by_variant))
    shown.add_row("mean", *map(_cell, means.drop(columns="verdict").to_dict("records")))
    print_table(shown)
    say(
        f"Contraction: 1 - posterior / prior variance (1 known, 0 nothing learnt). no: not "
        f"identified, all of ± {ERRORS:g} errors below {UNKNOWN:g}; ?: undecided, across it. "
        "Errors: held-out data sets, and a jackknife of those learned from."
    )
    for text in summary["answer"]:
        say(text)
    version = ", ".join(f"{name} {number}" for name, number in summary["versions"].items())
    say(
        f"Study: {where}; clients: {summary['clients']:,}; seed: {summary['seed']}; simulations to "
        f"learn from: {summary['draws']:,}; held out: {summary['held_out']:,}; {version}"
    )


def _cell(row: Mapping[Any, Any]) -> str:
    """Return a contraction with its error, marked where it is not identified or undecided."""
    return with_error(row["contraction"], row["se"]) + _MARKS.get(row.get("verdict", ""), "")
