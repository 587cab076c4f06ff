"""start, advance, run: a study in a world becomes what happened; stream: sums instead of tables.

The door to the kernel: shapes and numbers are checked and converted here, once.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from dyadsim.kernel import allocation as population
from dyadsim.kernel import sessions
from dyadsim.kernel.allocation import Allocation
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model import questionnaires
from dyadsim.model.parameters import Parameters, as_float32
from dyadsim.model.variables import (
    FIRST_RECORDED,
    ROW_COUNT,
    ROWS,
    Array,
    Clients,
    Therapists,
)
from dyadsim.numerics import random_streams
from dyadsim.simulation import inputs, memory
from dyadsim.simulation.first_use import announce_compiling
from dyadsim.simulation.inputs import MOST_CLIENTS as MOST_CLIENTS
from dyadsim.simulation.inputs import World
from dyadsim.simulation.runs import Run as Run
from dyadsim.simulation.runs import Sums as Sums
from dyadsim.simulation.runs import Totals
from dyadsim.simulation.runs import latent as latent
from dyadsim.simulation.runs import variables as variables
from dyadsim.studies import study as studies
from dyadsim.studies.study import Plan, Study

_TRAITS_OF_CARD = ("readiness", "expectancy", "attachment", "resources")  # used as they are
_NO_SUMS: Totals = np.zeros((0, 0, 0), np.int64)


class _Order(NamedTuple):
    """What is to be simulated, checked."""

    study: Study
    plan: Plan
    parameters: Parameters
    clients: int
    seed: int
    replicate: int


def default_threads() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _order(study: Study, world: World, clients: int, seed: int, replicate: int) -> _Order:
    """Return what is to be simulated; refuse what cannot be."""
    inputs.check_input_study(study)
    parameters = inputs.as_parameters(world)
    clients = inputs.whole_number("clients", clients, 1, MOST_CLIENTS)
    seed = inputs.whole_number("seed", seed, 0, 2**62)
    replicate = inputs.check_replicate(replicate)
    plan = studies.plan_study(studies.check_study(study))
    announce_compiling()
    return _Order(study, plan, parameters, clients, seed, replicate)


def _draw_therapists(order: _Order, allocation: Allocation) -> Therapists:
    """Return the study's therapists with their presence at every step."""
    therapists = population.therapists(
        allocation,
        order.study,
        order.plan.weeks.size,
        population=order.parameters.population,
        seed=order.seed,
        replicate=order.replicate,
    )
    for trait, value in order.study.case.therapist if order.study.case else ():
        getattr(therapists, trait)[:] = np.float32(value)
    sessions.presence_rows(therapists, as_float32(order.parameters), order.seed, order.replicate)
    return therapists


def _allocate(order: _Order, allocation: Allocation | None = None) -> tuple[Allocation, Therapists]:
    """Return who is in which arm and with whom, and the therapists."""
    study, seed, replicate = order.study, order.seed, order.replicate
    drawn = allocation or population.allocate(study, order.clients, seed, replicate)
    therapists = _draw_therapists(order, drawn)
    if allocation is None and any(arm.matched for arm in study.arms):
        drawn = population.matched(drawn, study, therapists, order.parameters, seed, replicate)
    return drawn, therapists


def case_values(study: Study) -> Array:
    """Return the values `(variable,)` that the study's case card gives everybody, NaN elsewhere."""
    case, form = study.case, questionnaires.find_instrument(study.instrument)
    values = np.full(ROW_COUNT, np.nan, np.float32)
    if case is None:
        return values

    def latent(score: float) -> float:
        return (score - form.intercept) / form.slope

    known: dict[str, Any] = {
        "distress": latent(case.symptom_score),
        "initial_distress": latent(case.symptom_score),
        "set_point": latent(case.usual_score),
        "rater_style": 0.0,
        "load": latent(case.symptom_score) - latent(case.usual_score),
        "weight": case.processes,
        "preference": case.theory_of_change,
        **{name: getattr(case, name) for name in _TRAITS_OF_CARD},
    }
    if case.good_enough_score is not None:
        known["good_enough_level"] = latent(case.good_enough_score)
    for name, value in known.items():
        values[ROWS[name]] = value
    return values


def start(
    study: Study,
    world: World,
    clients: int,
    seed: int = 1,
    *,
    replicate: int = 0,
    beats: int = 0,
    keep_truth: bool = True,
    allocation: Allocation | None = None,
    threads: int | None = None,
) -> Run:
    """Return a run at intake: everybody drawn, allocated and measured once.

    Parameters
    ----------
    study
        Who gets what when, such as `dyadsim.rct(["cbt", "waitlist"])`.
    world
        A world's name, or the parameters of one (`dyadsim.world`), each in its range.
    clients
        Number of clients, all arms together, >= 1.
    seed, replicate
        The address of all random numbers, whole numbers >= 0. Another replicate is another draw
        of everything.
    beats
        Beats simulated within each session, 0 to 4000; 0 takes the closed form.
    keep_truth
        Record every latent at every step (4 bytes a variable, step and client).
    allocation
        Arms and therapists, to replace the study's own allocation.
    threads
        How many; None = every processor. The same bits come out.

    Returns
    -------
    Run
        The run at step 0.

    Raises
    ------
    BadInput
        A study, world, size or seed of the wrong type or out of range; the message names what can
        be given.

    Examples
    --------
    >>> import dyadsim
    >>> run = dyadsim.start(dyadsim.rct(["cbt", "waitlist"]), "hybrid", 60, seed=7)
    >>> dyadsim.advance(run, 3)
    <Run of study rct: 60 clients, step 3 of 26, seed 7, replicate 0>
    """
    order = _order(study, world, clients, seed, replicate)
    beats = inputs.whole_number("beats", beats, 0, inputs.MOST_BEATS)
    memory.check_run(order.study, order.clients, keep_truth)
    allocation, therapists = _allocate(order, allocation)
    table = population.clients(allocation)
    kept = order.clients if keep_truth else 0
    run = _run_before_intake(order, table, therapists, kept)._replace(beats=beats)
    _blocks(run, 0, 0, _threads(threads), sessions.BLOCK, _NO_SUMS)
    return run


def start_in_chunks(
    study: Study,
    world: World,
    clients: int,
    seed: int = 1,
    *,
    size: int,
    replicate: int = 0,
    beats: int = 0,
    threads: int | None = None,
) -> Iterator[Run]:
    """Give the run of `start` in parts of at most `size` clients each, one after the other.

    Together they have the clients of one run, to the bit; only one part is in memory at a time.

    Parameters
    ----------
    study, world, clients, seed, replicate, beats, threads
        As in `start`.
    size
        Clients of a part; the last part has those that are left.

    Yields
    ------
    Run
        The next clients at intake, their truth kept, and all therapists of the study.

    Raises
    ------
    BadInput
        As in `start`.
    """
    order = _order(study, world, clients, seed, replicate)
    beats = inputs.whole_number("beats", beats, 0, inputs.MOST_BEATS)
    every, therapists = _allocate(order)
    for first in range(0, order.clients, size):
        those = slice(first, min(first + size, order.clients))
        some = every._replace(arm=every.arm[those].copy(), therapist=every.therapist[those].copy())
        words = random_streams.words(first, some.arm.size)
        table = population.clients(some)._replace(word=words)
        run = _run_before_intake(order, table, therapists, some.arm.size)._replace(beats=beats)
        _blocks(run, 0, 0, _threads(threads), sessions.BLOCK, _NO_SUMS)
        yield run


def _run_before_intake(order: _Order, clients: Clients, therapists: Therapists, kept: int) -> Run:
    """Return a run in which nothing has happened, with room for the truth of `kept` clients."""
    truth = np.zeros((ROW_COUNT - FIRST_RECORDED, order.plan.weeks.size, kept), np.float32)
    address = (order.seed, order.replicate, 0)
    return Run(order.study, order.plan, order.parameters, *address, clients, therapists, truth, 0)


def _threads(threads: int | None) -> int:
    """Return the number of threads to use."""
    return inputs.check_threads(threads) or default_threads()


def advance(
    run: Run, steps: int | None = None, threads: int | None = None, block: int = sessions.BLOCK
) -> Run:
    """Advance everybody, in place.

    The same bits come out for any `threads`, any `block` and any way to split the steps.

    Parameters
    ----------
    run
        A run from `start`.
    steps
        How many steps; None = to the end. Steps beyond the end are left out.
    threads
        How many; None = every processor.
    block
        Clients that are simulated together, which decides the speed only.

    Returns
    -------
    Run
        The run at its new step; it shares its arrays with the run that was given.

    Raises
    ------
    BadInput
        No run, or a number of steps below 0.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.advance(dyadsim.start(dyadsim.cohort(sessions=8), "null", 60))
    <Run of study cohort: 60 clients, step 15 of 15, seed 1, replicate 0>
    """
    inputs.check_run(run, Run)
    left = run.plan.weeks.size - 1 - run.step
    if steps is not None:
        left = min(inputs.whole_number("steps", steps, 0, 2**31), left)
    _blocks(run, run.step + 1, left, _threads(threads), block, _NO_SUMS)
    return run._replace(step=run.step + left)


def _blocks(run: Run, first_step: int, steps: int, threads: int, block: int, sums: Totals) -> None:
    """Run equal ranges of clients on threads; each thread adds to sums of its own."""
    count = run.clients.word.size
    address = sessions.Address(run.seed, run.replicate, run.beats, first_step, steps, block)
    form = questionnaires.find_instrument(run.study.instrument)
    kernel_inputs = sessions.Inputs(
        run.therapists,
        run.plan,
        as_float32(run.parameters),
        questionnaires.scale(form, run.parameters.measurement),
        run.study.sample,
        case_values(run.study),
    )
    threads = max(1, min(threads, -(-count // block)))
    cuts = [count * k // threads for k in range(threads + 1)]
    parts = [np.zeros_like(sums) for _ in range(threads)]

    def work(k: int) -> None:
        kept = sessions.Kept(run.truth, parts[k])
        sessions.run_blocks(run.clients, kernel_inputs, address, kept, cuts[k], cuts[k + 1])

    if threads == 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    for part in parts:
        sums += part


def run(
    study: Study,
    world: World,
    clients: int,
    seed: int = 1,
    *,
    replicate: int = 0,
    beats: int = 0,
    threads: int | None = None,
) -> Run:
    """Return a finished run of a study in a world, with every latent recorded.

    Parameters
    ----------
    study, world, clients, seed, replicate, beats, threads
        As in `start`.

    Returns
    -------
    Run
        The finished run; `dyadsim.observed(run)` gives what a researcher sees of it.

    Raises
    ------
    BadInput
        A study, world, size or seed of the wrong type or out of range.

    Examples
    --------
    >>> import dyadsim
    >>> trial = dyadsim.rct(["cbt", "waitlist"], sessions=8, follow_up=())
    >>> dyadsim.run(trial, "hybrid", 50, seed=7)
    <Run of study rct: 50 clients, step 8 of 8, seed 7, replicate 0>
    """
    begun = start(study, world, clients, seed, replicate=replicate, beats=beats, threads=threads)
    return advance(begun, threads=threads)


def stream(
    study: Study,
    world: World,
    clients: int,
    seed: int = 1,
    *,
    replicate: int = 0,
    threads: int | None = None,
) -> Sums:
    """Run any number of clients and keep only sums: some 25 bytes a client.

    The sums equal those of one run in memory, for any number of threads.

    Parameters
    ----------
    study, world, clients, seed, replicate, threads
        As in `start`.

    Returns
    -------
    Sums
        Sums by arm and step.

    Raises
    ------
    BadInput
        A study, world, size or seed of the wrong type or out of range.

    Examples
    --------
    >>> import dyadsim
    >>> trial = dyadsim.rct(["cbt", "waitlist"], sessions=8, follow_up=())
    >>> sums = dyadsim.stream(trial, "hybrid", 2000, seed=7)
    >>> treated, waiting = sums.mean_score()[:, -1]
    >>> bool(treated < waiting)
    True
    """
    order = _order(study, world, clients, seed, replicate)
    allocation, therapists = _allocate(order)
    sums = np.zeros((len(study.arms), order.plan.weeks.size, len(SUMS)), np.int64)
    numbers = population.clients(allocation, table=False)
    run = _run_before_intake(order, numbers, therapists, 0)
    _blocks(run, 0, order.plan.weeks.size - 1, _threads(threads), sessions.BLOCK, sums)
    return Sums(study, order.clients, sums)
