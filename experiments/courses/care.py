"""Routine care as a clinician sees it: courses, attendance, endings, alliance and gains."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from dyadsim.analysis.estimate import from_count
from dyadsim.model.questionnaires import Instrument

SHOWN = 30  # individual courses: the first clients of the run, not chosen
FEWEST = 30  # scores behind a mean
AT_RISK = 100  # clients behind a share of those who leave
STAYED = 10  # sessions of the clients in whom the trend of the alliance is read
LENGTHS = ((1, 3), (4, 7), (8, 12), (13, 29))  # groups of clients by sessions attended
AGREED, OTHERS = ("good_enough", "planned"), ("removed",)
COLUMNS = ["panel", "series", "x", "value", "low", "high", "n"]


def care_panels(clients: pd.DataFrame, sessions: pd.DataFrame, form: Instrument) -> pd.DataFrame:
    """Return what the panels on routine care show: panel, series, x, value, low, high, n.

    low and high are one SD below and above the mean (`weeks`, `lengths`, `alliance`), or the 95 %
    interval of a share (`leaving`).
    """
    attended = clients.set_index("client")["n_sessions"]
    rows = sessions.assign(attended=sessions["client"].map(attended))
    parts = [
        *weeks(rows),
        *lengths(rows),
        percent_by_value("attended", clients["n_sessions"]),
        *leaving(clients),
        *alliance(rows),
        percent_by_value("gains", gains(rows, form)),
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def spread(rows: pd.DataFrame, by: str, score: str, panel: str, series: str) -> pd.DataFrame:
    """Return mean, mean - SD, mean + SD and number of a score, where enough filled it in."""
    groups = rows.dropna(subset=score).groupby(by)[score]
    table = groups.agg(["mean", "std", "count"]).astype(float).reset_index()
    table = table[table["count"] >= FEWEST]
    return pd.DataFrame(
        {
            "panel": panel,
            "series": series,
            "x": table[by].astype(float),
            "value": table["mean"],
            "low": table["mean"] - table["std"],
            "high": table["mean"] + table["std"],
            "n": table["count"].astype(int),
        }
    )


def weeks(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the course by week: of those in care, of all (last score kept), of single clients."""
    yield spread(rows, "week", "symptom_score", "weeks", "in care")
    wide = rows.pivot(index="client", columns="week", values="symptom_score").ffill(axis=1)
    kept = wide.melt(value_name="symptom_score", ignore_index=False)
    yield spread(kept, "week", "symptom_score", "weeks", "all, last score kept")
    known = rows[rows["client"] < SHOWN].dropna(subset="symptom_score")
    names = "client " + known["client"].astype(str)
    yield pd.DataFrame(
        {
            "panel": "weeks",
            "series": names,
            "x": known["week"],
            "value": known["symptom_score"].astype(float),
        }
    )


def lengths(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the course by session, of all who came to it and by the length of the therapy."""
    yield spread(rows, "session", "symptom_score", "lengths", "all who came")
    for fewest, most in LENGTHS:
        group = rows[rows["attended"].between(fewest, most)]
        label = f"{fewest} to {most}"
        yield spread(group, "session", "symptom_score", "lengths", label)


def percent_by_value(panel: str, values: pd.Series) -> pd.DataFrame:
    """Return the percentage of clients by value."""
    counts = values.value_counts().sort_index()
    return pd.DataFrame(
        {
            "panel": panel,
            "series": "all",
            "x": counts.index.to_numpy(float),
            "value": 100 * counts.to_numpy() / counts.sum(),
            "n": int(counts.sum()),
        }
    )


def leaving(clients: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield of those who came to a session the percentage that left after it, by how."""
    last = clients["n_sessions"]
    kinds = {"dropped out": ("dropout",), "agreed end": AGREED, "other reasons": OTHERS}
    for series, endings in kinds.items():
        ended = clients["ending"].isin(endings)
        shares = []
        for session in range(1, int(last.max()) + 1):
            here = int((last >= session).sum())
            if here >= AT_RISK:
                share = from_count(int((ended & (last == session)).sum()), here)
                percent = [100 * number for number in (share.value, share.low, share.high)]
                shares.append((session, *percent, here))
        table = pd.DataFrame(shares, columns=["x", "value", "low", "high", "n"])
        yield table.assign(panel="leaving", series=series)


def alliance(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the alliance by session: of all who came, and of those with ten sessions or more."""
    rated = rows[rows["session"] > 0]
    stayed = rated[(rated["attended"] >= STAYED) & (rated["session"] <= STAYED)]
    yield spread(rated, "session", "alliance_score", "alliance", "all who came")
    yield spread(stayed, "session", "alliance_score", "alliance", "same people")


def first_and_last(rows: pd.DataFrame, form: Instrument) -> pd.DataFrame:
    """Return pre and post of the cases with two sessions or more."""
    scored = rows.dropna(subset="symptom_score")
    scores = scored[scored["attended"] >= 2].groupby("client")["symptom_score"]
    pairs = pd.DataFrame({"pre": scores.first(), "post": scores.last()})[scores.size() > 1]
    return pairs[pairs["pre"] >= form.cut_off].astype(float)


def gains(rows: pd.DataFrame, form: Instrument) -> pd.Series:
    """Return by how many points the score of each of them fell."""
    pairs = first_and_last(rows, form)
    return pairs["pre"] - pairs["post"]


def successive_changes(sessions: pd.DataFrame) -> float:
    """Return the correlation of a client's change from session to session with the next change."""
    wide = sessions.pivot(index="client", columns="session", values="symptom_score")
    change = np.diff(wide.to_numpy(float)[:, 1:], axis=1)
    first, then = change[:, :-1].ravel(), change[:, 1:].ravel()
    known = ~np.isnan(first + then)
    return float(np.corrcoef(first[known], then[known])[0, 1])


def left_early(clients: pd.DataFrame) -> float:
    """Return the percentage of all clients who dropped out after session 1, 2 or 3."""
    return 100 * float(((clients["ending"] == "dropout") & (clients["n_sessions"] <= 3)).mean())
