"""Resonance: the closed form solves its equation, and simulated beats agree with it."""

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

from dyadsim.model import worlds
from dyadsim.model.mechanisms import resonance
from dyadsim.model.mechanisms.resonance import Resonance
from dyadsim.model.parameters import Parameters, as_float32, changed
from dyadsim.simulation import simulate
from dyadsim.studies.designs.cohort import cohort

Q = as_float32(Parameters()).resonance


@pytest.mark.parametrize("mirror", [0.0, 0.1, 0.35])
@pytest.mark.parametrize("calm", [0.0, 0.1, 0.3])
def test_stationary_covariance_solves_the_lyapunov_equation(mirror: float, calm: float) -> None:
    plain = Resonance()
    step = np.array(
        [[1 - plain.client_damping - calm, calm], [mirror, 1 - plain.therapist_damping - mirror]]
    )
    shocks = np.diag([plain.client_noise**2, plain.therapist_noise**2])
    exact = solve_discrete_lyapunov(step, shocks)
    p, r, v = resonance.stationary(np.float32(mirror), np.float32(calm), Q)
    np.testing.assert_allclose([p, r, v], [exact[0, 0], exact[0, 1], exact[1, 1]], rtol=1e-5)


def test_without_a_body_nothing_resonates() -> None:
    zero = np.float32(0)
    together, calmer = resonance.resonance(zero, zero, np.float32(0.8), zero, Q)
    assert together == 0
    assert abs(calmer) < 1e-6


@pytest.mark.parametrize(
    "values", [{}, {"resonance.mirroring": 0.1}, {"resonance.coregulation_coupling": 0.1}]
)
def test_beats_agree_with_the_closed_form(values: dict[str, float]) -> None:
    """Session 1 of 20,000 dyads, 60 beats; 4.5 standard errors: false alarm below 1e-4."""
    parameters = changed(worlds.world_parameters("hybrid"), values)
    study = cohort(sessions=1, follow_up=())
    closed, beats = (
        dict(
            simulate.variables(
                simulate.run(study, parameters, 20000, 3, replicate=0, beats=count).truth
            )
        )
        for count in (0, 60)
    )
    for name in ("synchrony", "coregulation"):
        gap = (beats[name][1] - closed[name][1]).astype(np.float64)
        assert gap.std() > 0.01  # the sessions do differ from their expectation
        assert abs(gap.mean()) < 4.5 * gap.std() / np.sqrt(gap.size)
