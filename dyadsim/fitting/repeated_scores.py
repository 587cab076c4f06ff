"""Several scores of one client at one time: copies to be averaged, or clients taken for one.

Client numbers that start again with each therapist, and two questionnaires in one long file, look
alike: most scores share client and time with another one. Such a file is refused with the way out.
"""

import pandas as pd

from dyadsim.checks import setting_word
from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.client_table import ClientTable, as_text
from dyadsim.fitting.table_shape import questionnaire_words, questionnaires_in

RULES = ("refuse", "mean", "first", "last")
COPIES = "{} rows are copies of another one (client, time, score): they count once"
AT_ONE_TIME = 0.05  # share of scores at the very time of another, beyond which it is no slip
IN_ONE_WEEK = 1 / 3  # of those in the week of another: more than every third is no weekly course
OF_ONE_CLIENT = 0.5  # share of a client's times with several scores: two clients of one number
TOLD_APART = 0.2  # of scores at one time, those that a column does not tell apart, at most
FEWEST_TIMES = 3  # of a client, before that share says anything


def refuse_repeated(table: ClientTable, rows: pd.DataFrame) -> None:
    """Refuse a file in which too many scores share client and time.

    Parameters
    ----------
    table
        The file with its roles.
    rows
        The rows that have a score: `client` (code), `time` (of the file), `week`, and as index the
        row in the table.

    Raises
    ------
    BadData
        More than a few per cent share client and time with another score than theirs, a third
        client and week, or one client has several scores at most times.
    """
    rows_apart = rows.drop_duplicates(["client", "time", "score"])  # copies of a row are harmless
    again = rows_apart.duplicated(["client", "time"])
    times = rows.drop_duplicates(["client", "time"]).groupby("client").size()
    several = rows_apart[again].drop_duplicates(["client", "time"]).groupby("client").size()
    doubled = several[(several / times > OF_ONE_CLIENT) & (times >= FEWEST_TIMES)].index.tolist()
    if again.mean() > AT_ONE_TIME or doubled:
        _refuse(table, rows, ["client", "time"], doubled)
    if rows.duplicated(["client", "week"]).mean() > IN_ONE_WEEK:
        _refuse(table, rows, ["client", "week"], doubled)


def _refuse(table: ClientTable, rows: pd.DataFrame, key: list[str], doubled: list[int]) -> None:
    """Raise BadData with an example, of the clients `doubled` if there are any, and ways out."""
    shown = rows[rows["client"].isin(doubled)] if doubled else rows
    sizes = shown.groupby(key)["score"].transform("size")
    row = int(sizes.to_numpy().argmax())
    name = table.text("client").loc[shown.index[row]]
    unit = table.label("time") if key[1] == "time" else "week"
    place = f"{unit} {shown[key[1]].iloc[row]:g}"
    raise BadData(
        f"{table.path}: {int(rows.duplicated(key).sum())} of {len(rows)} scores share client and "
        f"{key[1]} with another one; client {name} has {sizes.max()} at {place}. Such scores are "
        f"not averaged. {_ways_out(table, rows, key)}"
        "Of one client: data.repeated=mean, first, last."
    )


def _ways_out(table: ClientTable, rows: pd.DataFrame, key: list[str]) -> str:
    """Return what may be said of each column that tells the scores apart."""
    own = [*table.columns["client"], table.columns["time"][0], table.columns["score"][0]]
    words = []
    for name in table.cells:
        if name in own or (table.has("alliance") and name in table.columns["alliance"]):
            continue
        text = as_text(table.cells[name]).loc[rows.index].fillna("")
        apart = rows.assign(apart=text).duplicated([*key, "apart"]).mean()
        shared = rows.duplicated(key).mean()
        if not 2 <= text.nunique() <= len(rows) / FEWEST_TIMES or apart > TOLD_APART * shared:
            continue  # it is constant, numbers the rows, or does not tell them apart
        values = questionnaires_in(table, str(name))
        if values:
            words.append(_sentence(questionnaire_words(str(name), values)))
        else:
            both = setting_word("data.columns.client", [str(name), *table.columns["client"]])
            words.append(f"If each {name} counts its clients anew: {both}. ")
    if not words:
        words.append(
            "Where clients of several centres have the same numbers, or scores are of several "
            "questionnaires, a column must say so: 'data.columns.client=[centre,client]', "
            "'data.where={questionnaire:PHQ9}'. "
        )
    return "".join(words)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]} "


def one_score_a_week(rows: pd.DataFrame, rule: str) -> tuple[pd.DataFrame, list[str]]:
    """Return one score a client and week, and what was done with further ones.

    Parameters
    ----------
    rows
        `client`, `time`, `week`, `score`, `alliance`.
    rule
        One of `RULES`: with "first" or "last", the score that counts is the first or the last one;
        else their mean.

    Returns
    -------
    tuple
        client, week, score, alliance in order of client and week; and sentences.
    """
    again = rows.duplicated(["client", "time", "score", "alliance"])
    copies, rows = int(again.sum()), rows[~again]
    texts = [COPIES.format(copies)] if copies else []
    repeated = int(rows.duplicated(["client", "week"]).sum())
    groups = rows.sort_values("time", kind="stable").groupby(["client", "week"])
    columns = groups[["score", "alliance"]]
    if rule in ("first", "last"):
        kept = columns.nth(0 if rule == "first" else -1)
        weekly = rows.loc[kept.index].sort_values(["client", "week"]).reset_index(drop=True)
        words = f"{repeated} further scores of a client in the same week: the {rule} one counts"
    else:
        weekly = columns.mean().reset_index()
        words = f"{repeated} further scores of a client in the same week were averaged in"
    texts += [words] if repeated else []
    return weekly[["client", "week", "score", "alliance"]], texts


def refuse_shared_sessions(shared: int, scores: int, per_week: float) -> None:
    """Refuse data of which many scores share a session with another one of the same client.

    Parameters
    ----------
    shared, scores
        How many do, and how many there are.
    per_week
        Sessions a week.

    Raises
    ------
    BadInput
        The sessions are further apart than the scores.
    """
    if shared > AT_ONE_TIME * scores:
        raise BadInput(
            f"data.per_week={per_week:g}: {shared} of {scores} scores share a session "
            "with another one of the client: the sessions are further apart than the scores."
        )
