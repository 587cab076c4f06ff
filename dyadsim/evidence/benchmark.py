"""Facts beside what a world makes of them: simulate each fact's design, compute its statistic.

Every value is the mean over repeats, its Monte-Carlo error the standard error of that mean. A
fact whose design no simulated study serves is listed as needing it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dyadsim.analysis.monte_carlo import error_of_mean
from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.checks import known_name, names_list
from dyadsim.evidence.enough_repeats import CLIENTS, FIRST, STEPS, is_clear
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.evidence.facts_file import read_facts_file
from dyadsim.evidence.statistic_text import parse_statistic
from dyadsim.evidence.statistics import fact_value, find_statistic
from dyadsim.evidence.studies_of_facts import SERVED, needed_studies
from dyadsim.evidence.study_scores import score_arrays
from dyadsim.evidence.verdict import MET, UNDECIDED, Verdict, judge_fact
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.inputs import check_threads
from dyadsim.simulation.simulate import Run
from dyadsim.studies.study import Study


class FactResult(NamedTuple):
    """A fact beside its simulated value.

    Attributes
    ----------
    fact
        The published number.
    simulated, standard_error
        Mean over repeats and its Monte-Carlo error; NaN where the design is not served, the
        statistic is undefined or, the error alone, where there is one repeat.
    verdict
        met, violated or undecided (`verdict.judge_fact`).
    needs
        The design that no simulated study serves yet; "" otherwise.
    repeats
        Number of repeats; 0 where the design is not served.
    clients
        Clients of the study in each of them.
    """

    fact: Fact
    simulated: float
    standard_error: float
    verdict: Verdict
    needs: str = ""
    repeats: int = 0
    clients: int = 0

    @property
    def met(self) -> bool:
        """Whether the simulated value, with its error, meets the fact."""
        return self.verdict == MET


def evaluate_facts(
    parameters: Parameters,
    clients: int = CLIENTS,
    *,
    replicates: int = FIRST,
    until_decided: bool = False,
    seed: int = 1,
    only: Iterable[str] | None = None,
    facts: str | Path | Iterable[Fact] | None = None,
    threads: int | None = None,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> list[FactResult]:
    """Return every fact of `facts.csv`, or of a file of your own, beside its simulated value.

    Parameters
    ----------
    parameters
        One world's parameters.
    clients
        Clients per study and repeat.
    replicates
        Repeats; the Monte-Carlo error is their SD / sqrt(replicates), not known from one.
    until_decided
        Repeat the studies of facts that are not clear yet, up to `enough_repeats.MOST` times.
    seed
        Random seed; repeat k of it is a stream of its own.
    only
        Ids of the facts wanted; None = all.
    facts
        A csv file with the columns of `facts.csv`, or facts (`fact.Fact`); None = those of
        `facts.csv`.
    threads
        Number of threads; None = one a processor. The same numbers come out for any.
    progress
        Wraps the loop over steps of repeats, to show progress.

    Returns
    -------
    list of FactResult
        In the order of the table.

    Raises
    ------
    BadInput
        There is no fact of a name in `only`.
    BadData
        The file cannot be used (`facts_file.read_facts_file`).
    ValueError
        A study leaves too few clients with scores for a statistic.

    Examples
    --------
    >>> import dyadsim
    >>> (result,) = evaluate_facts(dyadsim.world("null"), 400, replicates=2, only=["dropout"])
    >>> result.fact.estimate, result.repeats
    (0.197, 2)
    """
    wanted = wanted_facts(only, facts)
    values: dict[str, list[float]] = {fact.id: [] for fact in wanted}

    def simulate_study(study: Study, replicate: int) -> Run:
        return simulate.run(study, parameters, clients, seed, replicate=replicate, threads=1)

    workers = check_threads(threads) or simulate.default_threads()
    more = (step for step in STEPS if step > replicates) if until_decided else ()
    for repeats in progress((replicates, *more)):
        waiting = [fact for fact in wanted if not is_clear(fact, values[fact.id])]
        _repeat(simulate_study, waiting, values, repeats, workers)
    return [_result(fact, values[fact.id], clients) for fact in wanted]


def wanted_facts(
    only: Iterable[str] | None, facts: str | Path | Iterable[Fact] | None = None
) -> list[Fact]:
    """Return the facts of some ids, in the order of their table; None = all.

    Parameters
    ----------
    only
        The ids.
    facts
        A file, or facts; None = those of `facts.csv`.

    Raises
    ------
    BadInput
        `only` is no list, or there is no fact of a name; the message offers the nearest one.
    """
    if facts is None:
        table = load_facts()
    else:
        table = read_facts_file(facts) if isinstance(facts, str | Path) else tuple(facts)
    if only is None:
        return list(table)
    names = names_list("only", list(only) if not isinstance(only, str) else only, empty=True)
    known = [fact.id for fact in table]
    ids = {known_name("fact", name, known) for name in names}
    return [fact for fact in table if fact.id in ids]


def _repeat(
    simulate_study: Callable[[Study, int], Run],
    facts: Sequence[Fact],
    values: Mapping[str, list[float]],
    repeats: int,
    workers: int,
) -> None:
    """Append the values of facts until each has as many repeats."""
    studies = needed_studies(facts)
    begun = {SERVED[fact.design]: len(values[fact.id]) for fact in facts if fact.design in SERVED}
    jobs = [(name, number) for name in studies for number in range(begun[name], repeats)]

    def work(job: tuple[str, int]) -> dict[str, float]:
        name, number = job
        return fact_values(facts, name, simulate_study(studies[name], number))

    with one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        for new_values in pool.map(work, jobs):
            for fact_id, value in new_values.items():
                values[fact_id].append(value)


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
    scores = score_arrays(run, _scores_read(served))
    return {fact.id: fact_value(fact, scores) for fact in served}


def _scores_read(facts: Iterable[Fact]) -> set[str]:
    """Return the names of the process scores that the statistics of some facts read."""
    names = {
        argument.name
        for fact in facts
        if find_statistic(fact.statistic)[0].process_scores
        for argument in parse_statistic(fact.statistic)[1]
    }
    return names | {f"{name}_score" for name in names}


def _result(fact: Fact, values: Sequence[float], clients: int) -> FactResult:
    """Return a fact's verdict from its repeats."""
    if not values:
        return FactResult(fact, float("nan"), float("nan"), UNDECIDED, needs=fact.design)
    mean, error = float(np.mean(values)), float(error_of_mean(values))
    verdict = judge_fact(fact, mean, error, repeats=len(values))
    return FactResult(fact, mean, error, verdict, repeats=len(values), clients=clients)
