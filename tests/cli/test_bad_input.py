"""Parameters, worlds, therapies and studies refuse what cannot be, in words for a person."""

import math
from typing import Any

import pytest

from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, catalogue, changed, flat
from dyadsim.simulation import simulate
from dyadsim.studies import study
from dyadsim.studies import therapy as therapies
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Arm, Phase, Schedule, Study
from dyadsim.studies.therapy import find_therapy, therapy_from_fields

GOOD: dict[str, Any] = {"dose": {"cognitive": 0.5}, "structure": 0.5, "rationale": 0.5}


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_parameter_is_described_and_its_default_in_range(name: str) -> None:
    item = catalogue()[name]
    assert item.about.low <= item.default <= item.about.high
    assert item.about.low < item.about.high
    assert item.about.meaning
    assert item.about.unit
    assert item.about.source
    assert flat(Parameters())[name] == item.default


@pytest.mark.parametrize("name", list(worlds.WORLDS))
def test_worlds_are_nested_in_one_parameter_set(name: str) -> None:
    world = worlds.WORLDS[name]
    free = flat(Parameters())
    differ = {
        key for key, value in flat(worlds.world_parameters(name)).items() if value != free[key]
    }
    assert differ <= set(world.fixed) | set(world.start) | set(world.calibrated_values)
    for key, value in world.fixed.items():
        assert flat(worlds.world_parameters(name))[key] == value


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"alliance.rate": 2}, r"alliance.rate .* must lie in \[0, 1\] 1/session; .* is 2"),
        ({"alliance.rate": math.nan}, "the value given is nan"),
        ({"alliance.rate": True}, "'True' is not a number"),
        ({"aliance.rate": 0.2}, "no parameter 'aliance.rate'. Did you mean alliance.rate"),
        ({"rate_of": 0.2}, "no parameter 'rate_of'"),
        ({"population.stable_share": 0.6}, "must stay below 1"),
    ],
)
def test_parameters(values: dict[str, float], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        changed(Parameters(), values)


def test_a_claim_cannot_be_overridden() -> None:
    with pytest.raises(BadInput, match="fixed at 0 in the world 'medical': that is its claim"):
        worlds.world_parameters("medical", {"process_change.gating": 0.5})
    with pytest.raises(BadInput, match="Did you mean hybrid"):
        worlds.world_parameters("hybird")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dose": {"cognitve": 0.5}}, "no process 'cognitve'. Did you mean cognitive"),
        ({"dose": {"cognitive": 9}}, r"dose.cognitive must be a number in \[0, 5\], not '9'"),
        ({"dose": 0.5}, "'dose' must map processes to numbers"),
        ({"structure": 2}, r"structure must be a number in \[0, 1\]"),
        ({"medium": "letter"}, "no medium 'letter'"),
        ({"bona_fide": "yes"}, "bona_fide must be true or false"),
        ({"strcture": 0.5}, "no field 'strcture'. Did you mean structure"),
    ],
)
def test_therapies(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        therapy_from_fields("mine", {**GOOD, **fields})


def test_a_therapy_needs_its_fields() -> None:
    with pytest.raises(BadInput, match="the field 'rationale' is missing"):
        therapy_from_fields("mine", {key: GOOD[key] for key in ("dose", "structure")})
    assert therapy_from_fields("mine", GOOD).dose == (0.5, 0.0, 0.0, 0.0)


CBT = find_therapy("cbt")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Study("s", (), Schedule(5)), "at least one arm"),
        (Study("s", (Arm("a", ()), Arm("a", ())), Schedule(5)), "called the same"),
        (Study("s", (Arm("a", ()),), Schedule(0)), "1 session or more"),
        (Study("s", (Arm("a", ()),), Schedule(5, 9.0)), "weeks_between must lie in"),
        (Study("s", (Arm("a", (Phase(CBT, 1, 6),)),), Schedule(5)), "does not fit into 5 sessions"),
        (
            Study("s", (Arm("a", (), "opn"),), Schedule(5)),
            "no ending rule 'opn'. Did you mean open",
        ),
        (
            Study("s", (Arm("a", (), share=0),), Schedule(5)),
            "share must be a whole number from 1 to 1000",
        ),
        (Study("s", (Arm("a", ()),), Schedule(5, 1.0, (9,))), "no session 9 to assess"),
        (Study("s", (Arm("a", ()),), Schedule(5, 1.0, (), (-1.0,))), "must be above 0"),
    ],
)
def test_studies(bad: Study, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        study.check_study(bad)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rct(["cbt"]), "two arms or more"),
        (lambda: rct("cbt"), "two arms or more"),
        (lambda: rct(["cbt", "witlist"]), "no therapy 'witlist'"),
        (lambda: cohort(rule="opened"), "no ending rule 'opened'"),
        (lambda: waitlist(0), "1 session or more"),
        (lambda: simulate.start(cohort(), Parameters(), 0), "clients must be a whole number"),
        (lambda: simulate.start(cohort(), Parameters(), 5, -1), "seed must be a whole number"),
        (
            lambda: simulate.start(cohort(), Parameters(), 5, 1, replicate=0, beats=-3),
            "beats must be",
        ),
    ],
)
def test_designs_and_sizes(call: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()


def test_steps_of_a_study() -> None:
    steps = study.plan_study(rct(["cbt", "waitlist"], sessions=3, follow_up=(6.0, 13.0)))
    assert steps.weeks.tolist() == [0, 1, 1, 1, 3, 3, 3.5, 3.5]
    words = [study.OCCASIONS[code] for code in steps.occasion]
    assert words[1:] == [
        "session",
        "session",
        "assessment",
        "not_seen",
        "follow_up",
        "not_seen",
        "follow_up",
    ]
    assert steps.therapy[0].tolist() == [-1, 0, 0, 0, -1, -1, -1, -1]
    assert set(steps.therapy[1].tolist()) == {-1}
    assert steps.last.tolist() == [3, 0]
    assert therapies.MEDIA["face_to_face"] == (1.0, 1.0)
