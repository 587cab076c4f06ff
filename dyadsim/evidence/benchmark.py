"""Facts beside what a world makes of them: simulate each fact's design, compute its statistic.

Every value is the mean over replicates, its Monte-Carlo error the standard error of that mean. A
fact whose design no simulated study serves is listed as needing it.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from dyadsim.evidence.fact import Fact, is_met, load_facts
from dyadsim.evidence.statistics import fact_value, find_statistic
from dyadsim.evidence.studies_of_facts import SERVED, needed_studies
from dyadsim.evidence.study_scores import score_arrays
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run


class FactResult(NamedTuple):
    """A fact beside its simulated value.

    Attributes
    ----------
    fact
        The published number.
    simulated, standard_error
        Mean over replicates and its Monte-Carlo error; NaN where the design is not served.
    met
        Whether the simulated value meets the fact (`fact.is_met`).
    needs
        The design that no simulated study serves yet; "" otherwise.
    """

    fact: Fact
    simulated: float
    standard_error: float
    met: bool
    needs: str


def evaluate_facts(
    parameters: Parameters,
    clients: int = 4000,
    *,
    replicates: int = 8,
    seed: int = 1,
    only: Iterable[str] | None = None,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> list[FactResult]:
    """Return every fact of `facts.csv` beside its simulated value.

    Parameters
    ----------
    parameters
        One world's parameters.
    clients
        Clients per study and replicate.
    replicates
        Repeats, 2 or more; the Monte-Carlo error is their SD / sqrt(replicates).
    seed
        Random seed; replicate k of it is a stream of its own.
    only
        Ids of the facts wanted; None = all.
    progress
        Wraps the loop over studies, to show progress.

    Returns
    -------
    list of FactResult
        In the order of `facts.csv`.

    Raises
    ------
    ValueError
        A study leaves too few clients with scores for a statistic.
    """
    ids = None if only is None else set(only)
    facts = [fact for fact in load_facts() if ids is None or fact.id in ids]
    values: dict[str, list[float]] = {fact.id: [] for fact in facts}
    for name, study in progress(needed_studies(facts).items()):
        for replicate in range(replicates):
            run = simulate.run(study, parameters, clients, seed, replicate=replicate)
            for fact_id, value in fact_values(facts, name, run).items():
                values[fact_id].append(value)
    return [_result(fact, values[fact.id]) for fact in facts]


def fact_values(facts: Iterable[Fact], study: str, run: Run) -> dict[str, float]:
    """Return the values of the facts that a simulated study serves.

    Parameters
    ----------
    facts
        The facts wanted; those that another study serves are passed over.
    study
        Name of the study in `studies_of_facts`.
    run
        A finished run of it.

    Returns
    -------
    dict
        Value by the fact's id.

    Raises
    ------
    ValueError
        Too few clients are left for a statistic.
    """
    served = [fact for fact in facts if SERVED.get(fact.design) == study]
    process = any(find_statistic(fact.statistic)[0].process_scores for fact in served)
    scores = score_arrays(run, process)
    return {fact.id: fact_value(fact, scores) for fact in served}


def _result(fact: Fact, values: list[float]) -> FactResult:
    """Return a fact's verdict from its replicates."""
    if not values:
        return FactResult(fact, float("nan"), float("nan"), False, fact.design)
    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return FactResult(fact, mean, error, is_met(fact, mean, error), "")
