"""What a lesson is: a question, a bet, controls, and a function from settings to what is shown.

A lesson draws nothing. It returns series in plain numbers, and whoever shows them draws them. Every
value that a control may take is checked here, the same for the page and the command line.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dyadsim.errors import BadInput, nearest
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, catalogue, flat

type Values = dict[str, Any]

WORLD, LUCK = "world", "seed"
WORLDS = ("hybrid", "medical", "contextual", "null")
MOST_LUCK = 9999


class Dial(NamedTuple):
    """A slider. key: a parameter of the model, or a setting of the lesson (then value is given).

    value: where it starts; None: the world's own value of the parameter.
    """

    key: str
    label: str
    low: float
    high: float
    step: float
    value: float | None = None
    unit: str = ""

    @property
    def is_parameter(self) -> bool:
        """Whether the model knows the key."""
        return "." in self.key


class Pick(NamedTuple):
    """A choice among few: (value, words)."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str


type Control = Dial | Pick

WORLD_PICK = Pick(
    WORLD,
    "World",
    (
        ("hybrid", "hybrid: both models are partly right"),
        ("medical", "medical: specific ingredients heal"),
        ("contextual", "contextual: common factors heal"),
        ("null", "null: nothing heals, time passes"),
    ),
    "hybrid",
)


class Bet(NamedTuple):
    """What a class is asked before it sees anything."""

    question: str
    options: tuple[str, ...]


class Series(NamedTuple):
    """Numbers to be drawn. kind: points, line, band (low to high), bars, range (low to high bars).

    x: numbers or words. look: place in the colour-blind palette and of the marker. text: a word for
    each, shown on asking. faint: many, so each is drawn thin; courses stand one after the other,
    with no number between them.
    """

    kind: str
    name: str
    x: list[Any]
    y: list[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    look: int = 0
    text: Sequence[str] = ()
    faint: bool = False


class Figure(NamedTuple):
    """One figure. x, y: axes in words with units. about: the same for those who cannot see it.

    y_from, y_to: ends of the axis, where they should stay put.
    """

    name: str
    title: str
    x: str
    y: str
    series: list[Series]
    about: str
    y_from: float | None = None
    y_to: float | None = None


class Shown(NamedTuple):
    """What a lesson says at some settings.

    sentence: the result in plain words. answer: which option of the bet is right. numbers: what
    the sentence rests on, by name, each with its Monte-Carlo error under name + '.se' where it has
    one. figures: at most three.
    """

    sentence: str
    answer: int
    numbers: dict[str, float]
    figures: list[Figure]


class Lesson(NamedTuple):
    """A lesson; the world is one of its controls.

    misconception: the sentence that it meets. presets: name -> settings that differ from the start.
    careful: what not to conclude. sources: keys of `docs/facts.md`.
    """

    name: str
    title: str
    question: str
    misconception: str
    bet: Bet
    controls: tuple[Control, ...]
    presets: Mapping[str, Mapping[str, Any]]
    careful: tuple[str, ...]
    compute: Callable[[Values], Shown]
    sources: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[Control, ...]:
        """All controls, the luck among them."""
        return (*self.controls, Dial(LUCK, "Luck", 1, MOST_LUCK, 1, 1))


def fixed(world: str) -> Mapping[str, float]:
    """Return the parameters that a world's claim fixes."""
    return worlds.named(world).fixed


def own(lesson: Lesson, world: str) -> Values:
    """Return each dial's own value in a world: calibrated, rounded to the dial's step."""
    known = _calibrated(world)
    return {
        one.key: on_grid(one, known[one.key] if one.value is None else one.value)
        for one in lesson.every
        if isinstance(one, Dial)
    }


@functools.cache
def _calibrated(world: str) -> Mapping[str, float]:
    return flat(worlds.parameters(world))


def start(lesson: Lesson) -> Values:
    """Return the settings a lesson starts with."""
    picks = {one.key: one.value for one in lesson.controls if isinstance(one, Pick)}
    return {**picks, **own(lesson, picks[WORLD])}


def on_grid(one: Dial, value: float) -> float:
    """Return the value on the dial's grid and inside its range: a whole number where steps are."""
    steps = round((min(max(value, one.low), one.high) - one.low) / one.step)
    found = round(one.low + steps * one.step, 6)
    return int(found) if float(one.step).is_integer() and float(one.low).is_integer() else found


def settings(lesson: Lesson, given: Mapping[str, Any]) -> tuple[Values, list[str]]:
    """Return settings that are possible, nearest to what was given, and a note for each change.

    What is not given has the value of the start, or of the world that is given.
    """
    notes: list[str] = []
    known = {one.key: one for one in lesson.every}
    for key in given:
        if key not in known:
            notes.append(f"there is no setting '{str(key)[:40]}' in this lesson")
    found: Values = {}
    for one in lesson.every:
        if isinstance(one, Pick):
            chosen = str(given.get(one.key, one.value))
            if chosen not in [name for name, _ in one.options]:
                notes.append(f"{one.label}: there is no '{chosen[:40]}'")
                chosen = one.value
            found[one.key] = chosen
    world = found[WORLD]
    usual, held = own(lesson, world), fixed(world)
    for one in lesson.every:
        if not isinstance(one, Dial):
            continue
        found[one.key] = usual[one.key]
        if one.key not in given or one.key in held:
            if one.key in given and float_of(given[one.key]) != held.get(one.key):
                notes.append(f"{one.label} is fixed at {held[one.key]:g} in the {world} world")
            continue
        value = float_of(given[one.key])
        if value is None:
            notes.append(f"{one.label}: '{str(given[one.key])[:40]}' is not a number")
            continue
        found[one.key] = on_grid(one, value)
        if abs(found[one.key] - value) > one.step / 2 + 1e-9:
            notes.append(f"{one.label} must lie in {one.low:g} to {one.high:g}")
    return found, notes


def float_of(value: Any) -> float | None:
    """Return a finite number, or None."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if abs(found) < 1e9 else None


def parameters(
    lesson: Lesson, values: Values, more: Mapping[str, float] | None = None
) -> Parameters:
    """Return the parameters at the settings of a lesson, with others put in.

    Parameters that stay at the world's own value keep all its digits.
    """
    world = values[WORLD]
    usual, held = own(lesson, world), fixed(world)
    given = {
        one.key: float(values[one.key])
        for one in lesson.controls
        if isinstance(one, Dial)
        and one.is_parameter
        and one.key not in held
        and values[one.key] != usual[one.key]
    }
    return worlds.parameters(world, {**given, **(more or {})})


def show(lesson: Lesson, given: Mapping[str, Any]) -> tuple[Values, Shown, list[str]]:
    """Return the settings that were used, what the lesson shows there, and notes about changes."""
    values, notes = settings(lesson, given)
    found = lesson.compute(values)
    plain = {name: float(value) for name, value in found.numbers.items()}
    return values, found._replace(numbers=plain), notes


def words(lesson: Lesson, values: Values) -> str:
    """Return the command line that gives the same numbers."""
    world = values[WORLD]
    usual, held = own(lesson, world), fixed(world)
    parameters, others = [], []
    for one in lesson.controls:
        value = values[one.key]
        if one.key == WORLD or (isinstance(one, Dial) and value == usual[one.key]):
            continue
        if isinstance(one, Dial) and one.is_parameter:
            if one.key not in held:
                parameters.append(f"{one.key}={value:g}")
        elif isinstance(one, Dial) or value != one.value:
            others.append(f"{one.key}:{value:g}" if isinstance(one, Dial) else f"{one.key}:{value}")
    chosen = [f"'task.set={{{','.join(others)}}}'"] if others else []
    where = [f"world={world}", f"seed={values[LUCK]}"]
    return " ".join(["dyadsim lesson", lesson.name, *where, *parameters, *chosen])


def check_dials(lesson: Lesson) -> None:
    """Refuse a lesson whose dials go beyond what the model allows.

    Raises
    ------
    BadInput
        an unknown parameter, or a range outside the parameter's.
    """
    known = catalogue()
    for one in lesson.controls:
        if not isinstance(one, Dial) or not one.is_parameter:
            continue
        if one.key not in known:
            raise BadInput(
                f"lesson {lesson.name}: no parameter '{one.key}'.{nearest(one.key, known)}"
            )
        about = known[one.key].about
        if one.low < about.low or one.high > about.high:
            raise BadInput(
                f"lesson {lesson.name}: {one.key} lies in [{about.low:g}, {about.high:g}]."
            )
