"""What follows from the mechanisms' declarations is what the lists said that it replaced.

`declared.json` holds those lists. Mechanisms that were added later may stand between their members.
"""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import norm

from dyadsim.model import worlds
from dyadsim.model.declarations import (
    causes,
    free_parameters,
    idle_mechanisms,
    latents,
    own_parameters,
    pathways,
    shared_parameters,
)
from dyadsim.model.mechanism import Factor
from dyadsim.model.parameter import SHAPES
from dyadsim.model.parameters import catalogue
from dyadsim.model.variables import RECORDED, VARIABLES

LISTED: dict[str, Any] = json.loads(Path(__file__).with_name("declared.json").read_text())
DERIVED: dict[str, Any] = {
    "paths": {name: path.strength for name, path in pathways().items()},
    "latents": {name: [*map(list, item[:2]), *item[2:4]] for name, item in latents().items()},
    "causes": causes(),
    "free": free_parameters(),
    "variables": {name: list(item[:2]) for name, item in VARIABLES.items()},
    "recorded": RECORDED,
}


@pytest.mark.parametrize("name", list(DERIVED))
def test_the_members_and_their_order_are_those_of_the_list(name: str) -> None:
    assert [item for item in DERIVED[name] if item in LISTED[name]] == list(LISTED[name])


@pytest.mark.parametrize("name", ["paths", "latents", "causes", "variables"])
def test_what_is_declared_of_a_member_is_what_the_list_said(name: str) -> None:
    assert LISTED[name].items() <= DERIVED[name].items()


@pytest.mark.parametrize("world", list(LISTED["claims"]))
def test_the_claim_of_a_world_fixes_what_it_fixed(world: str) -> None:
    fixed = worlds.WORLDS[world].fixed
    assert list(LISTED["claims"][world].items()) == [
        item for item in fixed.items() if item[0] in LISTED["claims"][world]
    ]
    strengths = {path.strength for path in pathways().values() if path.factor is not None}
    assert set(fixed) - set(LISTED["claims"][world]) <= strengths


@pytest.mark.parametrize(
    ("name", "value", "idle"),
    [
        ("distress.treatment_gain", 0.0, {"process_change", "action", "sudden_gain"}),
        ("distress.specificity", 0.0, {"process_change"}),
        ("distress.specificity", 1.0, {"action"}),
        ("distress.bond_effect", 0.0, set()),
    ],
)
def test_a_claim_makes_the_mechanisms_idle_that_it_cuts_off(
    name: str, value: float, idle: set[str]
) -> None:
    assert set(idle_mechanisms({name: value})) == idle


def test_the_null_world_has_no_pathway_into_distress() -> None:
    strengths = {path.strength for path in pathways().values() if path.factor is not None}
    assert all(worlds.WORLDS["null"].fixed[name] == 0 for name in strengths)


def test_every_parameter_named_in_a_declaration_exists() -> None:
    named = {path.strength for path in pathways().values()}
    named |= {rate for item in latents().values() for rate in item.rates}
    assert named <= set(catalogue())
    assert {row for item in latents().values() for row in item.rows} <= set(VARIABLES)


def test_every_cause_is_of_some_kind_and_only_one_is_specific() -> None:
    kinds = {item.cause: item.factor for item in latents().values() if item.cause}
    assert None not in kinds.values()
    assert [name for name, kind in kinds.items() if kind is Factor.SPECIFIC] == ["technique"]


def test_harm_is_a_kind_of_its_own_that_only_the_null_world_excludes() -> None:
    assert pathways()["harm"].factor is Factor.HARM
    assert list(causes())[-1] == "ruptures"  # the cause that harms, behind all that heal
    fixed = {name for name, world in worlds.WORLDS.items() if "distress.harm" in world.fixed}
    assert fixed == {"null"}


def test_a_free_parameter_is_shared_by_all_worlds_or_belongs_to_one() -> None:
    shared, hybrid = set(shared_parameters()), set(own_parameters({}))
    assert not shared & hybrid
    assert shared | hybrid == set(free_parameters())
    own = {name: own_parameters(world.fixed) for name, world in worlds.WORLDS.items()}
    assert own["null"] == ()
    for name, world in worlds.WORLDS.items():
        assert set(own[name]) <= hybrid - set(world.fixed)
        assert len(own[name]) <= 25
    assert not {name for name in own["contextual"] if name.startswith("process_change.")}
    assert not {name for name in own["medical"] if name.startswith("action.")}


@pytest.mark.parametrize("name", free_parameters())
def test_what_is_likely_lies_inside_the_hard_range_and_holds_the_default(name: str) -> None:
    item = catalogue()[name]
    likely, about = item.about.likely, item.about
    assert likely is not None
    assert likely.reason
    low, high, default = likely.low, likely.high, item.default
    if likely.shape == "odds":
        room = 1 - catalogue()["population.stable_share"].default
        low, high = (room * odds / (1 + odds) for odds in (low, high))
    assert about.low <= low < high <= about.high
    assert default == 0 or low < default < high  # 0 switches a pathway off
    assert likely.shape in SHAPES
    assert likely.shape != "log" or low > 0


@pytest.mark.parametrize("world", list(worlds.WORLDS))
def test_a_worlds_hand_set_values_are_likely_in_it(world: str) -> None:
    claim = worlds.WORLDS[world]
    for name, value in claim.start.items():
        likely = claim.likely_range(name)
        assert likely.low < value < likely.high
    assert claim.likely_range("alliance.rate") is catalogue()["alliance.rate"].about.likely
    with pytest.raises(KeyError):
        claim.likely_range("alliance.synchrony")


def _halves(rate: float) -> float:
    """How many steps a loss of `rate` a step takes to halve something."""
    return math.log(0.5) / math.log(1 - rate)


REASONS: dict[str, Callable[[float], float]] = {
    "population.load_share": lambda odds: 100 / (1 + odds),
    "responsiveness.formulation_rate": lambda rate: _halves(rate / 2),  # average skill
    "rupture.base": lambda index: 100 * norm.cdf(index),
    "alliance.rate": _halves,
    "expectancy.learning_rate": _halves,
    "sudden_gain.chance": lambda chance: 1 / chance,
    "process_change.process_decay": lambda rate: 100 * (1 - (1 - rate) ** 52),
    "action.learning_rate": _halves,
    "distress.rate": _halves,
    "distress.load_decay": _halves,
    "distress.event_threshold": lambda z: 200 * norm.sf(z),
    "distress.contact_fade": _halves,
    "ending.good_enough_base": lambda index: 100 * norm.cdf(index),
    "ending.good_enough_sessions": lambda slope: 10 * slope,
    "ending.dropout_base": lambda index: 100 * norm.cdf(index),
}


@pytest.mark.parametrize("name", list(REASONS))
def test_the_numbers_in_a_reason_are_those_of_the_range(name: str) -> None:
    likely = catalogue()[name].about.likely
    assert likely is not None
    low, high = re.findall(r"(?<![\w.])\d*\.?\d+(?= to)|(?<=to )\d*\.?\d+", likely.reason)
    ends = sorted(REASONS[name](end) for end in (likely.low, likely.high))
    assert [float(low), float(high)] == pytest.approx(ends, rel=0.1, abs=0.5)
