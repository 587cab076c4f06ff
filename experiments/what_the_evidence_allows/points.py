"""One point of the profile: fix a parameter, fit the rest, and attribute the effect there."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.attribution import true_shares
from dyadsim.calibration import laplace
from dyadsim.calibration.distances import ParallelMap, distance_simulator
from dyadsim.calibration.gauss_newton import Stage, refine_point
from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.calibration.prior import Floats, Space, calibration_space
from dyadsim.calibration.search import FINAL_PENALTY
from dyadsim.evidence import benchmark
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.verdict import is_inside
from dyadsim.model import worlds

CARE = true_shares.Care()
CAUSES = [*true_shares.CAUSES, "rest"]
POINT_SEED, JUDGE_SEED = 1, 101


class Size(NamedTuple):
    """The facts; clients of a study while fitting, steps; clients when judged, draws."""

    facts: Sequence[Fact]
    clients: int
    steps: int
    judged: int
    draws: int


def effect_shares(values: dict[str, float], clients: int) -> dict[str, float]:
    """Return each cause's Shapley share of the mean effect (%), and the effect, at one point."""
    world = worlds.world_parameters("hybrid", values)
    worths = [
        true_shares.effect_worths(CARE, world, clients=clients, replicate=replicate)
        for replicate in range(2)
    ]
    worth = np.stack(worths)
    table = true_shares.effect_shares(worth).query("attribution == 'effect'")
    shares = table.set_index("group")["share"][CAUSES].to_dict()
    return {**shares, "effect": float(worth[:, -1].mean())}


def variance_shares(values: dict[str, float], clients: int) -> dict[str, float]:
    """Return each group's Shapley share of the variance of outcome (%) at one point."""
    world = worlds.world_parameters("hybrid", values)
    table = true_shares.variance_shares(
        CARE, world, replication=true_shares.Replication(clients, 2, threads=1)
    )
    of_variance = table["denominator"] == true_shares.VARIANCE
    rows = table[(table["attribution"] == "variance") & of_variance]
    return {f"variance: {row.group}": row.share for row in rows.itertuples()}


def fit_rest(
    kept: KeptSteps, fixed: dict[str, float], size: Size, parallel_map: ParallelMap
) -> tuple[Space, Floats]:
    """Return the point nearest to the facts' bands with some parameters fixed."""
    space = calibration_space("hybrid", fixed)
    start = space.coordinates(worlds.find_world("hybrid").calibrated_values)
    simulate = distance_simulator(space, size.facts, seed=POINT_SEED, parallel_map=parallel_map)
    stages = [Stage(size.clients, size.steps, FINAL_PENALTY)]

    def compute_arrays() -> dict[str, Floats]:
        return {"point": refine_point(simulate, start, bounds=space.bounds, stages=stages)[0]}

    return space, kept.step("point", 1, compute_arrays)["point"]


def judge_point(space: Space, point: Floats, size: Size) -> dict[str, Any]:
    """Return facts met and inside on fresh noise, and what causes what, at a point."""
    values = space.values(point)
    world = worlds.world_parameters("hybrid", values)
    results = benchmark.evaluate_facts(
        world,
        size.judged,
        replicates=4,
        seed=JUDGE_SEED,
        only=[fact.id for fact in size.facts],
    )
    return {
        "met": sum(result.met for result in results),
        "inside": sum(is_inside(result.fact, result.simulated) for result in results),
        "missed": ", ".join(result.fact.id for result in results if not result.met),
        **effect_shares(values, size.judged // 4),
        **variance_shares(values, size.judged // 4),
    }


def judge_draws(
    posterior: laplace.LaplacePosterior, size: Size, parallel_map: ParallelMap
) -> pd.DataFrame:
    """Return a row a draw of a posterior: facts inside their bands, what causes what."""
    draws = posterior.draws(size.draws, 1)
    simulate = distance_simulator(
        posterior.space, size.facts, seed=JUDGE_SEED, parallel_map=parallel_map
    )
    distances = simulate(draws, size.clients, [0] * len(draws))
    values = [posterior.space.values(draw) for draw in draws]
    rows = list(parallel_map(effect_shares, values, [size.clients // 2] * len(values)))
    return pd.DataFrame(rows).assign(inside=(np.abs(distances) < 1).sum(axis=1))
