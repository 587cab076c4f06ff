"""The text of fit.yaml: every setting of the data with its meaning, those in use in force.

What is not in use stands behind a `#`. Names are written so that any reader of YAML takes them as
text.
"""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dyadsim.cli.described_data import Understood
from dyadsim.cli.settings import DataFile
from dyadsim.cli.stated_file import KEYS, ROLES
from dyadsim.fitting.column_names import plain_name
from dyadsim.model import questionnaires

PARTS: Mapping[str, tuple[str, ...]] = {  # heading -> settings
    "The file. Its path is counted from this file's folder.": (
        *("path", "sheet", "encoding", "decimal", "missing"),
    ),
    "The questionnaire": ("instrument", "higher_is_better"),
    "Which column is which (null: there is none)": ("columns",),
    "The form of the table": ("wide", "items", "missing_items", "where"),
    "Times": ("unit", "times", "dates", "day_first", "baseline", "rebase", "per_week"),
    "Clients who are written, measured or treated in two ways": ("alike", "repeated", "therapist"),
    "The treatment (what comes after `measured` is read by fit alone)": (
        *("sessions", "follow_up", "measured"),
        *("arms", "therapy", "rule", "threshold", "sample"),
    ),
}
ALWAYS = ("path", "instrument", "columns", "unit")  # in force also where they are the default
PLAIN = re.compile(r"[^\W\d_](?:[\w./%+ -]*[\w/%+])?")
NO_TEXT = ("true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf")
THERAPIES = {  # therapy -> how an arm may be called, without marks and in small letters
    "waitlist": r"wait\w*( ?list)?( control| group)?|warte\w*|wl|wlc|no treatment|untreated|"
    r"unbehandelt\w*|keine behandlung",
    "usual_care": r"tau|usual( care)?|(treatment|care) as usual|übliche \w+|standard care",
    "cbt": r"[ig]?cbt|cognitive( behaviou?r(al)?)?( therapy)?|kvt|verhaltenstherapie|"
    r"kognitive (verhaltenstherapie|vt)",
    "interpersonal": r"ipt|interpersonal( therapy| psychotherapy)?",
    "supportive": r"supportive( \w+)?|supportiv\w*",
    "placebo": r"(pill )?placebo",
    "self_help": r"self help|(angeleitete )?selbsthilfe",
    "medication": r"medication|antidepressants?|medikation|medikamente",
}
WIDTH = 24  # letters of a setting, before its meaning


def stated_text(reading: Understood, folder: Path) -> str:
    """Return the text of a file of settings that reads the data as they were understood.

    Parameters
    ----------
    reading
        What was understood.
    folder
        Where the file is to lie.

    Returns
    -------
    str
        YAML with comments.
    """
    settings = reading.settings
    name = Path(str(settings.data.path)).name
    lines = [
        f"# How dyadsim reads {_one_line(name)}; a proposal of `dyadsim describe` to be edited.",
        "# Then: dyadsim describe FILE    what it reads (FILE: the name of this one)",
        "#       dyadsim analyse FILE     effect sizes, reliable change ... of your data",
        "#       dyadsim fit FILE         which world they speak for",
        "# Lines behind a # are not in force; they show what is taken without them. Names stand as",
        '# in your file, in double quotes where a mark such as : # " [ { is in them.',
    ]
    for heading, keys in PARTS.items():
        lines += ["", f"# {heading}"]
        for key in keys:
            lines += _setting(reading, key, folder)
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _setting(reading: Understood, key: str, folder: Path) -> Iterator[str]:
    """Yield the lines of a setting."""
    field, value = KEYS[key], getattr(reading.settings.data, key)
    about = field.metadata["help"]
    default = _default(field)
    if key == "columns":
        yield from _columns(reading)
        return
    if key == "path":
        value = _path_from(str(value), folder)
    if key == "instrument":
        value, about = _instrument(reading)
    if key == "arms" and len(reading.tables.arms) > 1:
        yield from _arms(reading)
        return
    guess = reading.guesses.get(key)
    if guess is not None:
        about = f"proposed: {guess.why}"
    if key == "path":
        about = ""
    if key == "follow_up" and reading.question:
        value, about = (
            None,
            f"PLEASE SAY for analyse: {reading.question.removeprefix('data.follow_up: ')}",
        )
    word = f"{key}: {in_yaml(value if value != default or key in ALWAYS else default)}"
    if value == default and key not in ALWAYS:
        yield f"# {_with_meaning(word, about)}"
    else:
        yield _with_meaning(word, about)


def _default(field: "dataclasses.Field[Any]") -> Any:
    """Return the value of a setting that is not said."""
    return field.default if field.default is not dataclasses.MISSING else None


def _with_meaning(word: str, about: str) -> str:
    return f"{word:{WIDTH}} # {_one_line(about)}" if about else word


def _path_from(path: str, folder: Path) -> str:
    """Return the data's path as seen from the file of settings: short where it lies below it."""
    data, place = Path(path).absolute(), folder.absolute()
    return str(data.relative_to(place)) if data.is_relative_to(place) else str(data)


def _instrument(reading: Understood) -> tuple[Any, str]:
    """Return the questionnaire and what can be said of it."""
    known = ", ".join(questionnaires.SYMPTOM_INSTRUMENTS)
    value = reading.settings.data.instrument
    if value == "by_study":
        value = reading.settings.instrument
    if value == "by_study":
        low, high = (
            f"{end:g}" for end in (reading.tables.scale.lowest, reading.tables.scale.highest)
        )
        return None, (
            f"PLEASE SAY for analyse and fit: {known}; or your own with its range (scores here are "
            f"{low} to {high}), mean of the healthy, cut-off and reliability, such as {{name: mood,"
            " floor: 0, ceiling: 40, healthy: 6, cut_off: 12, reliability: .9}"
        )
    guess = reading.guesses.get("instrument")
    return value, f"proposed: {guess.why}; known: {known}" if guess else f"known: {known}"


def _columns(reading: Understood) -> Iterator[str]:
    """Yield the roles with their columns, and the columns that have none."""
    data = reading.settings.data
    yield "columns:"
    used: set[str] = set()
    for role in ROLES:
        value, about = data.columns.get(role), ""
        guess = reading.guesses.get(f"columns.{role}")
        if role == "time" and data.wide:
            value, about = value or "session", "not read: data.wide says the times"
        elif role == "score" and (data.wide or data.items):
            value, about = value or "score", "not read: the scores are those of wide or items"
        elif guess is not None:
            about = f"proposed: {guess.why}"
        used.update(value if isinstance(value, list | tuple) else [str(value)])
        yield _with_meaning(f"  {role}: {in_yaml(value)}", about)
    rest = [_one_line(name) for name in reading.columns if name not in used]
    if rest and not (data.wide or data.items):
        yield f"  # not used: {', '.join(rest)}"


def _arms(reading: Understood) -> Iterator[str]:
    """Yield a line an arm, with the therapy that its name says."""
    from dyadsim.cli.words import choices

    said = reading.settings.data.arms or {}
    if not isinstance(said, Mapping):
        pairs = [str(pair).rpartition(":") for pair in said]
        said = {arm: therapy for arm, _, therapy in pairs}
    known = [*choices("therapy"), "waitlist"]
    yield f"# What each arm got: {', '.join(known[:6])},"
    yield f"# {', '.join(known[6:])} (null: fit asks for it)."
    yield "arms:"
    for arm in reading.tables.arms:
        therapy = said.get(arm) or therapy_of(arm)
        about = (
            "" if said.get(arm) else "proposed: by its name" if therapy else "PLEASE SAY for fit"
        )
        yield _with_meaning(f"  {in_yaml(arm, key=True)}: {in_yaml(therapy)}", about)


def therapy_of(arm: str) -> str | None:
    """Return the therapy that an arm's name says; None where it says none.

    Examples
    --------
    >>> therapy_of("Wait-list"), therapy_of("Übliche Behandlung"), therapy_of("BtheB")
    ('waitlist', 'usual_care', None)
    """
    plain = plain_name(arm)
    return next((key for key, form in THERAPIES.items() if re.fullmatch(form, plain)), None)


def in_yaml(value: Any, *, key: bool = False) -> str:
    """Return a value as YAML on one line.

    Parameters
    ----------
    value
        Text, number, flag, None, or a list or mapping of them.
    key
        It is the key of a pair.

    Examples
    --------
    >>> print(in_yaml({"Übliche Behandlung": "usual_care", "No": "x: y"}))
    {Übliche Behandlung: usual_care, "No": "x: y"}
    """
    if value is None and not key:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        pairs = (f"{in_yaml(str(k), key=True)}: {in_yaml(v)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(in_yaml, value))}]"
    if isinstance(value, int | float):
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    text = str(value)
    if PLAIN.fullmatch(text) and text.lower() not in NO_TEXT and "  " not in text:
        return text
    return json.dumps(text, ensure_ascii=False)


def settings_in_parts() -> tuple[str, ...]:
    """Return all settings that the text has."""
    return tuple(key for keys in PARTS.values() for key in keys)


assert set(settings_in_parts()) == {field.name for field in dataclasses.fields(DataFile)} - {"file"}
