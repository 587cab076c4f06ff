"""What several lessons need: arrays of a run, sampled courses, bands, lines, words for numbers."""

from typing import Any

import numpy as np

from dyadsim.evidence import statistics
from dyadsim.evidence.statistics import Arrays
from dyadsim.lessons.lesson import LUCK, Dial, Series, Values
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.studies.study import Study

type Floats = np.ndarray[Any, np.dtype[np.float64]]

CLIENTS = Dial("clients", "Clients", 100, 5000, 100, 1000)
COURSES = 60  # single courses that a figure shows
DOTS = 400  # single clients that a figure shows
NOBODY_LEAVES = {"ending.dropout_base": -5.0, "ending.removal_base": -6.0}
COMPARED = {  # with what CBT is compared, in words
    "waitlist": "waiting",
    "intent_to_fail": "a treatment that is meant to fail",
    "supportive": "supportive counselling",
    "interpersonal": "interpersonal therapy, another credible treatment",
    "usual_care": "usual care",
}


def comparators(*names: str) -> tuple[tuple[str, str], ...]:
    """Return some of COMPARED as options of a `Pick`."""
    return tuple((name, COMPARED[name]) for name in names)


def run(
    study: Study, parameters: Parameters, values: Values, clients: int | None = None
) -> simulate.Run:
    """Return a finished run with the luck of the settings."""
    count = int(values["clients"]) if clients is None else clients
    return simulate.run(study, parameters, count, int(values[LUCK]))


def seen(made: simulate.Run, process_scores: bool = False) -> Arrays:
    """Return a run's scores as arrays (`fast_facts.Arrays`)."""
    return statistics.arrays(made, process_scores)


def latent(made: simulate.Run, name: str) -> Floats:
    """Return a latent (step, client) of a finished run: what no study can see."""
    found: Floats = dict(simulate.variables(made.truth))[name].astype(float)
    return found


def numbers(values: Any, digits: int = 3) -> list[float]:
    """Return plain numbers, rounded for the way to the page; NaN stays NaN."""
    return [round(float(value), digits) for value in np.ravel(values)]


def courses(scores: Floats, weeks: Floats, name: str, look: int = 0) -> list[Series]:
    """Return a band (10 to 90 %), a mean, and some single courses of scores (step, client)."""
    known = ~np.isnan(scores).all(axis=1)
    low, high = np.nanquantile(scores[known], (0.1, 0.9), axis=1)
    x = numbers(weeks[known], 2)
    every = np.linspace(0, scores.shape[1] - 1, min(COURSES, scores.shape[1])).astype(int)
    lines_x: list[Any] = []
    lines_y: list[float] = []
    for client in every:
        there = ~np.isnan(scores[:, client])
        lines_x += [*numbers(weeks[there], 2), None]
        lines_y += [*numbers(scores[there, client], 1), float("nan")]
    return [
        Series("line", f"{name}: single clients", lines_x, lines_y, look=look, faint=True),
        Series("band", f"{name}: 8 of 10 clients", x, [], numbers(low), numbers(high), look=look),
        Series("line", f"{name}: mean", x, numbers(np.nanmean(scores[known], axis=1)), look=look),
    ]


def mean_line(scores: Floats, weeks: Floats, name: str, look: int = 0) -> Series:
    """Return the mean course of scores (step, client)."""
    known = ~np.isnan(scores).all(axis=1)
    return Series(
        "line",
        name,
        numbers(weeks[known], 2),
        numbers(np.nanmean(scores[known], axis=1)),
        look=look,
    )


def weeks_of(made: simulate.Run) -> Floats:
    """Return weeks since intake (step,)."""
    found: Floats = np.cumsum(made.plan.weeks, dtype=float)
    return found


def percent(share: float) -> str:
    """Return a share of 0-1 as whole per cent."""
    return f"{100 * share:.0f} %"


def bracket(value: float, edges: tuple[float, ...]) -> int:
    """Return which of the brackets between edges holds a value: 0 below the first."""
    return int(np.searchsorted(np.array(edges), value, side="right"))


def share_error(share: float, n: int) -> float:
    """Return the standard error of a share of n."""
    return float(np.sqrt(max(share * (1 - share), 0.0) / max(n, 1)))
