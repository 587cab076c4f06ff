"""What a simulation leaves: a `Run` with everybody's variables, or `Sums` over any number."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model.display import html_table
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import (
    FIRST_RECORDED,
    RECORDED,
    ROWS,
    Array,
    Clients,
    Therapists,
)
from dyadsim.studies.study import Plan, Study

type Totals = np.ndarray[Any, np.dtype[np.int64]]
_SCORED, _SCORE_SUM, _SQUARE_SUM = 2, 3, 4  # places in SUMS


class Run(NamedTuple):
    """A simulation under way or finished.

    Attributes
    ----------
    study, plan
        Who gets what when, and the same as arrays.
    parameters
        One world's parameters.
    seed, replicate
        The address of all random numbers.
    beats
        Beats simulated within a session; 0 = the closed form.
    clients, therapists
        Their variables after the last step done.
    truth
        `(variable, step, client)` float32, rows as in `variables.RECORDED` (four rows for a
        process variable), step 0 = intake; steps not done yet are 0. No client where it is not
        kept.
    step
        The number of steps done.
    """

    study: Study
    plan: Plan
    parameters: Parameters
    seed: int
    replicate: int
    beats: int
    clients: Clients
    therapists: Therapists
    truth: Array
    step: int

    def __repr__(self) -> str:
        """Return study, size, progress and random address in one line."""
        return (
            f"<Run of study {self.study.name}: {self.clients.word.size} clients, step {self.step} "
            f"of {self.plan.weeks.size - 1}, seed {self.seed}, replicate {self.replicate}>"
        )

    def _repr_html_(self) -> str:
        """Return a small table, for notebooks."""
        kept = "kept" if self.truth.shape[2] else "not kept"
        rows = [
            ("study", repr(self.study)[1:-1]),
            ("clients", str(self.clients.word.size)),
            ("therapists", str(self.therapists.word.size)),
            ("step", f"{self.step} of {self.plan.weeks.size - 1}"),
            ("seed, replicate", f"{self.seed}, {self.replicate}"),
            ("truth", kept),
        ]
        return html_table("Run: dyadsim.observed(run) gives its tables", ("what", "value"), rows)


class Sums(NamedTuple):
    """Streaming sums of a study's clients.

    Attributes
    ----------
    study
        The study.
    clients
        The number of clients, all arms together.
    values
        `(arm, step, sum)` int64; the sums and their units are `streaming_sums.SUMS`.
    """

    study: Study
    clients: int
    values: Totals

    def __repr__(self) -> str:
        """Return study and size in one line."""
        arms, steps = self.values.shape[:2]
        return (
            f"<Sums of study {self.study.name}: {self.clients} clients, {arms} arms, {steps} steps>"
        )

    def mean_score(self) -> Array:
        """Return the mean symptom score, `(arm, step)`; NaN where nobody was scored."""
        with np.errstate(invalid="ignore"):
            total = self.values[..., _SCORE_SUM] / SUMS["symptom_score"]
            return np.asarray(total / self.values[..., _SCORED])

    def sd_score(self) -> Array:
        """Return the SD of the symptom score (n - 1), `(arm, step)`."""
        n = self.values[..., _SCORED]
        with np.errstate(invalid="ignore", divide="ignore"):
            squares = self.values[..., _SQUARE_SUM] / SUMS["symptom_score_squared"]
            spread = (squares - n * self.mean_score() ** 2) / (n - 1)
            return np.asarray(np.sqrt(np.maximum(spread, 0)))


def variables(truth: Array) -> Iterator[tuple[str, Array]]:
    """Yield (name, values) of a truth array: `(step, client)`, or `(4, step, client)`."""
    for name in RECORDED:
        yield name, _rows_of(truth, name)


def latent(run: Run, name: str) -> Array:
    """Return one variable of the truth, `(step, client)`, or `(4, step, client)` by process.

    Parameters
    ----------
    run
        A run with its truth kept.
    name
        One of `variables.RECORDED`.

    Returns
    -------
    Array
        A view of the truth, float32.
    """
    return _rows_of(run.truth, name)


def _rows_of(truth: Array, name: str) -> Array:
    """Return the rows of one variable."""
    rows = ROWS[name]
    block = truth[rows.start - FIRST_RECORDED : rows.stop - FIRST_RECORDED]
    return block if len(block) > 1 else block[0]
