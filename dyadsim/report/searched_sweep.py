"""What a search for the best point tried and found."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from dyadsim.checks import shown_number
from dyadsim.report.page import estimate_text
from dyadsim.report.printed import print_table, say
from dyadsim.sweeps import outputs
from dyadsim.sweeps.optuna_search import DIRECTIONS, Search, Trial
from dyadsim.sweeps.planned_sweep import PlannedSweep
from dyadsim.sweeps.sampling import Axis

EDGE = 0.02  # share of an interval: a best value so near to an end is said to lie there


def trials_table(planned: PlannedSweep, trials: Sequence[Trial], sought: Search) -> pd.DataFrame:
    """Return every trial in its order.

    Parameters
    ----------
    planned
        The sweep of what was tried.
    trials
        See `optuna_search.search`.
    sought
        What was sought.

    Returns
    -------
    DataFrame
        Columns: trial (from 1), the choices, the axes, the output, its error, best (the best value
        up to there).
    """
    labels = [dict(planned.sweep.conditions[trial.condition].labels) for trial in trials]
    values = pd.Series([trial.value for trial in trials], dtype=float)
    best = values.cummax() if sought.direction == DIRECTIONS[0] else values.cummin()
    return pd.DataFrame(
        {
            "trial": range(1, len(trials) + 1),
            **{name: [label[name] for label in labels] for name in labels[0]},
            **{
                axis.name: [trial.point[k] for trial in trials]
                for k, axis in enumerate(planned.axes)
            },
            sought.objective: values,
            f"{sought.objective}{outputs.SE}": [trial.error for trial in trials],
            "best": best,
        }
    )


def search_summary(
    planned: PlannedSweep,
    trials: Sequence[Trial],
    sought: Search,
    best: int,
    again: Mapping[str, float],
) -> dict[str, Any]:
    """Return what was found as plain values.

    Parameters
    ----------
    planned, trials, sought
        As in `trials_table`.
    best
        The place of the best trial.
    again
        Its value and error with new random numbers.

    Returns
    -------
    dict
        objective, meaning, direction, sampler, seed, trials, best_trial (from 1), choices, point,
        at_end (axes whose best value lies at an end of the interval), value, error, value_again,
        error_again.
    """
    trial = trials[best]
    meanings = outputs.column_meanings([sought.objective], [job.study for job in planned.jobs])
    pairs = list(zip(planned.axes, trial.point, strict=True))
    return {
        **sought._asdict(),
        "meaning": meanings[sought.objective],
        "best_trial": best + 1,
        "choices": {
            name: str(value)
            for name, value in planned.sweep.conditions[trial.condition].labels.items()
        },
        "point": {axis.name: value for axis, value in pairs},
        "ranges": {axis.name: _range_text(axis) for axis in planned.axes},
        "at_end": [axis.name for axis, value in pairs if _is_at_end(axis, value)],
        "value": trial.value,
        "error": _plain(trial.error),
        "value_again": _plain(again["value"]),
        "error_again": _plain(again["error"]),
    }


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _range_text(axis: Axis) -> str:
    if axis.levels:
        return ", ".join(shown_number(level, 4) for level in axis.levels)
    return f"{shown_number(axis.low, 4)} to {shown_number(axis.high, 4)}" + ", log" * axis.log


def _is_at_end(axis: Axis, value: float) -> bool:
    """Return whether a value lies at an end of its interval."""
    if axis.levels:
        return False
    ends, place = np.array([axis.low, axis.high]), value
    if axis.log:
        ends, place = np.log(ends), float(np.log(value))
    return bool(np.abs(place - ends).min() <= EDGE * (ends[1] - ends[0]))


def print_search(summary: Mapping[str, Any]) -> None:
    """Print the best point, its value there, and again with new random numbers.

    Parameters
    ----------
    summary
        Of the sweep, with `search` (`search_summary`) in it.
    """
    outcome = summary["search"]
    say(
        f"{outcome['trials']:,} trials ({outcome['sampler']}, seed {outcome['seed']}): "
        f"{summary['computed']:,} computed here, {summary['reused']:,} taken from the store, "
        f"{summary['seconds']:.1f} s."
    )
    if summary["failed"]:
        say(f"{summary['failed']:,} points failed; column 'error' of the table says why.")
    extreme = "Largest" if outcome["direction"] == DIRECTIONS[0] else "Smallest"
    say(
        f"{extreme} {outcome['objective']}: {_shown(outcome['value'], outcome['error'])}, at trial "
        f"{outcome['best_trial']:,} of {outcome['trials']:,} ({outcome['meaning']})."
    )
    shown = Table("setting", "best", "tried", title="The best point", title_justify="left")
    for name, value in outcome["choices"].items():
        shown.add_row(name, value, "")
    for name, value in outcome["point"].items():
        at_end = " (at an end)" * (name in outcome["at_end"])
        shown.add_row(name, shown_number(value, 4) + at_end, outcome["ranges"][name])
    print_table(shown)
    if outcome["value_again"] is not None:
        say(
            "There with new random numbers: "
            f"{_shown(outcome['value_again'], outcome['error_again'])}. "
            "The best of many noisy values flatters itself; this one does not."
        )
    say(f"Trials: {summary['trials']}, table: {summary['table']}")


def _shown(value: float, error: float | None) -> str:
    return shown_number(value, 4) if error is None else estimate_text(value, error)
