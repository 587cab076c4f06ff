"""The comparison: four worlds, at their calibrated values or others, one trial, one clinic.

In every world as many people enter a trial (two bona fide therapies, a supportive control and a
waitlist) and routine care, with common random numbers. What heals differs; who the people are
differs as far as each world had to assume other people to meet the facts. The result is a set of
tables; plots and the report draw them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import clinical_significance, effects, endings, process, therapists
from dyadsim.analysis.estimate import Estimate, from_count
from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.errors import BadInput
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.facts_of_worlds import read_scoreboard
from dyadsim.evidence.observed_study import ObservedStudy, observe_study
from dyadsim.evidence.study_scores import score_arrays
from dyadsim.evidence.two_scales import study_change
from dyadsim.evidence.verdict import MET, judge_interval, verdicts_text
from dyadsim.model import questionnaires
from dyadsim.model.parameters import Parameters
from dyadsim.model.worlds import world_parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.changed_worlds import changed_values, changes_in_worlds
from dyadsim.simulation.true_effects import known_truth
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import Study

TRIAL_ARMS = ("cbt", "interpersonal", "intent_to_fail", "waitlist")
SHOWN_CLIENTS, SHOWN_THERAPISTS = 400, 60  # kept for the figure, of each world
FEWEST_OBSERVED = 30  # a mean course ends where fewer clients are observed
FEWEST_CLIENTS = 200  # of a study: with fewer an arm is too small for its statistics and courses
_CASES = "share of cases (PHQ-9 or GAD-7) with two sessions or more"


class Comparison(NamedTuple):
    """Tables of a comparison, each with the column `world`.

    Attributes
    ----------
    courses
        study, arm, week, mean, low, high, n: mean symptom score, 95 % interval.
    statistics
        fact, label, unit, simulated, se, simulated_low, simulated_high (its 95 % interval), low,
        high, estimate (published), verdict, met.
    individuals
        client, pre, post, category, reliable_change, cut_off.
    therapists
        therapist, n, mean, shrunken, low, high: residual gain in points.
    truth
        question, label, effect, se: from counterfactual twins, in SDs of distress at intake.
    verdict
        Sentences about the statistics.
    changed
        World -> the parameters that differ from its calibrated values; empty where none does.
    """

    courses: pd.DataFrame
    statistics: pd.DataFrame
    individuals: pd.DataFrame
    therapists: pd.DataFrame
    truth: pd.DataFrame
    verdict: str
    changed: Mapping[str, Mapping[str, float]]


TABLES = Comparison._fields[:-2]


class _Studies(NamedTuple):
    """The trial and the clinic of one world, as a researcher has them."""

    trial: ObservedStudy
    care: ObservedStudy

    def post(self, arm: str) -> "pd.Series[float]":
        """Return the last scores of one arm of the trial."""
        return self.trial.outcome.loc[self.trial.outcome["arm"] == arm, "post"]

    def gain(self, arm: str) -> Estimate:
        """Return the mean gain of one arm of the trial."""
        rows = self.trial.outcome[self.trial.outcome["arm"] == arm]
        return effects.mean_gain(rows["pre"], rows["post"])

    def reliable(self, change: str) -> Estimate:
        """Return a share of the cases of the clinic, by the rule of two questionnaires."""
        happened = getattr(study_change(score_arrays(self.care.run, False)), change)
        return from_count(int(happened.sum()), happened.size)


class _Compared(NamedTuple):
    """A statistic of the comparison: the fact beside which it stands, words, and how to get it."""

    fact: str
    label: str
    unit: str
    estimate: Callable[[_Studies], Estimate]


_COMPARED = (
    _Compared(
        "g_waitlist",
        "Effect of therapy against waitlist",
        "g",
        lambda studies: effects.hedges_g(studies.post("cbt"), studies.post("waitlist")),
    ),
    _Compared(
        "bona_fide_contrast",
        "Difference between two bona fide therapies",
        "g",
        lambda studies: effects.hedges_g(studies.post("cbt"), studies.post("interpersonal")),
    ),
    _Compared(
        "supportive_vs_active",
        "Supportive control against bona fide therapy",
        "g",
        lambda studies: effects.hedges_g(studies.post("intent_to_fail"), studies.post("cbt")),
    ),
    _Compared(
        "gain_treated_bdi",
        "Gain of treated clients",
        "BDI-II points",
        lambda studies: studies.gain("cbt"),
    ),
    _Compared(
        "gain_control_bdi",
        "Gain of waiting clients (published: mixed controls)",
        "BDI-II points",
        lambda studies: studies.gain("waitlist"),
    ),
    _Compared(
        "therapist_effect",
        "Therapist effect in routine care",
        "% of outcome variance",
        lambda studies: therapists.therapist_effect(_stayed(studies.care)).percent,
    ),
    _Compared(
        "alliance_outcome",
        "Correlation of alliance (session 3) and outcome",
        "r",
        lambda studies: process.process_outcome_r(studies.care.sessions, "alliance_score", 3),
    ),
    _Compared(
        "prepost_routine",
        "Change from intake to end, routine care",
        "d",
        lambda studies: effects.pre_post_d(
            studies.care.outcome["pre"], studies.care.outcome["post"], corrected=False
        ),
    ),
    _Compared(
        "dropout",
        "Clients who drop out of routine care",
        "share of all clients",
        lambda studies: endings.share_dropout(studies.care.clients),
    ),
    _Compared(
        "reliable_recovery",
        "Reliable recovery",
        _CASES,
        lambda studies: studies.reliable("recovered"),
    ),
    _Compared(
        "reliable_improvement",
        "Reliable improvement, recovered clients included",
        _CASES,
        lambda studies: studies.reliable("improved"),
    ),
    _Compared(
        "reliable_deterioration",
        "Reliable deterioration",
        _CASES,
        lambda studies: studies.reliable("deteriorated"),
    ),
)


def comparison_studies() -> dict[str, Study]:
    """Return the trial and the clinic of the comparison."""
    return {"trial": rct(TRIAL_ARMS, follow_up=(26.0,)), "care": cohort(follow_up=())}


def _by_name(worlds: object) -> Mapping[str, Parameters]:
    """Return worlds by name: of one name, of several, or as they are."""
    if isinstance(worlds, Mapping):
        return worlds
    names = [worlds] if isinstance(worlds, str) else worlds
    if not isinstance(names, list | tuple):
        raise BadInput(
            "worlds must be names such as ['medical', 'contextual'], or a mapping of names to "
            f"Parameters, not '{worlds}'."
        )
    return {name: world_parameters(name) for name in names}


def simulate_comparison(
    worlds: str | Iterable[str] | Mapping[str, Parameters],
    clients: int = 20000,
    *,
    seed: int = 1,
    beats: int = 0,
    threads: int | None = None,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Comparison:
    """Return the tables of a comparison.

    Parameters
    ----------
    worlds
        Names of worlds, or name -> parameters.
    clients
        Clients in the trial, and as many in routine care, of each world.
    seed
        Random seed; the same for every world.
    beats
        Equal steps into which each session is divided; 0 = none are simulated.
    threads
        Number of threads; the same numbers come out for any.
    progress
        Wraps the loop over worlds, to show progress.

    Returns
    -------
    Comparison
        Tables with a column `world`, and a verdict.

    Raises
    ------
    BadInput
        There is no world of a name, worlds are no names, or clients below `FEWEST_CLIENTS`.
    """
    worlds = _by_name(worlds)
    check_clients("clients", clients)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for name, parameters in progress(worlds.items()):
        studies = _Studies(
            **{
                kind: observe_study(
                    simulate.run(
                        study, parameters, clients, seed, replicate=0, beats=beats, threads=threads
                    )
                )
                for kind, study in comparison_studies().items()
            }
        )
        truth = known_truth(comparison_studies()["trial"], parameters, clients, seed)
        for table_name, table in {**_tables(studies), "truth": truth}.items():
            table.insert(0, "world", name)
            parts[table_name].append(table)
    tables = {name: pd.concat(part, ignore_index=True) for name, part in parts.items()}
    changed = {
        name: {parameter: value for parameter, (value, _) in changed_values(name, own).items()}
        for name, own in worlds.items()
    }
    sentences = verdict(tables["statistics"], changes_in_worlds(worlds))
    return Comparison(**tables, verdict=sentences, changed=changed)


def check_clients(name: str, clients: int) -> None:
    """Refuse fewer clients than a comparison needs; `name`: of the setting, for the message."""
    if clients < FEWEST_CLIENTS:
        raise BadInput(
            f"{name} must be {FEWEST_CLIENTS} or more to compare, not {clients}: the trial has "
            f"{len(TRIAL_ARMS)} arms, and each needs enough clients for its statistics."
        )


@one_blas_thread()
def _tables(studies: _Studies) -> dict[str, pd.DataFrame]:
    """Return the tables of one world that rest on scores."""
    return {
        "courses": _courses(studies),
        "statistics": _statistics(studies),
        "individuals": _individuals(studies.care),
        "therapists": _caterpillar(studies.care),
    }


def _courses(studies: _Studies) -> pd.DataFrame:
    """Return mean symptom score by week, while enough clients are observed."""
    tables = []
    for kind, study in studies._asdict().items():
        rows = study.sessions.dropna(subset="symptom_score")
        groups = rows.groupby(["arm", "week"], observed=True)["symptom_score"]
        table = groups.agg(["mean", "std", "count"]).reset_index()
        half_width = 1.96 * table["std"] / np.sqrt(table["count"])
        table["low"], table["high"] = table["mean"] - half_width, table["mean"] + half_width
        table = table[table["count"] >= FEWEST_OBSERVED].rename(columns={"count": "n"})
        tables.append(table.drop(columns="std").assign(study=kind))
    courses: pd.DataFrame = pd.concat(tables, ignore_index=True)
    return courses[["study", "arm", "week", "mean", "low", "high", "n"]]


def _stayed(care: ObservedStudy) -> pd.DataFrame:
    """Return pre and post of the clients with two sessions or more."""
    attended = care.clients.set_index("client")["n_sessions"].reindex(care.outcome.index)
    return care.outcome[attended >= 2]


def _cases(care: ObservedStudy) -> pd.DataFrame:
    """Return those of them at or above the cut-off at intake."""
    stayed = _stayed(care)
    return stayed[
        stayed["pre"] >= questionnaires.find_instrument(care.run.study.instrument).cut_off
    ]


def _statistics(studies: _Studies) -> pd.DataFrame:
    """Return every statistic beside its published interval."""
    published = {fact.id: fact for fact in load_facts()}
    rows = []
    for compared in _COMPARED:
        fact, estimate = published[compared.fact], compared.estimate(studies)
        judged = judge_interval(fact, estimate.value, estimate.low, estimate.high)
        rows.append(
            {
                "fact": fact.id,
                "label": compared.label,
                "unit": compared.unit,
                "simulated": estimate.value,
                "se": _error(estimate),
                "simulated_low": estimate.low,
                "simulated_high": estimate.high,
                "low": fact.low,
                "high": fact.high,
                "estimate": fact.estimate,
                "verdict": judged,
                "met": judged == MET,
            }
        )
    return pd.DataFrame(rows)


def _error(estimate: Estimate) -> float:
    """Return a standard error; of a share of 0 or 1, which has none, from its interval."""
    return estimate.standard_error or (estimate.high - estimate.low) / (2 * effects.NORMAL_QUANTILE)


def _individuals(care: ObservedStudy) -> pd.DataFrame:
    """Return pre, post and category of the first clients that `_cases` counts."""
    form = questionnaires.find_instrument(care.run.study.instrument)
    rule: dict[str, Any] = {"reliable_change": form.reliable_change, "cut_off": form.cut_off}
    rows = _cases(care)[["pre", "post"]].dropna().head(SHOWN_CLIENTS)
    category = clinical_significance.reliable_change(rows["pre"], rows["post"], **rule)
    table = rows.assign(
        category=category, reliable_change=form.reliable_change, cut_off=form.cut_off
    )
    return table.rename_axis("client").reset_index()


def _caterpillar(care: ObservedStudy) -> pd.DataFrame:
    """Return the first therapists' raw and shrunken mean residual gain."""
    table = therapists.therapist_table(care.outcome)
    names = {"raw_gain": "mean", "shrunken_gain": "shrunken"}
    shown = table.sort_index().head(SHOWN_THERAPISTS).reset_index().rename(columns=names)
    return shown[["therapist", "n", "mean", "shrunken", "low", "high"]]


def verdict(statistics: pd.DataFrame, changes: str = "") -> str:
    """Return sentences: the correlation in every world, the published intervals met and violated.

    Parameters
    ----------
    statistics
        The table of a `Comparison`.
    changes
        What differs from the calibrated worlds, in words; "" where nothing does.

    Returns
    -------
    str
        Text for the reader.
    """
    alliance = statistics[statistics["fact"] == "alliance_outcome"].set_index("world")["simulated"]
    shown = ", ".join(f"{value:.2f} in the {world} world" for world, value in alliance.items())
    nothing = ", where nothing heals" if "null" in alliance else ""
    names = list(dict.fromkeys(statistics["world"]))
    return f"Alliance and outcome correlate r = {shown}{nothing}. {_facts_met(names, changes)}"


def _facts_met(names: Sequence[str], changes: str) -> str:
    """Return how many of all published facts the calibrated worlds meet."""
    if changes:
        return f"NOT as they were fitted to the facts: {changes} (dyadsim facts counts them)."
    board = read_scoreboard()
    verdicts = {name: board.loc[board["world"] == name, "verdict"] for name in names}
    counts = [f"{name}: {verdicts_text(rows)}" for name, rows in verdicts.items()]
    return (
        f"Of all {board['fact'].nunique()} published facts {'; '.join(counts)} (dyadsim facts "
        "shows them; undecided: the interval of the value holds an edge). Every world was fitted "
        "to them: one that meets them is possible, not true; one that cannot has a problem."
    )
