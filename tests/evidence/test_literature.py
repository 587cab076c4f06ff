"""Literatures of small trials: what allegiance, far measures and the file drawer do.

Statistical comparisons are seeded and allow 5 standard errors (false-alarm rate < 1e-4).
"""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis import effects
from dyadsim.errors import BadInput
from dyadsim.evidence.literature import (
    FIELD,
    Field,
    simulate_literature,
    simulate_literatures,
    trial_effect,
    trial_study,
)
from dyadsim.evidence.observed_study import observe_study
from dyadsim.model import worlds
from dyadsim.simulation import simulate

CONTEXTUAL, MEDICAL = worlds.world_parameters("contextual"), worlds.world_parameters("medical")
NOTHING_HIDDEN = FIELD._replace(publication=1.0)


def test_a_trial_is_counted_as_the_analysis_of_scores_counts_it() -> None:
    run = simulate.run(trial_study("cbt", "waitlist", favours=True), CONTEXTUAL, 120, 3)
    rows = observe_study(run).outcome
    arms = {name: part["post"] for name, part in rows.groupby("arm")}
    assert trial_effect(run) == effects.hedges_g(arms["cbt"], arms["waitlist"])


def test_allegiance_works_through_people_and_rationale_only() -> None:
    allegiant = trial_study("cbt", "interpersonal", favours=True)
    plain = trial_study("cbt", "interpersonal", favours=False)
    assert dict(allegiant.arms[0].training) == {"allegiance": 1.0, "competence": 0.5}
    assert dict(allegiant.arms[1].training) == {"allegiance": -1.0}
    assert plain.arms[0].training == plain.arms[1].training == ()
    favoured, usual = allegiant.arms[0].phases[0].therapy, plain.arms[0].phases[0].therapy
    assert favoured.dose == usual.dose
    assert favoured.rationale == pytest.approx(usual.rationale + 0.15)
    none = Field(belief=0, supervision=0, credibility=0)
    without = simulate.run(
        trial_study("cbt", "interpersonal", favours=True, field=none), CONTEXTUAL, 80, 3
    )
    other = simulate.run(plain, CONTEXTUAL, 80, 3)
    assert np.array_equal(without.truth.view(np.int32), other.truth.view(np.int32))


@pytest.mark.slow
def test_teams_that_favour_the_therapy_find_more() -> None:
    strong = NOTHING_HIDDEN._replace(belief=3.0, credibility=0.3, supervision=2.0, teams=40)
    rows = simulate_literatures(MEDICAL, "cbt", "interpersonal", 60, field=strong, seed=2)
    groups = rows.groupby("favours")["g"].agg(["mean", "sem"])
    gap = groups.loc[True, "mean"] - groups.loc[False, "mean"]
    assert gap > 5 * np.hypot(*groups["sem"])


@pytest.mark.slow
def test_a_measure_far_from_the_target_finds_less() -> None:
    rows = simulate_literatures(
        CONTEXTUAL,
        "cbt",
        "waitlist",
        100,
        field=NOTHING_HIDDEN._replace(far=0.5, far_error=5.0),
        seed=2,
    )
    groups = rows.groupby("far")["g"].agg(["mean", "sem"])
    gap = groups.loc[False, "mean"] - groups.loc[True, "mean"]
    assert gap > 5 * np.hypot(*groups["sem"])


def test_the_file_drawer_hides_only_what_is_not_significant() -> None:
    rows = simulate_literature(
        CONTEXTUAL, "cbt", "supportive", field=FIELD._replace(publication=0.0)
    )
    assert (rows["published"] == rows["significant"]).all()
    everything = simulate_literature(CONTEXTUAL, "cbt", "supportive", field=NOTHING_HIDDEN)
    assert everything["published"].all()
    pd.testing.assert_series_equal(rows["g"], everything["g"])


def test_same_seed_same_trials_and_more_literatures_change_no_earlier_one() -> None:
    few, many = (simulate_literatures(CONTEXTUAL, "cbt", "waitlist", n, seed=4) for n in (2, 4))
    pd.testing.assert_frame_equal(few, many[many["literature"] < 2])
    other = simulate_literatures(CONTEXTUAL, "cbt", "waitlist", 2, seed=5)
    assert not np.allclose(few["g"], other["g"])


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (Field(trials=1), "trials must be a whole number from 2 to 1000, not '1'"),
        (Field(smallest=200), "largest must be a whole number from 200 to 10000, not '160'"),
        (Field(publication=1.4), r"publication must be a number in \[0, 1\], not '1.4'"),
    ],
)
def test_an_impossible_field(field: Field, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        simulate_literature(CONTEXTUAL, "cbt", "waitlist", field=field)
