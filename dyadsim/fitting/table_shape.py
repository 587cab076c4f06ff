"""What a table cannot be fitted as it is: wide, a single item as the score, several questionnaires.

Each is told by the columns: families of columns that differ in a number or a wave alone, one row a
client, or a column that names questionnaires.
"""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from dyadsim.checks import is_plain_key, setting_word
from dyadsim.errors import BadData, nearest
from dyadsim.fitting.client_table import EMPTY_NUMBER, ClientTable, as_text

NUMBERED = re.compile(r"^(.*?)[ ._-]?0*(\d+)$")  # phq1, phq_01: an item
WAVE = re.compile(  # bdi_pre, bdi.2m, bdi_s0, bdi_week3, bdi_fu1
    r"^(.+?)[ ._-]?(?:(?:s|t|w|m|week|session|wave|month|time|fu|post)?[ ._-]?\d+[a-z]{0,2}"
    r"|pre|post|baseline|intake|screening|fu|follow[ ._-]?up)$",
    re.IGNORECASE,
)
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
    values = list(map(str, as_text(table.cells[name]).dropna().unique()))
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
    waves = _families(
        table, WAVE, [*client, *columns.get("arm", ()), *columns.get("therapist", ())]
    )
    siblings = max(waves.values(), key=len, default=[])
    if len(siblings) >= FEWEST_WAVES:
        raise BadData(
            f"{table.path}: the table is wide: one row a client, and {len(siblings)} columns of a "
            f"measure ({_listed(siblings)}). fit reads long tables, one row a client and time. "
            "Reshape it first (R: tidyr::pivot_longer; Python: pandas' DataFrame.melt; SPSS: "
            "VARSTOCASES), and give each wave its week."
        )


def _refuse_items(table: ClientTable, columns: Mapping[str, Sequence[str]]) -> None:
    """Refuse an item that is named as the score, and items where there is no score."""
    score = columns["score"][0]
    others = [name for role, names in columns.items() if role != "score" for name in names]
    for family in _families(table, NUMBERED, others).values():
        elsewhere = score in table.cells or bool(nearest(score, map(str, table.cells)))
        if len(family) < FEWEST_ITEMS or (elsewhere and score not in family):
            continue
        start = f"'{score}' is one of" if score in family else "the score is missing, but there are"
        raise BadData(
            f"{table.path}: data.columns.score: {start} {len(family)} numbered columns "
            f"({_listed(family)}): items, and one item is never the total. Add them up into a "
            "column of its own, with a rule for missing items, and name that one: "
            "data.columns.score=total."
        )


def _families(
    table: ClientTable, pattern: re.Pattern[str], others: Sequence[str]
) -> dict[str, list[str]]:
    """Return columns of numbers by the stem of their names."""
    families: dict[str, list[str]] = {}
    for name in map(str, table.cells):
        match = pattern.match(name)
        if match and match[1] and name not in others and _of_numbers(table.cells[name]):
            families.setdefault(match[1].rstrip(" ._-").lower(), []).append(name)
    return families


def _of_numbers(cells: pd.Series) -> bool:
    """Return whether all cells that are not empty are numbers, and there is one."""
    text = as_text(cells)
    known = text[text.notna() & ~text.isin(EMPTY_NUMBER)].str.replace(",", ".")
    return bool(len(known) and pd.to_numeric(known, errors="coerce").notna().all())


def _listed(names: Sequence[str]) -> str:
    """Return the first names, and the last one."""
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:3])} ... {names[-1]}"
