"""The normal posterior of a world: where facts are linear, everything is known by hand."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from dyadsim.calibration import laplace
from dyadsim.calibration.laplace import WIDTH, Effort, LaplacePosterior
from dyadsim.calibration.prior import calibration_space
from dyadsim.evidence.fact import Fact, load_facts

HYBRID = calibration_space("hybrid")
FACTS = load_facts()[:12]
AT_MIDDLE = np.random.default_rng(1).normal(size=len(FACTS))
SLOPES = np.zeros((len(FACTS), len(HYBRID.names)))
SLOPES[:, :4] = np.random.default_rng(2).normal(size=(len(FACTS), 4))
EFFORT = Effort(100, 12, 4)


def _linear_simulator(_: Any, facts: Sequence[Fact], **__: Any) -> Any:
    places = [FACTS.index(fact) for fact in facts]

    def simulate(points: np.ndarray, clients: int, replicates: Sequence[int]) -> np.ndarray:
        noise = [np.random.default_rng(number).normal(size=len(FACTS)) for number in replicates]
        return (AT_MIDDLE + points @ SLOPES.T + 0.01 * np.stack(noise))[:, places]

    return simulate


@pytest.fixture(scope="module", autouse=True)
def linear_facts() -> Iterator[None]:
    """Facts that are linear in the coordinates take the place of simulated ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(laplace, "distance_simulator", _linear_simulator)
        yield


@pytest.fixture(scope="module")
def posterior(linear_facts: None) -> LaplacePosterior:
    return laplace.laplace_posterior(
        HYBRID, HYBRID.middle, facts=FACTS, effort=EFFORT, seed=1, parallel_map=map
    )


def test_mode_and_covariance_are_those_of_a_linear_model(posterior: LaplacePosterior) -> None:
    precision = np.eye(len(HYBRID.names)) + SLOPES.T @ SLOPES / WIDTH**2
    mode = np.linalg.solve(precision, -SLOPES.T @ AT_MIDDLE / WIDTH**2)
    assert posterior.mode == pytest.approx(mode, abs=0.05)
    assert posterior.covariance == pytest.approx(np.linalg.inv(precision), abs=0.03)
    assert 3.5 < posterior.effective_parameters < 4
    assert (posterior.slopes[:, 4:] == 0).mean() > 0.9  # noise is no knowledge


def test_evidence_is_the_probability_of_the_figures_before_fitting(
    posterior: LaplacePosterior,
) -> None:
    spread = SLOPES @ SLOPES.T + WIDTH**2 * np.eye(len(FACTS))
    exact = multivariate_normal.logpdf(AT_MIDDLE, np.zeros(len(FACTS)), spread)
    assert posterior.log_evidence == pytest.approx(exact, abs=0.3)
    wide = multivariate_normal.logpdf(
        AT_MIDDLE, np.zeros(len(FACTS)), 4 * SLOPES @ SLOPES.T + WIDTH**2 * np.eye(len(FACTS))
    )
    assert posterior.with_prior_width(2).log_evidence == pytest.approx(wide, abs=0.4)


def test_facts_left_out_are_predicted_from_the_others_alone(posterior: LaplacePosterior) -> None:
    left_out = np.arange(len(FACTS)) < 3
    without = laplace.leave_out_facts(posterior, left_out, effort=EFFORT, seed=1, parallel_map=map)
    rest = SLOPES[~left_out]
    precision = np.eye(len(HYBRID.names)) + rest.T @ rest / WIDTH**2
    mode = np.linalg.solve(precision, -rest.T @ AT_MIDDLE[~left_out] / WIDTH**2)
    slopes = SLOPES[left_out]
    centre = AT_MIDDLE[left_out] + slopes @ mode
    spread = slopes @ np.linalg.inv(precision) @ slopes.T + WIDTH**2 * np.eye(3)
    score, squares = without.predictive_score(left_out)
    assert score == pytest.approx(multivariate_normal.logpdf(centre, np.zeros(3), spread), abs=0.3)
    assert squares == pytest.approx((centre**2 / np.diag(spread)).sum(), rel=0.1)


def test_draws_have_the_covariance_and_stay_inside(posterior: LaplacePosterior) -> None:
    draws = posterior.draws(4000, 1)
    assert (draws >= HYBRID.low).all()
    assert (draws <= HYBRID.high).all()
    assert np.cov(draws[:, :4].T) == pytest.approx(posterior.covariance[:4, :4], abs=0.06)


def test_table_says_what_the_facts_narrow_and_what_goes_together(
    posterior: LaplacePosterior,
) -> None:
    table = laplace.parameter_table(posterior).set_index("parameter")
    assert list(table.index) == list(HYBRID.names)
    known, unknown = HYBRID.names[:4], HYBRID.names[10:]
    assert (table.loc[list(known), "contraction"] > 0.5).all()
    assert (table.loc[list(unknown), "contraction"] < 0.05).all()
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    pairs = laplace.correlated_parameters(posterior, 3)
    assert set(pairs["first"]) | set(pairs["second"]) <= set(known)
