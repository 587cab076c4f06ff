"""The field's statistics of one's own data, without any simulation.

Each is a function of `analysis`, applied arm by arm or to two arms. What the data do not allow is a
row without a value, with the reason: nothing is guessed.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any, NamedTuple

import pandas as pd

from dyadsim.analysis import change, clinical_significance, effects, process, therapists
from dyadsim.analysis.criteria import reaches
from dyadsim.analysis.direction import high_is_bad
from dyadsim.analysis.estimate import Estimate, from_count
from dyadsim.checks import known_name
from dyadsim.fitting.own_definitions import DEFINITIONS
from dyadsim.fitting.own_estimates import Statistic, statistic_or_reason
from dyadsim.fitting.own_sessions import dose_curves, session_statistics, with_marks
from dyadsim.fitting.own_tables import OwnTables

FEW_WAVES = 3  # in treatment, up to which arms are compared at each, else at the last one
FEW_THERAPISTS = 10  # below which next to nothing is known of their differences; an assumption


class OwnAnalysis(NamedTuple):
    """Tables, with the columns that statistics add to clients, and all statistics."""

    tables: OwnTables
    statistics: tuple[Statistic, ...]
    curves: pd.DataFrame

    def estimate(self, key: str, group: str) -> Estimate | None:
        """Return an estimate by name and group; None where there is none."""
        for row in self.statistics:
            if (row.key, row.group) == (key, group):
                return row.estimate
        return None


def analyse_tables(tables: OwnTables, *, control: str | None = None, seed: int = 1) -> OwnAnalysis:
    """Return all statistics of a researcher's data.

    Parameters
    ----------
    tables
        As `own_tables.tables_of_data` returns them.
    control
        The arm that all others are compared with; None: every arm with every other.
    seed
        Of the endings by lot (`dose_response.rate_and_total`).

    Returns
    -------
    OwnAnalysis
        The statistics, those that the data do not allow included.

    Raises
    ------
    BadInput
        There is no such arm.
    """
    if control is not None:
        known_name("arm", control, tables.arms, where="task.control")
    tables = with_marks(tables)
    rows = [*_between(tables, control)]
    for arm in tables.arms:
        rows += _change(tables, arm)
        rows += _people(tables, arm)
        rows += session_statistics(tables, arm, seed)
    order = list(DEFINITIONS)
    rows.sort(key=lambda row: order.index(row.key))
    return OwnAnalysis(tables, tuple(rows), dose_curves(tables))


def _between(tables: OwnTables, control: str | None) -> Iterator[Statistic]:
    """Yield Hedges' g of two arms, at the end, or at every wave after the first."""
    pairs = [
        (first, second) if second == control or control is None else (second, first)
        for first, second in combinations(tables.arms, 2)
        if control is None or control in (first, second)
    ]
    if not pairs:
        yield Statistic("hedges_g", "", None, "there is one arm: nothing to compare it with")
    during = [week for week in tables.waves if 0 < week <= tables.end]
    shown = during if len(during) <= FEW_WAVES else during[-1:]
    shown += [week for week in tables.waves if week > tables.end]
    whens = [(f"score_{week:g}", f"week {week:g}") for week in shown]
    whens = [(name, when) for name, when in whens if name in tables.clients]
    for first, second in pairs:
        for column, when in whens or [("post", "last score")]:
            better, worse = tables.arm(first)[column], tables.arm(second)[column]
            yield statistic_or_reason(
                "hedges_g",
                f"{first} against {second}, {when}",
                partial(
                    effects.hedges_g,
                    better,
                    worse,
                    higher_is_better=tables.scale.higher_is_better,
                ),
                tables=tables,
                arms=(first, second),
                column=column,
            )


def _change(tables: OwnTables, arm: str) -> Iterator[Statistic]:
    """Yield pre-post change, response, remission and reliable change of an arm."""
    scale, clients = tables.scale, tables.arm(arm).set_index("client")
    up = {"higher_is_better": scale.higher_is_better}
    rule: Any = {"reliable_change": scale.reliable_change, "cut_off": scale.cut_off, **up}
    both = clients[["pre", "post"]].dropna()
    limit = high_is_bad(scale.cut_off, scale.higher_is_better)
    start = high_is_bad(both["pre"].to_numpy(float), scale.higher_is_better)
    cases = both[reaches(start, limit)]
    shares = clinical_significance
    computed: dict[str, Callable[[], Estimate]] = {
        "pre_post_d": lambda: effects.pre_post_d(both["pre"], both["post"], **up),
        "mean_gain": lambda: effects.mean_gain(both["pre"], both["post"], **up),
        "improved": lambda: shares.share_reliable_improvement(both["pre"], both["post"], **rule),
        "recovered": lambda: shares.share_reliable_recovery(cases["pre"], cases["post"], **rule),
        "deteriorated": lambda: shares.share_reliable_deterioration(
            both["pre"], both["post"], **rule
        ),
        "response": lambda: shares.response(both["pre"], both["post"], best=scale.best, **up),
        "remission": lambda: shares.remission(cases["post"], scale.cut_off, **up),
    }
    for key, compute in computed.items():
        percent = DEFINITIONS[key].unit == "%"
        yield statistic_or_reason(key, arm, compute, tables=tables, arms=(arm,), percent=percent)


def _people(tables: OwnTables, arm: str) -> Iterator[Statistic]:
    """Yield the therapist effect, process and outcome, and who is not there at the end."""
    clients = tables.arm(arm).set_index("client")
    if clients["therapist"].isna().all():
        reason = "the data name no therapists (data.columns.therapist)"
        if tables.has_therapists:
            reason = "the clients of this arm have no therapists"
        yield Statistic("therapist_effect", arm, None, reason)
    else:
        count = clients["therapist"].nunique()
        few = "; with so few therapists next to nothing is known of it" * (count < FEW_THERAPISTS)
        yield statistic_or_reason(
            "therapist_effect",
            arm,
            lambda: therapists.therapist_effect(clients).percent,
            tables=tables,
            arms=(arm,),
            note=f"{count} therapists{few}",
        )
    for key in ("alliance_early", "alliance_mean"):
        if not tables.has_alliance:
            reason = "the data hold no alliance (data.columns.alliance)"
            yield Statistic(key, arm, None, reason)
        elif key == "alliance_early" and not tables.by_session:
            yield Statistic(key, arm, None, "it was not measured session by session")
        else:
            yield statistic_or_reason(
                key,
                arm,
                partial(_alliance_and_gain, tables, clients, key),
                tables=tables,
                arms=(arm,),
            )
    yield _not_to_end(tables, arm, clients)


def _alliance_and_gain(tables: OwnTables, clients: pd.DataFrame, alliance: str) -> Estimate:
    """Return the correlation of an alliance with residual gain."""
    gain = change.residual_gain(
        clients["pre"], clients["post"], higher_is_better=tables.scale.higher_is_better
    )
    return process.pearson(clients[alliance], gain)


def _not_to_end(tables: OwnTables, arm: str, clients: pd.DataFrame) -> Statistic:
    """Return the share without a score at the end, where there is an end that is known."""
    in_treatment = [week for week in tables.waves if 0 < week <= tables.end]
    if in_treatment and f"score_{in_treatment[-1]:g}" in clients:
        column = f"score_{in_treatment[-1]:g}"
        gone, code = clients[column].isna(), f"is.na(a${column})"
        note = f"at week {in_treatment[-1]:g}"
    elif tables.planned is not None:
        gone = clients["last_session"].fillna(0) < tables.planned
        code = f"ifelse(is.na(a$last_session), 0, a$last_session) < {tables.planned}"
        note = f"last score before session {tables.planned}"
    else:
        reason = (
            "treatment has no stated end: data.sessions says how many sessions were planned; who "
            "dropped out of open-ended care, scores do not say"
        )
        return Statistic("not_to_end", arm, None, reason)
    return statistic_or_reason(
        "not_to_end",
        arm,
        lambda: from_count(int(gone.sum()), len(gone)),
        tables=tables,
        arms=(arm,),
        note=note,
        percent=True,
        gone=code,
    )
