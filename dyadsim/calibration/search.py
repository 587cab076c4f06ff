"""Give a world its best chance: search its free parameters for the point nearest to the facts.

CMA-ES (Hansen's `cma`) from several starts, each end polished by Gauss-Newton steps (`polish`).
Every generation and step is simulated with luck of its own, the same for all its candidates, and
studies grow in stages: no point can win by luck that it has learnt by heart. The starts are then
compared on luck that no search has seen; published scores come from a third seed again
(`dyadsim facts`).
"""

import hashlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import resources
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibration.gauss_newton import DAMPING, HOME, LUCKS, Price, Simulated, polish
from dyadsim.calibration.prior import Floats, Space, space
from dyadsim.errors import BadInput
from dyadsim.evidence import benchmark
from dyadsim.evidence import fact as facts
from dyadsim.evidence.fact import Fact
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import records

# Clients of each study as a multiple of the budget's, about in proportion to the Monte-Carlo
# error of the study's facts against their bands (measured; results/scoreboard/README.md).
SIZES = {"care": 2.5, "trial": 1.0}
_OTHER = 0.6
MISSING = 6.0  # distance of a statistic that cannot be computed
# Half-widths from the middle that are free of charge, and those beyond about which a fact is given
# up: of the search, and of the last steps and the choice of start (assumptions).
FAR, NEAR = Price(0.6, 2.5), Price(0.75, 0.6)
SEARCH, CHOICE = 1 << 40, 2 << 40  # added to the seed: luck of the search, of the choice of start
POLISH = 50_000  # first repeat of the luck of polishing
EACH_START = 1 << 32  # repeats between one start's luck and the next one's

Spread = Callable[..., Iterable[Any]]


class Budget(NamedTuple):
    """What a calibration may cost.

    stages: (clients, generations) of the search; polish: (clients, steps, price) of `polish`.
    """

    stages: tuple[tuple[int, int], ...]
    polish: tuple[tuple[int, int, Price], ...]
    candidates: int
    starts: int
    clients_of_choice: int

    @property
    def steps(self) -> int:
        """Generations and polishing steps of all starts."""
        each = sum(count for _, count in self.stages) + sum(count for _, count, _ in self.polish)
        return self.starts * each

    def evaluations(self, parameters: int) -> list[tuple[int, int]]:
        """Return (clients, evaluations of the facts) of each stage, all starts together.

        parameters: how many are free in the world.
        """
        one = parameters + LUCKS * (1 + len(DAMPING))  # neighbours, the point and steps tried
        search = [(clients, self.candidates * count) for clients, count in self.stages]
        polishing = [(clients, one * count) for clients, count, _ in self.polish]
        return [(clients, self.starts * count) for clients, count in search + polishing]


BUDGETS = {
    "small": Budget(((200, 2), (400, 1)), ((400, 1, FAR),), 4, 2, 400),
    "standard": Budget(
        ((1500, 40),), ((4000, 12, FAR), (6000, 8, NEAR), (12000, 4, NEAR)), 20, 2, 20000
    ),
    "large": Budget(
        ((2000, 80),), ((5000, 20, FAR), (8000, 12, NEAR), (20000, 6, NEAR)), 24, 4, 40000
    ),
}


class Calibration(NamedTuple):
    """What was found: the best start's point, all starts, and the course of the search.

    values: every free, held and tied parameter. starts: start, cost, a column a free parameter.
    course: start, generation, clients, cost (the best candidate's), median; polishing steps come
    last, with the cost before them as `median`.
    """

    world: str
    values: dict[str, float]
    starts: pd.DataFrame
    course: pd.DataFrame


def simulate_facts(
    world: str,
    values: Mapping[str, float],
    wanted: Sequence[Fact],
    clients: int,
    seed: int,
    replicate: int,
    threads: int = 1,
) -> dict[str, float]:
    """Return the simulated value of every wanted fact at one point; NaN where none comes out."""
    parameters = worlds.parameters(world, values)
    return facts_at(parameters, wanted, clients, seed, replicate, threads)


def facts_at(
    parameters: Parameters,
    wanted: Sequence[Fact],
    clients: int,
    seed: int,
    replicate: int,
    threads: int = 1,
) -> dict[str, float]:
    """Return the simulated value of every wanted fact; NaN where none comes out."""
    found: dict[str, float] = dict.fromkeys((one.id for one in wanted), np.nan)
    for study in benchmark.needed(wanted):
        size = round(clients * SIZES.get(study, _OTHER))
        try:
            found |= benchmark.simulated(wanted, study, parameters, size, seed, replicate, threads)
        except ValueError:  # such as nobody left in an arm: all facts of that study are missing
            continue
    return found


def signed(found: Mapping[str, float], wanted: Iterable[Fact]) -> Floats:
    """Return every fact's distance from the middle of its interval, in half-widths, with its sign.

    -1 and 1 are the edges. A sign: 0 where met, else as `facts.distance`. A bound: never below 0.
    """
    far = []
    for one in wanted:
        value = found[one.id]
        if np.isnan(value):
            far.append(MISSING)
        elif one.low is None or one.high is None:
            distance = facts.distance(one, value)
            far.append(0.0 if np.isnan(distance) else distance)
        else:
            distance = (2 * value - one.low - one.high) / (one.high - one.low)
            far.append(max(distance, 0.0) if one.kind == "bound" else distance)
    return np.array(far)


def far_at(
    one: Space, coordinates: Floats, wanted: Sequence[Fact], clients: int, seed: int, replicate: int
) -> Floats:
    """Return the signed distances at one point, `(fact,)`; missing where the point cannot be."""
    try:
        values = one.values(coordinates)
        found = simulate_facts(one.world, values, wanted, clients, seed, replicate)
    except BadInput:  # parameters that exclude each other
        return np.full(len(wanted), MISSING)
    return signed(found, wanted)


def cost(far: Floats, coordinates: Floats, price: Price = FAR) -> float:
    """Return what a point costs: its facts' distances, and a little its distance from the prior."""
    return float(price(far).sum() + HOME * (coordinates**2).sum())


@contextmanager
def processes(workers: int) -> Iterator[Spread]:
    """Give a `map` over that many processes, fresh ones; the plain `map` where it is one."""
    if workers == 1:
        yield map
        return
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, fresh) as pool:
        yield pool.map


def simulator(
    one: Space, wanted: Sequence[Fact], seed: int, spread: Spread, first: int = 0
) -> Simulated:
    """Return what simulates points for `polish`: luck k is repeat `first` + k of the seed."""

    def simulated(points: Floats, clients: int, lucks: Sequence[int]) -> Floats:
        numbers = [first + luck for luck in lucks]
        return np.array(
            list(
                spread(
                    far_at,
                    repeat(one),
                    points,
                    repeat(wanted),
                    repeat(clients),
                    repeat(seed),
                    numbers,
                )
            )
        )

    return simulated


def _first(one: Space, start: int, seed: int) -> Floats:
    """Return where a start begins: the hand-set values, or (later starts) a draw of the prior."""
    if start == 0:
        return one.middle
    drawn = np.random.default_rng([seed, start]).normal(size=len(one.names))
    return np.clip(drawn, one.low, one.high)


def _search(
    one: Space,
    wanted: Sequence[Fact],
    budget: Budget,
    seed: int,
    start: int,
    spread: Spread,
    told: Callable[[], None],
) -> tuple[Floats, list[dict[str, float]]]:
    """Return one start's end (the search's mean, not its luckiest candidate) and its course."""
    import cma  # type: ignore[import-untyped]

    simulated = simulator(one, wanted, SEARCH + seed, spread, start * EACH_START)
    options = {
        "bounds": [one.low.tolist(), one.high.tolist()],
        "popsize": budget.candidates,
        "seed": (seed * 1000 + start) % (1 << 31) + 1,
        "verbose": -9,
    }
    searcher = cma.CMAEvolutionStrategy(_first(one, start, seed), 0.4, options)
    course: list[dict[str, float]] = []
    for clients, generations in budget.stages:
        for _ in range(generations):
            tried = searcher.ask()
            far = simulated(np.array(tried), clients, [len(course)] * len(tried))
            costs = [cost(*both) for both in zip(far, tried, strict=True)]
            searcher.tell(tried, costs)
            course.append(
                {"clients": clients, "cost": min(costs), "median": float(np.median(costs))}
            )
            told()
    end = np.clip(searcher.result.xfavorite, one.low, one.high)
    simulated = simulator(one, wanted, SEARCH + seed, spread, start * EACH_START + POLISH)
    end, steps = polish(simulated, end, one.low, one.high, budget.polish, told)
    course += [
        {"clients": step["clients"], "cost": step["cost"], "median": step["cost_before"]}
        for step in steps
    ]
    return end, [{"start": start, "generation": number, **row} for number, row in enumerate(course)]


def calibrate(
    world: str,
    budget: Budget,
    seed: int = 1,
    workers: int = 1,
    held: Mapping[str, float] | None = None,
    wanted: Sequence[Fact] | None = None,
    told: Callable[[], None] = lambda: None,
) -> Calibration:
    """Return a world's calibration on the published facts.

    Parameters
    ----------
    world
        its name.
    budget
        one of `BUDGETS`, or another.
    seed
        of search and luck; the same seed gives the same calibration for any `workers`.
    workers
        processes.
    held
        parameters that stay at a value (for a profile).
    wanted
        the facts to calibrate on (default: all).
    told
        called after every generation and step, to show progress.

    Raises
    ------
    BadInput
        an unknown world, or a parameter that cannot be held.
    """
    one, goals = space(world, held), tuple(facts.load() if wanted is None else wanted)
    ends: list[Floats] = []
    course: list[dict[str, float]] = []
    with processes(workers) as spread:
        for start in range(budget.starts):
            end, steps = _search(one, goals, budget, seed, start, spread, told)
            ends.append(end)
            course += steps
        unseen = simulator(one, goals, CHOICE + seed, spread)
        far = unseen(np.array(ends), budget.clients_of_choice, [0] * len(ends))
    costs = [cost(*both, NEAR) for both in zip(far, ends, strict=True)]
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
    text = resources.files("dyadsim.evidence").joinpath("facts.csv").read_bytes()
    free = found.starts.shape[1] - 2
    return {
        "command": f"dyadsim calibrate world={found.world} budget={budget} seed={seed}{given}",
        "facts_sha256": hashlib.sha256(text).hexdigest(),
        "dyadsim": records.manifest({}, 0.0)["dyadsim"],
        "commit": records.manifest({}, 0.0).get("commit"),
        "free": free,
        "starts": len(found.starts),
        "evaluations": sum(count for _, count in BUDGETS[budget].evaluations(free)),
        "cost": float(found.starts["cost"].min()),
        "met": int(scored["met"].sum()),
        "facts": len(scored),
    }
