"""Statistics of facts can be named in sweeps and in fits, where the study can have them."""

import math
from pathlib import Path

import numpy as np
import pytest

from dyadsim.errors import BadData
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.named_statistic import statistic_values
from dyadsim.evidence.outcomes import OUTCOMES
from dyadsim.evidence.studies_of_facts import SERVED, fact_studies
from dyadsim.fitting.published_moments import read_moments, simulate_moments
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.sweeps.outputs import columns_of

HYBRID = worlds.world_parameters("hybrid")
LEFT_OUT = ("synchrony_minus_surrogate", "upper_bound_true_abs_g", *OUTCOMES)  # slow; outcomes


@pytest.mark.parametrize("name", list(fact_studies()))
def test_every_statistic_is_an_output_of_a_sweep_and_a_moment_of_a_fit(name: str) -> None:
    study = fact_studies()[name]
    served = {fact.statistic for fact in load_facts() if SERVED[fact.design] == name}
    if name == "medication":
        served |= {"share_of(relapsed@52_weeks_after).medication", "d_follow_up@26_weeks_after.cbt"}
    names = sorted(served - set(LEFT_OUT))
    assert columns_of(names, [study]) == tuple(names)
    moments = simulate_moments(study, HYBRID, names=names, clients=600, replicate=1, seed=4)
    run = simulate.run(study, HYBRID, 600, 4, replicate=1, threads=1)
    assert np.array_equal(moments, list(statistic_values(names, run).values()), equal_nan=True)
    assert sum(map(math.isnan, moments)) <= 1  # of 600 clients


def test_a_ratio_of_arms_is_a_published_moment(tmp_path: Path) -> None:
    path = tmp_path / "moments.yaml"
    path.write_text(
        "moments:\n"
        "- {statistic: 'risk_ratio(deteriorated;therapy;usual_care)', value: .4, error: .1}\n"
        "- {statistic: share_of(recovered).cbt, value: .45, n: 300}\n"
        "- {statistic: partial_process_outcome_r(alliance_score@3;symptom_score@3), "
        "value: .2, n: 80}\n"
    )
    study = fact_studies()["usual_care"]
    data = read_moments(str(path), study, world="hybrid", most_clients=4000, seed=1)
    assert [moment.error for moment in data.moments] == pytest.approx(
        [0.1, math.sqrt(0.45 * 0.55 / 300), 0.96 / math.sqrt(79)]
    )
    values, _ = data.simulated(HYBRID, replicate=0, seed=1)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("statistic", ["share_of_gain(BDI@4;BDI@12).cbt", "trend(x@1;x@2)"])
def test_what_is_no_share_gets_no_error_from_n(tmp_path: Path, statistic: str) -> None:
    path = tmp_path / "moments.yaml"
    path.write_text(f"moments:\n- {{statistic: '{statistic}', value: .5, n: 100}}\n")
    with pytest.raises(BadData, match=r"n gives no error for share_of_gain|needs 'x' in study rct"):
        read_moments(str(path), fact_studies()["trial"], world="hybrid", most_clients=400, seed=1)
