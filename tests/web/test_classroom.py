"""The state of a class: one bet a device, limits, nothing kept."""

import pytest

from dyadsim.lessons.index import LESSONS
from dyadsim.lessons.lesson import start_values
from dyadsim.web import classroom
from dyadsim.web.classroom import Classroom, Question, Refused

LESSON = LESSONS["alliance"]
QUESTION = Question(LESSON, start_values(LESSON))


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(call: object, *arguments: object) -> int:
    assert callable(call)
    with pytest.raises(Refused) as error:
        call(*arguments)
    return error.value.status


def test_one_bet_a_device() -> None:
    clock = Clock()
    room = Classroom(3, clock)
    first, second = room.join("", "10.0.0.1"), room.join("", "10.0.0.2")
    number = room.ask(QUESTION)
    room.bet(first, number, 0)
    room.bet(second, number, 0)
    room.bet(first, number, 1)
    assert room.counts() == [1, 1, 0]
    room.show()
    assert refused(room.bet, second, number, 1) == 409
    assert room.counts() == [1, 1, 0]


def test_one_address_brings_few_devices_and_a_reload_is_no_new_one() -> None:
    room = Classroom(2, Clock())
    tokens = [room.join("", "10.0.0.1") for _ in range(2)]
    assert refused(room.join, "", "10.0.0.1") == 429
    assert refused(room.join, "an invented word", "10.0.0.1") == 429
    assert room.join(tokens[0], "10.0.0.1") == tokens[0]
    assert room.join("", "10.0.0.2") not in tokens
    assert room.for_lecturer()["refused"] == 2


def test_bets_come_one_a_second() -> None:
    clock = Clock()
    room = Classroom(1, clock)
    token, number = room.join("", "10.0.0.1"), room.ask(QUESTION)
    for _ in range(int(classroom.BURST)):
        room.bet(token, number, 0)
    assert refused(room.bet, token, number, 0) == 429
    clock.now = 1.0
    room.bet(token, number, 2)
    assert refused(room.bet, token, number, 0) == 429
    assert room.counts() == [0, 0, 1]


def test_the_class_is_bounded_and_makes_room() -> None:
    clock = Clock()
    room = Classroom(500, clock)
    room.ask(QUESTION)
    for k in range(classroom.MAX_DEVICES):
        token = room.join("", f"10.0.{k // 250}.{k % 250}")
    room.bet(token, 1, 0)
    assert refused(room.join, "", "10.9.9.9") == 429
    clock.now = classroom.FORGET_SECONDS + 1
    room.join("", "10.9.9.9")
    assert len(room.devices) == 2, "who has bet stays, who left without a bet makes room"
    assert room.counts()[0] == 1


def test_a_phone_learns_nothing_before_the_answer() -> None:
    room = Classroom(3, Clock())
    token = room.join("", "10.0.0.1")
    assert set(room.for_phone(token)) == {"stage", "round", "lang"}
    number = room.ask(QUESTION)
    room.answer = {"answers": [1], "sentence": "So it is.", "figures": []}
    room.bet(token, number, 0)
    before = room.for_phone(token)
    assert not {"answers", "sentence", "counts"} & set(before)
    assert before["mine"] == 0
    assert before["settings"][0].startswith("World: hybrid")
    room.show()
    after = room.for_phone(token)
    assert (after["answers"], after["counts"]) == ([1], [1, 0, 0])


def test_nothing_is_kept() -> None:
    room = Classroom(3, Clock())
    token = room.join("", "10.0.0.1")
    room.bet(token, room.ask(QUESTION), 0)
    room.ask(QUESTION)
    assert room.counts() == [0, 0, 0], "a new question begins without bets"
    room.end()
    assert (room.bets, room.question, room.answer) == ({}, None, None)


def test_bets_of_an_older_round_do_not_count() -> None:
    room = Classroom(3, Clock())
    token, old = room.join("", "10.0.0.1"), room.ask(QUESTION)
    room.ask(QUESTION)
    assert refused(room.bet, token, old, 0) == 409
    assert refused(room.bet, token, room.round, -1) == 400
    assert refused(room.bet, "unknown", room.round, 0) == 403


def test_the_class_reads_the_language_in_which_it_is_asked() -> None:
    room = Classroom(3, language="de")
    token = room.join("", "10.0.0.1")
    assert room.for_phone(token)["lang"] == "de"
    room.ask(QUESTION)
    state = room.for_phone(token)
    assert state["title"] == "Verursacht die Allianz das Ergebnis?"
    assert state["options"][0] == "gar nicht niedriger"
    assert state["settings"][0] == "Welt: hybrid: beide Modelle haben teilweise recht"
    assert "Wie sehr die Bindung selbst heilt: 0,2 Belastung" in state["settings"]
    room.language = "en"  # the lecturer asks in English
    assert room.for_phone(token)["title"] == LESSON.title
