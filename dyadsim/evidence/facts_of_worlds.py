"""Which published facts the calibrated worlds meet: `conf/world/scoreboard.csv`, and in sentences.

The file holds `dyadsim facts` of the worlds as calibrated, with random numbers that no search used.
It is of the worlds as they are: of a changed world only `dyadsim facts` can tell.
"""

import functools
from collections.abc import Mapping
from typing import Any

import pandas as pd

from dyadsim.checks import shown_number
from dyadsim.evidence.verdict import VERDICTS, count_verdicts
from dyadsim.model.members import folder

FILE = "scoreboard.csv"
_PLAIN = {
    "median_time_to_csc": "sessions until half of the clients have changed clinically",
    "response_therapy": "share of clients who respond to therapy",
    "empathy_outcome": "correlation of empathy and outcome",
    "sudden_gain_outcome": "advantage of clients with a sudden gain (g)",
    "sudden_gain_rate": "share of clients with a sudden gain",
    "supportive_vs_active": "supportive control against bona fide therapy (g)",
    "reliable_improvement": "share of clients reliably improved",
    "deterioration_rr": "risk of deterioration in therapy over that without",
    "prepost_routine": "change in routine care (d)",
    "course_flattens": "courses that flatten out (AIC)",
    "dropout": "share of clients who drop out",
    "g_waitlist": "therapy against a waiting list (g)",
    "g_usual_care": "therapy against usual care (g)",
    "gain_treated_bdi": "gain of treated clients (BDI-II points)",
    "supportive_vs_control": "supportive therapy against no treatment (g)",
    "reliable_recovery": "share of clients reliably recovered",
    "readiness_outcome": "correlation of readiness and outcome",
    "expectation_outcome": "correlation of expectation and outcome",
    "feedback": "effect of feedback to therapists (g)",
}


@functools.cache
def read_scoreboard() -> pd.DataFrame:
    """Return every fact's verdict in every calibrated world.

    Returns
    -------
    DataFrame
        fact, world, simulated, se, low, high, verdict, distance (half-widths of the published
        interval from its estimate): a row a fact and world.
    """
    table = pd.read_csv(folder() / FILE)
    return table.assign(world=table["world"].str.removesuffix(" world"))


def fact_counts(world: str) -> dict[str, int]:
    """Return how many facts a calibrated world meets, violates and leaves undecided.

    Parameters
    ----------
    world
        Its name.

    Examples
    --------
    >>> sum(fact_counts("hybrid").values())
    67
    """
    return count_verdicts(read_scoreboard().query("world == @world")["verdict"])


def against_world(world: str, most: int = 2) -> str:
    """Return what speaks against a calibrated world, in a sentence.

    Parameters
    ----------
    world
        Its name.
    most
        How many violated facts are named, the farthest first.

    Returns
    -------
    str
        Counts of all facts, and the violated ones that lie farthest from what was published.

    Examples
    --------
    >>> against_world("hybrid").startswith("hybrid: of 67 published facts")
    True
    """
    rows, counts = read_scoreboard().query("world == @world"), fact_counts(world)
    violated = rows[rows["verdict"] == "violated"].sort_values("distance", ascending=False)
    named = [_violated(row) for row in violated.head(most).to_dict("records")]
    counted = "; ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    more = f"; and {len(violated) - most} more" if len(violated) > most else ""
    farthest = f". Farthest from what was published: {'; '.join(named)}{more}" if named else ""
    return f"{world}: of {len(rows)} published facts {counted}{farthest}."


def _violated(row: Mapping[Any, Any]) -> str:
    """Return what was simulated and what was published of a fact, in words."""
    name = _PLAIN.get(row["fact"], str(row["fact"]).replace("_", " "))
    return f"{name}: {shown_number(row['simulated'], 3)} ({_published(row['low'], row['high'])})"


def _published(low: float, high: float) -> str:
    if low != low or high != high:
        return f"published: below {high:g}" if low != low else f"published: above {low:g}"
    return f"published {low:g} to {high:g}"
