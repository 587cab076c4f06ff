"""Lessons, results and bets as the page gets them (`payload`), with every text in a language.

Each function takes `say`, which translates one text: so a test can ask for every text that is said.
What is an identifier, a number or a command stays.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from dyadsim.translation import ENGLISH
from dyadsim.web import language

type Say = Callable[[str], str]
type Plain = dict[str, Any]


def sayer(name: str) -> Say:
    """Return what translates a text into a language."""
    return functools.partial(language.translate, language=name)


def in_language(make: Callable[[Plain, Say], Plain], value: Plain, name: str) -> Plain:
    """Return plain values with their texts in a language, as one of the functions below makes them.

    Parameters
    ----------
    make
        `said_lesson`, `said_result` ...
    value
        What it takes.
    name
        Of the language.
    """
    said: Plain = _unbroken(value if name == ENGLISH else make(value, sayer(name)))
    return said


def _unbroken(value: Any) -> Any:
    """Return plain values in whose texts no line ends between a number and its % sign."""
    if isinstance(value, str):
        return value.replace(" %", "\N{NO-BREAK SPACE}%")
    if isinstance(value, dict):
        return {key: _unbroken(part) for key, part in value.items()}
    return [_unbroken(part) for part in value] if isinstance(value, list | tuple) else value


def said_lesson(lesson: Plain, say: Say) -> Plain:
    """Return a lesson without its results (`payload.lesson_payload`)."""
    plain = ("title", "question", "misconception", "models")
    return {
        **lesson,
        **{key: say(lesson[key]) for key in plain},
        "bet": _said_bet(lesson["bet"], say),
        "controls": [_said_control(control, say) for control in lesson["controls"]],
        "presets": {say(name): settings for name, settings in lesson["presets"].items()},
        "facts": {
            world: [_each(fact, ("name", "published", "here"), say) for fact in facts]
            for world, facts in lesson["facts"].items()
        },
        "careful": [say(text) for text in lesson["careful"]],
    }


def said_page(page: Plain, say: Say) -> Plain:
    """Return what the page needs before it shows a result (`payload.page_payload`)."""
    return {**page, "lessons": [said_lesson(lesson, say) for lesson in page["lessons"]]}


def said_result(result: Plain, say: Say) -> Plain:
    """Return what a lesson shows at settings (`payload.result_payload`)."""
    return {
        **result,
        "notes": [say(note) for note in result["notes"]],
        "sentence": say(result["sentence"]),
        "words": {
            name: say(name) for name in result["numbers"] if f"{name}.se" in result["numbers"]
        },
        "figures": [_said_figure(figure, say) for figure in result["figures"]],
    }


def _each(value: Mapping[str, Any], keys: tuple[str, ...], say: Say) -> Plain:
    """Return a mapping with some of its texts said."""
    return {**value, **{key: say(value[key]) for key in keys}}


def _said_control(control: Plain, say: Say) -> Plain:
    keys = ("label", "help") if control["kind"] == "pick" else ("label", "help", "unit")
    said = _each(control, keys, say)
    if control["kind"] == "pick":
        said["options"] = [[name, say(words)] for name, words in control["options"]]
    return said


def _said_bet(bet: Plain, say: Say) -> Plain:
    said = {**_each(bet, ("question",), say), "options": [say(text) for text in bet["options"]]}
    if bet["drawing"] is not None:
        said["drawing"] = {
            **_each(bet["drawing"], ("ask", "unit"), say),
            "handles": [_each(handle, ("label",), say) for handle in bet["drawing"]["handles"]],
        }
    return said


def _said_figure(figure: Plain, say: Say) -> Plain:
    said = _each(figure, ("title", "x", "y", "about"), say)
    said["series"] = [_said_series(series, say) for series in figure["series"]]
    return said


def _said_series(series: Plain, say: Say) -> Plain:
    return {
        **_each(series, ("name",), say),
        "x": [say(x) if isinstance(x, str) else x for x in series["x"]],
        "text": [say(text) for text in series["text"]],
    }
