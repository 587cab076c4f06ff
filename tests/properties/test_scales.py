"""Parameters at the ends of their ranges keep every variable on its declared scale.

The ranges are read from the declarations (`model.variable`), so a new mechanism's variables, and
parameters, are held to theirs by this test without a change of it.
"""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyadsim.errors import BadInput
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model import questionnaires
from dyadsim.model.parameter import Parameter, declared
from dyadsim.model.parameters import Parameters, catalogue
from dyadsim.model.variable import Array, Variable, declared_variables
from dyadsim.model.variables import RECORDED, ROWS, VARIABLES, Therapists
from dyadsim.model.worlds import WORLDS, world_parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.runs import Run
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.feedback import feedback
from dyadsim.studies.designs.matching import matching
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.skill_training import skill_training
from dyadsim.studies.sample import Sample

CLIENTS = 25
STUDIES = (
    rct(("cbt", "usual_care", "self_help", "medication", "waitlist"), 20, follow_up=(26.0,)),
    cohort(follow_up=(2.0, 104.0)),
    feedback(support=True),
    skill_training(),
    matching(),
)
SCORES = ("first_score", "last_score", "symptom_score")
SAMPLE = declared("sample", Sample)
TOGETHER = {"population.stable_share", "population.load_share"}  # must leave each other room


def corner(items: dict[str, Parameter], moved: float, rng: random.Random) -> dict[str, float]:
    """A share `moved` of parameters at one end of their ranges, the others not named."""
    return {
        name: rng.choice((item.about.low, item.about.high))
        for name, item in items.items()
        if rng.random() < moved
    }


def world_at_corner(world: str, moved: float, rng: random.Random) -> Parameters:
    """A world at a corner; two shares of variance that leave no room are drawn again."""
    free = {name: item for name, item in catalogue().items() if name not in WORLDS[world].fixed}
    while True:
        try:
            return world_parameters(world, corner(free, moved, rng))
        except BadInput:
            continue


def tables(run: Run) -> Iterator[tuple[str, Variable, Array]]:
    """Every recorded variable at every step, the clients' others at the end, the therapists'."""
    truth = dict(simulate.variables(run.truth))
    yield from ((name, VARIABLES[name], truth[name]) for name in RECORDED)
    for name in set(VARIABLES) - set(RECORDED):
        yield name, VARIABLES[name], run.clients.table[ROWS[name]]
    for name, item in declared_variables(Therapists).items():
        yield name, item, getattr(run.therapists, name)


def off_scale(run: Run) -> dict[str, tuple[float, float]]:
    """The least and the greatest value of the variables of a run that leave their scales.

    One grain of float32 beyond an end other than 0 is rounding.
    """
    form, wrong = questionnaires.find_instrument(run.study.instrument), {}
    for name, item, values in tables(run):
        low, high = item.low, item.high
        if name in SCORES:
            low, high = form.floor, form.ceiling
        if name == "symptom_score":  # NaN is a form that is missing
            values = values[~np.isnan(values)]
        if name == "synchrony" and not run.beats:
            low, high = -1.0, 1.0
        ends = np.nextafter(np.float32([low, high]), np.float32([-np.inf, np.inf]))
        inside = np.isfinite(values) & (values >= ends[0]) & (values <= ends[1])
        if item.unit == "0/1":
            inside &= (values == 0) | (values == 1)
        if not inside.all():
            wrong[name] = (float(values.min()), float(values.max()))
    return wrong


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(
    st.sampled_from(sorted(WORLDS)),
    st.sampled_from(STUDIES),
    st.sampled_from((0, 0, 1, 5)),
    st.sampled_from((0.02, 0.2, 0.7, 1.0)),
    st.integers(0, 2**40),
)
def test_no_corner_takes_a_variable_off_its_scale(
    world: str, study: simulate.Study, beats: int, moved: float, seed: int
) -> None:
    rng = random.Random(seed)
    parameters = world_at_corner(world, moved, rng)
    study = study._replace(sample=study.sample._replace(**corner(SAMPLE, moved, rng)))
    run = simulate.run(study, parameters, CLIENTS, seed, beats=beats)
    assert off_scale(run) == {}


@pytest.mark.parametrize("name", sorted(set(catalogue()) - TOGETHER))
def test_no_parameter_alone_takes_a_variable_off_its_scale(name: str) -> None:
    for value in (catalogue()[name].about.low, catalogue()[name].about.high):
        world = next(world for world in WORLDS if name not in WORLDS[world].fixed)
        run = simulate.run(STUDIES[1], world_parameters(world, {name: value}), CLIENTS, 5, beats=2)
        assert off_scale(run) == {}, value


def test_a_variable_off_its_scale_is_seen() -> None:
    run = simulate.run(STUDIES[0], Parameters(), CLIENTS, 5)
    assert off_scale(run) == {}
    for name, value in (("bond", 1.001), ("rupture", 0.5), ("distress", np.nan), ("load", 200.0)):
        truth = dict(simulate.variables(run.truth))[name]
        before, truth[3, 2] = truth[3, 2], value
        assert list(off_scale(run)) == [name]
        truth[3, 2] = before


def test_streamed_sums_are_those_of_the_table_at_a_corner() -> None:
    """Distress at its bounds: its squares still fit the 32 bits that they are counted in."""
    values = {"distress.event_impact": 100.0, "distress.load_decay": 0.01, "distress.rate": 0.9}
    study, world = STUDIES[1], world_parameters("hybrid", values)
    distress = dict(simulate.variables(simulate.run(study, world, 200, 3).truth))["distress"]
    assert np.abs(distress).max() == 180
    sums = simulate.stream(study, world, 200, 3).values[0]
    for name, course in (("distress", distress), ("distress_squared", distress**2)):
        streamed = sums[:, list(SUMS).index(name)] / SUMS[name]
        expected = course.sum(axis=1, dtype=np.float64)
        np.testing.assert_allclose(streamed, expected, rtol=1e-6, atol=0.01)
