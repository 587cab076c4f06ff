"""Many points in one call give what each point gives alone; what cannot be run is refused."""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameters import changed
from dyadsim.simulation import many_points, simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.matching import matching
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import Study

HYBRID = worlds.world_parameters("hybrid")
VALUES = {
    "distress.specificity": [0.0, 0.5, 1.0],
    "population.therapist_spread": [0.0, 1.1, 2.3],
    "population.distress_sd": [1.1, 1.4, 1.9],
    "measurement.style": [0.3, 0.1, 0.7],
    "responsiveness.formulation_start": [0.1, 0.2, 0.9],
}
TRIAL = rct(("cbt", "waitlist"), 4, follow_up=(8.0,))


@pytest.mark.parametrize("study", [TRIAL, cohort()], ids=["trial", "routine"])
def test_every_point_is_what_it_is_alone(study: Study) -> None:
    sums = many_points.stream_points(
        study, many_points.parameter_points(HYBRID, VALUES), 300, 3, 1, threads=2
    )
    for point in range(3):
        values = {name: column[point] for name, column in VALUES.items()}
        alone = simulate.stream(study, changed(HYBRID, values), 300, 3, replicate=1)
        np.testing.assert_array_equal(sums[point], alone.values)


def test_threads_and_neighbours_change_nothing() -> None:
    points = many_points.parameter_points(HYBRID, VALUES)
    sums = many_points.stream_points(TRIAL, points, 200, 3, threads=1)
    np.testing.assert_array_equal(sums, many_points.stream_points(TRIAL, points, 200, 3, threads=3))
    np.testing.assert_array_equal(sums[2:], many_points.stream_points(TRIAL, points[2:], 200, 3))


def test_points_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadInput, match=r"no parameter 'distress.specifity'.*distress.specificity"):
        many_points.parameter_points(HYBRID, {"distress.specifity": [0.5]})
    with pytest.raises(BadInput, match="specificity"):
        many_points.parameter_points(HYBRID, {"distress.specificity": [0.5, 1.5]})
    with pytest.raises(BadInput, match="as many values"):
        many_points.parameter_points(
            HYBRID, {"distress.specificity": [0.5], "alliance.rate": [0.1, 0.2]}
        )
    with pytest.raises(BadInput, match="specificity"):
        many_points.parameter_points(HYBRID, {"distress.specificity": [float("nan")]})
    shares = {"population.stable_share": [0.2, 0.6], "population.load_share": [0.3, 0.5]}
    with pytest.raises(BadInput, match="must stay below 1"):
        many_points.parameter_points(HYBRID, shares)


@pytest.mark.parametrize("study", [matching(), n_of_1(card="anna")], ids=["matched", "card"])
def test_studies_that_need_python_per_point_are_refused(study: Study) -> None:
    with pytest.raises(BadInput, match="one point at a time"):
        many_points.stream_points(study, many_points.parameter_points(HYBRID, VALUES), 100)
