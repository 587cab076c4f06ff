"""Give a world its best chance: search its free parameters for the point nearest to the facts.

CMA-ES (Hansen's `cma`) runs from several starts, and each end is refined by Gauss-Newton steps
(`gauss_newton`). Every generation and step has random numbers of its own, the same for all its
candidates, and studies grow in stages, so that no point can win by chance. The starts are then
compared on random numbers that no search has seen. Published scores come from a third seed
(`dyadsim facts`).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.distances import (
    ParallelMap,
    distance_simulator,
    process_map,
)
from dyadsim.calibration.gauss_newton import (
    DAMPING,
    PRIOR_WEIGHT,
    REPLICATES,
    DistanceSimulator,
    Penalty,
    Stage,
    refine_point,
)
from dyadsim.calibration.prior import Floats, Space
from dyadsim.errors import BadInput, Failed
from dyadsim.evidence import fact as fact_data
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.verdict import count_verdicts
from dyadsim.simulation import records

# Half-widths from the middle that cost nothing, and those beyond about which a fact is given up:
# in the search, and in the last steps and the choice of start (assumptions).
SEARCH_PENALTY, FINAL_PENALTY = Penalty(0.6, 2.5), Penalty(0.75, 0.6)
SEARCH_SEED, CHOICE_SEED = 1 << 40, 2 << 40  # added to the seed: search, choice of start
FIRST_REFINEMENT = 50_000  # first replicate of the refining steps
PER_START = 1 << 32  # replicates between one start's and the next one's
FIRST_STEP = 0.4  # of CMA-ES, in standard deviations of the prior

Course = list[dict[str, float]]


class Budget(NamedTuple):
    """What a calibration may cost.

    `stages` are (clients, generations) of the search, `refinement` the stages of steps after it.
    """

    stages: tuple[tuple[int, int], ...]
    refinement: tuple[Stage, ...]
    candidates: int
    starts: int
    clients_of_choice: int

    @property
    def steps(self) -> int:
        """Generations and refining steps of all starts."""
        generations = sum(count for _, count in self.stages)
        return self.starts * (generations + sum(stage.steps for stage in self.refinement))

    def evaluations(self, parameters: int) -> list[tuple[int, int]]:
        """Return (clients, evaluations of the facts) of each stage, all starts together.

        Parameters
        ----------
        parameters
            How many are free in the world.
        """
        per_step = parameters + REPLICATES * (1 + len(DAMPING))  # neighbours, point, steps tried
        search = [(clients, self.candidates * count) for clients, count in self.stages]
        refining = [(stage.clients, per_step * stage.steps) for stage in self.refinement]
        return [(clients, self.starts * count) for clients, count in search + refining]


def _stages(*sizes: tuple[int, int, Penalty]) -> tuple[Stage, ...]:
    return tuple(Stage(*size) for size in sizes)


BUDGETS = {
    "small": Budget(((200, 2), (400, 1)), _stages((400, 1, SEARCH_PENALTY)), 4, 2, 400),
    "standard": Budget(
        ((1500, 40),),
        _stages((4000, 12, SEARCH_PENALTY), (6000, 8, FINAL_PENALTY), (12000, 4, FINAL_PENALTY)),
        20,
        2,
        20000,
    ),
    "large": Budget(
        ((2000, 80),),
        _stages((5000, 20, SEARCH_PENALTY), (8000, 12, FINAL_PENALTY), (20000, 6, FINAL_PENALTY)),
        24,
        4,
        40000,
    ),
}


class Calibration(NamedTuple):
    """The point of the best start, all starts, and the course of the search.

    `values` holds every free, fixed and tied parameter. `starts` has start, cost and a column a
    free parameter. `course` has start, generation, clients, cost (of the best candidate) and
    median; refining steps come last, with the cost before them as `median`.
    """

    world: str
    values: dict[str, float]
    starts: pd.DataFrame
    course: pd.DataFrame


def point_cost(distances: Floats, coordinates: Floats, penalty: Penalty = SEARCH_PENALTY) -> float:
    """Return what a point costs: its facts' distances, and a little its distance from the prior."""
    return float(penalty(distances).sum() + PRIOR_WEIGHT * (coordinates**2).sum())


class _Search(NamedTuple):
    """What all starts of a calibration share."""

    space: Space
    facts: Sequence[Fact]
    budget: Budget
    seed: int
    parallel_map: ParallelMap
    on_step: Callable[[], None]

    def simulator(self, offset: int, first_replicate: int = 0) -> DistanceSimulator:
        """Return what simulates points with the random numbers of one part of the calibration."""
        return distance_simulator(
            self.space,
            self.facts,
            seed=offset + self.seed,
            parallel_map=self.parallel_map,
            first_replicate=first_replicate,
        )


def _start_point(space: Space, start: int, seed: int) -> Floats:
    """Return where a start begins: the hand-set values, or (later starts) a draw of the prior."""
    if start == 0:
        return space.middle
    drawn = np.random.default_rng([seed, start]).normal(size=len(space.names))
    return np.clip(drawn, *space.bounds)


def _evolve(search: _Search, start: int) -> tuple[Floats, Course]:
    """Return where CMA-ES ends (its mean, not its best candidate), and its course."""
    import cma  # type: ignore[import-untyped]

    space, seed = search.space, search.seed
    simulate = search.simulator(SEARCH_SEED, start * PER_START)
    options = {
        "bounds": [space.low.tolist(), space.high.tolist()],
        "popsize": search.budget.candidates,
        "seed": (seed * 1000 + start) % (1 << 31) + 1,
        "verbose": -9,
    }
    strategy = cma.CMAEvolutionStrategy(_start_point(space, start, seed), FIRST_STEP, options)
    course: Course = []
    for clients, generations in search.budget.stages:
        for _ in range(generations):
            candidates = strategy.ask()
            distances = simulate(np.array(candidates), clients, [len(course)] * len(candidates))
            costs = [point_cost(*pair) for pair in zip(distances, candidates, strict=True)]
            strategy.tell(candidates, costs)
            median = float(np.median(costs))
            course.append({"clients": clients, "cost": min(costs), "median": median})
            search.on_step()
    return np.clip(strategy.result.xfavorite, *space.bounds), course


def _run_start(search: _Search, start: int) -> tuple[Floats, Course]:
    """Return the end of one start, and its course."""
    end, course = _evolve(search, start)
    end, steps = refine_point(
        search.simulator(SEARCH_SEED, start * PER_START + FIRST_REFINEMENT),
        end,
        bounds=search.space.bounds,
        stages=search.budget.refinement,
        on_step=search.on_step,
    )
    course += [
        {"clients": step["clients"], "cost": step["cost"], "median": step["cost_before"]}
        for step in steps
    ]
    return end, [{"start": start, "generation": number, **row} for number, row in enumerate(course)]


@one_blas_thread()
def calibrate_world(
    space: Space,
    budget: Budget,
    *,
    seed: int = 1,
    workers: int = 1,
    facts: Sequence[Fact] | None = None,
    on_step: Callable[[], None] = lambda: None,
) -> Calibration:
    """Return the calibration of a world on the published facts.

    Parameters
    ----------
    space
        The free parameters of the world (`calibration_space`).
    budget
        One of `BUDGETS`, or another.
    seed
        Random seed; the same seed gives the same calibration for any `workers`.
    workers
        Number of processes.
    facts
        The facts to calibrate on; None: all.
    on_step
        Called after every generation and step, to show progress.

    Returns
    -------
    Calibration
        The best start's values, all starts, and their course.

    Raises
    ------
    Failed
        No start ended at values that go together.
    """
    facts = tuple(fact_data.load_facts() if facts is None else facts)
    ends: list[Floats] = []
    course: Course = []
    with process_map(workers) as parallel_map:
        search = _Search(space, facts, budget, seed, parallel_map, on_step)
        for start in range(budget.starts):
            end, steps = _run_start(search, start)
            ends.append(end)
            course += steps
        unseen = search.simulator(CHOICE_SEED)
        distances = unseen(np.array(ends), budget.clients_of_choice, [0] * len(ends))
    costs = [point_cost(*pair, FINAL_PENALTY) for pair in zip(distances, ends, strict=True)]
    starts = pd.DataFrame([space.untied_values(end) for end in ends])[list(space.names)]
    starts.insert(0, "start", np.arange(len(ends)))
    starts.insert(1, "cost", costs)
    try:
        values = space.values(ends[int(np.argmin(costs))])
    except BadInput as error:  # its facts were all missing, and so were those of the others
        raise Failed(f"no start of the search ended at values that go together: {error}") from None
    return Calibration(space.world, values, starts, pd.DataFrame(course))


def calibration_manifest(
    calibration: Calibration,
    budget: str,
    *,
    seed: int,
    fixed: Mapping[str, float],
    scores: pd.DataFrame | None,
) -> dict[str, Any]:
    """Return how a calibration was made and what it reached, as plain values for its file.

    Parameters
    ----------
    calibration
        The calibration.
    budget
        Name of its budget.
    seed
        Its random seed.
    fixed
        The parameters that stayed at a value.
    scores
        The facts on random numbers that no search has seen (`scoreboard.COLUMNS`); None: they are
        not known yet.

    Returns
    -------
    dict
        The command, versions, size of the search, cost, and the facts met, violated, undecided.
    """
    words = "".join(f" {name}={value:g}" for name, value in fixed.items())
    text = resources.files("dyadsim.evidence").joinpath("facts.csv").read_bytes()
    free = calibration.starts.shape[1] - 2
    run = records.manifest({}, 0.0)
    met = {} if scores is None else {**count_verdicts(scores["verdict"]), "facts": len(scores)}
    command = f"dyadsim calibrate world={calibration.world} budget={budget} seed={seed}{words}"
    return {
        "command": command,
        "facts_sha256": hashlib.sha256(text).hexdigest(),
        "dyadsim": run["dyadsim"],
        "commit": run.get("commit"),
        "free": free,
        "starts": len(calibration.starts),
        "evaluations": sum(count for _, count in BUDGETS[budget].evaluations(free)),
        "cost": float(calibration.starts["cost"].min()),
        **met,
    }
