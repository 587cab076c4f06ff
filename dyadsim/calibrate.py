"""Give a world its best chance: search its free quantities for the point nearest to the facts.

CMA-ES (Hansen's `cma`) from several starts, each end polished by Gauss-Newton steps (`polish`).
Every generation and step is simulated with luck of its own, the same for all its candidates, and
studies grow in stages: no point can win by luck that it has learnt by heart. The starts are then
compared on luck that no search has seen; published scores come from a third seed again
(`dyadsim facts`).
"""

import hashlib
import multiprocessing
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from importlib import resources
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim import benchmark, records, worlds
from dyadsim.facts import fact as facts
from dyadsim.facts.fact import Fact
from dyadsim.free import Floats, Space, space
from dyadsim.polish import DAMPING, polish
from dyadsim.quantity import BadInput

# Clients of each study as a multiple of the budget's, about in proportion to the Monte-Carlo
# error of the study's facts against their bands (measured; results/scoreboard/README.md).
SIZES = {"care": 2.5, "trial": 1.0}
_OTHER = 0.6
# Distance (half-widths of a band) below which a fact costs nothing, and about which it is given up.
ROOM, GIVEN_UP = 0.55, 2.5
MISSING = 6.0  # distance of a statistic that cannot be computed
SEARCH, CHOICE = 1 << 40, 2 << 40  # added to the seed: luck of the search, of the choice of start
POLISH = 50_000  # first repeat of the luck of polishing


class Budget(NamedTuple):
    """What a calibration may cost.

    stages: (clients, generations) of the search; polish: (clients, steps, room) of `polish`.
    """

    stages: tuple[tuple[int, int], ...]
    polish: tuple[tuple[int, int, float], ...]
    candidates: int
    starts: int
    clients_of_choice: int

    @property
    def steps(self) -> int:
        """Generations and polishing steps of all starts."""
        each = sum(count for _, count in self.stages) + sum(count for _, count, _ in self.polish)
        return self.starts * each

    def evaluations(self, quantities: int) -> list[tuple[int, int]]:
        """Return (clients, evaluations of the facts) of each stage, all starts together.

        quantities: how many are free in the world.
        """
        one = 1 + quantities + 2 * len(DAMPING) + 1  # the point, its neighbours, steps tried twice
        search = [(clients, self.candidates * count) for clients, count in self.stages]
        polishing = [(clients, one * count) for clients, count, _ in self.polish]
        return [(clients, self.starts * count) for clients, count in search + polishing]


BUDGETS = {
    "small": Budget(((200, 2), (400, 1)), ((400, 1, 0.6),), 4, 2, 400),
    "standard": Budget(
        ((1500, 120),), ((4000, 12, 0.6), (8000, 4, 0.6), (10000, 4, 0.75)), 20, 2, 20000
    ),
    "large": Budget(
        ((2000, 200),), ((5000, 20, 0.6), (10000, 10, 0.6), (20000, 6, 0.75)), 24, 4, 40000
    ),
}


class Calibration(NamedTuple):
    """What was found: the best start's point, all starts, and the course of the search.

    values: every free, held and tied quantity. starts: start, cost, then a column a free quantity.
    course: start, generation, clients, cost (the best candidate's), median; polishing steps come
    last, with the cost before them as `median` and a price of their own (`polish.price`).
    """

    world: str
    values: dict[str, float]
    starts: pd.DataFrame
    course: pd.DataFrame


def simulate_facts(
    world: str, values: Mapping[str, float], wanted: Sequence[Fact], clients: int, seed: int,
    replicate: int, threads: int = 1,
) -> dict[str, float]:  # fmt: skip
    """Return the simulated value of every wanted fact at one point; NaN where none comes out."""
    parameters = worlds.parameters(world, values)
    found: dict[str, float] = dict.fromkeys((one.id for one in wanted), np.nan)
    for study in benchmark.needed(wanted):
        size = round(clients * SIZES.get(study, _OTHER))
        try:
            found |= benchmark.simulated(wanted, study, parameters, size, seed, replicate, threads)
        except ValueError:  # such as nobody left in an arm: all facts of that study are missing
            continue
    return found


def distances(found: Mapping[str, float], wanted: Iterable[Fact]) -> Floats:
    """Return every fact's distance in half-widths: 0 centre (or met, if one-sided), 1 edge."""
    far = []
    for one in wanted:
        value = found[one.id]
        distance = facts.distance(one, value)
        far.append(MISSING if np.isnan(value) else 0.0 if np.isnan(distance) else distance)
    return np.array(far)


def cost(far: Floats) -> float:
    """Return what distances cost, summed: 0 well inside, then square, levelling off far outside.

    It levels off so that a fact which a world cannot meet does not spoil those that it can.
    """
    beyond = np.maximum(far - ROOM, 0.0) ** 2
    return float((beyond / (1 + beyond / GIVEN_UP**2)).sum())


def _trial(
    one: Space, coordinates: Floats, wanted: Sequence[Fact], clients: int, seed: int, replicate: int
) -> float:
    """Return the cost of one candidate; that of knowing nothing where the point cannot be."""
    try:
        values = one.values(coordinates)
        found = simulate_facts(one.world, values, wanted, clients, seed, replicate)
    except BadInput:  # quantities that exclude each other
        return float(len(wanted) * GIVEN_UP**2)
    return cost(distances(found, wanted))


def signed(found: Mapping[str, float], wanted: Iterable[Fact]) -> Floats:
    """Return every fact's distance from the middle of its interval, in half-widths, with its sign.

    -1 and 1 are the edges. A one-sided fact: 0 where met, else as `facts.distance`.
    """
    far = []
    for one in wanted:
        value = found[one.id]
        if np.isnan(value):
            far.append(MISSING)
        elif one.low is None or one.high is None or one.kind == "bound":
            distance = facts.distance(one, value)
            far.append(0.0 if np.isnan(distance) else distance)
        else:
            far.append((2 * value - one.low - one.high) / (one.high - one.low))
    return np.array(far)


def _far(
    one: Space, coordinates: Floats, wanted: Sequence[Fact], clients: int, seed: int, replicate: int
) -> Floats:
    """Return the signed distances at one point; all missing where the point cannot be."""
    try:
        values = one.values(coordinates)
        found = simulate_facts(one.world, values, wanted, clients, seed, replicate)
    except BadInput:  # quantities that exclude each other
        return np.full(len(wanted), MISSING)
    return signed(found, wanted)


def _first(one: Space, start: int, seed: int) -> Floats:
    """Return where a start begins: at the world's values, or up to 2 steps off each of them."""
    far = np.random.default_rng([seed, start]).uniform(-2, 2, len(one.names)) * (start > 0)
    return np.clip(far, (one.low - one.start) / one.step, (one.high - one.start) / one.step)


def _search(
    one: Space, wanted: Sequence[Fact], budget: Budget, seed: int, start: int,
    spread: Callable[..., Iterable[float]], told: Callable[[], None],
) -> tuple[Floats, list[dict[str, float]]]:  # fmt: skip
    """Return one start's end (the search's mean, not its luckiest candidate) and its course."""
    import cma  # type: ignore[import-untyped]

    low, high = (one.low - one.start) / one.step, (one.high - one.start) / one.step
    options = {
        "bounds": [low.tolist(), high.tolist()], "popsize": budget.candidates,
        "seed": (seed * 1000 + start) % (1 << 31) + 1, "verbose": -9,
    }  # fmt: skip
    searcher = cma.CMAEvolutionStrategy(_first(one, start, seed), 0.8, options)
    course, generation = [], 0
    for clients, generations in budget.stages:
        for _ in range(generations):
            tried = searcher.ask()
            costs = list(
                spread(
                    _trial, repeat(one), tried, repeat(wanted), repeat(clients),
                    repeat(SEARCH + seed), repeat(start * 100_000 + generation),
                )
            )  # fmt: skip
            searcher.tell(tried, costs)
            course.append(
                {"start": start, "generation": generation, "clients": clients,
                 "cost": min(costs), "median": float(np.median(costs))}
            )  # fmt: skip
            generation += 1
            told()

    def simulated(points: Floats, clients: int, luck: int) -> Floats:
        return np.array(
            list(
                spread(
                    _far, repeat(one), points, repeat(wanted), repeat(clients),
                    repeat(SEARCH + seed), repeat(start * 100_000 + POLISH + luck),
                )
            )
        )  # fmt: skip

    end = np.clip(searcher.result.xfavorite, low, high)
    end, steps = polish(simulated, end, low, high, budget.polish, told=told)
    for step in steps:
        course.append(
            {"start": start, "generation": generation, "clients": step["clients"],
             "cost": step["cost"], "median": step["cost_before"]}
        )  # fmt: skip
        generation += 1
    return end, course


def calibrate(
    world: str, budget: Budget, seed: int = 1, workers: int = 1,
    held: Mapping[str, float] | None = None, wanted: Sequence[Fact] | None = None,
    told: Callable[[], None] = lambda: None,
) -> Calibration:  # fmt: skip
    """Return a world's calibration on the published facts.

    Args:
        world: its name.
        budget: one of `BUDGETS`, or another.
        seed: of search and luck; the same seed gives the same calibration for any `workers`.
        workers: processes.
        held: quantities that stay at a value (for a profile).
        wanted: the facts to calibrate on (default: all).
        told: called after every generation, to show progress.

    Raises:
        BadInput: an unknown world, or a quantity that cannot be held.
    """
    one, goals = space(world, held), tuple(facts.load() if wanted is None else wanted)
    ends: list[Floats] = []
    course: list[dict[str, float]] = []
    with ExitStack() as stack:
        spread: Callable[..., Iterable[float]] = map
        if workers > 1:
            fresh = multiprocessing.get_context("spawn")
            spread = stack.enter_context(ProcessPoolExecutor(workers, fresh)).map
        for start in range(budget.starts):
            end, steps = _search(one, goals, budget, seed, start, spread, told)
            ends.append(end)
            course += steps
        costs = list(
            spread(
                _trial, repeat(one), ends, repeat(goals), repeat(budget.clients_of_choice),
                repeat(CHOICE + seed), repeat(0),
            )
        )  # fmt: skip
    found = [one.values(end) for end in ends]
    table = pd.DataFrame(found)[list(one.names)]
    table.insert(0, "start", np.arange(len(ends)))
    table.insert(1, "cost", costs)
    return Calibration(one.world, found[int(np.argmin(costs))], table, pd.DataFrame(course))


def manifest(
    found: Calibration, budget: str, seed: int, held: Mapping[str, float], scored: pd.DataFrame
) -> dict[str, Any]:
    """Return how a calibration was made and what it reached, as plain values for its file.

    scored: the facts on luck that no search has seen (`scoreboard.COLUMNS`).
    """
    given = "".join(f" {name}={value:g}" for name, value in held.items())
    text = resources.files("dyadsim.facts").joinpath("facts.csv").read_bytes()
    return {
        "command": f"dyadsim calibrate world={found.world} budget={budget} seed={seed}{given}",
        "facts_sha256": hashlib.sha256(text).hexdigest(),
        "dyadsim": records.manifest({}, 0.0)["dyadsim"],
        "commit": records.manifest({}, 0.0).get("commit"),
        "free": found.starts.shape[1] - 2,
        "starts": len(found.starts),
        "evaluations": sum(
            count for _, count in BUDGETS[budget].evaluations(found.starts.shape[1] - 2)
        ),
        "cost": float(found.starts["cost"].min()),
        "met": int(scored["met"].sum()),
        "facts": len(scored),
    }
