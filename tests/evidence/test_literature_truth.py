"""What trials should find: on the scale on which trials find it.

Statistical comparisons are seeded and allow 4 standard errors (false-alarm rate < 1e-4).
"""

import numpy as np
import pytest

from dyadsim.evidence.literature import FIELD, simulate_literatures, trial_study
from dyadsim.evidence.literature_truth import expected_effects
from dyadsim.evidence.outcomes import simulate_outcomes
from dyadsim.evidence.review import review_literature
from dyadsim.model import worlds
from dyadsim.simulation.true_effects import known_truth
from dyadsim.studies.designs.rct import rct

FAIR = FIELD._replace(publication=1.0, allegiant=0.0)


def test_without_bias_trials_find_the_truth_and_reviewers_pool_it() -> None:
    """It was given in SDs of true distress: pooled was .69 to .75 of it without any bias."""
    world = worlds.world_parameters("contextual")
    truth = expected_effects(world, "cbt", "waitlist", field=FAIR).expected_g
    trials = simulate_literatures(world, "cbt", "waitlist", 40, field=FAIR)
    miss = trials["g"].mean() - truth.value
    assert abs(miss) < 4 * np.hypot(trials["g"].sem(), truth.standard_error)
    reviews = [review_literature(part) for _, part in trials.groupby("literature")]
    pooled = np.array([review["pooled"] for review in reviews])
    assert pooled.mean() / truth.value == pytest.approx(1, abs=0.08)
    inside = [review["pooled_low"] < truth.value < review["pooled_high"] for review in reviews]
    assert np.mean(inside) > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 40)


def test_far_measures_count_with_their_share() -> None:
    world = worlds.world_parameters("contextual")
    near, usual, far = (
        expected_effects(world, "cbt", "waitlist", field=FAIR._replace(far=far), clients=4000)
        for far in (0.0, 0.3, 1.0)
    )
    expected = 0.7 * near.expected_g.value + 0.3 * far.expected_g.value
    assert usual.expected_g.value == pytest.approx(expected)
    assert far.expected_g.value < near.expected_g.value - 0.05
    assert near.true_d == usual.true_d == far.true_d


def test_where_nothing_heals_nothing_truly_differs() -> None:
    for effect in expected_effects(worlds.world_parameters("null"), "cbt", "waitlist"):
        assert abs(effect.value) < 4 * effect.standard_error


def test_a_true_d_has_one_scale_in_literature_sweep_and_compare() -> None:
    """1.56, 1.54 and .94 before: the last in SDs of distress after treatment."""
    world = worlds.world_parameters("contextual")
    mine = expected_effects(world, "cbt", "waitlist").true_d
    study = trial_study("cbt", "waitlist", favours=False)
    columns = ("true_d.cbt.waitlist", "true_d.cbt.waitlist.se")
    swept = simulate_outcomes(study, world, 20000, columns=columns, seed=2, replicate=0)
    assert mine.standard_error == pytest.approx(swept[columns[1]], rel=0.05)
    assert mine.value == pytest.approx(swept[columns[0]], abs=4 * 1.5 * mine.standard_error)
    twins = known_truth(rct(("cbt", "waitlist"), follow_up=()), world, 6000, 2).iloc[0]
    assert mine.value == pytest.approx(twins["effect"], abs=4 * 1.5 * mine.standard_error)
