"""Statistics named by the user, of a whole study or of one arm."""

import numpy as np
import pytest

from dyadsim.evidence.named_statistic import statistic_values
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.rct import rct


@pytest.fixture(scope="module")
def run() -> Run:
    study = rct(arms=["cbt", "waitlist"], sessions=6, follow_up=())
    return simulate.run(
        study, worlds.world_parameters("hybrid"), 400, seed=1, replicate=0, threads=1
    )


def test_a_statistic_of_one_arm_sees_that_arm_alone(run: Run) -> None:
    score = dict(simulate.variables(run.truth))["symptom_score"]
    distance = np.abs(np.cumsum(run.plan.weeks) - 6)
    nearest = np.full(score.shape[1], np.nan)
    for step in np.argsort(distance, kind="stable"):
        if distance[step] <= 2:
            nearest = np.where(np.isnan(nearest), score[step], nearest)
    counted = (run.clients.arm == 0) & ~np.isnan(nearest) & (score[0] > 0)
    by_hand = (nearest[counted] <= 0.5 * score[0, counted]).mean()
    names = ["response_50pct@6_weeks.cbt", "response_50pct@6_weeks"]
    of_arm, of_all = (statistic_values(names, run)[name] for name in names)
    assert of_arm == pytest.approx(by_hand)
    assert of_arm > of_all + 0.02


def test_an_unknown_arm_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="no arm 'cbd'"):
        statistic_values(["remission@6_weeks.cbd"], run)
