"""What several lessons need: runs, arrays, courses, bands, lines, and words for numbers."""

from typing import Any

import numpy as np

from dyadsim.evidence.study_scores import ScoreArrays, score_arrays
from dyadsim.lessons.lesson import SEED, Dial, Series, Values
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.studies.study import Study

type Floats = np.ndarray[Any, np.dtype[np.float64]]

CLIENTS = Dial("clients", "Clients", 100, 5000, 100, 1000)
COURSES = 60  # single courses in a figure
DOTS = 400  # single clients in a figure
NOBODY_LEAVES = {"ending.dropout_base": -5.0, "ending.removal_base": -6.0}
COMPARED = {  # what CBT is compared with, in words
    "waitlist": "waiting",
    "intent_to_fail": "a treatment that is meant to fail",
    "supportive": "supportive counselling",
    "interpersonal": "interpersonal therapy, another credible treatment",
    "usual_care": "usual care",
}


def comparators(*names: str) -> tuple[tuple[str, str], ...]:
    """Return some of COMPARED as options of a `Pick`."""
    return tuple((name, COMPARED[name]) for name in names)


def run_study(
    study: Study, parameters: Parameters, values: Values, clients: int | None = None
) -> simulate.Run:
    """Return a finished run with the random seed of the settings.

    Parameters
    ----------
    study
        What is simulated.
    parameters
        Of the world.
    values
        The settings of the lesson.
    clients
        Their number; None: that of the settings.

    Returns
    -------
    Run
        With every latent recorded.
    """
    count = int(values["clients"]) if clients is None else clients
    return simulate.run(study, parameters, count, seed=int(values[SEED]))


def observed_arrays(run: simulate.Run, process_scores: bool = False) -> ScoreArrays:
    """Return a run's scores as arrays; those besides symptoms only with `process_scores`."""
    return score_arrays(run, process_scores)


def latent_values(run: simulate.Run, name: str) -> Floats:
    """Return a latent variable `(step, client)` of a finished run, which no study can see."""
    values: Floats = dict(simulate.variables(run.truth))[name].astype(float)
    return values


def rounded(values: Any, digits: int = 3) -> list[float]:
    """Return a flat list of rounded numbers for the page; NaN stays NaN."""
    return [round(float(value), digits) for value in np.ravel(values)]


def evenly_spaced(count: int, most: int) -> np.ndarray[Any, np.dtype[np.int_]]:
    """Return at most `most` places, evenly spaced from 0 to `count` - 1."""
    return np.linspace(0, count - 1, min(most, count)).astype(int)


def course_series(scores: Floats, weeks: Floats, name: str, look: int = 0) -> list[Series]:
    """Return some single courses, the band of 8 of 10 clients, and the mean.

    Parameters
    ----------
    scores
        `(step, client)`, NaN where there is none.
    weeks
        Since intake, `(step,)`.
    name
        For the legend.
    look
        As in `Series`.

    Returns
    -------
    list
        Three series: lines, band (10 to 90 %), line.
    """
    known = ~np.isnan(scores).all(axis=1)
    low, high = np.nanquantile(scores[known], (0.1, 0.9), axis=1)
    x = rounded(weeks[known], 2)
    lines_x: list[Any] = []
    lines_y: list[float] = []
    for client in evenly_spaced(scores.shape[1], COURSES):
        there = ~np.isnan(scores[:, client])
        lines_x += [*rounded(weeks[there], 2), None]
        lines_y += [*rounded(scores[there, client], 1), float("nan")]
    return [
        Series("line", f"{name}: single clients", lines_x, lines_y, look=look, faint=True),
        Series("band", f"{name}: 8 of 10 clients", x, [], rounded(low), rounded(high), look=look),
        mean_line(scores, weeks, f"{name}: mean", look),
    ]


def mean_line(scores: Floats, weeks: Floats, name: str, look: int = 0) -> Series:
    """Return the mean course of scores `(step, client)` over weeks `(step,)`."""
    known = ~np.isnan(scores).all(axis=1)
    mean = np.nanmean(scores[known], axis=1)
    return Series("line", name, rounded(weeks[known], 2), rounded(mean), look=look)


def weeks_of(run: simulate.Run) -> Floats:
    """Return the weeks since intake, `(step,)`."""
    weeks: Floats = np.cumsum(run.plan.weeks, dtype=float)
    return weeks


def percent(share: float) -> str:
    """Return a share (0-1) in whole per cent."""
    return f"{100 * share:.0f} %"


def bracket(value: float, edges: tuple[float, ...]) -> int:
    """Return which bracket between ascending edges holds a value: 0 below the first edge."""
    return int(np.searchsorted(np.array(edges), value, side="right"))


def share_error(share: float, n: int) -> float:
    """Return the standard error of a share (0-1) of `n`."""
    return float(np.sqrt(max(share * (1 - share), 0.0) / max(n, 1)))
