"""The main comparison: four worlds, each at its calibrated values, one trial and one clinic.

In every world as many people enter a trial (two bona fide therapies, a supportive control and a
waitlist) and routine care, with the same luck. What heals differs; who the people are differs as
far as each world had to assume other people to meet the facts. The result is a set of tables;
plots and the report draw them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import change, effects, endings, process, therapists
from dyadsim.evidence import fact as facts
from dyadsim.evidence.benchmark import Seen, see
from dyadsim.model import questionnaires
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.true_effects import known_truth
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import Study

TRIAL_ARMS = ("cbt", "interpersonal", "intent_to_fail", "waitlist")
SHOWN_CLIENTS = 400  # individual courses kept for the figure, of each world
SHOWN_THERAPISTS = 60
_CASES = "share of clients with caseness and two sessions or more"
_LABELS = {
    "g_waitlist": ("Effect of therapy against waitlist", "g"),
    "bona_fide_contrast": ("Difference between two bona fide therapies", "g"),
    "supportive_vs_active": ("Supportive control against bona fide therapy", "g"),
    "gain_treated_bdi": ("Gain of treated clients", "BDI-II points"),
    "gain_control_bdi": ("Gain of waiting clients (published: mixed controls)", "BDI-II points"),
    "therapist_effect": ("Therapist effect in routine care", "% of outcome variance"),
    "alliance_outcome": ("Correlation of alliance (session 3) and outcome", "r"),
    "prepost_routine": ("Change from intake to end, routine care", "d"),
    "dropout": ("Clients who drop out of routine care", "share of all clients"),
    "reliable_recovery": ("Reliable recovery", _CASES),
    "reliable_improvement": ("Reliable improvement, recovered clients included", _CASES),
    "reliable_deterioration": ("Reliable deterioration", _CASES),
}


class Comparison(NamedTuple):
    """Tables of a comparison.

    courses: world, study, arm, week, mean, low, high, n (mean symptom score, 95 % interval);
    statistics: world, fact, label, unit, simulated, se, low, high, estimate, met;
    individuals: world, client, pre, post, category, reliable_change, cut_off;
    therapists: world, therapist, n, mean, shrunken, low, high (residual gain, points);
    truth: world, question, label, effect, se (twins, in SD of distress at intake).
    """

    courses: pd.DataFrame
    statistics: pd.DataFrame
    individuals: pd.DataFrame
    therapists: pd.DataFrame
    truth: pd.DataFrame
    verdict: str


TABLES = Comparison._fields[:-1]


def studies() -> dict[str, Study]:
    """Return the trial and the clinic of the comparison."""
    return {"trial": rct(TRIAL_ARMS, follow_up=(26.0,)), "care": cohort(follow_up=())}


def compare(
    worlds: Mapping[str, Parameters],
    clients: int = 20000,
    seed: int = 1,
    moments: int = 0,
    threads: int | None = None,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Comparison:
    """Return the tables for `worlds`, each with `clients` in the trial and in routine care.

    `each` wraps the loop over worlds, to show progress.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for name, parameters in each(worlds.items()):
        seen = {
            kind: see(simulate.run(study, parameters, clients, seed, 0, moments, threads))
            for kind, study in studies().items()
        }
        found = (
            _courses(seen),
            _statistics(seen),
            _individuals(seen["care"]),
            _caterpillar(seen["care"]),
            known_truth(studies()["trial"], parameters, clients, seed),
        )
        for part, table in zip(parts.values(), found, strict=True):
            table.insert(0, "world", name)
            part.append(table)
    tables = {name: pd.concat(part, ignore_index=True) for name, part in parts.items()}
    return Comparison(**tables, verdict=verdict(tables["statistics"]))


def _courses(seen: Mapping[str, Seen]) -> pd.DataFrame:
    """Return mean symptom score by week; treated arms only while at least 30 are observed."""
    tables = []
    for kind, one in seen.items():
        rows = one.sessions.dropna(subset="symptom_score")
        groups = rows.groupby(["arm", "week"], observed=True)["symptom_score"]
        table = groups.agg(["mean", "std", "count"]).reset_index()
        half = 1.96 * table["std"] / np.sqrt(table["count"])
        table["low"], table["high"] = table["mean"] - half, table["mean"] + half
        table = table[table["count"] >= 30].rename(columns={"count": "n"})
        tables.append(table.drop(columns="std").assign(study=kind))
    return pd.concat(tables, ignore_index=True)[
        ["study", "arm", "week", "mean", "low", "high", "n"]
    ]


def _stayed(care: Seen) -> pd.DataFrame:
    """Return pre and post of the clients with two sessions or more."""
    attended = care.clients.set_index("client")["n_sessions"].reindex(care.outcome.index)
    return care.outcome[attended >= 2]


def _cases(care: Seen) -> pd.DataFrame:
    """Return those of them at or above the cut-off at intake."""
    stayed = _stayed(care)
    return stayed[stayed["pre"] >= questionnaires.named(care.run.study.instrument).cut_off]


def _estimates(seen: Mapping[str, Seen]) -> dict[str, tuple[float, float]]:
    """Return (value, standard error) of every statistic of the comparison."""
    trial, care = seen["trial"], seen["care"]
    arms = dict(list(trial.outcome.groupby("arm")))
    instrument = questionnaires.named(care.run.study.instrument)
    stayed, cases = _stayed(care), _cases(care)
    rule = {"reliable_change": instrument.reliable_change, "cut_off": instrument.cut_off}
    found = {
        "g_waitlist": effects.hedges_g(arms["cbt"]["post"], arms["waitlist"]["post"]),
        "bona_fide_contrast": effects.hedges_g(arms["cbt"]["post"], arms["interpersonal"]["post"]),
        "supportive_vs_active": effects.hedges_g(
            arms["intent_to_fail"]["post"], arms["cbt"]["post"]
        ),
        "gain_treated_bdi": effects.mean_gain(arms["cbt"]["pre"], arms["cbt"]["post"]),
        "gain_control_bdi": effects.mean_gain(arms["waitlist"]["pre"], arms["waitlist"]["post"]),
        "therapist_effect": therapists.therapist_effect(stayed).percent,
        "alliance_outcome": process.process_outcome_r(care.sessions, "alliance_score", 3),
        "prepost_routine": effects.pre_post_d(care.outcome["pre"], care.outcome["post"]),
        "dropout": endings.share_dropout(care.clients),
        "reliable_recovery": change.share_reliable_recovery(cases["pre"], cases["post"], **rule),
        "reliable_improvement": change.share_reliable_improvement(
            cases["pre"], cases["post"], **rule
        ),
        "reliable_deterioration": change.share_reliable_deterioration(
            cases["pre"], cases["post"], **rule
        ),
    }
    return {name: (one.value, one.standard_error) for name, one in found.items()}


def _statistics(seen: Mapping[str, Seen]) -> pd.DataFrame:
    """Return every statistic beside its published interval."""
    published = {one.id: one for one in facts.load()}
    rows = []
    for name, (value, error) in _estimates(seen).items():
        one = published[name]
        label, unit = _LABELS[name]
        rows.append(
            {
                "fact": name,
                "label": label,
                "unit": unit,
                "simulated": value,
                "se": error,
                "low": one.low,
                "high": one.high,
                "estimate": one.estimate,
                "met": facts.met(one, value, error),
            }
        )
    return pd.DataFrame(rows)


def _individuals(care: Seen) -> pd.DataFrame:
    """Return pre, post and category of the first clients that `_cases` counts."""
    instrument = questionnaires.named(care.run.study.instrument)
    rows = _cases(care)[["pre", "post"]].dropna().head(SHOWN_CLIENTS)
    category = change.reliable_change(
        rows["pre"],
        rows["post"],
        reliable_change=instrument.reliable_change,
        cut_off=instrument.cut_off,
    )
    table = rows.assign(
        category=category,
        reliable_change=instrument.reliable_change,
        cut_off=instrument.cut_off,
    )
    return table.rename_axis("client").reset_index()


def _caterpillar(care: Seen) -> pd.DataFrame:
    """Return the first therapists' raw and shrunken mean residual gain."""
    table = therapists.therapist_table(care.outcome)
    names = {"raw_gain": "mean", "shrunken_gain": "shrunken"}
    shown = table.sort_index().head(SHOWN_THERAPISTS).reset_index().rename(columns=names)
    return shown[["therapist", "n", "mean", "shrunken", "low", "high"]]


def verdict(statistics: pd.DataFrame) -> str:
    """Return two sentences: the correlation in every world, the published intervals met."""
    blind = statistics[statistics["fact"] == "alliance_outcome"].set_index("world")["simulated"]
    shown = ", ".join(f"{value:.2f} in the {world} world" for world, value in blind.items())
    inside = statistics["simulated"].between(statistics["low"], statistics["high"])
    counts = statistics.assign(inside=inside).groupby("world", sort=False)[["met", "inside"]].sum()
    parts = [f"{row.Index} {row.met} ({row.inside})" for row in counts.itertuples()]
    nothing = ", where nothing heals" if "null" in blind else ""
    return (
        f"Alliance and outcome correlate r = {shown}{nothing}. Of {statistics['fact'].nunique()} "
        "published intervals each world meets (in brackets: holds the value, before its error): "
        f"{', '.join(parts)}. Every world was fitted to these and other facts (dyadsim facts shows "
        "all): one that meets them is possible, not true; one that cannot has a problem."
    )
