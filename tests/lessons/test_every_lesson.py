"""Every lesson: its form, the command line, and its claim: true where shown, and its opposite."""

import itertools
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from lessons.contradictions import contradictions
from scipy.stats import norm

from dyadsim import lessons as package
from dyadsim.cli.main import main
from dyadsim.lessons import index, who_got_better
from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import LESSONS, check_dials, find_lesson
from dyadsim.lessons.lesson import Lesson, LessonResult
from dyadsim.lessons.world_facts import world_facts
from dyadsim.web import payload

CLAIMS: dict[str, Callable[[], None]] = {}


def claim(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Enter the check of a lesson's claim."""

    def enter(check: Callable[[], None]) -> Callable[[], None]:
        CLAIMS[name] = check
        return check

    return enter


def preset(name: str, title: str, **changes: object) -> LessonResult:
    """The result at a preset."""
    lesson = find_lesson(name)
    _, result, notes = lessons.show_lesson(lesson, {**lesson.presets[title], **changes})
    assert not notes
    return result


def start(name: str, **changes: object) -> LessonResult:
    """The result at the start."""
    return lessons.show_lesson(find_lesson(name), changes)[1]


# --- what each lesson claims ----------------------------------------------------------------------


@claim("alliance")
def alliance_correlates_where_it_does_nothing() -> None:
    clear = preset("alliance", "Alliance does nothing")
    assert clear.answers == (0,)  # at its usual size the bet is decided
    nothing = preset("alliance", "Alliance does nothing", clients=5000).numbers
    assert nothing["effect"] == 0
    assert nothing["r"] - 2 * nothing["r.se"] > 0.15
    unbiased = "Nothing heals, ratings without bias, improvement lifts nothing"
    without = preset("alliance", unbiased, clients=5000).numbers
    assert without["r"] < nothing["r"] - 0.08
    heals = preset("alliance", "Alliance heals", clients=5000).numbers  # the opposite
    assert heals["effect"] - 2 * heals["effect.se"] > 0.05
    # Where only ingredients heal, r is as large: it does not tell the two worlds apart.
    specific = preset("alliance", "Only specific ingredients heal", clients=5000).numbers
    assert abs(heals["r"] - specific["r"]) < 0.06
    assert heals["effect.low"] > specific["effect.high"]


@claim("three_percentages")
def three_percentages_have_three_denominators() -> None:
    medical = preset("three_percentages", "Medical world", clients=4000).numbers
    lost, explained = "lost without technique, %", "differences explained by technique, %"
    assert medical[lost] > 95
    assert medical[explained] < 5
    contextual = preset("three_percentages", "Contextual world", clients=4000).numbers  # opposite
    assert contextual[lost] < 2
    spread = preset("three_percentages", "Doses differ", clients=4000).numbers
    assert spread[explained] > medical[explained] + 4
    assert "nothing can be lost" in start("three_percentages", world="null").sentence
    assert "95 % interval" in start("three_percentages", clients=400).sentence


@claim("your_trial")
def a_trial_against_waiting_cannot_tell_two_worlds_apart() -> None:
    size = 200
    assert preset("your_trial", "Waiting, medical world").answers == (3,)
    assert preset("your_trial", "Waiting, contextual world").answers == (3,)
    medical = preset("your_trial", "Waiting, medical world", each=size).numbers
    contextual = preset("your_trial", "Waiting, contextual world", each=size).numbers
    assert medical["better"] > 0.95
    assert contextual["better"] > 0.95
    # Where the design can tell: counselling is worse where specific ingredients heal.
    specific = preset("your_trial", "Counselling, medical world, large").numbers
    common = preset("your_trial", "Counselling, contextual world, large").numbers
    assert specific["g"] - common["g"] > 2 * np.hypot(specific["g.se"], common["g.se"])
    alike = preset("your_trial", "Two therapies, medical world")
    assert alike.numbers["g.low"] < 0 < alike.numbers["g.high"]
    assert "could be told from chance" in alike.sentence


@claim("best_therapist")
def the_first_of_the_table_owes_it_to_chance() -> None:
    seeds = range(1, 13)
    few = [start("best_therapist", each=5, seed=seed).numbers for seed in seeds]
    many = [start("best_therapist", each=100, seed=seed).numbers for seed in seeds]
    hits_few, hits_many = (
        np.mean([row["in both best tenths"] / row["tenth"] for row in rows]) for rows in (few, many)
    )
    assert hits_few < 0.5
    assert hits_many > hits_few + 0.15
    assert all(row["further clients"] < row["seems"] for row in few)  # regression to the mean
    title = "Therapists are all alike"
    alike = [preset("best_therapist", title, each=100, seed=seed) for seed in seeds]
    assert np.mean([result.numbers["reliability"] for result in alike]) < 0.2
    assert all("no true rank exists" in result.sentence for result in alike)
    # Where nothing heals, last scores differ with time in care, which is no therapist's merit.
    for seed in range(1, 21):
        nothing = start("best_therapist", world="null", therapists=20, seed=seed)
        assert nothing.answers == (3,), seed
        assert "no true rank exists" in nothing.sentence, seed
        assert "beyond chance is time in care" in nothing.sentence, seed
    # Hardly different: mostly nothing is claimed about ranks, and never more than a wide range.
    close = [
        start("best_therapist", **{"population.therapist_spread": 0.1, "seed": seed})
        for seed in seeds
    ]
    ranked = [result.numbers for result in close if "no rank is given" not in result.sentence]
    assert len(ranked) <= 3
    assert all(row["worst rank"] - row["best rank"] >= 0.7 * 40 for row in ranked)  # of 40


@claim("who_got_better")
def some_recover_without_therapy() -> None:
    usual = start("who_got_better", clients=5000).numbers
    assert usual["therapy, recovered"] > usual["waiting, recovered"] + 0.15
    assert usual["waiting, recovered"] > 0.05
    alone = preset("who_got_better", "Time alone", clients=5000).numbers  # the opposite
    assert abs(alone["therapy, recovered"] - alone["waiting, recovered"]) < 0.06
    shares = [usual[f"therapy, {kind}"] for kind in who_got_better.KINDS]
    assert sum(shares) == pytest.approx(1)
    assert usual["therapy, reliably worse.high"] < 0.04  # below what services report
    assert usual["better off than of those who wait"] == pytest.approx(
        norm.cdf(usual["g"]), abs=0.03
    )


@claim("one_dyad")
def synchrony_is_above_chance_only_where_people_resonate() -> None:
    assert start("one_dyad").numbers["above chance.low"] > 0
    none = [preset("one_dyad", "No mirroring, no co-regulation", seed=seed) for seed in range(1, 6)]
    ends = [[result.numbers[f"above chance.{end}"] for end in ("low", "high")] for result in none]
    assert sum(low <= 0 <= high for low, high in ends) >= 4
    scores = {
        empathy: start("one_dyad", empathy=empathy).figures[0].series[0].y for empathy in (-2, 0, 2)
    }
    assert scores[-2] != scores[0] != scores[2]  # what the first slider does can be seen
    assert start("one_dyad", empathy=-2).numbers["points gained.high"] < 0
    assert start("one_dyad", empathy=-2, world="null").numbers["points gained"] == 0  # the opposite
    many = preset("one_dyad", "Many ruptures").numbers["ruptures"]
    assert many > start("one_dyad").numbers["ruptures"]


@claim("how_many_sessions")
def those_who_stay_longer_need_not_recover_more_often_though_sessions_help() -> None:
    for world in ("medical", "contextual"):
        heals = start("how_many_sessions", world=world, clients=5000)
        assert heals.answers == (0,)
        assert heals.numbers["later.low"] > 0.15
    assert start("how_many_sessions").answers == (0,)
    opposite = preset("how_many_sessions", "Nobody leaves because it is good enough", clients=5000)
    assert opposite.answers == (2,)
    nothing = preset("how_many_sessions", "Nothing heals", clients=5000).numbers
    assert nothing["apart"] < 0
    assert nothing["later.low"] > 0  # time alone


@claim("certified")
def the_label_is_earned_where_nothing_specific_heals() -> None:
    title = "Contextual world, against waiting"
    assert all(preset("certified", title, seed=seed).answers == (1,) for seed in range(1, 6))
    placebo = [preset("certified", "A control meant to fail", seed=seed) for seed in range(1, 6)]
    assert all(result.answers == (2,) for result in placebo)  # where nothing specific heals
    refused = [preset("certified", "Nothing heals", seed=seed).answers for seed in range(1, 9)]
    assert refused.count((0,)) >= 5  # of 8
    fair = [
        preset("certified", "All published, nobody takes sides", seed=seed).numbers
        for seed in range(1, 6)
    ]
    assert abs(np.mean([row["pooled"] - row["huge trial"] for row in fair])) < 0.12


@claim("power")
def what_tells_worlds_apart_needs_most_clients() -> None:
    waiting = preset("power", "Against waiting, contextual world").numbers
    assert waiting["most needed"] < 50
    medical = preset("power", "Counselling, medical world").numbers
    assert medical["fewest needed"] > 200
    equal = preset("power", "Two therapies, medical world")  # the opposite: nothing to find
    assert equal.answers[-1] == 3
    assert "cannot be told from no difference" in equal.sentence
    # The count of trials agrees with the normal approximation.
    share = preset("power", "Against waiting, contextual world", each=30).numbers
    assert share["found"] == pytest.approx(norm.cdf(share["g"] * 15**0.5 - 1.96), abs=0.08)


@claim("harm")
def a_worse_score_is_not_harm() -> None:
    usual = start("harm").numbers
    assert usual["apart.high"] < 0  # fewer get worse in therapy
    assert 0.4 < usual["error in therapy"] < 0.8
    assert usual["harmed"] == 0
    nothing = preset("harm", "Nothing heals").numbers
    assert nothing["worse in therapy"] == nothing["worse waiting"]
    assert nothing["harmed"] == 0
    many = preset("harm", "Ruptures harm many").numbers  # the opposite
    assert many["harmed"] > 0.2
    assert many["apart.low"] > 0


# --- the harness ----------------------------------------------------------------------------------


def test_every_lesson_file_is_listed_and_has_a_claim() -> None:
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")}
    lesson_files = files - {"__init__", *index._HELPERS}
    assert lesson_files == set(LESSONS) == set(CLAIMS)
    places = [lesson.place for lesson in LESSONS.values()]
    assert places == sorted(set(places))


@pytest.mark.parametrize("name", LESSONS)
def test_what_the_lesson_claims_is_true(name: str) -> None:
    CLAIMS[name]()


PUBLISHED = {  # lessons whose axes have a published value
    *("who_got_better", "harm", "your_trial", "power", "alliance", "how_many_sessions"),
    "certified",
}
CHANCE = {"your_trial", "power", "alliance", "best_therapist", "certified"}


def behind(result: LessonResult, word: str) -> bool:
    """Whether a band of that word stands behind what is simulated."""
    bands = [
        series.name
        for figure in result.figures
        for series in figure.series
        if series.kind in ("band", "published")
    ]
    return any(word in name for name in bands)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_lesson_is_complete(lesson: Lesson) -> None:
    check_dials(lesson)
    assert 4 <= len(lesson.dials) <= 6
    assert len(lesson.presets) >= 3
    assert len(lesson.careful) >= 3
    for settings in ({}, *lesson.presets.values()):
        values, result, notes = lessons.show_lesson(lesson, settings)
        assert not notes
        assert set(values) == {control.key for control in lesson.all_controls}
        assert result.sentence.endswith(".")
        assert lesson.models.endswith(".")
        assert all(len(world_facts(lesson.facts, world)) > 1 for world in lessons.WORLDS)
        assert "medical" in lesson.models
        assert "contextual" in lesson.models
        assert "nan" not in result.sentence
        assert result.answers
        assert set(result.answers) <= set(range(len(lesson.bet.options)))
        assert contradictions(lesson.name, result) == []
        assert 1 <= len(result.figures) <= 3
        if not settings:
            assert behind(result, "published") == (lesson.name in PUBLISHED)
            assert behind(result, "chance") == (lesson.name in CHANCE)
        for figure in result.figures:
            assert figure.y
            assert figure.about
            for series in figure.series:
                assert len(series.x) == max(len(series.y), len(series.low))
        json.dumps(payload.result_payload(lesson, settings), allow_nan=False)


def at_every_preset(lesson: Lesson, **changes: object) -> list[LessonResult]:
    """The results at the start and at every preset."""
    return [
        lessons.show_lesson(lesson, {**settings, **changes})[1]
        for settings in ({}, *lesson.presets.values())
    ]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_no_option_wins_in_most_presets(lesson: Lesson) -> None:
    answers = [r.answers for seed in (1, 2) for r in at_every_preset(lesson, seed=seed)]
    for option in range(len(lesson.bet.options)):
        wins = sum(answer == (option,) for answer in answers)
        assert wins <= len(answers) / 2, lesson.bet.options[option]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_no_drawing_wins_in_most_presets(lesson: Lesson) -> None:
    """Who draws the same everywhere is right (to a twentieth of the axis) in half at most."""
    drawing = lesson.bet.drawing
    assert drawing is not None
    columns = []
    for handle in drawing.handles:
        changes = {**dict(handle.at), **({"world": handle.world} if handle.world else {})}
        seeds = (1, 2, 3) if drawing.counted else (1,)
        results = [at_every_preset(lesson, **changes, seed=seed) for seed in seeds]
        rows = [[r.numbers.get(handle.key, 0.0) * handle.scale for r in part] for part in results]
        columns.append(np.mean(rows, axis=0))
    truths, near = np.array(columns).T, (drawing.high - drawing.low) / 20
    wins = [int((np.abs(truths - drawn).max(axis=1) <= near).sum()) for drawn in truths]
    assert max(wins) <= len(truths) / 2


def ends_of_dials(lesson: Lesson) -> list[dict[str, object]]:
    """Settings with each dial at either end, worlds in turn; few clients, so that it is fast."""
    few: dict[str, object] = {
        dial.key: dial.low for dial in lesson.dials if dial.key in ("clients", "each")
    }
    moves = [(dial.key, end) for dial in lesson.dials for end in (dial.low, dial.high)]
    worlds = itertools.cycle(lessons.WORLDS)
    return [
        {**few, "world": world, key: end}
        for (key, end), world in zip(moves, worlds, strict=False)
        if (key, end) not in (("clients", 5000), ("clients", 4000), ("each", 200))
    ]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_the_ends_of_every_dial_are_worded(lesson: Lesson) -> None:
    for settings in ends_of_dials(lesson):
        _, result, _ = lessons.show_lesson(lesson, settings)
        assert contradictions(lesson.name, result) == [], settings
        json.dumps(payload.result_payload(lesson, settings), allow_nan=False)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_the_command_line_gives_the_same_numbers(
    lesson: Lesson,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    last = list(lesson.presets.values())[-1]
    moved = {**last, "seed": 17}
    dial = next(dial for dial in lesson.dials if dial.key not in last)
    moved[dial.key] = dial.low + dial.step
    values, result, _ = lessons.show_lesson(lesson, moved)
    words = shlex.split(lessons.command_line(lesson, values))
    assert words[:2] == ["dyadsim", "lesson"]
    assert main([*words[1:], "json=true"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["settings"] == values
    assert printed["sentence"] == result.sentence
    numbers = {k: v for k, v in printed["numbers"].items() if v is not None and v == v}
    assert numbers == {k: v for k, v in result.numbers.items() if v == v}


def test_whole_numbers_are_printed_whole(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Of 2,848 clients the lesson said 2.85e+03."""
    assert main(["lesson", "alliance", f"results={tmp_path}"]) == 0
    out = capsys.readouterr().out
    (count,) = re.findall(r"^  clients: (\d+)$", out, re.MULTILINE)
    assert int(count) > 999
    assert "e+" not in out
