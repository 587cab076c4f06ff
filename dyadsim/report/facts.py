"""Published facts beside simulated values: in one world, or in several side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from dyadsim.evidence.benchmark import FactResult
from dyadsim.report.page import interval_text


def _state(calibrated: bool) -> str:
    return "calibrated" if calibrated else "NOT calibrated: starting values set by hand"


def fact_row(result: FactResult) -> dict[str, Any]:
    """Return one fact as plain values for JSON.

    Parameters
    ----------
    result
        The fact with its simulated value.

    Returns
    -------
    dict
        id, simulated, se, low, high, met, needs; null where the design cannot be simulated.
    """
    fact, error = result.fact, result.standard_error
    return {
        "id": fact.id,
        "simulated": None if result.simulated != result.simulated else result.simulated,
        "se": None if error != error else error,
        "low": fact.low,
        "high": fact.high,
        "met": bool(result.met),
        "needs": result.needs or None,
    }


def print_facts(results: Sequence[FactResult], world: str, calibrated: bool) -> None:
    """Print every fact, simulated ± Monte-Carlo error, the published interval, met or not.

    Parameters
    ----------
    results
        The facts with their simulated values.
    world
        Name of the world.
    calibrated
        Whether its values were fitted to the facts.
    """
    table = Table(title=f"Published facts in the {world} world ({_state(calibrated)})")
    for name in ("fact", "statistic", "simulated", "published", "met"):
        words = name in ("fact", "statistic", "met")
        table.add_column(name, justify="left" if words else "right")
    for result in results:
        table.add_row(*_cells(result))
    Console(width=150).print(table)
    computed = [result for result in results if result.simulated == result.simulated]
    missing = len(results) - len(computed)
    rest = f"; {missing} could not be computed" if missing else ""
    met = sum(result.met for result in computed)
    print(f"{met} of {len(computed)} simulated facts met{rest}.")
    print(
        "± is one Monte-Carlo standard error over replicates with different random numbers. "
        "Definitions: docs/background/facts.md"
    )


def _cells(result: FactResult) -> list[str]:
    """Return one fact's row."""
    fact, met = result.fact, "yes" if result.met else "no"
    value = f"{result.simulated:.3f} ±{result.standard_error:.3f}"
    if result.needs:
        value, met = "", f"needs study {result.needs}"
    elif result.simulated != result.simulated:
        value = "undefined"  # such as a share of a therapist variance that is 0
    return [fact.id, fact.statistic, value, interval_text(fact.low, fact.high), met]


def print_scoreboard(table: pd.DataFrame, totals: pd.DataFrame) -> None:
    """Print facts against worlds: simulated ± Monte-Carlo error, distance, met or not.

    Parameters
    ----------
    table
        fact, world, simulated, se, low, high, met, distance: a row a fact and world.
    totals
        world, met, facts, free, calibrated, equal_means_ratio, equal_means_se: a row a world.
    """
    from dyadsim.calibration.scoreboard import unmet_facts

    shown = Table(title="Published facts: simulated ± error, distance in half-widths, ✓ met")
    for heading in ("fact", "published", *dict.fromkeys(table["world"])):
        shown.add_column(heading, justify="left" if heading == "fact" else "right")
    for fact, rows in table.groupby("fact", sort=False):
        published = interval_text(rows["low"].iloc[0], rows["high"].iloc[0])
        shown.add_row(str(fact), published, *map(_score, rows.to_dict("records")))
    Console(width=170).print(shown)
    for total in totals.to_dict("records"):
        print(_total_line(total))
    print("The published ratio at equal means is 1.09 to 1.10; variance_ratio is the raw one.")
    print(f"Met in none of these worlds: {', '.join(unmet_facts(table)) or 'none'}.")
    print(
        "± is one Monte-Carlo standard error over replicates with different random numbers; met: "
        "value ± 1.96 errors inside the interval. A world that fits is possible, not true. "
        "docs/background/calibration.md"
    )


def _score(row: Mapping[Any, Any]) -> str:
    """Return "value ± error, distance, ✓ or ✗" of a fact in a world."""
    if row["simulated"] != row["simulated"]:
        return "undefined ✗"
    distance = "" if row["distance"] != row["distance"] else f" {row['distance']:.1f}"
    return f"{row['simulated']:.3f} ±{row['se']:.3f}{distance} {'✓' if row['met'] else '✗'}"


def _total_line(total: Mapping[Any, Any]) -> str:
    """Return what a world meets, in a sentence."""
    ratio, error = total["equal_means_ratio"], total["equal_means_se"]
    return (
        f"{total['world']:11} meets {total['met']} of {total['facts']} facts; {total['free']} free "
        f"parameters in its calibration ({_state(total['calibrated'])}); ratio of post-test "
        f"variances at equal means {ratio:.2f} ± {error:.2f}"
    )


def write_scoreboard(folder: Path, table: pd.DataFrame) -> None:
    """Write scoreboard.csv and the figure, scoreboard.png and .svg.

    Parameters
    ----------
    folder
        The results folder.
    table
        fact, world, simulated, low, high, met and more: a row a fact and world.
    """
    from dyadsim.plots import facts_met, style

    style.save_figure(facts_met.figure(table), folder, "scoreboard", table)
