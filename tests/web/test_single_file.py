"""A lesson as one file: what it holds."""

import json

import pytest

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import find_lesson
from dyadsim.web import payload, single_file

pytest.importorskip("starlette", reason="the extra 'web' is not installed")


def test_the_file_holds_a_grid_and_asks_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_file, "MAX_SETTINGS", 30)
    monkeypatch.setattr(single_file, "ROOM", 0)
    lesson = find_lesson("certified")
    text = single_file.lesson_file(lesson, {"seed": 5})
    assert len(text) < 12e6
    for word in ('src="/', 'href="/static', "import {"):
        assert word not in text
    data = json.loads(text.split('id="kept">')[1].split("</script>")[0].replace("<\\/", "</"))
    settings = [result["settings"] for result in data["known"].values()]
    assert {values["seed"] for values in settings} == {5}
    assert {values["world"] for values in settings} == set(lessons.WORLDS)
    for key, result in list(data["known"].items())[:5]:
        assert key == single_file.settings_key(result["settings"])
        again = payload.result_payload(lesson, result["settings"])
        assert again["sentence"] == result["sentence"]


def test_a_file_keeps_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_file, "MAX_SETTINGS", 1)
    monkeypatch.setattr(single_file, "ROOM", 0)
    text = single_file.lesson_file(find_lesson("alliance"), {"clients": 100}, language="de")
    assert '<html lang="de">' in text
    assert "Verursacht die Allianz das Ergebnis?" in text
    assert '"language": "de"' in text
