"""The compiled kernel and the plain-Python twin, written from ODD.md, give the same course.

Tolerance. The kernel counts in float32 (relative grain 6e-8) with polynomials for powers (2e-7),
the twin in float64. A step is a chain of some hundred operations on numbers up to about 100, and
almost every update closes part of a gap, so errors die out over the steps instead of adding up. The
largest difference seen is 1e-6 of 1 + the value; 2e-5 leaves room for other parameters, and a slip
in an equation (a wrong sign, an old value for a new one) moves something by more than that.
A threshold that both sides may read differently (an event within 1e-4, a rounding within 1e-3 of a
grain) ends the comparison of that client; such skips must stay rare. A decay of life-event load
below .02 a week is left out: the spread of the noise is a quotient of differences such as
1 - (1 - rate)^2, which float32 knows to 6e-8 / (2 rate) only.
"""

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twin.one_client import Case, Course, Step
from twin.resonance import presence_walk

from dyadsim.model import questionnaires
from dyadsim.model.parameters import Parameters, catalogue, changed
from dyadsim.model.variables import RECORDED
from dyadsim.numerics.random_streams import Stream, normals, uniforms, words
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.study import (
    OCCASIONS,
    TRAINABLE,
    TRIAL,
    Arm,
    Caseload,
    Phase,
    Sample,
    Schedule,
    Study,
    treatments,
)
from dyadsim.studies.therapy import MEDIA, Therapy

CLIENTS, TOLERANCE = 12, 2e-5
OFTEN = {  # so that what is rare happens in any 30 examples
    "ending.removal_base": -2.0,
    "ending.dropout_base": -2.5,
    "ending.good_enough_base": -2.0,
    "responsiveness.alert_level": 1.0,
}
SLOWEST = 0.02  # decay of life-event load, see above
NORMALS = (
    "RUPTURE",
    "REPAIR",
    "BOND",
    "AGREEMENT",
    "EXPECTANCY",
    "READINESS",
    "LIFE_EVENT",
    "DISTRESS",
    "GOOD_ENOUGH",
    "DROPOUT",
    "REMOVAL",
    "SYMPTOM",
)
UNIFORMS = ("SUDDEN_GAIN", "SYMPTOM_MISSING")
EVENTS = ("rupture", "repaired", "alert", "new_plan", "sudden_gain")
CONSTANTS = ("intercept", "slope", "floor", "ceiling", "step", "reliability", "reference_sd")
FRACTION = st.floats(0, 1, width=32)
SKILLS = ("empathy", "congruence", "regard", "repair_skill", "formulation_skill")
TRAITS = (
    "attachment",
    "resources",
    "set_point",
    "initial_distress",
    "rater_style",
    "dyad_fit",
    "aptitude",
    "good_enough_level",
    "load",
    "expectancy",
    "readiness",
)


def some_parameters(rng: random.Random) -> Parameters:
    """Every parameter but the population's, within 30 % of its range around its default or `OFTEN`.

    Not drawn one by one by Hypothesis, which would repeat most of them in many examples.
    """
    values = {}
    for name, item in catalogue().items():
        if name.startswith("population."):
            continue
        reach = 0.3 * (item.about.high - item.about.low)
        middle = OFTEN.get(name, item.default)
        value = float(np.float32(rng.uniform(middle - reach, middle + reach)))
        low = SLOWEST if name == "distress.load_decay" else item.about.low
        values[name] = min(max(value, low), item.about.high)
    return changed(Parameters(), values)


@st.composite
def some_therapy(draw: st.DrawFn, name: str) -> Therapy:
    """Any therapy: any medium, also one without doses."""
    strength = draw(st.sampled_from((0.0, 1.0, 1.0, 2.0)))
    doses = [strength * draw(FRACTION) for _ in range(4)]
    return Therapy(
        name,
        name,
        (doses[0], doses[1], doses[2], doses[3]),
        draw(FRACTION),
        draw(FRACTION),
        draw(st.booleans()),
        draw(FRACTION),
        draw(st.sampled_from(sorted(MEDIA))),
        draw(st.sampled_from((0.0, 1.5))),
        draw(st.booleans()),
    )


@st.composite
def some_arm(draw: st.DrawFn, name: str, sessions: int) -> Arm:
    """An arm with no, one or two phases, with or without a gap between them."""
    cuts = sorted(draw(st.lists(st.integers(1, sessions), min_size=4, max_size=4)))
    ends = draw(st.sampled_from([[], [(1, sessions)], [(1, sessions)], [cuts[:2], cuts[2:]]]))
    phases = [
        Phase(draw(some_therapy(f"{name} {index}")), first, last)
        for index, (first, last) in enumerate(ends)
    ]
    rule = draw(st.sampled_from(("fixed", "good_enough", "open")))
    feedback, support = draw(st.sampled_from(((False, False), (True, False), (True, True))))
    training = draw(st.dictionaries(st.sampled_from(TRAINABLE), st.floats(-1, 2, width=32)))
    return Arm(name, tuple(phases), rule, 1, feedback, support, tuple(training.items()))


@st.composite
def some_study(draw: st.DrawFn) -> Study:
    """One to three arms over 1 to 15 session steps of any length, with follow-up."""
    sessions = draw(st.integers(1, 15))
    arms = [draw(some_arm(name, sessions)) for name in "abc"[: draw(st.integers(1, 3))]]
    schedule = Schedule(
        sessions,
        draw(st.sampled_from((0.5, 1.0, 1.0, 2.0, 4.0))),
        tuple(draw(st.sets(st.integers(1, sessions), max_size=2))),
        tuple(draw(st.sets(st.sampled_from((2.0, 9.0, 26.0)), max_size=2))),
    )
    return Study(
        "any",
        tuple(arms),
        schedule,
        draw(st.sampled_from((Sample(), TRIAL))),
        Caseload(draw(st.sampled_from((2.0, 40.0))), 0.7, draw(st.booleans())),
        draw(st.sampled_from(sorted(questionnaires.SYMPTOM_INSTRUMENTS))),
    )


def form(run: Run) -> dict[str, float]:
    """The constants of the study's questionnaire and the parameters of measurement."""
    instrument = questionnaires.SYMPTOM_INSTRUMENTS[run.study.instrument]
    constants = {name: getattr(instrument, name) for name in CONSTANTS}
    return constants | {"style_sign": instrument.style} | run.parameters.measurement._asdict()


def noise_of(run: Run, step: int) -> dict[str, list[float]]:
    """The draws of every client at one step, by stream name."""
    address = (run.clients.word, run.seed, run.replicate, step)
    drawn = {name: normals(*address, Stream[name]).tolist() for name in NORMALS}
    return drawn | {name: uniforms(*address, Stream[name]).tolist() for name in UNIFORMS}


def beats_of(run: Run, step: int) -> list[list[float]]:
    """The draws of every client for the beats of one session, two a beat."""
    address = (run.clients.word, run.seed, run.replicate, step)
    rows = [normals(*address, Stream.BEAT + row) for row in range(2 * run.beats)]
    return np.array(rows).reshape(-1, CLIENTS).T.tolist()


def walks(run: Run) -> list[list[float]]:
    """Every therapist's presence, walked by the twin."""
    steps = range(1, run.plan.weeks.size)
    numbers = words(0, run.therapists.caseload.size)
    noise = [normals(numbers, run.seed, run.replicate, step, Stream.PRESENCE) for step in steps]
    return [
        presence_walk(float(size), [float(row[who]) for row in noise], run.parameters.resonance)
        for who, size in enumerate(run.therapists.caseload)
    ]


def case(run: Run, client: int) -> Case:
    """One client of a run at intake, as the twin takes it."""
    people, skilled, who = run.clients, run.therapists, int(run.clients.therapist[client])
    traits: dict[str, Any] = {name: float(getattr(people, name)[client]) for name in TRAITS}
    traits |= {name: getattr(people, name)[:, client].tolist() for name in ("weight", "preference")}
    therapist: dict[str, Any] | None = None
    if who >= 0:
        therapist = {name: float(getattr(skilled, name)[who]) for name in SKILLS}
        therapist["competence"] = skilled.competence[:, who].tolist()
    arm = run.study.arms[people.arm[client]]
    return Case(traits, therapist, arm.rule, arm.feedback + arm.support, dict(arm.training))


def therapy_at(arm: Arm, step: int) -> Therapy | None:
    """The therapy that an arm gives at a step: the phase listed last that holds it."""
    therapies = [phase.therapy for phase in arm.phases if phase.first <= step <= phase.last]
    return therapies[-1] if therapies else None


def goes_on(therapy: Therapy | None, pills: float, after: bool) -> float:
    """The medication that those who ended as agreed take at a step; `pills` after the last one."""
    if pills == 0:
        return 0.0
    return therapy.medication if therapy is not None else pills * after


def steps(run: Run, client: int, presence: list[list[float]], draws: list[Any]) -> list[Step]:
    """What the study orders of one client at each step from 1 on, and that client's random numbers.

    `draws` holds (noise, beats) of every step.
    """
    arm, who = run.study.arms[run.clients.arm[client]], int(run.clients.therapist[client])
    last = max((phase.last for phase in arm.phases), default=0)
    final = therapy_at(arm, last)
    pills = final.medication if final is not None and final.continued else 0.0
    orders = []
    for step in range(1, run.plan.weeks.size):
        therapy, belief, fields = therapy_at(arm, step), 0.0, None
        if therapy is not None:
            fields = therapy._asdict() | {"body": therapy.body, "human": therapy.human}
            number = treatments(run.study).index(therapy)
            belief = float(run.therapists.allegiance[number, who]) if who >= 0 else 0.0
        orders.append(
            Step(
                float(run.plan.weeks[step]),
                OCCASIONS[run.plan.occasion[step]],
                fields,
                belief,
                presence[who][step] if who >= 0 else 0.0,
                step == last,
                goes_on(therapy, pills, step > last),
                {name: drawn[client] for name, drawn in draws[step][0].items()},
                draws[step][1][client] if run.beats else [],
            )
        )
    return orders


def differences(run: Run, client: int, step: int, twin: dict[str, Any]) -> dict[str, Any]:
    """The variables in which the twin and the run differ at one step, with both values."""
    truth = dict(simulate.variables(run.truth))
    gaps = {}
    for name in RECORDED:
        value = truth[name][..., step, client]
        if not np.allclose(value, twin[name], TOLERANCE, TOLERANCE, equal_nan=True):
            gaps[name] = (value.tolist(), twin[name])
    return gaps


def compare(run: Run, cases: list[Case], tally: Counter[str]) -> None:
    """Follow every client of a run with the twin, until a threshold is too close to call."""
    presence = walks(run)
    draws = [(noise_of(run, step), beats_of(run, step)) for step in range(run.plan.weeks.size)]
    np.testing.assert_allclose(run.therapists.presence.T, presence, rtol=0, atol=1e-5)
    for client, person in enumerate(cases):
        course = Course(person, run.parameters, form(run), draws[0][0]["SYMPTOM"][client])
        assert course.close or not differences(run, client, 0, course.now)
        for number, step in enumerate(steps(run, client, presence, draws), start=1):
            now = course.now if course.close else course.step(step)
            if course.close:
                tally["skipped"] += 1
                continue
            gaps = differences(run, client, number, now)
            assert not gaps, f"client {client}, step {number} (kernel, twin): {gaps}"
            tally["compared"] += 1
            tally.update(name for name in EVENTS if now[name])
            tally[f"ended {now['ended']:.0f}"] += 1


@pytest.mark.parametrize(
    "beat_count", [0, pytest.param(12, marks=pytest.mark.slow)], ids=["closed form", "beats"]
)
def test_the_kernel_and_the_twin_agree_at_every_step(beat_count: int) -> None:
    tally: Counter[str] = Counter()

    @settings(
        max_examples=45, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(some_study(), st.integers(0, 2**31))
    def agree(study: Study, seed: int) -> None:
        rng = random.Random(f"{seed} {study}")
        parameters, run_seed = some_parameters(rng), rng.randrange(2**31)
        run = simulate.start(study, parameters, CLIENTS, run_seed, beats=beat_count)
        cases = [case(run, client) for client in range(CLIENTS)]
        compare(simulate.advance(run, threads=1), cases, tally)

    agree()
    assert tally["skipped"] < 0.05 * tally["compared"], tally
    for event in (*EVENTS, *(f"ended {code}" for code in range(5))):
        assert tally[event] > 0, f"never happened: {event}; {tally}"
