"""What a lesson is: a question, a bet, controls, and a function from settings to a result.

A lesson draws nothing. It returns series of plain numbers, and whoever shows them draws them. The
value of every control is checked here, for the page and for the command line alike.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.lessons.bet import Bet as Bet
from dyadsim.lessons.bet import Drawing as Drawing
from dyadsim.lessons.bet import Handle as Handle
from dyadsim.lessons.dials import SEED_HELP
from dyadsim.lessons.dials import WORLD as WORLD
from dyadsim.lessons.dials import Control as Control
from dyadsim.lessons.dials import Dial as Dial
from dyadsim.lessons.dials import Pick as Pick
from dyadsim.lessons.figure import Figure as Figure
from dyadsim.lessons.figure import Series as Series
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, flat
from dyadsim.search_path import own_files

type Values = dict[str, Any]

SEED, MAX_SEED = "seed", 9999
WORLDS = ("hybrid", "medical", "contextual", "null")
_OLD_KEYS = {"luck": SEED}  # of older links


class LessonResult(NamedTuple):
    """What a lesson says at some settings.

    Attributes
    ----------
    sentence, answers
        The result in plain words, with its uncertainty; which options of the bet the numbers leave
        possible: if several, there is no verdict.
    numbers
        What the sentence rests on, by name; an estimate has its standard error and the ends of its
        95 % interval under its name + '.se', '.low' and '.high'.
    figures
        At most three.
    """

    sentence: str
    answers: tuple[int, ...]
    numbers: dict[str, float]
    figures: list[Figure]


class Lesson(NamedTuple):
    """A lesson.

    Attributes
    ----------
    name
        Of the lesson's file.
    place
        On the page: lessons stand in the order of their places.
    title, question
        As the page shows them.
    misconception
        The claim that the lesson examines.
    bet
        What the class predicts.
    controls
        The world is one of them; the random seed is added to all lessons.
    presets
        Name -> settings that differ from the start.
    careful
        What not to conclude.
    compute
        From settings to the result.
    sources
        Keys of `docs/background/facts.md`.
    models
        One line: what the lesson says about the medical against the contextual model.
    main
        Key of the control that stands beside the figure; '': the first slider.
    facts
        Ids of the published facts that the lesson rests on (`lessons.world_facts`).
    """

    name: str
    place: int
    title: str
    question: str
    misconception: str
    bet: Bet
    controls: tuple[Control, ...]
    presets: Mapping[str, Mapping[str, Any]]
    careful: tuple[str, ...]
    compute: Callable[[Values], LessonResult]
    sources: tuple[str, ...] = ()
    models: str = ""
    main: str = ""
    facts: tuple[str, ...] = ()

    @property
    def main_key(self) -> str:
        """The key of the control that stands beside the figure."""
        return self.main or self.dials[0].key

    @property
    def all_controls(self) -> tuple[Control, ...]:
        """The lesson's controls and the random seed."""
        return (*self.controls, Dial(SEED, "Random seed", 1, MAX_SEED, 1, 1, help=SEED_HELP))

    @property
    def picks(self) -> tuple[Pick, ...]:
        """The controls that are choices."""
        return tuple(control for control in self.controls if isinstance(control, Pick))

    @property
    def dials(self) -> tuple[Dial, ...]:
        """The controls that are sliders, without the random seed."""
        return tuple(control for control in self.controls if isinstance(control, Dial))


def fixed_values(world: str) -> Mapping[str, float]:
    """Return the parameters that a world's claim fixes, with their values."""
    return worlds.find_world(world).fixed


def world_values(lesson: Lesson, world: str) -> Values:
    """Return each dial's own value in a world: calibrated, rounded to the dial's step."""
    calibrated = _calibrated(world) if world in WORLDS else flat(worlds.world_parameters(world))
    return {
        dial.key: on_grid(dial, calibrated[dial.key] if dial.value is None else dial.value)
        for dial in lesson.all_controls
        if isinstance(dial, Dial)
    }


@functools.cache
def _calibrated(world: str) -> Mapping[str, float]:
    return flat(worlds.world_parameters(world))


def start_values(lesson: Lesson) -> Values:
    """Return the settings that a lesson starts with."""
    picks = {pick.key: pick.value for pick in lesson.picks}
    return {**picks, **world_values(lesson, picks[WORLD])}


def on_grid(dial: Dial, value: float) -> float:
    """Return the nearest value on the dial's grid: an int where low and step are whole numbers."""
    steps = round((min(max(value, dial.low), dial.high) - dial.low) / dial.step)
    nearest = round(dial.low + steps * dial.step, 6)
    integers = float(dial.step).is_integer() and float(dial.low).is_integer()
    return int(nearest) if integers else nearest


def possible_settings(lesson: Lesson, wanted: Mapping[str, Any]) -> tuple[Values, list[str]]:
    """Return the possible settings that are nearest to the wanted ones.

    Parameters
    ----------
    lesson
        The lesson.
    wanted
        Key -> any value; text that spells a number counts as one.

    Returns
    -------
    values, notes
        A value for every control, and a note for every change. Controls without a wanted value have
        that of the start, or of the wanted world.
    """
    wanted = _renewed(wanted)
    keys = {control.key for control in lesson.all_controls}
    notes = [
        f"there is no setting '{str(key)[:40]}' in this lesson" for key in wanted if key not in keys
    ]
    values: Values = {pick.key: _picked(pick, wanted, notes) for pick in lesson.picks}
    usual, fixed = world_values(lesson, world := values[WORLD]), fixed_values(values[WORLD])
    for control in lesson.all_controls:
        if not isinstance(control, Dial):
            continue
        if control.key in fixed:
            values[control.key] = usual[control.key]
            if control.key in wanted and finite_number(wanted[control.key]) != fixed[control.key]:
                notes.append(
                    f"{control.label} is fixed at {fixed[control.key]:g} in the {world} world"
                )
        else:
            values[control.key] = _dialled(control, wanted, usual[control.key], notes)
    return values, notes


def _renewed(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with old keys renamed; a setting under its new key wins."""
    old = {_OLD_KEYS[key]: value for key, value in wanted.items() if key in _OLD_KEYS}
    return old | {key: value for key, value in wanted.items() if key not in _OLD_KEYS}


def _picked(pick: Pick, wanted: Mapping[str, Any], notes: list[str]) -> str:
    """Return the wanted option, or the usual one with a note."""
    option = str(wanted.get(pick.key, pick.value))
    own = own_files("world") if pick.key == WORLD else ()
    if option in own or option in [name for name, _ in pick.options]:
        return option
    notes.append(f"{pick.label}: there is no '{option[:40]}'")
    return pick.value


def _dialled(dial: Dial, wanted: Mapping[str, Any], usual: float, notes: list[str]) -> float:
    """Return the value on the dial's grid that is nearest to the wanted one, else the usual one."""
    if dial.key not in wanted:
        return usual
    number = finite_number(wanted[dial.key])
    if number is None:
        notes.append(f"{dial.label}: '{str(wanted[dial.key])[:40]}' is not a number")
        return usual
    value = on_grid(dial, number)
    if abs(value - number) > dial.step / 2 + 1e-9:
        notes.append(f"{dial.label} must lie between {dial.low:g} and {dial.high:g}")
    return value


def finite_number(value: Any) -> float | None:
    """Return a value as a number below 1e9 in size, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 1e9 else None


def lesson_parameters(
    lesson: Lesson, values: Values, changes: Mapping[str, float] | None = None
) -> Parameters:
    """Return the parameters at the settings of a lesson.

    Dials that stay at the world's own value keep all its digits.

    Parameters
    ----------
    lesson
        The lesson.
    values
        Of all controls.
    changes
        Full name -> value, of parameters that have no control.

    Returns
    -------
    parameters
        Of the chosen world, with the moved dials and the changes.
    """
    usual, fixed = world_values(lesson, world := values[WORLD]), fixed_values(values[WORLD])
    moved = {
        dial.key: float(values[dial.key])
        for dial in lesson.dials
        if dial.is_parameter and dial.key not in fixed and values[dial.key] != usual[dial.key]
    }
    return worlds.world_parameters(world, {**moved, **(changes or {})})


@one_blas_thread()
def show_lesson(
    lesson: Lesson, wanted: Mapping[str, Any]
) -> tuple[Values, LessonResult, list[str]]:
    """Return what a lesson shows at settings.

    Parameters
    ----------
    lesson
        The lesson.
    wanted
        The settings; impossible ones are changed.

    Returns
    -------
    values, result, notes
        The settings that were used, the result there, and a note for every change.
    """
    values, notes = possible_settings(lesson, wanted)
    result = lesson.compute(values)
    numbers = {name: float(value) for name, value in result.numbers.items()}
    return values, result._replace(numbers=numbers), notes


def command_line(lesson: Lesson, values: Values) -> str:
    """Return the command that gives the same numbers as the page at these settings."""
    usual, fixed = world_values(lesson, world := values[WORLD]), fixed_values(values[WORLD])
    moved = [dial for dial in lesson.dials if values[dial.key] != usual[dial.key]]
    parameters = [
        f"{dial.key}={values[dial.key]:g}"
        for dial in moved
        if dial.is_parameter and dial.key not in fixed
    ]
    settings = [
        f"{pick.key}:{values[pick.key]}"
        for pick in lesson.picks
        if pick.key != WORLD and values[pick.key] != pick.value
    ]
    settings += [f"{dial.key}:{values[dial.key]:g}" for dial in moved if not dial.is_parameter]
    chosen = [f"'task.set={{{','.join(settings)}}}'"] if settings else []
    start = ["dyadsim lesson", lesson.name, f"world={world}", f"seed={values[SEED]}"]
    return " ".join([*start, *parameters, *chosen])
