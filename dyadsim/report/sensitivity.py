"""What people see of a sensitivity analysis: ranked parameters, or the region of a target."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from rich.table import Table

from dyadsim.checks import shown_number
from dyadsim.plots import scenario, style
from dyadsim.plots import sensitivity as plot
from dyadsim.report.printed import print_table, say
from dyadsim.sweeps.scenario_discovery import CHANCE, Scenario
from dyadsim.sweeps.sensitivity import DUMMY, METHODS

TOP = 12  # parameters that are printed an output
_MAIN = {"sobol": "total", "morris": "mean absolute effect", "pawn": "median distance"}


def write_ranking(
    folder: Path,
    method: str,
    indices: pd.DataFrame,
    noise: pd.DataFrame,
    meanings: Callable[[list[str]], Mapping[str, str]],
) -> None:
    """Draw the ranking of every output into a folder.

    Parameters
    ----------
    folder
        Where the figure goes.
    method
        sobol, morris or pawn.
    indices, noise
        As `sweeps.sensitivity.Ranking`, with the condition.
    meanings
        Names of outputs -> what they are, in words.
    """
    selected = plot.select_indices(indices)
    words = meanings(list(dict.fromkeys(selected["output"])))
    figure = plot.figure(method, selected, noise=noise, meanings=words, reference=DUMMY)
    style.save_figure(figure, folder, "figure", selected)


def print_ranking(method: str, indices: pd.DataFrame, noise: pd.DataFrame) -> None:
    """Print each output's parameters, the strongest first."""
    for (condition, output), part in indices.groupby(["condition", "output"], sort=False):
        here = (noise["condition"] == condition) & (noise["output"] == output)
        share, source = noise.loc[here, ["noise_share", "source"]].iloc[0]
        print_table(_ranking_table(method, part, f"{output}{_in(condition)}", share, source))
    ranked = set(indices["output"])
    for row in noise[~noise["output"].isin(ranked)].itertuples():
        say(f"{row.output}: {str(row.source).rstrip('.')}; no indices.")
    brackets = "" if method == "pawn" else "Brackets: 95 % bootstrap intervals. "
    say(f"{brackets}{METHODS[method][1].capitalize()}.")
    for row in noise[noise["left_out"] > 0].itertuples():
        where = f"{row.output}{_in(row.condition)}"
        say(f"{where}: {row.left_out} points were left out, without a value or beside one.")


def _in(condition: object) -> str:
    return f" ({condition})" if condition else ""


def _ranking_table(
    method: str, part: pd.DataFrame, output: str, noise_share: float, source: str
) -> Table:
    share = "unknown" if np.isnan(noise_share) else f"{noise_share:.1%}"
    alone = part[part["other"] == ""]
    title = f"{output}: {method}; Monte-Carlo noise: {share} of the variance over points ({source})"
    table = Table("parameter", *dict.fromkeys(alone["index"]), title=title)
    main = alone[alone["index"] == _MAIN[method]]
    for name in main.sort_values("value", ascending=False)["parameter"][:TOP]:
        rows = alone.loc[alone["parameter"] == name, ["value", "low", "high"]].to_numpy(float)
        table.add_row(name, *map(_cell, rows))
    return table


def _cell(index: Sequence[float]) -> str:
    """Return an index with its interval, if it has one."""
    value, low, high = index
    return f"{value:.3f}" + ("" if np.isnan(low) else f" [{low:.3f}, {high:.3f}]")


def write_box(
    folder: Path, box: Scenario, intervals: Mapping[str, tuple[float, float]], target: str
) -> None:
    """Draw the region in which a target is met into a folder.

    Parameters
    ----------
    folder
        Where the figure goes.
    box
        The region.
    intervals
        Parameter -> ends of its interval.
    target
        In words.
    """
    limits = box.limits.assign(clear=box.limits["quasi_p"] < CHANCE)
    figure = scenario.figure(
        limits,
        box.path,
        intervals=intervals,
        coverage=box.coverage,
        share_met=box.share_met,
        title=f"Where {target}: {box.density:.0%} of the box against {box.share_met:.0%} of the "
        f"{box.points:,} points",
    )
    style.save_figure(figure, folder, "figure", box.path)


def print_box(box: Scenario, target: str) -> None:
    """Print the limits of the region in which a target is met."""
    table = Table(
        "parameter",
        "low",
        "high",
        "quasi-p",
        title=f"Where {target}: {box.density:.0%} of the points in the box meet it "
        f"({box.share_met:.0%} of all {box.points:,}); the box holds {box.coverage:.0%} of those "
        "that do",
    )
    columns = (box.limits[name] for name in ("parameter", "low", "high", "quasi_p"))
    for name, low, high, chance in zip(*columns, strict=True):
        mark = "" if chance < CHANCE else " (may be due to chance)"
        table.add_row(str(name), shown_number(low), shown_number(high), f"{chance:.2g}{mark}")
    print_table(table)
