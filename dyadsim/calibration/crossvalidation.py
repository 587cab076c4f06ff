"""Do the worlds predict what they were not shown? One family of facts after the other is left out.

For each family all worlds are calibrated on the other facts, from the middle of the prior, and then
score the family on random numbers that no search has seen. Beside them stand draws of the prior,
which saw no facts at all, and the null world of the same calibration, in which nothing heals. A
world that predicts no better than draws of its prior has learnt nothing that carries over.

The scores of a fact: whether the simulated value lies inside the published interval; its distance
from the middle in half-widths; and the log density of the published figure under the world, normal
with half a half-width and the Monte-Carlo error as standard deviation. The density is in units of
half-widths, so that facts of every unit count alike; a sign or a bound has none.
"""

from collections.abc import Sequence
from functools import partial
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.distances import signed_distances
from dyadsim.calibration.ensemble import HALF
from dyadsim.calibration.gauss_newton import Stage
from dyadsim.calibration.joint_distances import (
    ONE_SIDED,
    Studies,
    inside,
    simulate_points,
)
from dyadsim.calibration.joint_space import JointSpace
from dyadsim.calibration.kept_steps import Arrays, KeptSteps
from dyadsim.calibration.prior import Floats
from dyadsim.calibration.search import (
    CHOICE_SEED,
    NEAR_PENALTY,
    SEARCH_PENALTY,
    Problem,
    find_point,
    step_work,
)
from dyadsim.evidence.fact import Fact

PRIOR, NULL, ALL = "prior", "null", "all"
PRIOR_SEED = 6 << 40  # added to the seed: the draws of the prior
FARTHEST = 8.0  # half-widths that a distance counts at most, so that no fact decides alone


class Effort(NamedTuple):
    """What a cross-validation may cost.

    `stages` of every calibration; `draws` of the prior; `clients` of each study and `repeats` in
    which the left-out facts are scored.
    """

    stages: tuple[Stage, ...]
    draws: int
    clients: int
    repeats: int


EFFORTS = {  # by the budget of the command
    "small": Effort((Stage(150, 1, SEARCH_PENALTY),), 2, 200, 2),
    "standard": Effort((Stage(1000, 3, SEARCH_PENALTY), Stage(2000, 3, NEAR_PENALTY)), 30, 4000, 4),
    "large": Effort((Stage(1500, 4, SEARCH_PENALTY), Stage(4000, 6, NEAR_PENALTY)), 100, 8000, 6),
}


def families(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Return the families of facts, in file order."""
    return tuple(dict.fromkeys(fact.family for fact in facts))


def effort_work(space: JointSpace, facts: Sequence[Fact], effort: Effort) -> float:
    """Return what a cross-validation costs, in clients x evaluations of one world."""
    worlds, count = len(space.worlds), len(families(facts))
    search = sum(stage.clients * stage.steps for stage in effort.stages) * step_work(space)
    scoring = effort.clients * effort.repeats * (worlds + 1)
    prior = effort.draws * worlds * effort.clients * effort.repeats
    return count * (search + scoring) + prior


def effort_runs(space: JointSpace, facts: Sequence[Fact], effort: Effort) -> float:
    """Return how many evaluations of one world it takes, whatever their clients."""
    worlds, count = len(space.worlds), len(families(facts))
    steps = sum(stage.steps for stage in effort.stages) * step_work(space)
    return count * (steps + effort.repeats * (worlds + 1)) + effort.draws * worlds * effort.repeats


def score_facts(facts: Sequence[Fact], values: Floats) -> pd.DataFrame:
    """Return the scores of facts from repeats of one world.

    Parameters
    ----------
    facts
        The published facts.
    values
        Simulated values, `(repeat, fact)`.

    Returns
    -------
    DataFrame
        fact, family, inside (0, 1), distance (half-widths, at most `FARTHEST`), log_score; a row a
        fact.
    """
    mean = values.mean(axis=0)
    ids = [fact.id for fact in facts]
    rows = [signed_distances(dict(zip(ids, row, strict=True)), facts) for row in (mean, *values)]
    error = np.zeros(len(facts))
    if len(values) > 1:
        error = np.std(rows[1:], axis=0, ddof=1) / len(values) ** 0.5
    distance = np.clip(rows[0], -FARTHEST, FARTHEST)
    log_score = norm.logpdf(distance, scale=np.hypot(HALF, error))
    one_sided = np.array([fact.kind in ONE_SIDED for fact in facts], bool)
    return pd.DataFrame(
        {
            "fact": ids,
            "family": [fact.family for fact in facts],
            "inside": inside(mean, facts).astype(float),
            "distance": np.abs(distance),
            "log_score": np.where(one_sided, np.nan, log_score),
        }
    )


def _score_family(problem: Problem, family: str, effort: Effort, kept: KeptSteps) -> pd.DataFrame:
    """Return a family's scores in every world calibrated on the others, and in null."""
    others = [fact for fact in problem.facts if fact.family != family]
    left_out = [fact for fact in problem.facts if fact.family == family]
    end = find_point(problem._replace(facts=others), effort.stages, kept)
    worlds = (*problem.space.worlds, NULL)
    studies = Studies(left_out, effort.clients, problem.seed + CHOICE_SEED)
    points = np.array(list(repeat(end.point, effort.repeats)))
    work = effort.clients * effort.repeats * len(worlds)
    arrays = kept.step(
        "left-out",
        work,
        lambda: {
            "values": simulate_points(
                problem.space,
                points,
                studies,
                range(effort.repeats),
                problem.parallel_map,
                worlds=worlds,
            )
        },
    )
    scored = [
        score_facts(left_out, arrays["values"][:, place]).assign(world=world)
        for place, world in enumerate(worlds)
    ]
    return pd.concat(scored, ignore_index=True)


def _score_prior(problem: Problem, effort: Effort, kept: KeptSteps) -> pd.DataFrame:
    """Return the scores of all facts in draws of the prior, mean over draws and worlds."""
    space, facts = problem.space, problem.facts
    rng = np.random.default_rng([problem.seed, PRIOR_SEED])
    points = space.draw(effort.draws, rng)
    studies = Studies(facts, effort.clients, problem.seed + PRIOR_SEED)
    numbers, parts = range(effort.repeats), []

    def compute(point: Floats) -> Arrays:
        points = np.tile(point, (effort.repeats, 1))
        return {"values": simulate_points(space, points, studies, numbers, problem.parallel_map)}

    work = effort.clients * effort.repeats * len(space.worlds)
    for number, point in enumerate(points):
        arrays = kept.step(f"draw-{number:03d}", work, partial(compute, point))
        values = arrays["values"]
        parts += [score_facts(facts, values[:, place]) for place in range(len(space.worlds))]
    scores = pd.concat(parts, ignore_index=True)
    return scores.groupby(["fact", "family"], sort=False, as_index=False).mean().assign(world=PRIOR)


@one_blas_thread()
def crossvalidate(problem: Problem, effort: Effort, kept: KeptSteps) -> pd.DataFrame:
    """Return how well every fact is predicted by worlds that its family took no part in.

    Parameters
    ----------
    problem
        Space, all facts, random seed, and a map over processes; the bits are the same for any.
    effort
        One of `EFFORTS`, or another.
    kept
        Where every step is kept: what was killed goes on from there, to the same bits.

    Returns
    -------
    DataFrame
        fact, family, inside, distance, log_score, world: a row a fact and world; "prior" is the
        mean over draws of the prior and worlds, "null" the shared population of the same
        calibration with every pathway off.
    """
    parts = [_score_prior(problem, effort, kept.below("prior"))]
    for family in families(problem.facts):
        parts.append(_score_family(problem, family, effort, kept.below(f"without-{family}")))
    return pd.concat(parts, ignore_index=True)


def prediction_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the means of scores by family and world.

    Parameters
    ----------
    scores
        As `crossvalidate`.

    Returns
    -------
    DataFrame
        family ("all": over all facts), world, facts, inside, distance, log_score.
    """
    everything = scores.assign(family=ALL)
    together = pd.concat([scores, everything])
    together = together.sort_values("world", key=lambda names: names.map(_place), kind="stable")
    grouped = together.groupby(["family", "world"], sort=False)
    means = grouped[["inside", "distance", "log_score"]].mean()
    means.insert(0, "facts", grouped.size())
    order = {name: place for place, name in enumerate([*dict.fromkeys(scores["family"]), ALL])}
    return means.reset_index().sort_values(
        "family", key=lambda names: names.map(order), kind="stable", ignore_index=True
    )


def shares_inside(table: pd.DataFrame) -> pd.DataFrame:
    """Return the share of left-out facts inside: a row a family, a column a world.

    Parameters
    ----------
    table
        As `prediction_table`.

    Returns
    -------
    DataFrame
        family, facts, and a column a world, prior and null last.
    """
    order = list(dict.fromkeys(table["family"]))
    wide = table.pivot(index="family", columns="world", values="inside").loc[order]
    wide = wide[list(dict.fromkeys(table["world"]))]
    sizes = table.groupby("family")["facts"].max()
    wide.insert(0, "facts", sizes.loc[order])
    return wide.reset_index().rename_axis(columns=None)


def _place(world: str) -> int:
    """Return where a world stands in tables: the one with every pathway first, null last.

    Worlds of one's own stand behind dyadsim's.
    """
    order = ("hybrid", "contextual", "medical", "", PRIOR, NULL)
    return order.index(world) if world in order else order.index("")
