"""What needs scores session by session: sudden gains, early response, and dose-response."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.analysis import dose_response, early_response, sudden_gains, survival
from dyadsim.analysis.estimate import Estimate, from_count, from_standard_error
from dyadsim.fitting.own_estimates import Statistic, statistic_or_reason
from dyadsim.fitting.own_tables import OwnTables

EARLY = 4  # session of early response; an assumption, see analysis.early_response
SESSIONS_SHOWN = (4, 8, 12, 20)  # of dose-response; an assumption
FEWEST_SCORES = 4  # a sudden gain needs two scores on either side
BDI_GAIN = 7.0  # smallest sudden gain in points of the BDI (tang_derubeis1999)
BAD_START = "no clients of the arm have both scores and are cases at intake"
_BY_SESSION = ("sudden_gain", "early_response", "early_odds", "improved_by", "changed_by")


def session_statistics(tables: OwnTables, arm: str, seed: int) -> Iterator[Statistic]:
    """Yield what needs scores session by session, of one arm.

    Parameters
    ----------
    tables
        As `with_marks` returns them.
    arm
        Its name.
    seed
        Of the endings by lot.

    Yields
    ------
    Statistic
        Those that the data do not allow included.
    """
    if not tables.by_session:
        reason = "scores were not taken session by session"
        yield from (Statistic(key, arm, None, reason) for key in (*_BY_SESSION, "rate_and_total"))
        return
    clients, scale = tables.arm(arm), tables.scale
    for key in ("sudden_gain", "early_response"):
        marks = clients[key].dropna()
        note = f"smallest gain {gain_points(tables):g} points" if key == "sudden_gain" else ""
        yield statistic_or_reason(
            key,
            arm,
            partial(from_count, int(marks.sum()), len(marks)),
            tables=tables,
            arms=(arm,),
            note=note,
            percent=True,
        )
    rows = _of_arm(tables, arm)
    rule: Any = {"reliable_change": scale.reliable_change, "cut_off": scale.cut_off}
    yield statistic_or_reason(
        "early_odds",
        arm,
        lambda: (
            early_response.recovery_by_early_response(
                rows,
                **rule,
                at=EARLY,
                score="score",
                best=scale.best,
                higher_is_better=scale.higher_is_better,
            ).odds_ratio
        ),
        tables=tables,
        arms=(arm,),
    )
    last = int(clients["last_session"].max()) if clients["last_session"].notna().any() else 0
    for at in [session for session in SESSIONS_SHOWN if session <= last] or [max(last, 1)]:
        yield _improved_by(tables, arm, at)
        yield _changed_by(tables, arm, at)
    yield _rate(tables, arm, seed)


def _improved_by(tables: OwnTables, arm: str, at: int) -> Statistic:
    """Return the share reliably improved by a session."""

    def compute() -> Estimate:
        curve = _dose(tables, arm)
        share = float(curve.loc[curve["session"] <= at, "improved"].iloc[-1])
        n = int(tables.arm(arm)["pre"].notna().sum())
        return from_count(round(share * n), n)

    group = f"{arm}, session {at}"
    return statistic_or_reason(
        "improved_by", group, compute, tables=tables, arms=(arm,), percent=True, at=at
    )


def _changed_by(tables: OwnTables, arm: str, at: int) -> Statistic:
    """Return the share of cases who had recovered by a session, by Kaplan and Meier."""

    def compute() -> Estimate:
        times = tables.arm(arm)[["change_session", "changed"]].dropna()
        times = times.rename(columns={"change_session": "session"})
        if len(times) < 3:
            raise ValueError(BAD_START)
        curve = survival.change_curve(times.astype({"changed": bool}))
        before = curve[curve["session"] <= at]
        if before.empty or not times["session"].ge(at).any():
            raise ValueError("no case was followed so long")
        share, error = (float(before[name].iloc[-1]) for name in ("changed", "standard_error"))
        if np.isnan(error):
            raise ValueError("every case that was followed so long had changed: there is no error")
        middle = from_standard_error(share, error, len(times))
        return middle._replace(low=max(middle.low, 0.0), high=min(middle.high, 1.0))

    group = f"{arm}, session {at}"
    return statistic_or_reason(
        "changed_by", group, compute, tables=tables, arms=(arm,), percent=True, at=at
    )


def _rate(tables: OwnTables, arm: str, seed: int) -> Statistic:
    """Return how the number of sessions goes with the gain per session, beside endings by lot."""
    if tables.arm(arm)["last_session"].nunique() < 2:
        reason = "all clients have the same number of sessions"
        return Statistic("rate_and_total", arm, None, reason)
    try:
        total = dose_response.rate_and_total(
            _of_arm(tables, arm),
            score="score",
            higher_is_better=tables.scale.higher_is_better,
            rng=seed,
        )
    except ValueError as error:
        return Statistic("rate_and_total", arm, None, str(error).rstrip("."))
    lot = total.rate_by_lot
    note = f"endings by lot: {lot.value:.2f} [{lot.low:.2f}, {lot.high:.2f}]"
    return statistic_or_reason(
        "rate_and_total", arm, lambda: total.rate, tables=tables, arms=(arm,), note=note
    )


def _of_arm(tables: OwnTables, arm: str | None = None) -> pd.DataFrame:
    """Return the sessions of the clients who have a score at intake, of an arm or of all."""
    rows = tables.sessions
    known = rows["client"].isin(tables.clients.loc[tables.clients["pre"].notna(), "client"])
    return rows[known if arm is None else known & (rows["arm"] == arm)]


def _dose(tables: OwnTables, arm: str) -> pd.DataFrame:
    """Return the dose-response curve of an arm."""
    return dose_response.dose_response_curve(
        _of_arm(tables, arm),
        reliable_change=tables.scale.reliable_change,
        score="score",
        higher_is_better=tables.scale.higher_is_better,
    )


def dose_curves(tables: OwnTables) -> pd.DataFrame:
    """Return the dose-response curves of all arms; empty where there are none.

    Parameters
    ----------
    tables
        Of the data.

    Returns
    -------
    pandas.DataFrame
        As of `dose_response.dose_response_curve`, with the arm.
    """
    curves = []
    for arm in tables.arms if tables.by_session else ():
        try:
            curves.append(_dose(tables, arm).assign(arm=arm))
        except ValueError:
            continue
    return pd.concat(curves, ignore_index=True) if curves else pd.DataFrame()


def gain_points(tables: OwnTables) -> float:
    """Return the smallest sudden gain in points: 7 of the BDI, else the reliable change.

    The latter is an assumption.
    """
    return BDI_GAIN if tables.scale.name == "bdi2" else tables.scale.reliable_change


def with_marks(tables: OwnTables) -> OwnTables:
    """Return the tables with what is marked of each client in sessions: R reads it there.

    Parameters
    ----------
    tables
        Of the data.

    Returns
    -------
    OwnTables
        With columns sudden_gain, early_response and changed (1 or 0, missing where a client cannot
        be judged) and change_session (of the change, or the last one).
    """
    clients = tables.clients.set_index("client")
    if not tables.by_session:
        return tables
    scale, rows = tables.scale, _of_arm(tables)
    good: Any = {"score": "score", "higher_is_better": scale.higher_is_better}
    marks: Sequence[str] = ("sudden_gain", "early_response", "change_session", "changed")
    clients = clients.assign(**dict.fromkeys(marks, np.nan))
    later = tables.sessions[tables.sessions["occasion"] == "session"]
    counts = later.groupby("client").size()
    able = counts.index[counts >= FEWEST_SCORES]
    gains = sudden_gains.find_sudden_gains(
        later,
        cut_off=gain_points(tables),
        best=scale.best,
        **good,
    )
    clients.loc[able, "sudden_gain"] = able.isin(gains["client"]).astype(float)
    early = early_response.early_responders(rows, EARLY, best=scale.best, **good)
    clients.loc[early.index, "early_response"] = early.astype(float)
    try:
        times = survival.time_to_change(
            rows,
            cut_off=scale.cut_off,
            reliable_change=scale.reliable_change,
            **good,
        )
    except ValueError:  # no case has a second score
        return tables._replace(clients=clients.reset_index())
    clients.loc[times.index, "change_session"] = times["session"].astype(float)
    clients.loc[times.index, "changed"] = times["changed"].astype(float)
    return tables._replace(clients=clients.reset_index())
