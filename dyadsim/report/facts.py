"""Published facts beside simulated values: in one world, or in several side by side."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from dyadsim.analysis.monte_carlo import error_sentence, with_error
from dyadsim.evidence.benchmark import FactResult
from dyadsim.evidence.enough_repeats import CLIENTS, MOST
from dyadsim.evidence.verdict import (
    FEWEST,
    MET,
    SIGNS,
    UNDECIDED,
    VERDICTS,
    VIOLATED,
    count_verdicts,
    verdicts_text,
)
from dyadsim.report.page import interval_text, run_line
from dyadsim.report.printed import print_table, say

STUDY = "the design of each fact"
RULE = (
    "Met: the 95 % interval of the value lies inside the published one; violated: outside; "
    "undecided: it holds an edge. Definitions: docs/background/facts.md"
)
_NOT_CALIBRATED = "Of the {new} facts that took no part in the calibration"


def fact_row(result: FactResult) -> dict[str, Any]:
    """Return one fact as plain values for JSON.

    Parameters
    ----------
    result
        The fact with its simulated value.

    Returns
    -------
    dict
        id, simulated, se, repeats, low, high, verdict, met, needs; null where the design cannot be
        simulated, or an error is not known.
    """
    fact, error = result.fact, result.standard_error
    return {
        "id": fact.id,
        "simulated": None if result.simulated != result.simulated else result.simulated,
        "se": None if error != error else error,
        "repeats": result.repeats,
        "low": fact.low,
        "high": fact.high,
        "verdict": result.verdict,
        "met": result.met,
        "needs": result.needs or None,
    }


def print_facts(
    results: Sequence[FactResult],
    label: str,
    *,
    seed: int,
    unseen: Collection[str] = (),
    until_decided: bool = True,
) -> None:
    """Print every fact, simulated ± Monte-Carlo error, the published interval, the verdict.

    Parameters
    ----------
    results
        The facts with their simulated values.
    label
        What the world is called (`changed_worlds.world_label`).
    seed
        The random seed.
    unseen
        Ids of the facts that took no part in the world's calibration.
    until_decided
        Whether studies were repeated until their facts were decided.
    """
    table = Table(title=f"Published facts in the {label}")
    for name in ("fact", "statistic", "simulated", "published", "verdict"):
        table.add_column(name, justify="right" if name in ("simulated", "published") else "left")
    for result in results:
        table.add_row(*_cells(result))
    print_table(table)
    computed = [result for result in results if result.simulated == result.simulated]
    missing = len(results) - len(computed)
    rest = f"; {missing} could not be computed" if missing else ""
    verdicts = verdicts_text(result.verdict for result in computed)
    say(f"Of {len(computed)} simulated facts {verdicts}{rest}.")
    new = [result.verdict for result in computed if result.fact.id in unseen]
    if new:
        say(f"{_NOT_CALIBRATED.format(new=len(new))}: {verdicts_text(new)}.")
    open_facts = [result.fact.id for result in computed if result.verdict == UNDECIDED]
    repeats = [result.repeats for result in computed]
    _print_rest(open_facts, repeats, until_decided=until_decided)
    say(run_line(STUDY, clients=results[0].clients, repeats=repeats, seed=seed))


def print_grid(rows: Sequence[tuple[Mapping[str, Any], Sequence[FactResult]]]) -> None:
    """Print how many facts each point of a grid meets, and which facts its settings decide.

    Parameters
    ----------
    rows
        Of each point the settings that differ, and its facts with their simulated values.
    """
    if not rows:
        return
    shown = Table(title="Facts at every point", title_justify="left")
    for heading in (*rows[0][0], *VERDICTS):
        shown.add_column(heading, justify="right")
    met: dict[str, set[str]] = {}
    for labels, results in rows:
        counts = count_verdicts(result.verdict for result in results)
        shown.add_row(*map(str, labels.values()), *(str(counts[name]) for name in VERDICTS))
        for result in results:
            met.setdefault(result.fact.id, set()).add(result.verdict)
    print_table(shown)
    varying = [name for name, verdicts in met.items() if {MET, VIOLATED} <= verdicts]
    say(f"Met at some points and violated at others: {', '.join(varying) or 'none'}.")


def _print_rest(undecided: Iterable[str], repeats: Sequence[int], *, until_decided: bool) -> None:
    """Print what is undecided and why, what ± is, and the rule."""
    names = ", ".join(undecided)
    if max(repeats, default=FEWEST) < FEWEST:
        say(
            f"Nothing is decided at this size: a verdict needs {FEWEST} repeats or more "
            f"(size.replicates={FEWEST}). Without size=... each study is repeated until its facts "
            "are decided."
        )
    elif names and until_decided:
        say(f"Undecided even after {MOST} repeats of {CLIENTS:,} clients: {names}.")
    elif names:
        say(
            f"Undecided at this size: {names}. Without size=... each study is repeated until its "
            "facts are decided."
        )
    say(f"{error_sentence(repeats)} {RULE}")


def _cells(result: FactResult) -> list[str]:
    """Return one fact's row."""
    fact = result.fact
    value, verdict = with_error(result.simulated, result.standard_error), str(result.verdict)
    if result.needs:
        value, verdict = "", f"needs study {result.needs}"
    return [fact.id, fact.statistic, value, interval_text(fact.low, fact.high), verdict]


def print_scoreboard(
    table: pd.DataFrame,
    totals: pd.DataFrame,
    *,
    clients: int,
    seed: int,
    unseen: Collection[str] = (),
    until_decided: bool = True,
) -> None:
    """Print facts against worlds: simulated ± Monte-Carlo error, distance, verdict.

    Parameters
    ----------
    table
        fact, world, simulated, se, repeats, low, high, verdict, distance: a row a fact and world.
    totals
        world, met, violated, undecided, facts, free, state, equal_means_ratio, equal_means_se: a
        row a world.
    clients
        Of each study and repeat.
    seed
        The random seed.
    unseen
        Ids of the facts that took no part in the calibration of these worlds.
    until_decided
        Whether studies were repeated until their facts were decided.
    """
    from dyadsim.calibration.scoreboard import violated_everywhere

    shown = Table(
        title="Published facts: simulated ± error, distance in half-widths, "
        "✓ met ✗ violated ? undecided"
    )
    for heading in ("fact", "published", *dict.fromkeys(table["world"])):
        shown.add_column(heading, justify="left" if heading == "fact" else "right")
    for fact, rows in table.groupby("fact", sort=False):
        published = interval_text(rows["low"].iloc[0], rows["high"].iloc[0])
        shown.add_row(str(fact), published, *map(_score, rows.to_dict("records")))
    print_table(shown)
    for total in totals.to_dict("records"):
        say(_total_line(total))
    new = table[table["fact"].isin(list(unseen))]
    if len(new):
        counts = [
            f"{world}: {verdicts_text(rows['verdict'])}"
            for world, rows in new.groupby("world", sort=False)
        ]
        say(f"{_NOT_CALIBRATED.format(new=new['fact'].nunique())}: {'; '.join(counts)}.")
    say(
        "The published ratio at equal means, against waiting lists, is 1.24 [1.08, 1.41]; "
        "variance_ratio is the raw one."
    )
    say(f"Violated in all of these worlds: {', '.join(violated_everywhere(table)) or 'none'}.")
    undecided = table[table["verdict"] == UNDECIDED]
    names = (f"{fact} ({world})" for fact, world in undecided[["fact", "world"]].to_numpy())
    _print_rest(names, table["repeats"].tolist(), until_decided=until_decided)
    say("A world that fits is possible, not true: docs/background/calibration.md")
    say(run_line(STUDY, clients=clients, repeats=table["repeats"].tolist(), seed=seed))


def _score(row: Mapping[Any, Any]) -> str:
    """Return "value ± error, distance, sign of the verdict" of a fact in a world."""
    value = with_error(row["simulated"], row["se"])
    distance = "" if row["distance"] != row["distance"] else f" {row['distance']:.1f}"
    return f"{value}{distance} {SIGNS[row['verdict']]}"


def _total_line(total: Mapping[Any, Any]) -> str:
    """Return what a world meets, in a sentence."""
    ratio = with_error(total["equal_means_ratio"], total["equal_means_se"])
    counts = ", ".join(f"{total[name]} {name}" for name in ("met", "violated", "undecided"))
    return (
        f"{total['world']:11} of {total['facts']} facts {counts}; {total['free']} free parameters "
        f"in its calibration; {total['state']}; ratio of post-test variances at equal means {ratio}"
    )


def estimates_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the scores as rows of estimates (`cli.task.Estimates`), a part a family of facts.

    Parameters
    ----------
    table
        fact, family, world, simulated, se, low, high, verdict: a row a fact and world.
    """
    columns = ["family", "fact", "world", "simulated", "se", "low", "high", "verdict"]
    names = {"low": "published_low", "high": "published_high", "simulated": "value"}
    rows = table[columns].rename(columns={**names, "family": "part", "fact": "estimate"})
    return rows.assign(part="Published facts: " + rows["part"].str.replace("_", " "), unit="")


def write_scoreboard(folder: Path, table: pd.DataFrame, note: str = "") -> None:
    """Write scoreboard.csv and the figure, scoreboard.png and .svg.

    Parameters
    ----------
    folder
        The results folder.
    table
        fact, world, simulated, low, high, verdict and more: a row a fact and world.
    note
        A line for the title of the figure, such as what was changed.
    """
    from dyadsim.plots import facts_met, style

    figure = facts_met.figure(table)
    style.add_to_title(figure, note)
    style.save_figure(figure, folder, "scoreboard", table)
