"""Planted worlds at the standard budget: other seeds agree within the printed errors.

Four minutes on two cores: eight tables of 5,000 simulated data sets of two worlds, in a design of
24 clients with a score at six sessions, and forty data sets planted in these worlds.
"""

import numpy as np
import pytest
from scipy.stats import t as student

from dyadsim.calibration.distances import process_map
from dyadsim.fitting.fit import EFFORTS
from dyadsim.fitting.free_parameters import fitting_problem
from dyadsim.fitting.reference_table import ReferenceTable, prior_table, usable_summaries
from dyadsim.fitting.target import Evidence, score_evidence
from dyadsim.fitting.world_choice import FOLDS, SURE, WorldChoice, learn_worlds
from dyadsim.fitting.world_verdict import judge_worlds
from dyadsim.model import worlds
from dyadsim.planning.planned_design import measurement_variants, simulate_design
from dyadsim.studies.designs.cohort import cohort

pytestmark = pytest.mark.verification

WORLDS, SEEDS, PLANTED = ("hybrid", "null"), 8, 20
TYPICAL = dict.fromkeys(WORLDS, 0.5)  # what is planted in a world is like its data
DRAWS = EFFORTS["standard"].draws


def _evidence() -> Evidence:
    study, world = cohort(sessions=5, follow_up=()), worlds.world_parameters("hybrid")
    return score_evidence(simulate_design(study, world, measurement_variants(24)[0], seed=1), False)


def _tables(evidence: Evidence, draws: int, seed: int) -> list[ReferenceTable]:
    """Return the reference table of each world."""
    with process_map(2) as parallel_map:
        return [
            prior_table(
                fitting_problem(world), evidence, draws=draws, seed=seed, parallel_map=parallel_map
            )
            for world in WORLDS
        ]


@pytest.fixture(scope="module")
def judged() -> list[list[tuple[WorldChoice, str | None]]]:
    """For each seed and each planted data set: the choice, and the claim that is made."""
    evidence, by_seed = _evidence(), []
    planted = np.concatenate([table.raw for table in _tables(evidence, PLANTED, 99)])
    for seed in range(1, SEEDS + 1):
        tables = _tables(evidence, DRAWS, seed)
        used = usable_summaries(tables, np.zeros(planted.shape[1]))
        learned = learn_worlds([table.raw for table in tables], WORLDS, used=used)
        choices = [learned.choose(data) for data in planted]
        by_seed.append([(choice, judge_worlds(choice, TYPICAL).claim) for choice in choices])
    return by_seed


def test_the_intervals_contain_what_the_other_seeds_say(judged) -> None:
    log_odds = np.array(
        [[np.log(c.probability[0] / c.probability[1]) for c, _ in row] for row in judged]
    )
    error = np.array([[choice.error[0] for choice, _ in row] for row in judged])
    others = (log_odds.sum(axis=0) - log_odds) / (SEEDS - 1)
    room = student.ppf((1 + SURE) / 2, FOLDS - 1) * error * np.sqrt(SEEDS / (SEEDS - 1))
    covered = (np.abs(log_odds - others) < room).mean()
    spread = np.sqrt(log_odds.var(axis=0, ddof=1).mean())
    print(f"covered {covered:.3f}; SD between seeds {spread:.3f}, stated {error.mean():.3f}")
    assert covered > SURE - 0.03
    assert 0.7 < np.sqrt((error**2).mean()) / spread < 1.4


def test_no_two_seeds_speak_for_different_worlds(judged) -> None:
    for choices in zip(*judged, strict=True):
        spoken = {
            choice.worlds[int(np.argmax(choice.probability))]
            for choice, claim in choices
            if claim in ("speak for", "lean towards")
        }
        assert len(spoken) <= 1
