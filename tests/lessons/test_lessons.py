"""The eight lessons: what each claims is true at the settings it shows, and its opposite exists."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import LESSONS, named
from dyadsim.lessons.lesson import Lesson, Shown
from dyadsim.web import payload, single_file

EVERY = [pytest.param(one, id=one.name) for one in LESSONS.values()]


def preset(name: str, title: str, **more: object) -> Shown:
    one = named(name)
    _, found, notes = lessons.show(one, {**one.presets[title], **more})
    assert not notes
    return found


def start(name: str, **more: object) -> Shown:
    return lessons.show(named(name), more)[1]


@pytest.mark.parametrize("one", EVERY)
def test_a_lesson_is_whole(one: Lesson) -> None:
    lessons.check_dials(one)
    dials = [control for control in one.controls if isinstance(control, lessons.Dial)]
    assert 4 <= len(dials) <= 6
    assert len(one.presets) >= 3
    assert len(one.careful) >= 3
    for given in ({}, *one.presets.values()):
        values, found, notes = lessons.show(one, given)
        assert not notes
        assert set(values) == {control.key for control in one.every}
        assert found.sentence.endswith(".")
        assert "nan" not in found.sentence
        assert 0 <= found.answer < len(one.bet.options)
        assert 1 <= len(found.figures) <= 3
        for figure in found.figures:
            assert figure.y
            assert figure.about
            for series in figure.series:
                assert len(series.x) == max(len(series.y), len(series.low))
        json.dumps(payload.shown(one, given), allow_nan=False)


@pytest.mark.parametrize("one", EVERY)
def test_the_command_line_gives_the_same_numbers(
    one: Lesson,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = list(one.presets.values())[-1]
    moved = {**given, "seed": 17}
    for dial in one.controls:
        if isinstance(dial, lessons.Dial) and dial.key not in given:
            moved[dial.key] = dial.low + dial.step
            break
    values, found, _ = lessons.show(one, moved)
    words = shlex.split(lessons.words(one, values))
    assert words[:2] == ["dyadsim", "lesson"]
    assert main([*words[1:], "json=true"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["settings"] == values
    assert told["sentence"] == found.sentence
    assert {k: v for k, v in told["numbers"].items() if v is not None and v == v} == {
        k: v for k, v in found.numbers.items() if v == v
    }


def test_bad_settings_at_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in (
        (["aliance"], "no lesson 'aliance'. Did you mean alliance?"),
        (["alliance", "task.set={clients:-4}"], "Clients must lie in 100 to 5000"),
        (["alliance", "task.set={client:100}"], "no setting 'client' in this lesson"),
        (["alliance", "task.set=3"], "task.set must be pairs in quotes"),
        (["alliance", "ending.skill=0.1"], "no setting 'ending.skill' in this lesson"),
        (["alliance", "world=null", "distress.bond_effect=1"], "that is its claim"),
    ):
        assert main(["lesson", *words]) == 2
        assert message in capsys.readouterr().err


def test_values_are_made_possible_with_a_note() -> None:
    one = named("alliance")
    values, notes = lessons.settings(
        one,
        {
            "clients": "1e30",
            "session": "x",
            "world": "flat",
            "seed": -3,
            "odd": 1,
            "distress.bond_effect": 99,
        },
    )
    assert values["clients"] == 1000  # too large to be meant
    assert (values["session"], values["world"], values["seed"]) == (3, "hybrid", 1)
    assert values["distress.bond_effect"] == 2
    assert len(notes) == 6
    values, notes = lessons.settings(one, {"world": "null", "distress.bond_effect": 1})
    assert values["distress.bond_effect"] == 0
    assert notes == ["What the bond itself heals is fixed at 0 in the null world"]


def test_a_dial_that_is_not_moved_keeps_the_worlds_own_value() -> None:
    from dyadsim.model import worlds
    from dyadsim.model.parameters import flat

    one = named("alliance")
    values, _ = lessons.settings(one, {"world": "contextual"})
    assert flat(lessons.parameters(one, values)) == flat(worlds.parameters("contextual"))
    values["distress.bond_effect"] = 1.0
    assert flat(lessons.parameters(one, values))["distress.bond_effect"] == 1.0


def test_no_lesson_asks_beyond_the_model() -> None:
    dial = lessons.Dial("distress.specificity", "x", 0, 3, 0.1)
    with pytest.raises(BadInput, match=r"distress.specificity lies in \[0, 1\]"):
        lessons.check_dials(named("alliance")._replace(controls=(dial,)))


# --- what each lesson claims ----------------------------------------------------------------------


def test_alliance_correlates_where_it_does_nothing() -> None:
    found = preset("alliance", "Alliance does nothing", clients=5000).numbers
    assert found["effect"] == 0
    assert found["r"] - 2 * found["r.se"] > 0.2
    sober = "Nothing heals, raters are sober, getting better lifts nothing"
    without = preset("alliance", sober, clients=5000).numbers
    assert without["r"] < found["r"] - 0.08
    heals = preset("alliance", "Alliance heals", clients=5000).numbers  # the opposite
    assert heals["effect"] - 2 * heals["effect.se"] > 0.05
    assert abs(heals["r"] - found["r"]) < 0.06  # and nobody could tell by r


def test_three_percentages_have_three_wholes() -> None:
    medical = preset("three_percentages", "Medical world", clients=4000).numbers
    lost, explained = "lost without technique, %", "differences explained by technique, %"
    assert medical[lost] > 95
    assert medical[explained] < 5
    contextual = preset("three_percentages", "Contextual world", clients=4000).numbers  # opposite
    assert contextual[lost] < 2
    spread = preset("three_percentages", "Doses differ", clients=4000).numbers
    assert spread[explained] > medical[explained] + 4
    assert "nothing can be lost" in start("three_percentages", world="null").sentence


def test_a_trial_against_waiting_cannot_tell_two_worlds_apart() -> None:
    each = 200
    assert preset("your_trial", "Waiting, medical world").answer == 3
    assert preset("your_trial", "Waiting, contextual world").answer == 3
    medical = preset("your_trial", "Waiting, medical world", each=each).numbers
    contextual = preset("your_trial", "Waiting, contextual world", each=each).numbers
    assert medical["significant"] > 0.95
    assert contextual["significant"] > 0.95
    # Where the design can tell: counselling is worse where specific ingredients heal.
    specific = preset("your_trial", "Counselling, medical world, large").numbers
    common = preset("your_trial", "Counselling, contextual world, large").numbers
    assert specific["g"] - common["g"] > 2 * np.hypot(specific["g.se"], common["g.se"])
    alike = preset("your_trial", "Two therapies, medical world").numbers
    assert abs(alike["g"]) < 0.1


def test_the_league_finds_luck_first() -> None:
    lucks = range(1, 13)
    few = [start("best_therapist", each=5, seed=k).numbers for k in lucks]
    many = [start("best_therapist", each=100, seed=k).numbers for k in lucks]
    assert np.mean([one["found"] for one in few]) < 0.5
    assert np.mean([one["found"] for one in many]) > np.mean([one["found"] for one in few]) + 0.15
    assert all(one["true"] < one["seems"] for one in few)  # regression to the mean
    alike = [
        preset("best_therapist", "Therapists are all alike", each=100, seed=k).numbers
        for k in lucks
    ]
    assert np.mean([one["reliability"] for one in alike]) < 0.2
    assert np.mean([one["found"] for one in alike]) < 0.3


def test_some_recover_without_therapy() -> None:
    usual = start("who_got_better", clients=5000).numbers
    assert usual["therapy, recovered"] > usual["waiting, recovered"] + 0.15
    assert usual["waiting, recovered"] > 0.05
    alone = preset("who_got_better", "Time alone", clients=5000).numbers  # the opposite
    assert abs(alone["therapy, recovered"] - alone["waiting, recovered"]) < 0.06
    shares = [
        usual[f"therapy, {kind}"]
        for kind in ("recovered", "improved", "no reliable change", "worse")
    ]
    assert sum(shares) == pytest.approx(1)


def test_synchrony_is_above_chance_only_where_people_resonate() -> None:
    assert start("one_dyad").answer == 2
    none = [preset("one_dyad", "No mirroring, no co-regulation", seed=k) for k in range(1, 6)]
    assert sum(one.answer == 1 for one in none) >= 4
    many = preset("one_dyad", "Many ruptures").numbers["ruptures"]
    assert many > start("one_dyad").numbers["ruptures"]


def test_those_who_stay_longer_do_not_recover_more_often_though_sessions_help() -> None:
    found = preset("how_many_sessions", "Medical world", clients=5000).numbers
    assert abs(found["long"] - found["short"]) < 0.1
    assert found["later"] > 0.15
    longer = preset("how_many_sessions", "Contextual world", clients=5000)
    assert longer.numbers["long"] > longer.numbers["short"] + 0.05  # the opposite
    nothing = preset("how_many_sessions", "Nothing heals", clients=5000).numbers
    assert abs(nothing["long"] - nothing["short"]) < 0.12


def test_the_label_is_earned_where_nothing_specific_heals() -> None:
    title = "Contextual world, against waiting"
    assert all(preset("certified", title, seed=k).answer == 0 for k in range(1, 6))
    null = [preset("certified", "Nothing heals", seed=k).answer for k in range(1, 9)]
    assert sum(null) >= 5  # mostly refused
    fair = [
        preset("certified", "All published, nobody takes sides", seed=k).numbers
        for k in range(1, 6)
    ]
    assert abs(np.mean([one["pooled"] - one["truth"] for one in fair])) < 0.12


# --- a lesson as a file ---------------------------------------------------------------------------


def test_the_file_holds_a_grid_without_the_network() -> None:
    pytest.importorskip("starlette", reason="the extra 'web' is not installed")
    one = named("certified")
    text = single_file.html(one, {"seed": 5})
    assert len(text) < 12e6
    for word in ('src="/', 'href="/static', "import {"):
        assert word not in text
    data = json.loads(text.split('id="kept">')[1].split("</script>")[0].replace("<\\/", "</"))
    assert {values["settings"]["seed"] for values in data["known"].values()} == {5}
    assert {values["settings"]["world"] for values in data["known"].values()} == set(lessons.WORLDS)
    for name, found in list(data["known"].items())[:5]:
        assert name == single_file.key(found["settings"])
        assert payload.shown(one, found["settings"])["sentence"] == found["sentence"]
