"""Settings of lessons: which are possible, and what they say at the command line."""

import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import check_dials, find_lesson
from dyadsim.model import worlds
from dyadsim.model.parameters import flat

ALLIANCE = find_lesson("alliance")


def test_bad_settings_at_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in (
        (["aliance"], "no lesson 'aliance'. Did you mean alliance?"),
        (["alliance", "task.set={clients:-4}"], "Clients must lie between 100 and 5000"),
        (["alliance", "task.set={client:100}"], "no setting 'client' in this lesson"),
        (["alliance", "task.set=3"], "task.set must be pairs in quotes"),
        (["alliance", "ending.skill=0.1"], "no setting 'ending.skill' in this lesson"),
        (["alliance", "world=null", "distress.bond_effect=1"], "that is its claim"),
    ):
        assert main(["lesson", *words]) == 2
        assert message in capsys.readouterr().err


def test_impossible_settings_are_changed_with_a_note() -> None:
    values, notes = lessons.possible_settings(
        ALLIANCE,
        {
            "clients": "1e30",
            "session": "x",
            "world": "flat",
            "seed": -3,
            "odd": 1,
            "distress.bond_effect": 99,
        },
    )
    assert values["clients"] == 3000  # too large to be meant
    assert (values["session"], values["world"], values["seed"]) == (3, "hybrid", 1)
    assert values["distress.bond_effect"] == 2
    assert len(notes) == 6
    values, notes = lessons.possible_settings(
        ALLIANCE, {"world": "null", "distress.bond_effect": 1}
    )
    assert values["distress.bond_effect"] == 0
    assert notes == ["How much the bond itself heals is fixed at 0 in the null world"]


def test_the_seed_has_an_old_key() -> None:
    values, notes = lessons.possible_settings(ALLIANCE, {"luck": "12"})
    assert (values["seed"], notes) == (12, [])
    assert lessons.possible_settings(ALLIANCE, {"luck": 12, "seed": 3})[0]["seed"] == 3


def test_a_dial_that_is_not_moved_keeps_the_worlds_own_value() -> None:
    values, _ = lessons.possible_settings(ALLIANCE, {"world": "contextual"})
    parameters = lessons.lesson_parameters(ALLIANCE, values)
    assert flat(parameters) == flat(worlds.world_parameters("contextual"))
    values["distress.bond_effect"] = 1.0
    moved = lessons.lesson_parameters(ALLIANCE, values)
    assert flat(moved)["distress.bond_effect"] == 1.0


def test_a_dial_beyond_the_model_is_refused() -> None:
    dial = lessons.Dial("distress.specificity", "x", 0, 3, 0.1)
    with pytest.raises(BadInput, match=r"distress.specificity lies in \[0, 1\]"):
        check_dials(ALLIANCE._replace(controls=(dial,)))
    dial = lessons.Dial("distress.specifity", "x", 0, 1, 0.1)
    with pytest.raises(BadInput, match=r"no parameter 'distress.specifity'. Did you mean"):
        check_dials(ALLIANCE._replace(controls=(dial,)))
