"""What a table cannot be fitted as it is: wide, a single item as the score, several questionnaires.

Each is told by the columns: families of columns that differ in a number or a wave alone, one row a
client, or a column that names questionnaires.
"""

import re
from collections.abc import Mapping, Sequence

from dyadsim.checks import is_plain_key, setting_word
from dyadsim.errors import BadData, nearest
from dyadsim.fitting.client_table import ClientTable

_WORDS = (  # for waves
    r"pre|mid|post|baseline|intake|admission|discharge|screening|fu|follow[ ._-]?up"
    r"|prae|prä|vorher|nachher|aufnahme|entlassung|katamnese"
)
NUMBERED = re.compile(r"^(.*?)[ ._-]?0*(\d+)$")  # phq1, phq_01: an item
WAVE = re.compile(  # bdi_pre, bdi.2m, bdi_s0, bdi_week3, bdi_fu1
    r"^(.+?)[ ._-]?(?:(?:s|t|w|m|week|session|wave|month|time|fu|post)?[ ._-]?\d+[a-z]{0,2}"
    rf"|{_WORDS})$",
    re.IGNORECASE,
)
WAVE_FIRST = re.compile(  # t1_phq, pre_bdi, week 4 oq45
    r"^(?:(?:s|t|w|m|week|session|wave|month|time|fu|post)?[ ._-]?\d+[ ._-]"
    rf"|(?:{_WORDS})[ ._-])(.+)$",
    re.IGNORECASE,
)
ONLY_WAVE = re.compile(rf"^(?:{_WORDS})\d*$", re.IGNORECASE)
FEWEST_ITEMS, FEWEST_WAVES = 3, 2
NAMES_AN_INSTRUMENT = re.compile(
    r"instrument|questionnaire|inventory|fragebogen|^(scale|skala|measure)(_?name)?$", re.IGNORECASE
)
QUESTIONNAIRE = re.compile(  # common names, without marks and in small letters
    r"^(phq|gad)\d?$|^bdi(2|ii)?$|^oq\d*$|^core(om|10)?$|^(wai|hads|madrs|cesd|qids|ors|srs)\w*$"
    r"|^(scl|bsi|dass|pcl|who|k|epds|wsas|ybocs|ham[ad])\d*$"
)
MOST_QUESTIONNAIRES = 20  # values of a column beyond which it does not name questionnaires


def refuse_unreadable(
    table: ClientTable, columns: Mapping[str, Sequence[str]], handled: Sequence[str]
) -> None:
    """Refuse a table that would be read as what it is not.

    Parameters
    ----------
    table
        A file, columns without roles.
    columns
        Role -> columns, some of which may not be in the file.
    handled
        Columns of which the user has said which rows count.

    Raises
    ------
    BadData
        A wide table, an item as the score, or several questionnaires; with the way out.
    """
    _refuse_wide(table, columns)
    _refuse_items(table, columns)
    used = {name for names in columns.values() for name in names}
    for name in table.cells:
        if name not in used and name not in handled:
            values = questionnaires_in(table, str(name))
            if len(values) > 1:
                raise BadData(f"{table.path}: {questionnaire_words(str(name), values)}")


def questionnaires_in(table: ClientTable, name: str) -> list[str]:
    """Return the questionnaires that a column names; none where it names other things."""
    values = list(map(str, table.named(name).dropna().unique()))
    if len(values) > MOST_QUESTIONNAIRES:
        return []
    plain = {re.sub(r"\W|_", "", value).lower() for value in values}
    if NAMES_AN_INSTRUMENT.search(name) or sum(map(bool, map(QUESTIONNAIRE.match, plain))) > 1:
        return values
    return []


def questionnaire_words(name: str, values: Sequence[str]) -> str:
    """Return how to say which questionnaire counts."""
    return (
        f"column '{name}' says which questionnaire a score is of ({', '.join(values[:6])}), and "
        f"scores of several are never mixed: {where_word(name, values[0])} says which rows count."
    )


def where_word(name: str, value: str) -> str:
    """Return the setting that chooses the rows of one value of a column.

    Examples
    --------
    >>> print(where_word("questionnaire", "PHQ9"))
    'data.where={questionnaire:PHQ9}'
    >>> print(where_word("Fragebogen (Kürzel)", "PHQ-9"))
    'data.where=["Fragebogen (Kürzel):PHQ-9"]'
    """
    if is_plain_key(name):
        return setting_word("data.where", {name: value})
    return setting_word("data.where", [[name, value] if ":" in name else f"{name}:{value}"])


def _refuse_wide(table: ClientTable, columns: Mapping[str, Sequence[str]]) -> None:
    """Refuse a table of one row a client with a column a wave."""
    client = [name for name in columns["client"] if name in table.cells]
    if len(client) < len(columns["client"]) or len(table.cells) < FEWEST_ITEMS:
        return
    if table.cells[client].duplicated().any():
        return
    others = [*client, *columns.get("arm", ()), *columns.get("therapist", ())]
    waves = [
        family for form in (WAVE, WAVE_FIRST) for family in families(table, form, others).values()
    ]
    waves.append([n for n in map(str, table.cells) if ONLY_WAVE.match(n) and table.has_numbers(n)])
    waves += numbered_within(table, others)
    siblings = max(waves, key=len)
    if len(siblings) >= FEWEST_WAVES:
        raise BadData(
            f"{table.path}: the table is wide: one row a client, and {len(siblings)} columns of a "
            f"measure ({_listed(siblings)}). {_wide_words(siblings)}"
        )


def _refuse_items(table: ClientTable, columns: Mapping[str, Sequence[str]]) -> None:
    """Refuse an item that is named as the score, and items where there is no score."""
    score = columns["score"][0]
    others = [name for role, names in columns.items() if role != "score" for name in names]
    for family in families(table, NUMBERED, others).values():
        elsewhere = score in table.cells or bool(nearest(score, map(str, table.cells)))
        if len(family) < FEWEST_ITEMS or (elsewhere and score not in family):
            continue
        start = f"'{score}' is one of" if score in family else "the score is missing, but there are"
        raise BadData(
            f"{table.path}: data.columns.score: {start} {len(family)} numbered columns "
            f"({_listed(family)}): items, and one item is never the total. "
            f"{setting_word('data.items', _span(family))} adds them up; a column of totals "
            "is named by data.columns.score=NAME."
        )


def _wide_words(siblings: Sequence[str]) -> str:
    """Return the settings that read columns of waves as a long table."""
    pattern, waves = wave_pattern(siblings)
    word = setting_word("data.wide", pattern)
    if all(re.fullmatch(r"\d+", wave) for wave in waves):
        return f"{word} reads it, with the numbers as times (data.unit)."
    times = [f"{wave}:{'0' if place == 0 else 'T'}" for place, wave in enumerate(waves[:3])]
    more = ",..." * (len(waves) > 3)
    return (
        f"{word} with 'data.times={{{','.join(times)}{more}}}', the time of each wave (data.unit), "
        "reads it."
    )


def wave_pattern(siblings: Sequence[str]) -> tuple[str, list[str]]:
    """Return the pattern of columns of waves, and the waves.

    Parameters
    ----------
    siblings
        Two or more columns.

    Examples
    --------
    >>> wave_pattern(["bdi.pre", "bdi.2m"])
    ('bdi.{time}', ['pre', '2m'])
    """
    start = _common(siblings)
    end = _common([name[len(start) :][::-1] for name in siblings])[::-1]
    waves = [name[len(start) : len(name) - len(end)] for name in siblings]
    return f"{start}{{time}}{end}", waves


def _common(names: Sequence[str]) -> str:
    """Return the letters with which all names start, up to the last end of a word or a number."""
    first, last = min(names), max(names)
    length = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    start = first[:length]
    while start and any(_within_word(start[-1], name[len(start) :]) for name in names):
        start = start[:-1]
    return start


def _within_word(letter: str, rest: str) -> bool:
    """Return whether a word or a number that has this letter goes on, or nothing is left."""
    following = rest[:1]
    return (
        not rest
        or (letter.isalpha() and following.isalpha())
        or (letter.isdigit() and following.isdigit())
    )


def _span(family: Sequence[str]) -> str:
    """Return numbered columns as the setting of a range."""
    return f"{family[0]}..{family[-1]}"


def families(
    table: ClientTable, pattern: re.Pattern[str], others: Sequence[str]
) -> dict[str, list[str]]:
    """Return columns of numbers by the stem of their names.

    Parameters
    ----------
    table
        A file.
    pattern
        Its first group is the stem.
    others
        Columns that are something else.
    """
    families: dict[str, list[str]] = {}
    for name in map(str, table.cells):
        match = pattern.match(name)
        if match and match[1] and name not in others and table.has_numbers(name):
            families.setdefault(match[1].rstrip(" ._-").lower(), []).append(name)
    return families


def numbered_within(table: ClientTable, others: Sequence[str]) -> list[list[str]]:
    """Return columns of numbers whose names differ in one number alone, wherever it stands.

    Parameters
    ----------
    table
        A file.
    others
        Columns that are something else.

    Returns
    -------
    list of list of str
        Three columns or more each; names that are a number and nothing else belong together, too.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for name in map(str, table.cells):
        if name in others or not table.has_numbers(name):
            continue
        for match in re.finditer(r"\d+", name):
            groups.setdefault((name[: match.start()], name[match.end() :]), []).append(name)
    return [group for group in groups.values() if len(group) >= FEWEST_ITEMS]


def _listed(names: Sequence[str]) -> str:
    """Return the first names, and the last one."""
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:3])} ... {names[-1]}"
