"""What the settings `data...` say of a file's form, checked."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dyadsim.checks import known_name, number, whole_number
from dyadsim.errors import BadInput
from dyadsim.fitting.alike_names import RULES
from dyadsim.fitting.item_sums import item_names
from dyadsim.fitting.table_choices import TableChoices
from dyadsim.fitting.wide_table import ITEM, TIME, WIDE_ROLES

if TYPE_CHECKING:
    from dyadsim.cli.settings import DataFile

DECIMALS = ("comma", "point")
LATEST = 5000 * 7  # days, the latest time of a wave in whichever unit


def table_choices(data: "DataFile") -> TableChoices:
    """Return how the file becomes a long table.

    Parameters
    ----------
    data
        The settings `data...`.

    Raises
    ------
    BadInput
        A setting of another form, or two that exclude each other.
    """
    choices = TableChoices(
        _sheet(data.sheet),
        data.encoding,
        known_name("mark", data.decimal, DECIMALS, where="data.decimal")
        if data.decimal is not None
        else None,
        _texts("data.missing", data.missing, "[-9,999]"),
        _patterns(data.wide),
        _items(data.items),
        number("data.missing_items", data.missing_items, 0, 1),
        _times(data.times),
        data.dates,
        data.day_first,
        known_name("rule", data.alike, RULES, where="data.alike"),
    )
    in_items = ITEM in choices.wide.get("score", "")
    for wrong, why in (
        (in_items and choices.items, "data.items: the items are in data.wide already."),
        (
            choices.wide.get("score") == TIME and not choices.times,
            "data.wide={time} means any column: data.times={pre:0,post:12} says which are waves.",
        ),
        (choices.dates == "", "data.dates must be first, sessions or a column."),
        (
            choices.dates is not None and choices.wide and "time" not in choices.wide,
            "data.dates: of a wide table, data.wide says which columns are the dates: "
            "'data.wide={score:bdi_{time},time:date_{time}}'.",
        ),
        (
            choices.dates is not None and choices.times and not choices.wide,
            "data.times gives words their times, and data.dates says that they are dates: give "
            "one of the two.",
        ),
        (
            choices.day_first is not None and choices.dates is None,
            "data.day_first is of dates: say data.dates=first, or the column since which weeks "
            "count.",
        ),
    ):
        if wrong:
            raise BadInput(why)
    return choices


def _sheet(name: object) -> str | int | None:
    """Return a sheet's name or number."""
    if name is None:
        return None
    if isinstance(name, int) and not isinstance(name, bool):
        return whole_number("data.sheet", name, 1, 10_000)
    if not isinstance(name, str) or not name:
        raise BadInput(f"data.sheet must be the name or the number of a sheet, not '{name}'.")
    return name


def _texts(setting: str, values: object, example: str) -> tuple[str, ...]:
    """Return one text or number, or a list of such, as texts; a number as it is shortest."""
    if values is None:
        return ()
    several = list(values) if isinstance(values, list | tuple) else [values]
    texts = []
    for value in several:
        if isinstance(value, bool | Mapping | list | tuple) or value is None or value == "":
            raise BadInput(f"{setting} must be a list such as {setting}={example}, not '{values}'.")
        texts.append(f"{value:g}" if isinstance(value, float) else str(value).strip())
    return tuple(dict.fromkeys(texts))


def _items(values: object) -> tuple[str, ...]:
    """Return the columns of items, ranges written out."""
    names = item_names(_texts("data.items", values, "phq1..phq9"))
    if len(names) == 1:
        raise BadInput(
            f"data.items: '{names[0]}' is one column; items are several: data.items=phq1..phq9 or "
            "[sleep,appetite]. A column of totals is data.columns.score."
        )
    return names


def _patterns(value: object) -> dict[str, str]:
    """Return role -> pattern of its columns."""
    if value is None:
        return {}
    patterns = value if isinstance(value, Mapping) else {"score": value}
    for role, pattern in patterns.items():
        known_name("role", role, WIDE_ROLES, where="data.wide")
        if (
            not isinstance(pattern, str)
            or pattern.count(TIME) != 1
            or pattern.count(ITEM) > (role == "score")
            or TIME + ITEM in pattern
            or ITEM + TIME in pattern
        ):
            raise BadInput(
                "data.wide must be the name of the columns with {time} where the wave stands (and "
                f"{{item}} for items), such as 'data.wide=bdi_s{{time}}', not '{pattern}'."
            )
    if "score" not in patterns:
        raise BadInput("data.wide: which columns are the scores? 'data.wide={score:bdi_s{time}}'.")
    if len(set(patterns.values())) < len(patterns):
        raise BadInput("data.wide: two roles have the same columns.")
    return {str(role): str(pattern) for role, pattern in patterns.items()}


def _times(value: object) -> dict[str, float]:
    """Return word -> time, of pairs or of a list of word:time."""
    if value is None:
        return {}
    form = "data.times must be pairs in quotes, such as 'data.times={pre:0,post:12,fu:26}'"
    if isinstance(value, Mapping):
        pairs = [(str(word), time) for word, time in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        split = [str(pair).rpartition(":") for pair in value]
        pairs = [(word.strip(), _as_number(time)) for word, _, time in split]
    else:
        raise BadInput(f"{form}, not '{value}'.")
    if not pairs or not all(word for word, _ in pairs):
        raise BadInput(f"{form}, not '{value}'.")
    times = {word: number(f"data.times: {word}", time, 0, LATEST) for word, time in pairs}
    if len(times) < len(pairs):
        raise BadInput("data.times has a word twice.")
    if len(set(times.values())) < len(times):
        raise BadInput("data.times: two words have the same time; waves are never merged.")
    return times


def _as_number(text: str) -> object:
    """Return a number as one, and any other text as it is."""
    try:
        return float(text)
    except ValueError:
        return text
