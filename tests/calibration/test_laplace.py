"""The normal picture of a world: where facts are straight, everything is known by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from dyadsim.calibration import laplace
from dyadsim.calibration.laplace import WIDTH, Effort, Posterior
from dyadsim.calibration.prior import space
from dyadsim.evidence import fact as facts

HYBRID = space("hybrid")
WANTED = facts.load()[:12]
AT_0 = np.random.default_rng(1).normal(size=len(WANTED))
SLOPES = np.zeros((len(WANTED), len(HYBRID.names)))
SLOPES[:, :4] = np.random.default_rng(2).normal(size=(len(WANTED), 4))
EVERY = Effort(100, 12, 4)


def _straight(_: Any, wanted: Sequence[facts.Fact], *__: Any) -> Any:
    mine = [WANTED.index(one) for one in wanted]

    def simulated(points: np.ndarray, clients: int, lucks: Sequence[int]) -> np.ndarray:
        noise = np.stack([np.random.default_rng(luck).normal(size=len(WANTED)) for luck in lucks])
        return (AT_0 + points @ SLOPES.T + 0.01 * noise)[:, mine]

    return simulated


@pytest.fixture(scope="module")
def found() -> Posterior:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(laplace, "simulator", _straight)
        return laplace.posterior(HYBRID, HYBRID.middle, WANTED, EVERY, 1, map)


def test_mode_and_covariance_are_those_of_a_straight_model(found: Posterior) -> None:
    precision = np.eye(len(HYBRID.names)) + SLOPES.T @ SLOPES / WIDTH**2
    mode = np.linalg.solve(precision, -SLOPES.T @ AT_0 / WIDTH**2)
    assert found.mode == pytest.approx(mode, abs=0.05)
    assert found.covariance == pytest.approx(np.linalg.inv(precision), abs=0.03)
    assert 3.5 < found.effective < 4
    assert (found.slopes[:, 4:] == 0).mean() > 0.9  # noise is no knowledge


def test_evidence_is_the_probability_of_the_figures_before_fitting(found: Posterior) -> None:
    spread = SLOPES @ SLOPES.T + WIDTH**2 * np.eye(len(WANTED))
    exact = multivariate_normal.logpdf(AT_0, np.zeros(len(WANTED)), spread)
    assert found.log_evidence == pytest.approx(exact, abs=0.3)
    wide = multivariate_normal.logpdf(
        AT_0, np.zeros(len(WANTED)), 4 * SLOPES @ SLOPES.T + WIDTH**2 * np.eye(len(WANTED))
    )
    assert found.widened(2).log_evidence == pytest.approx(wide, abs=0.4)


def test_facts_left_out_are_foretold_from_the_others_alone(
    found: Posterior, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laplace, "simulator", _straight)
    out = np.arange(len(WANTED)) < 3
    less = laplace.without(found, out, EVERY, 1, map)
    rest = SLOPES[~out]
    precision = np.eye(len(HYBRID.names)) + rest.T @ rest / WIDTH**2
    mode = np.linalg.solve(precision, -rest.T @ AT_0[~out] / WIDTH**2)
    centre = AT_0[out] + SLOPES[out] @ mode
    spread = SLOPES[out] @ np.linalg.inv(precision) @ SLOPES[out].T + WIDTH**2 * np.eye(3)
    score, squares = less.predicted(out)
    assert score == pytest.approx(multivariate_normal.logpdf(centre, np.zeros(3), spread), abs=0.3)
    assert squares == pytest.approx((centre**2 / np.diag(spread)).sum(), rel=0.1)


def test_draws_have_the_covariance_and_stay_inside(found: Posterior) -> None:
    draws = found.draws(4000, 1)
    assert (draws >= HYBRID.low).all()
    assert (draws <= HYBRID.high).all()
    assert np.cov(draws[:, :4].T) == pytest.approx(found.covariance[:4, :4], abs=0.06)


def test_table_tells_what_the_facts_narrow_and_ridges_what_goes_together(found: Posterior) -> None:
    table = laplace.table(found).set_index("parameter")
    assert list(table.index) == list(HYBRID.names)
    known, unknown = HYBRID.names[:4], HYBRID.names[10:]
    assert (table.loc[list(known), "contraction"] > 0.5).all()
    assert (table.loc[list(unknown), "contraction"] < 0.05).all()
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    pairs = laplace.ridges(found, 3)
    assert set(pairs["first"]) | set(pairs["second"]) <= set(known)
