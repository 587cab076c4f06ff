"""An alert leads somewhere: a plan that teaches faster, and stays; more repair."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.runs import Run
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import ALERTS

type Only = Callable[..., Parameters]
type Truth = Callable[[Run], dict[str, np.ndarray]]

TRIAL = rct(("cbt", "waitlist"), 8, follow_up=(4.0,))


def test_a_plan_after_an_alert_teaches_faster_and_stays(only: Only, truth: Truth) -> None:
    world = only(responsiveness__alert_plan=0.5, responsiveness__alert_boost=0.0)
    run, alerted = (
        truth(do(TRIAL, world, 2000, interventions, 3))
        for interventions in ((), Intervention(add_alert=(4,)))
    )
    treated = simulate.run(TRIAL, world, 2000, 3).clients.arm == 0
    assert not run["new_plan"].any()
    assert not alerted["new_plan"][:4].any()
    assert not alerted["new_plan"][:, ~treated].any()
    np.testing.assert_array_equal(alerted["new_plan"][4:, treated], np.float32(0.5 * ALERTS))
    learnt, more = (
        course["process"][:, 8, treated].mean() - course["process"][:, 3, treated].mean()
        for course in (run, alerted)
    )
    assert more > 1.15 * learnt
    np.testing.assert_array_equal(run["process"][:, 3], alerted["process"][:, 3])


def test_the_plan_changes_nothing_where_it_is_taken_away(only: Only, truth: Truth) -> None:
    both = (Intervention(add_alert=(4,)), Intervention(remove=("new_plan",)))
    course = truth(do(TRIAL, only(), 500, both, 3))
    assert course["alert"][4].any()
    assert not course["new_plan"].any()


@pytest.mark.parametrize("effect", [0.0, 0.9])
def test_an_alert_makes_repair_likelier(only: Only, truth: Truth, effect: float) -> None:
    world = only(
        rupture__alert_repair=effect,
        rupture__repair_base=-0.3,
        rupture__repair_skill=0.0,
        rupture__repair_empathy=0.0,
    )
    events = Intervention(add_rupture=(4, 5), add_alert=(5,))
    course = truth(do(TRIAL, world, 20_000, events, 3))
    for session, alert in ((4, 0), (5, ALERTS)):
        count, expected = course["rupture"][session].sum(), norm.cdf(-0.3 + effect * alert)
        repaired = course["repaired"][session].sum() / count
        assert count == 10_000
        assert repaired == pytest.approx(expected, abs=5 * (0.25 / count) ** 0.5)
