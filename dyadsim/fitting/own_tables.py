"""A researcher's clean measurements as two tables for analyses: of clients, and of sessions.

All scores are in the file's own points, also where high is good. The first score is that of the
intake, the end is the last score in treatment: a missing intake is never replaced by a later score.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.process import score_at_session
from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.client_data import ClientData
from dyadsim.fitting.measured_weeks import Weeks, belong_to_weeks, few_words, weeks_of_data
from dyadsim.fitting.repeated_scores import refuse_shared_sessions
from dyadsim.fitting.treatment_length import NEAR, SESSION_GAP, WAVE_GAP, StatedLength
from dyadsim.model.questionnaires import Instrument

NOT_STATED = StatedLength()
SCORES, CHANGE = "scores are ", "reliable change is "  # what the reader says that is said anew
MOST_WAVES = 20  # columns score_WEEK in the table of clients


class Scale(NamedTuple):
    """A questionnaire in the file's own points; `change_words` say whose the reliable change is."""

    name: str
    lowest: float
    highest: float
    cut_off: float
    reliable_change: float
    reliability: float
    higher_is_better: bool
    change_words: str

    @property
    def best(self) -> float:
        """The best possible score."""
        return self.highest if self.higher_is_better else self.lowest

    @property
    def words(self) -> str:
        """The scale in a sentence."""
        return (
            f"scores are {self.name}, {self.lowest:g} to {self.highest:g}, cut-off "
            f"{self.cut_off:g}; {'high' if self.higher_is_better else 'low'} scores are good"
        )


class OwnTables(NamedTuple):
    """One row a client, and one row a client and occasion.

    `clients`: client (1 to n, in the order of the file), arm, therapist, pre (score at intake),
    post (last score in treatment), last_session, alliance_early, alliance_mean, and score_WEEK for
    every wave. `sessions`: client, arm, therapist, week, session, occasion, score, alliance.
    `waves` are the weeks at which everybody is assessed, () where scores are given in sessions;
    `end` is the last week of treatment, `by_session` whether sessions follow one another,
    `planned` the stated number of sessions, `unit` what `session` counts. `assumed`: sentences.
    """

    clients: pd.DataFrame
    sessions: pd.DataFrame
    scale: Scale
    arms: tuple[str, ...]
    waves: tuple[float, ...]
    end: float
    by_session: bool
    planned: int | None
    assumed: tuple[str, ...]

    def arm(self, name: str) -> pd.DataFrame:
        """Return the clients of an arm."""
        return self.clients[self.clients["arm"] == name]

    @property
    def has_therapists(self) -> bool:
        """Whether any client has a therapist."""
        return bool(self.clients["therapist"].notna().any())

    @property
    def has_alliance(self) -> bool:
        """Whether any alliance was measured."""
        return bool(self.sessions["alliance"].notna().any())


def tables_of_data(
    data: ClientData,
    *,
    reverse: bool = False,
    stated: StatedLength = NOT_STATED,
    measured: str | None = None,
    ask: bool = True,
) -> OwnTables:
    """Return the tables of a researcher's measurements.

    Parameters
    ----------
    data
        As `client_data.read_client_data` returns them.
    reverse
        High scores are good in the file, so the reader has turned them: they are turned back.
    stated
        What is known of the length of treatment: sessions, how often, weeks of follow-up.
    measured
        Scores are given in 'sessions' or by 'weeks'; None: told from the data.
    ask
        Weeks so far apart that they do not say where treatment ends are refused.

    Returns
    -------
    OwnTables
        Scores in the file's own points.

    Raises
    ------
    BadInput
        A follow-up at a week at which nobody has a score, or weeks so far apart that they do not
        say where treatment ends.

    Examples
    --------
    >>> from dyadsim.model.questionnaires import find_instrument
    >>> client, week = np.repeat(np.arange(10), 2), np.tile([0.0, 8.0], 10)
    >>> score, no = 20 - week + client, np.full(20, np.nan)
    >>> arm, nobody = np.zeros(10, int), np.full(10, -1)
    >>> form = find_instrument("bdi2")
    >>> data = ClientData(client, week, score, no, arm, nobody, ("care",), form, ("", ""))
    >>> tables_of_data(data).clients[["pre", "post"]].iloc[0].tolist()
    [20.0, 12.0]
    """
    weeks = weeks_of_data(data)
    waves = belong_to_weeks(weeks, data.clients, measured)
    end, words = _end_of_treatment(weeks, stated, ask)
    scale = _scale(data, reverse)
    rows = _session_rows(data, scale, end, stated.per_week)
    common = tuple(map(float, weeks.common)) if waves else ()
    during = weeks.common[weeks.common <= end]
    follow_on = len(during) > 2 and bool(
        np.diff(during).max() <= max(WAVE_GAP, 1 / stated.per_week) + NEAR
    )
    clients = _client_rows(data, rows, common if len(common) <= MOST_WAVES else ())
    known = [text for text in data.assumed if not text.startswith((SCORES, CHANGE))]
    said = [*known, words, *(few_words(weeks, data.clients) if waves else [])]
    return OwnTables(
        clients,
        rows,
        scale,
        data.arms,
        common,
        end,
        follow_on or not waves,
        stated.sessions,
        (scale.words, scale.change_words, *said),
    )


def _scale(data: ClientData, reverse: bool) -> Scale:
    """Return the questionnaire in the file's own points."""
    form: Instrument = data.instrument
    total = form.floor + form.ceiling
    words = f"reliable change is {form.reliable_change:g}, as published for {form.name}"
    words = next((text for text in data.assumed if text.startswith(CHANGE)), words)
    return Scale(
        form.name.removesuffix(", reversed"),
        form.floor,
        form.ceiling,
        total - form.cut_off if reverse else form.cut_off,
        form.reliable_change,
        form.reliability,
        reverse,
        words,
    )


def _end_of_treatment(weeks: Weeks, stated: StatedLength, ask: bool) -> tuple[float, str]:
    """Return the last week of treatment, and words on it."""
    last = float(weeks.week[-1])
    if stated.follow_up:
        for later in stated.follow_up:
            if not np.isclose(weeks.week, later, atol=NEAR).any():
                shown = ", ".join(f"{known:g}" for known in weeks.week[-6:])
                raise BadInput(
                    f"data.follow_up: nobody has a score at week {later:g}; last: {shown}."
                )
        during = weeks.week[weeks.week < min(stated.follow_up) - NEAR]
        if len(during) < 2:
            raise BadInput("data.follow_up: no week is left for treatment.")
        end = float(during[-1])
        return end, f"treatment ends at week {end:g}: what is measured later is follow-up"
    if stated.sessions is not None:
        end = (stated.sessions + 0.5) / stated.per_week
        end = float(weeks.week[weeks.week <= end][-1])
        return end, f"treatment has {stated.sessions} sessions: what is measured later is follow-up"
    if ask:
        _ask_for_follow_up(weeks)
    words = f"the end of treatment is each client's last score, up to week {last:g}, the last one"
    return last, f"{words} measured (data.sessions or data.follow_up say otherwise)"


def _ask_for_follow_up(weeks: Weeks) -> None:
    """Ask which weeks come after treatment, where three or more of them leave long gaps."""
    common = weeks.common
    if len(common) < 3 or np.diff(common).max() <= SESSION_GAP:
        return
    late = common[1:][int(np.diff(common)[1:].argmax()) + 1 :]
    shown = ", ".join(f"{week:g}" for week in common[-6:])
    raise BadInput(
        f"data.follow_up: which weeks come after treatment? Scores lie at {shown}, and weeks do "
        f"not say it: data.follow_up=[{','.join(f'{week:g}' for week in late)}], or "
        f"data.sessions={common[-1]:g} if treatment lasts to the last one (data.per_week=1)."
    )


def _session_rows(data: ClientData, scale: Scale, end: float, per_week: float) -> pd.DataFrame:
    """Return one row a client and occasion, in order."""
    score = data.score
    if scale.higher_is_better:
        score = scale.lowest + scale.highest - score
    therapist = data.therapist[data.client].astype(float)
    during = np.where(data.week == 0, "intake", "session")
    rows = pd.DataFrame(
        {
            "client": data.client + 1,
            "arm": np.asarray(data.arms, object)[data.arm[data.client]],
            "therapist": np.where(therapist < 0, np.nan, therapist + 1),
            "week": data.week,
            "session": np.rint(data.week * per_week).astype(int),
            "occasion": np.where(data.week > end, "follow_up", during),
            "score": score,
            "alliance": data.alliance,
        }
    )
    treatment = rows[rows["occasion"] != "follow_up"]
    again = int(treatment.duplicated(["client", "session"]).sum())
    refuse_shared_sessions(again, len(rows), per_week)
    return rows.sort_values(["client", "week"], kind="stable").reset_index(drop=True)


def _client_rows(data: ClientData, rows: pd.DataFrame, waves: Sequence[float]) -> pd.DataFrame:
    """Return one row a client."""
    treated = rows[rows["occasion"] == "session"]
    clients = pd.DataFrame(index=pd.RangeIndex(1, data.clients + 1, name="client"))
    clients["arm"] = np.asarray(data.arms, object)[data.arm]
    clients["therapist"] = rows.groupby("client")["therapist"].first()
    clients["pre"] = rows[rows["occasion"] == "intake"].groupby("client")["score"].first()
    clients["post"] = treated.groupby("client")["score"].last()
    before_follow_up = rows[rows["occasion"] != "follow_up"]
    clients["last_session"] = before_follow_up.groupby("client")["session"].max()
    for name, at in (("alliance_early", 3), ("alliance_mean", None)):
        clients[name] = _alliance(rows, at).reindex(clients.index)
    waved = _rows_of_waves(rows, waves)
    for week in waves:
        clients[f"score_{week:g}"] = waved[waved["week"] == week].set_index("client")["score"]
    return clients.reset_index()


def _alliance(rows: pd.DataFrame, at: int | None) -> "pd.Series[float]":
    """Return an alliance by client; none where nobody has it."""
    try:
        return score_at_session(rows, "alliance", at)
    except (BadData, BadInput, ValueError):
        return pd.Series(dtype=float)


def _rows_of_waves(rows: pd.DataFrame, waves: Sequence[float]) -> pd.DataFrame:
    """Return one row a client and wave, the nearest in time, with the wave as its week."""
    if not len(waves):
        return rows.iloc[:0]
    week, at = rows["week"].to_numpy(float), np.asarray(waves, float)
    near = at[np.abs(week[:, None] - at).argmin(axis=1)]
    nearest = rows.assign(week=near, off=np.abs(week - near))
    nearest = nearest.sort_values(["client", "week", "off"], kind="stable")
    return nearest.drop_duplicates(["client", "week"]).drop(columns="off")


def weeks_table(tables: OwnTables) -> pd.DataFrame:
    """Return n, mean, SD and what is missing, arm by arm and week by week.

    Parameters
    ----------
    tables
        Of the data.

    Returns
    -------
    pandas.DataFrame
        arm, week, n, mean, sd (NaN for one client), low, high (95 % of the mean, Student's t),
        missing (clients of the arm without a score then, those no longer in care included).
    """
    from scipy.special import stdtrit

    rows = tables.sessions
    if tables.waves:
        rows = _rows_of_waves(rows, tables.waves)
    groups = rows.groupby(["arm", "week"])["score"]
    table = pd.DataFrame({"n": groups.size(), "mean": groups.mean(), "sd": groups.std()})
    table = table.reset_index()
    half = stdtrit(np.maximum(table["n"] - 1, 1), 0.975) * table["sd"] / np.sqrt(table["n"])
    size = tables.clients.groupby("arm").size()
    missing = table["arm"].map(size) - table["n"]
    table = table.assign(low=table["mean"] - half, high=table["mean"] + half, missing=missing)
    place = table["arm"].map({name: place for place, name in enumerate(tables.arms)})
    table = table.assign(place=place).sort_values(["place", "week"], kind="stable")
    return table.drop(columns="place").reset_index(drop=True)


def arms_table(tables: OwnTables) -> pd.DataFrame:
    """Return who is in each arm.

    Parameters
    ----------
    tables
        Of the data.

    Returns
    -------
    pandas.DataFrame
        arm, clients, therapists, caseload (clients per therapist, least to most), intake (clients
        with a first score), both (with a first and a last score), scores, last_week, range.
    """
    rows = []
    for name in tables.arms:
        clients = tables.arm(name)
        scores = tables.sessions[tables.sessions["arm"] == name]
        loads = clients["therapist"].value_counts()
        rows.append(
            {
                "arm": name,
                "clients": len(clients),
                "therapists": len(loads),
                "caseload": f"{loads.min()} to {loads.max()}" if len(loads) else "-",
                "intake": int(clients["pre"].notna().sum()),
                "both": int(clients[["pre", "post"]].notna().all(axis=1).sum()),
                "scores": len(scores),
                "last_week": float(scores["week"].max()),
                "range": f"{scores['score'].min():g} to {scores['score'].max():g}",
            }
        )
    return pd.DataFrame(rows)
