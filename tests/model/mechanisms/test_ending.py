"""Endings against the normal distribution: session, rule, alert, change and time."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import ALERTS

type Only = Callable[..., Parameters]

COUNT = 20_000
FIXED, OPEN = rct(("cbt", "supportive"), 8, follow_up=()), cohort(sessions=8, follow_up=())
GONE = {"ending__dropout_base": -1.2}


def _hazards(run: simulate.Run) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of those in session that ends in it, and its error, by session before 8."""
    truth = dict(simulate.variables(run.truth))
    ended, here = truth["ended"], np.diff(truth["attended"], axis=0) > 0
    hazards = [np.mean(ended[step, here[step - 1]] > 0) for step in range(1, 8)]
    counts = here.sum(axis=1)[:7]
    rates = np.array(hazards)
    return rates, np.sqrt(rates * (1 - rates) / counts) + 1 / counts


def test_most_leave_at_the_start(only: Only) -> None:
    rates, error = _hazards(simulate.run(OPEN, only(**GONE, ending__early_dropout=0.9), COUNT, 3))
    expected = norm.cdf(-1.2 + 0.9 / np.arange(1, 8))
    assert np.all(np.abs(rates - expected) < 5 * error)


@pytest.mark.parametrize(("study", "tie"), [(FIXED, 0.5), (OPEN, 0.0)])
def test_an_agreed_number_of_sessions_holds(only: Only, study: simulate.Study, tie: float) -> None:
    rates, error = _hazards(simulate.run(study, only(**GONE, ending__commitment=0.5), COUNT, 3))
    assert np.all(np.abs(rates - norm.cdf(-1.2 - tie)) < 5 * error)


def test_an_alert_holds_in_its_session(only: Only) -> None:
    world = only(**GONE, ending__alert_retention=0.4)
    rates, error = _hazards(do(OPEN, world, COUNT, Intervention(add_alert=(5,)), 3))
    expected = np.full(7, norm.cdf(-1.2))
    expected[4] = norm.cdf(-1.2 - 0.4 * ALERTS)
    assert np.all(np.abs(rates - expected) < 5 * error)


def test_an_agreed_end_weighs_change_and_time(only: Only) -> None:
    world = only(
        ending__good_enough_base=-2.0,
        ending__good_enough_change=0.4,
        ending__good_enough_sessions=0.1,
        ending__good_enough_from=1.0,
    )
    run = do(OPEN, world, COUNT, Intervention(hold={"distress": 0.5}), 3)
    truth = dict(simulate.variables(run.truth))
    gained = run.clients.initial_distress.astype(np.float64) - 0.5
    for session in range(1, 8):
        here = truth["attended"][session] > truth["attended"][session - 1]
        index = -2.0 + 0.4 * gained[here] + 0.1 * session
        # who is still here was drawn independently of this session's draw
        expected, ended = norm.cdf(index), truth["ended"][session, here] == 2
        error = (expected * (1 - expected)).sum() ** 0.5
        assert abs(ended.sum() - expected.sum()) < 5 * error
