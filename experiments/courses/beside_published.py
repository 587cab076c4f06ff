"""The numbers beside the published ones: facts, scored as everywhere, and measures of our own."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.monte_carlo import error_of_mean
from dyadsim.evidence.benchmark import evaluate_facts
from dyadsim.evidence.fact import load_facts
from dyadsim.model.parameters import Parameters

NO_FACT = "not in facts.csv"


class Measure(NamedTuple):
    """A number of a panel: in words, its unit, and the fact or the name of our own measure."""

    panel: str
    words: str
    unit: str
    name: str


MEASURES = (
    Measure("attended", "sessions attended, mean", "sessions", "sessions_mean"),
    Measure("attended", "sessions attended, SD", "sessions", "sessions_sd"),
    Measure("attended", "sessions attended, median", "sessions", "sessions_median"),
    Measure("leaving", "drop out in routine care", "%", "dropout"),
    Measure(
        "leaving",
        "drop out a session, 1 to 3 minus 7 to 12",
        "% points",
        "dropout_early",
    ),
    Measure("leaving", "drop out after sessions 1 to 3", "%", "left_early"),
    Measure("alliance", "alliance at session 3 (1 to 5)", "points", "alliance_level"),
    Measure("alliance", "alliance, change from session 5 to 10", "SD", "alliance_trend"),
    Measure("alliance", "alliance, variance between clients", "%", "alliance_between_share"),
    Measure("gains", "cases reliably better", "%", "reliable_improvement"),
    Measure("gains", "cases recovered", "%", "reliable_recovery"),
    Measure("gains", "cases reliably worse", "%", "reliable_deterioration"),
    Measure("gains", "gain of all in routine care", "SD at intake", "prepost_routine"),
    Measure("scores", "PHQ-9 at intake, mean", "points", "phq9_cases_intake_mean"),
    Measure("scores", "PHQ-9 at intake, SD", "points", "phq9_cases_intake_sd"),
    Measure("scores", "PHQ-9 at the end, mean", "points", "phq9_cases_last_mean"),
    Measure("scores", "PHQ-9 at the end, SD", "points", "phq9_cases_last_sd"),
    Measure("scores", "BDI-II at intake, mean", "points", "bdi2_trial_intake_mean"),
    Measure("scores", "BDI-II at intake, SD", "points", "bdi2_trial_intake_sd"),
    Measure("scores", "PHQ-9, correlation of first and last", "r", "prepost_r"),
    Measure("trial", "BDI-II, gain in therapy (trial)", "points", "gain_treated_bdi"),
    Measure("trial", "BDI-II, gain in waiting (trial)", "points", "gain_control_bdi"),
    Measure("trial", "therapy against waiting, BDI-II", "g", "g_waitlist"),
    Measure(
        "clinic",
        "half have clinically changed (OQ-45)",
        "sessions",
        "median_time_to_csc",
    ),
    Measure("clinic", "gain reached by session 4 of 12 (trial)", "%", "gain_by_session_4"),
    Measure("clinic", "clients with a sudden gain", "%", "sudden_gain_rate"),
    Measure("clinic", "outcome of sudden gainers against others", "g", "sudden_gain_outcome"),
    Measure("clinic", "outcome of early responders against others", "g", "early_response"),
    Measure("clinic", "one weekly change with the next", "r", "successive_changes"),
    Measure("clinic", "number of sessions with rate of recovery", "r", "good_enough_slope"),
    Measure("clinic", "drop out of therapy (trial)", "%", "dropout_trial"),
)
VALUES = ("simulated", "error", "published", "low", "high")
COLUMNS = ["panel", "measure", "unit", "name", *VALUES, "source", "verdict"]


def scored_facts(world: Parameters, clients: int, replicates: int) -> dict[str, tuple]:
    """Return (simulated, error, verdict) by fact, of the measures that are facts."""
    known = {fact.id for fact in load_facts()}
    wanted = [measure.name for measure in MEASURES if measure.name in known]
    results = evaluate_facts(world, clients, replicates=replicates, only=wanted)
    return {
        result.fact.id: (result.simulated, result.standard_error, result.verdict)
        for result in results
    }


def number_rows(facts: dict[str, tuple], own: dict[str, list[float]]) -> pd.DataFrame:
    """Return a row a measure, simulated beside published, shares in %.

    Parameters
    ----------
    facts
        As `scored_facts` returns them.
    own
        Values of our own measures, one a replicate, in their unit.
    """
    published = {fact.id: fact for fact in load_facts()}
    rows = []
    for measure in MEASURES:
        row = {**measure._asdict(), "measure": measure.words}
        if measure.name in own:
            values = own[measure.name]
            row |= {"simulated": np.mean(values), "error": float(error_of_mean(values))}
        elif measure.name in facts:
            fact, (value, error, verdict) = published[measure.name], facts[measure.name]
            numbers = (value, error, fact.estimate, fact.low, fact.high)
            row |= dict(zip(VALUES, in_unit(numbers, measure.unit), strict=True))
            row |= {"source": "; ".join(fact.source), "verdict": verdict}
        else:
            row |= {"verdict": NO_FACT}
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def in_unit(numbers: tuple, unit: str) -> list[float]:
    """Return numbers in the unit of the page: shares in %, missing ends as NaN."""
    factor = 100.0 if unit.startswith("%") else 1.0
    return [np.nan if number is None else factor * float(number) for number in numbers]
