"""start, advance, run: (Study, parameters, seed) -> what happened; streaming sums when no tables.

The door to the kernel: shapes and numbers are checked and converted here, once.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from dyadsim.errors import BadInput
from dyadsim.kernel import allocation as population
from dyadsim.kernel import sessions
from dyadsim.kernel.allocation import Allocation
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model import questionnaires
from dyadsim.model.parameters import Parameters, as_float32
from dyadsim.model.variables import (
    FIRST_RECORDED,
    RECORDED,
    ROW_COUNT,
    ROWS,
    Array,
    Clients,
    Therapists,
)
from dyadsim.studies import study as studies
from dyadsim.studies.study import Plan, Study

MOST_CLIENTS = 2**31 - 1
_SEATED = ("readiness", "expectancy", "attachment", "resources")  # of a case card, as they are


class Run(NamedTuple):
    """A simulation under way or finished.

    `truth` is `(variable, step, client)` float32, rows as in `state.RECORDED` (four rows for a
    process variable), step 0 = intake; `step` the number of steps done, later ones are still 0.
    """

    study: Study
    plan: Plan
    parameters: Parameters
    seed: int
    replicate: int
    moments: int
    clients: Clients
    therapists: Therapists
    truth: Array
    step: int


class Sums(NamedTuple):
    """Streaming sums: `values` (arm, step, sum) int64, columns and their units: `sums.SUMS`."""

    study: Study
    clients: int
    values: np.ndarray[Any, np.dtype[np.int64]]

    def mean_score(self) -> Array:
        """Return the mean symptom score, `(arm, step)`; NaN where nobody was scored."""
        with np.errstate(invalid="ignore"):
            total = self.values[..., 3] / SUMS["symptom_score"]
            return np.asarray(total / self.values[..., 2])

    def sd_score(self) -> Array:
        """Return the SD of the symptom score (n - 1), `(arm, step)`."""
        n = self.values[..., 2]
        with np.errstate(invalid="ignore", divide="ignore"):
            squares = self.values[..., 4] / SUMS["symptom_score_squared"]
            spread = (squares - n * self.mean_score() ** 2) / (n - 1)
            return np.asarray(np.sqrt(np.maximum(spread, 0)))


def default_threads() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _checked(count: int, seed: int, replicate: int, moments: int) -> None:
    """Refuse sizes and addresses that cannot be."""
    for name, value, low, high in (
        ("clients", count, 1, MOST_CLIENTS),
        ("seed", seed, 0, 2**62),
        ("replicate", replicate & 0xFFFFFFFF, 0, 2**31),  # above: `noise.redrawn`
        ("moments", moments, 0, 4000),
    ):
        if not isinstance(value, int | np.integer) or not low <= value <= high:
            raise BadInput(f"{name} must be a whole number from {low} to {high}; {value} given.")


def _therapists(
    study: Study,
    plan: Plan,
    parameters: Parameters,
    allocation: Allocation,
    seed: int,
    replicate: int,
) -> Therapists:
    """Return the study's therapists with their presence at every step."""
    people = population.therapists(
        allocation,
        study,
        plan.weeks.size,
        population=parameters.population,
        seed=seed,
        replicate=replicate,
    )
    for trait, value in study.case.therapist if study.case else ():
        getattr(people, trait)[:] = np.float32(value)
    sessions.presence_rows(people, as_float32(parameters), seed, replicate)
    return people


def seat(study: Study) -> Array:
    """Return the values (variable,) that the study's case card gives everybody, NaN elsewhere."""
    case, form = study.case, questionnaires.named(study.instrument)
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
        **{name: getattr(case, name) for name in _SEATED},
    }
    if case.good_enough_score is not None:
        known["good_enough_level"] = latent(case.good_enough_score)
    for name, value in known.items():
        values[ROWS[name]] = value
    return values


def _allocate(
    study: Study,
    plan: Plan,
    parameters: Parameters,
    clients: int,
    seed: int,
    replicate: int,
    given: Allocation | None = None,
) -> tuple[Allocation, Therapists]:
    """Return who is in which arm and with whom, and the therapists."""
    allocation = given or population.allocate(study, clients, seed, replicate)
    people = _therapists(study, plan, parameters, allocation, seed, replicate)
    if given is None and any(one.matched for one in study.arms):
        allocation = population.matched(allocation, study, people, parameters, seed, replicate)
    return allocation, people


def start(
    study: Study,
    parameters: Parameters,
    clients: int,
    seed: int = 1,
    replicate: int = 0,
    moments: int = 0,
    keep_truth: bool = True,
    allocation: Allocation | None = None,
    threads: int | None = None,
) -> Run:
    """Return a run at intake: everybody drawn, allocated and measured once.

    Parameters
    ----------
    study
        who gets what when.
    parameters
        one world's parameters.
    clients
        number of clients, all arms together, >= 1.
    seed, replicate
        address of the luck, whole numbers >= 0.
    moments
        moments simulated per session; 0 takes the closed form.
    keep_truth
        record every latent at every step.
    allocation
        arms and therapists, to replace the study's own draw (`intervene`).
    threads
        how many; None: every processor (the same bits come out).

    Raises
    ------
    BadInput
        a number or a study that cannot be run.
    """
    _checked(clients, seed, replicate, moments)
    plan = studies.plan(studies.check(study))
    allocation, therapists = _allocate(
        study, plan, parameters, clients, seed, replicate, allocation
    )
    people = population.clients(allocation)
    kept = clients if keep_truth else 0
    truth = np.zeros((ROW_COUNT - FIRST_RECORDED, plan.weeks.size, kept), np.float32)
    made = Run(study, plan, parameters, seed, replicate, moments, people, therapists, truth, 0)
    _blocks(made, 0, 0, threads or default_threads(), sessions.BLOCK, np.zeros((0, 0, 0), np.int64))
    return made


def advance(
    run: Run, steps: int | None = None, threads: int | None = None, block: int = sessions.BLOCK
) -> Run:
    """Advance everybody by `steps` (default: to the end), in place; return the run.

    The same bits come out for any `threads`, any `block` and any way to split the steps.
    """
    left = run.plan.weeks.size - 1 - run.step
    steps = left if steps is None else min(steps, left)
    nothing = np.zeros((0, 0, 0), np.int64)
    _blocks(run, run.step + 1, steps, threads or default_threads(), block, nothing)
    return run._replace(step=run.step + steps)


def _blocks(
    run: Run,
    first_step: int,
    steps: int,
    threads: int,
    block: int,
    sums: np.ndarray[Any, np.dtype[np.int64]],
) -> None:
    """Run ranges of whole blocks on threads; each thread adds to sums of its own."""
    count = run.clients.word.size
    address = sessions.Address(run.seed, run.replicate, run.moments, first_step, steps, block)
    form = questionnaires.named(run.study.instrument)
    inputs = sessions.Inputs(
        run.therapists,
        run.plan,
        as_float32(run.parameters),
        questionnaires.scale(form, run.parameters.measurement),
        run.study.sample,
        seat(run.study),
    )
    blocks = -(-count // block)
    threads = max(1, min(threads, blocks))
    cuts = [min(count, block * (blocks * k // threads)) for k in range(threads + 1)]
    cuts[-1] = count
    parts = [np.zeros_like(sums) for _ in range(threads)]

    def work(k: int) -> None:
        kept = sessions.Kept(run.truth, parts[k])
        sessions.run_blocks(run.clients, inputs, address, kept, cuts[k], cuts[k + 1])

    if threads == 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    for part in parts:
        sums += part


def run(
    study: Study,
    parameters: Parameters,
    clients: int,
    seed: int = 1,
    replicate: int = 0,
    moments: int = 0,
    threads: int | None = None,
) -> Run:
    """Return a finished run of `study` with every latent recorded (see `start`)."""
    made = start(study, parameters, clients, seed, replicate, moments, threads=threads)
    return advance(made, threads=threads)


def stream(
    study: Study,
    parameters: Parameters,
    clients: int,
    seed: int = 1,
    replicate: int = 0,
    threads: int | None = None,
) -> Sums:
    """Run any number of clients and keep only sums (see `Sums`): some 12 bytes a client.

    The sums equal those of one run in memory, for any `threads`.
    """
    _checked(clients, seed, replicate, 0)
    plan = studies.plan(studies.check(study))
    allocation, therapists = _allocate(study, plan, parameters, clients, seed, replicate)
    sums = np.zeros((len(study.arms), plan.weeks.size, len(SUMS)), np.int64)
    people = population.clients(allocation, table=False)
    none = np.zeros((ROW_COUNT - FIRST_RECORDED, plan.weeks.size, 0), np.float32)
    made = Run(study, plan, parameters, seed, replicate, 0, people, therapists, none, 0)
    _blocks(made, 0, plan.weeks.size - 1, threads or default_threads(), sessions.BLOCK, sums)
    return Sums(study, clients, sums)


def variables(truth: Array) -> Iterator[tuple[str, Array]]:
    """Yield (name, values) of a truth array: `(step, client)`, or `(4, step, client)`."""
    for name in RECORDED:
        rows = ROWS[name]
        block = truth[rows.start - FIRST_RECORDED : rows.stop - FIRST_RECORDED]
        yield name, block if len(block) > 1 else block[0]
