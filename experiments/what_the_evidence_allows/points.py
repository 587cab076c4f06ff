"""One point of the profile: hold a parameter, fit the rest, and ask what causes what there."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.attribution import true_shares as a
from dyadsim.calibration import laplace
from dyadsim.calibration.gauss_newton import polish
from dyadsim.calibration.prior import Floats, Space, space
from dyadsim.calibration.search import NEAR, Spread, simulator
from dyadsim.evidence import benchmark
from dyadsim.evidence import fact as facts
from dyadsim.model import worlds

WANTED = facts.load()
CARE = a.Care()
CAUSES = [*a.CAUSES, "rest"]
POINT_SEED, JUDGE_SEED = 1, 101


class Size(NamedTuple):
    """Clients of a study while fitting, steps, clients when judged, draws of each posterior."""

    clients: int
    steps: int
    judged: int
    draws: int


def effect_shares(values: dict[str, float], clients: int) -> dict[str, float]:
    """Return each cause's Shapley share of the mean effect (%), and the effect, of one point."""
    world = worlds.parameters("hybrid", values)
    worth = np.stack([a.effect_worths(CARE, world, clients, one) for one in range(2)])
    table = a.effect_shares(worth).query("accounting == 'effect'").set_index("group")["share"]
    return {**table[CAUSES].to_dict(), "effect": float(worth[:, -1].mean())}


def variance_shares(values: dict[str, float], clients: int) -> dict[str, float]:
    """Return each group's Shapley share of the variance of outcome (%) at one point."""
    table = a.variance_shares(CARE, worlds.parameters("hybrid", values), clients, 2, threads=1)
    mine = table.query("accounting == 'variance' and denominator == @a.VARIANCE")
    return {
        f"variance: {group}": share
        for group, share in zip(mine["group"], mine["share"], strict=True)
    }


def fitted(held: dict[str, float], size: Size, spread: Spread) -> tuple[Space, Floats]:
    """Return the point nearest to the facts' bands with some parameters held."""
    one = space("hybrid", held)
    start = one.coordinates(worlds.named("hybrid").calibrated_values)
    stages = [(size.clients, size.steps, NEAR)]
    simulated = simulator(one, WANTED, POINT_SEED, spread)
    return one, polish(simulated, start, one.low, one.high, stages)[0]


def judged(one: Space, at: Floats, size: Size) -> dict[str, Any]:
    """Return facts met and inside on unseen luck, and what causes what, at a point."""
    values = one.values(at)
    found = benchmark.evaluate(worlds.parameters("hybrid", values), size.judged, 4, JUDGE_SEED)
    inside = sum(facts.met(result.fact, result.simulated, 0.0) for result in found)
    missed = ", ".join(result.fact.id for result in found if not result.met)
    return {
        "met": sum(result.met for result in found),
        "inside": inside,
        "missed": missed,
        **effect_shares(values, size.judged // 4),
        **variance_shares(values, size.judged // 4),
    }


def drawn(found: laplace.Posterior, size: Size, spread: Spread) -> pd.DataFrame:
    """Return draws of a posterior: facts inside their bands, what causes what; a row a draw."""
    draws = found.draws(size.draws, 1)
    far = simulator(found.space, WANTED, JUDGE_SEED, spread)(draws, size.clients, [0] * len(draws))
    values = [found.space.values(one) for one in draws]
    table = pd.DataFrame(list(spread(effect_shares, values, [size.clients // 2] * len(values))))
    return table.assign(inside=(np.abs(far) < 1).sum(axis=1))
