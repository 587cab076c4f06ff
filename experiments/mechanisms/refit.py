"""Switch a mechanism off, refit everything else from the best member, and count facts."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibration.gauss_newton import Penalty, Refining, Stage, refine_once
from dyadsim.calibration.joint_distances import inside, joint_simulator, simulate_points
from dyadsim.calibration.joint_space import JointSpace
from dyadsim.calibration.kept_steps import Arrays, KeptSteps
from dyadsim.calibration.search import CHOICE_SEED, FINAL_PENALTY, Problem
from dyadsim.evidence.fact import Fact
from dyadsim.model import members

SEED = 7 << 40  # added to the seed: random numbers that no calibration has used
REFIT_SEED = 8 << 40


class Size(NamedTuple):
    """Clients of each study in a refit, steps of the first refit, and the penalty."""

    clients: int
    steps: int
    penalty: Penalty = FINAL_PENALTY

    @property
    def judged(self) -> int:
        """Clients of each study in which a point is judged."""
        return 4 * self.clients


def facts_without(
    problem: Problem, size: Size, kept: KeptSteps, left_out: Sequence[str]
) -> pd.DataFrame:
    """Return world, family, facts, met and predicted without one mechanism."""
    space, facts = problem.space, problem.facts
    state = Refining(np.clip(best_member(space), *space.bounds))
    for number in range(size.steps):
        state = _refit(problem, state, size, kept, f"step-{number}")
    met = inside(_judged(problem, state.point, facts, size, kept, "met"), facts)
    rows = []
    for family in left_out:
        some = [fact for fact in facts if fact.family == family]
        here = np.array([fact.family == family for fact in facts])
        others = problem._replace(facts=[fact for fact in facts if fact.family != family])
        rest = np.tile(~here, len(space.worlds))
        start = Refining(state.point, np.asarray(state.slopes)[rest])
        moved = _refit(others, start, size, kept, f"without-{family}", measured=False)
        predicted = inside(
            _judged(problem, moved.point, some, size, kept, f"predicted-{family}"), some
        )
        for place, world in enumerate(space.worlds):
            row = {"world": world, "family": family, "facts": len(some)}
            rows.append(row | {"met": met[place, here].sum(), "predicted": predicted[place].sum()})
    return pd.DataFrame(rows)


def best_member(space: JointSpace) -> np.ndarray:
    """Return the coordinates of member 0, `(column,)`."""
    values = members.read_members(members.folder() / members.FILE)[0]
    pairs = zip(space.priors, space.labels, strict=True)
    return np.array([prior.coordinate(values[label]) for prior, label in pairs])


def _refit(
    problem: Problem,
    state: Refining,
    size: Size,
    kept: KeptSteps,
    name: str,
    *,
    measured: bool = True,
) -> Refining:
    """Return the state after one more step, read where it is kept."""
    simulate = joint_simulator(
        problem.space, problem.studies(REFIT_SEED, size.clients), problem.parallel_map
    )
    stage = Stage(size.clients, 1, size.penalty)

    def compute_step() -> Arrays:
        after = refine_once(
            simulate, state, bounds=problem.space.bounds, stage=stage, measured=measured
        )
        return {"point": after.point, "slopes": np.asarray(after.slopes)}

    arrays = kept.step(name, 1.0, compute_step)
    return Refining(arrays["point"], arrays["slopes"], (), (*state.course, {}))


def _judged(
    problem: Problem,
    point: np.ndarray,
    facts: Sequence[Fact],
    size: Size,
    kept: KeptSteps,
    name: str,
) -> np.ndarray:
    """Return the values of facts at a point, `(world, fact)`, on random numbers of their own."""
    studies = problem.studies(CHOICE_SEED + SEED, size.judged)._replace(facts=facts)
    simulate = partial(simulate_points, problem.space, point[None], studies, [0])
    return kept.step(name, 1.0, lambda: {"values": simulate(problem.parallel_map)[0]})["values"]
