"""What follows from the mechanisms' declarations is what the lists said that it replaced.

`declared.json` holds those lists. Mechanisms that were added later may stand between their members.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from dyadsim.model import worlds
from dyadsim.model.declarations import causes, free_parameters, idle_mechanisms, latents, pathways
from dyadsim.model.mechanism import Factor
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
        ("distress.treatment_gain", 0.0, {"process_change", "action"}),
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
