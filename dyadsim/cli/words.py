"""The words of a command line read one by one: contradictions and empty sets are refused.

Hydra's grammar reads each word. What Hydra would pass over in silence is an error here: a setting
that is given twice, a list without a value or with one value twice, a mapping with a doubled key.
"""

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dyadsim.checks import known_name, shown_number
from dyadsim.choices import DEEPEST, LARGEST_NUMBER
from dyadsim.cli import unreadable_words
from dyadsim.cli.task import task_names
from dyadsim.errors import BadInput
from dyadsim.search_path import choice_names, find_choice

GROUPS = (
    "task",
    "world",
    "study",
    "population",
    "measure",
    "size",
    "points",
    "executor",
    "experiment",
)
LONGEST_WORD = 20_000  # letters
MOST_JOBS = 10_000  # of -m
MOST_VALUES = 100_000  # of one list


class Words(NamedTuple):
    """What the words say: the overrides of every job, and the axes of a sweep (name: value)."""

    jobs: list[list[str]]
    axes: dict[str, dict[str, Any]]


def choices(group: str) -> list[str]:
    """Return the names of a group: tasks, or dyadsim's choices and then one's own."""
    return task_names() if group == "task" else choice_names(group)


def parse_word(word: str) -> Any:
    """Return a word as Hydra's `Override`.

    Parameters
    ----------
    word
        `name=value`.

    Raises
    ------
    BadInput
        Hydra's grammar cannot read it, or a mapping in it has a key twice.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    if len(word) > LONGEST_WORD:
        raise BadInput(f"'{word}' cannot be read: it has more than {LONGEST_WORD:,} letters.")
    if word[:1] in "+~":
        raise BadInput(f"'{word}': '{word[:1]}' adds or removes settings; there is none to add.")
    try:
        override = OverridesParser.create().parse_override(word)
        if "{" in word:
            _refuse_doubled_keys(word)
    except BadInput:
        raise
    except HydraException as error:
        why = re.sub(r"^\w+ while evaluating '.*?': ", "", str(error).splitlines()[0])
        raise BadInput(unreadable_words.sentence(word, why)) from None
    except (ArithmeticError, ValueError):  # such as a number of 5,000 digits
        raise BadInput(f"'{word}' cannot be read: a number in it is no number.") from None
    except RecursionError:
        raise BadInput(f"'{word}' cannot be read: too many brackets within brackets.") from None
    value = override.value()
    _check_numbers(word, vars(value) if override.is_sweep_override() else value)
    return override


def _check_numbers(word: str, value: Any, depth: int = 0) -> None:
    """Refuse a number that no setting takes: not finite, or beyond what a computer counts with."""
    if depth > DEEPEST:
        raise BadInput(f"'{word}' cannot be read: too many brackets within brackets.")
    if isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            _check_numbers(word, part, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"'{word}': no setting takes {value}; a name is put in quotes, '\"nan\"'.")
    elif isinstance(value, int) and abs(value) >= LARGEST_NUMBER:
        raise BadInput(f"'{word}': a number must stay below {shown_number(LARGEST_NUMBER)}.")


def _refuse_doubled_keys(word: str) -> None:
    """Read a word again with a reader that counts the keys of every mapping."""
    from hydra.core.override_parser import overrides_parser as hydra

    class Reader(hydra.HydraOverrideVisitor):  # type: ignore[misc]
        def visitDictContainer(self, ctx: Any) -> dict[str, Any]:
            """Return a mapping whose keys are all different."""
            pairs = [ctx.getChild(place) for place in range(1, ctx.getChildCount() - 1, 2)]
            keys = [self.visitDictKey(pair.getChild(0)) for pair in pairs]
            for key in keys:
                if keys.count(key) > 1:
                    raise BadInput(f"'{word}' has the key '{key}' twice.")
            mapping: dict[str, Any] = super().visitDictContainer(ctx)
            return mapping

    tokens = hydra.CommonTokenStream(hydra.OverrideLexer(hydra.InputStream(word)))
    Reader(hydra.create_functions()).visit(hydra.OverrideParser(tokens).override())


def refuse_doubled(words: Sequence[str]) -> None:
    """Refuse a setting that is given twice: of two values, one would be lost without a word.

    Parameters
    ----------
    words
        `name=value` each; a mapping gives each of its keys.

    Raises
    ------
    BadInput
        Two words set the same, or one sets a part of what another sets as a whole.

    Examples
    --------
    >>> refuse_doubled(["seed=1", "seed=2"])
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadInput: 'seed' is given twice: 'seed=1' and 'seed=2'. Which one?
    """
    first: dict[str, str] = {}
    for word in words:
        for key in leaves(word):
            if key in first:
                raise BadInput(f"'{key}' is given twice: '{first[key]}' and '{word}'. Which one?")
            first[key] = word


def leaves(word: str) -> list[str]:
    """Return the full names of all that a word, `name=value`, sets."""
    key, _, text = word.partition("=")
    if "{" not in text:
        return [key]
    value = parse_word(word).value()
    return list(_names(key, value)) if isinstance(value, Mapping) else [key]


def _names(key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping) or not value:
        yield key
        return
    for name, part in value.items():
        yield from _names(f"{key}.{name}", part)


def read_words(words: Sequence[str], *, multirun: bool, samples: bool = False) -> Words:
    """Return the overrides of every job, after checking each choice.

    Parameters
    ----------
    words
        `name=value` each.
    multirun
        Lists of values make jobs.
    samples
        Lists of values make the points of a sweep; lists of parameters are its axes.

    Raises
    ------
    BadInput
        An unknown choice (with the nearest), '+', a list without -m, an empty list, a value twice
        in a list, or more jobs than one command runs.
    """
    jobs: list[list[str]] = [[]]
    axes: dict[str, dict[str, Any]] = {}
    for word in words:
        override = parse_word(word)
        values, key = [word.split("=", 1)[1]], override.key_or_group
        if override.is_sweep_override():
            axis = _axis(override, samples)
            if axis is not None:
                axes[key] = axis
                continue
            if not multirun and not samples:
                raise BadInput(f"'{word}' gives several values: that needs -m (multirun).")
            values = _values(override, as_text=True)
        if key in GROUPS:
            values = [_choice(key, value) for value in values]
        if len(jobs) * len(values) > MOST_JOBS:
            raise BadInput(
                f"'{word}' makes {len(jobs) * len(values):,} jobs; one command runs at most "
                f"{MOST_JOBS:,}."
            )
        jobs = [[*job, f"{key}={value}"] for job in jobs for value in values]
    return Words(jobs, axes)


def _values(override: Any, *, as_text: bool) -> list[Any]:
    """Return the values of a list or a range, each once and at least one."""
    from hydra.core.override_parser.types import RangeSweep
    from hydra.errors import HydraException

    word = override.input_line
    try:
        sweep = override.value()
        if isinstance(sweep, RangeSweep):
            _check_range(word, sweep)
        iterator = override.sweep_string_iterator() if as_text else override.sweep_iterator()
        values = list(itertools.islice(iterator, MOST_VALUES + 1))
        if isinstance(sweep, RangeSweep) and values and _is_end(values[-1], sweep):
            values.pop()
    except HydraException:
        raise BadInput(
            f"'{word}': write the values themselves, such as {_few(override)}."
        ) from None
    if not values:
        raise BadInput(f"'{word}' holds no value.")
    if len(values) > MOST_VALUES:
        raise BadInput(f"'{word}' holds more than {MOST_VALUES:,} values.")
    if len(set(map(str, values))) < len(values):
        raise BadInput(f"'{word}' gives a value twice.")
    return values


def _few(override: Any) -> str:
    """Return an example of a list, of a group's own names where there are some."""
    key = override.key_or_group
    return f"{key}={','.join(choices(key)[:2])}" if key in GROUPS else f"{key}=1,2"


def _is_end(value: Any, sweep: Any) -> bool:
    """Return whether a range's last value is its end, which it leaves out: only rounding put it in.

    So range(0.1,0.4,0.1) has 0.1, 0.2 and 0.3.
    """
    return abs(float(value) - float(sweep.stop)) < abs(float(sweep.step)) * 1e-9


def _check_range(word: str, sweep: Any) -> None:
    """Refuse a range that goes nowhere, is empty or does not end."""
    start, stop, step = (float(end) for end in (sweep.start, sweep.stop, sweep.step))
    if not all(map(math.isfinite, (start, stop, step))) or step == 0:
        raise BadInput(f"'{word}': a range goes from a number to a number in steps that are not 0.")
    if (stop - start) / step <= 0:
        way = "up" if step > 0 else "down"
        raise BadInput(
            f"'{word}' holds no value: from {start:g} to {stop:g} is not {way}, and its steps "
            f"({step:g}) are."
        )
    if (stop - start) / step > MOST_VALUES:
        raise BadInput(f"'{word}' holds more than {MOST_VALUES:,} values.")


def _choice(group: str, value: str) -> str:
    """Return a known choice or the path of one, quoted: world=null is a name."""
    name = value.strip("'\"")
    if group == "task":
        known_name(group, name, choices(group))
    else:
        find_choice(group, name)
    return f"'{name}'"


def _axis(override: Any, samples: bool) -> dict[str, Any] | None:
    """Return a swept parameter's levels or interval; None where the key is no axis of a sweep."""
    from hydra.core.override_parser.types import IntervalSweep

    key, value = override.key_or_group, override.value()
    is_interval = isinstance(value, IntervalSweep)
    if not samples:
        if is_interval:
            raise BadInput(f"'{override.input_line}': an interval needs dyadsim sweep.")
        return None
    from dyadsim.sweeps.sampling import axis_parameter

    if is_interval:
        axis_parameter(key)
        return {"low": float(value.start), "high": float(value.end), "log": "log" in value.tags}
    try:
        axis_parameter(key)
    except BadInput:
        return None
    levels = _values(override, as_text=False)
    for level in levels:
        if isinstance(level, bool) or not isinstance(level, int | float):
            raise BadInput(f"{key}: '{level}' is not a number.")
    # range() adds rounding errors
    return {"levels": [float(f"{level:.12g}") for level in levels]}
