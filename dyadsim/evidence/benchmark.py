"""Simulate each fact's design, compute its statistic from scores, compare with the publication.

`SERVED` names the designs that can be simulated today; a fact of another design is listed as
needing its study. Every figure is the mean over replicates, its Monte-Carlo error the standard
error of that mean.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import change, effects, endings, natural, process, synchrony, therapists
from dyadsim.evidence import fact as facts
from dyadsim.evidence import statistics
from dyadsim.evidence.fact import Argument, Fact
from dyadsim.evidence.statistics import ARM, BONA_FIDE, largest_true_difference
from dyadsim.model import questionnaires
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.additive import additive
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.preference import preference
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Study

# The simulated study that serves each design of facts.csv.
_STUDIES: dict[str, Callable[[], Study]] = {
    "care": lambda: cohort(follow_up=()),
    "trial": lambda: rct(("cbt", "waitlist"), follow_up=()),
    "usual_care": lambda: rct(("cbt", "usual_care"), follow_up=()),
    "supportive": lambda: rct(("supportive", "waitlist"), follow_up=()),
    "intent_to_fail": lambda: rct(("cbt", "intent_to_fail"), follow_up=()),
    "two_active": lambda: rct(BONA_FIDE, follow_up=()),
    "waitlist": waitlist,
    "additive": lambda: additive(follow_up=()),
    "preference": lambda: preference(follow_up=()),
}
_WITH_PROCESS = ("care", "trial")  # whose facts need more than symptom scores
SERVED = {
    "naturalistic": "care",
    "naturalistic_caseness": "care",
    "rct_waitlist": "trial",
    "rct_waitlist_active_arm": "trial",
    "rct_control_arm": "trial",
    "rct_active_arm": "trial",
    "rct_usual_care": "usual_care",
    "rct_supportive": "supportive",
    "rct_supportive_as_control": "intent_to_fail",
    "rct_two_active": "two_active",
    "waitlist": "waitlist",
    "untreated": "waitlist",
    "additive_component": "additive",
    "preference_trial": "preference",
}


class Seen(NamedTuple):
    """One simulated study as a researcher has it, and the run that the few true values need."""

    run: Run
    clients: pd.DataFrame
    therapists: pd.DataFrame
    sessions: pd.DataFrame
    outcome: pd.DataFrame
    gain: "pd.Series[float]"


class Result(NamedTuple):
    """A fact beside its simulated value; NaN where the design is not served yet."""

    fact: Fact
    simulated: float
    standard_error: float
    met: bool
    needs: str


def studies() -> dict[str, Study]:
    """Return the studies that serve the facts, by name."""
    return {name: make() for name, make in _STUDIES.items()}


def see(run: Run) -> Seen:
    """Return a finished run as tables, with pre, post and residual gain of every client."""
    tables = observe.records(run)
    outcome = change.pre_post(tables.sessions, carry=("arm", "therapist"))
    gain = change.residual_gain(outcome["pre"], outcome["post"])
    return Seen(run, tables.clients, tables.therapists, tables.sessions, outcome, gain)


def _arm(seen: Seen, name: str) -> pd.DataFrame:
    """Return pre and post of one arm or of one role.

    'supportive' is the arm of that role in its study; 'matched' are the clients whose lot was the
    therapy they prefer, 'mismatched' the others.
    """
    if name in ("matched", "mismatched"):
        clients = seen.clients.set_index("client").loc[seen.outcome.index]
        lucky = clients["therapy"] == clients["preferred_therapy"]
        return seen.outcome[lucky if name == "matched" else ~lucky]
    names = set(seen.outcome["arm"])
    role = "intent_to_fail" if name == "supportive" and "intent_to_fail" in names else name
    return seen.outcome[seen.outcome["arm"] == ARM.get(role, role)]


def _treated(seen: Seen) -> pd.DataFrame:
    """Return the sessions of the treated arm of a trial, or of everybody in care."""
    arms = set(seen.sessions["arm"])
    return seen.sessions[seen.sessions["arm"] == "cbt"] if "cbt" in arms else seen.sessions


def _process_outcome(seen: Seen, arguments: tuple[Argument, ...]) -> float:
    score = arguments[0]
    return process.process_outcome_r(_treated(seen), score.name, score.at).value


def _correlation(seen: Seen, arguments: tuple[Argument, ...]) -> float:
    first, second = arguments
    name = "attachment_score" if first.name == "attachment" else first.name
    at = 0 if first.name == "attachment" else first.at
    return process.correlation(seen.sessions, name, second.name, at, second.at).value


def _between(seen: Seen, arguments: tuple[Argument, ...]) -> float:
    treated, control = (_arm(seen, argument.name)["post"] for argument in arguments)
    return effects.hedges_g(treated, control).value


def _variance_ratio(seen: Seen, arguments: tuple[Argument, ...]) -> float:
    treated, control = (_arm(seen, argument.name)["post"] for argument in arguments)
    return effects.variance_ratio(treated, control).value


def _caseness(seen: Seen) -> pd.DataFrame:
    """Return clients at or above the cut-off at intake with two sessions or more."""
    cut_off = questionnaires.named(seen.run.study.instrument).cut_off
    attended = seen.clients.set_index("client")["n_sessions"].reindex(seen.outcome.index)
    return seen.outcome[(seen.outcome["pre"] >= cut_off) & (attended >= 2)]


def _reliable(kind: str) -> Callable[[Seen, tuple[Argument, ...]], float]:
    """Return the statistic of one kind of reliable change among clients with caseness."""
    share = getattr(change, f"share_reliable_{kind}")

    def statistic(seen: Seen, _: tuple[Argument, ...]) -> float:
        instrument = questionnaires.named(seen.run.study.instrument)
        rows = _caseness(seen)
        found = share(
            rows["pre"],
            rows["post"],
            reliable_change=instrument.reliable_change,
            cut_off=instrument.cut_off,
        )
        return float(found.value)

    return statistic


def _with_therapist(seen: Seen) -> pd.DataFrame:
    """Return pre, post, therapist and skill of clients with two sessions or more."""
    attended = seen.clients.set_index("client")["n_sessions"].reindex(seen.outcome.index)
    rows = seen.outcome[attended >= 2]
    return rows.merge(seen.therapists, on="therapist", how="left")


def _therapist_effect(seen: Seen, _: tuple[Argument, ...]) -> float:
    return therapists.therapist_effect(_with_therapist(seen)).percent.value


def _skill_share(seen: Seen, _: tuple[Argument, ...]) -> float:
    rows = _with_therapist(seen)
    if therapists.therapist_effect(rows).therapist_variance == 0:
        return float("nan")  # no therapist variance to share out
    return therapists.share_of_therapist_variance(rows, "observable_skill_score").value


def _mean_gain(seen: Seen, arguments: tuple[Argument, ...], control: bool) -> float:
    rows = _arm(seen, "waitlist" if control else "active")
    return effects.mean_gain(rows["pre"], rows["post"]).value


def _at_week(seen: Seen, arguments: tuple[Argument, ...], name: str) -> float:
    week = float(arguments[0].at or 0)
    if name.startswith("response"):
        return natural.response_at_week(seen.sessions, week).value
    cut_off = questionnaires.named(seen.run.study.instrument).cut_off
    return natural.remission_at_week(seen.sessions, week, cut_off=cut_off).value


def _number_of_sessions(seen: Seen, name: str) -> float:
    field = {"sd": "standard_deviation"}.get(name, name)
    return float(getattr(endings.sessions_attended(seen.clients), field).value)


def _synchrony(seen: Seen, _: tuple[Argument, ...]) -> float:
    return synchrony.synchrony_minus_surrogate(observe.arousal(seen.run)).value


def _flattens(seen: Seen, _: tuple[Argument, ...]) -> float:
    """Use the clients still in care at each session up to 12, where most are."""
    course = process.course(seen.sessions)
    return process.aic_linear_minus_log_time(course[course["session"] <= 12])


def statistic(one: Fact, seen: Seen) -> float:
    """Return the simulated value of one fact's statistic from tables, as a researcher would."""
    name, arguments = facts.parse_statistic(one.statistic)
    direct: dict[str, Callable[[Seen, tuple[Argument, ...]], float]] = {
        "process_outcome_r": _process_outcome,
        "r": _correlation,
        "g_between": _between,
        "mean_signed_g": _between,
        "upper_bound_true_abs_g": lambda one, _: largest_true_difference(one.run),
        "post_variance_ratio": _variance_ratio,
        "therapist_effect_pct": _therapist_effect,
        "share_of_therapist_variance": _skill_share,
        "share_reliable_recovery": _reliable("recovery"),
        "share_reliable_improvement": _reliable("improvement"),
        "share_reliable_deterioration": _reliable("deterioration"),
        "synchrony_minus_surrogate": _synchrony,
        "aic_linear_minus_log_time": _flattens,
    }
    if name in direct:
        return direct[name](seen, arguments)
    if name == "mean_gain":
        return _mean_gain(seen, arguments, one.design == "rct_control_arm")
    if name in ("response_50pct", "remission"):
        return _at_week(seen, arguments, name)
    if name == "d_pre_post":
        return effects.pre_post_d(seen.outcome["pre"], seen.outcome["post"]).value
    if name in ("mean", "sd", "median"):
        return _number_of_sessions(seen, name)
    if name == "share_dropout":
        return endings.share_dropout(seen.clients).value
    if name == "d_groups":
        return endings.alliance_dropout(seen.clients, seen.sessions).value
    raise NotImplementedError(f"no function computes the statistic '{one.statistic}'")


def evaluate(
    parameters: Parameters,
    clients: int = 4000,
    replicates: int = 8,
    seed: int = 1,
    only: Iterable[str] | None = None,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> list[Result]:
    """Return every fact of `facts.csv` beside its simulated value.

    Parameters
    ----------
    parameters
        one world's parameters.
    clients
        clients per study and replicate.
    replicates
        repeats, >= 2; the Monte-Carlo error is their SD / sqrt(replicates).
    seed
        of the luck; replicate k is address (seed, k).
    only
        ids of the facts wanted (default all).
    each
        wraps the loop over studies, to show progress.
    """
    wanted = [one for one in facts.load() if only is None or one.id in set(only)]
    values: dict[str, list[float]] = {one.id: [] for one in wanted}
    for study in each(needed(wanted)):
        for replicate in range(replicates):
            found = simulated(wanted, study, parameters, clients, seed, replicate)
            for name, value in found.items():
                values[name].append(value)
    return [_result(one, values[one.id]) for one in wanted]


def needed(wanted: Iterable[Fact]) -> list[str]:
    """Return the simulated studies that serve some facts."""
    return list(dict.fromkeys(SERVED[one.design] for one in wanted if one.design in SERVED))


def simulated(
    wanted: Iterable[Fact],
    study: str,
    parameters: Parameters,
    clients: int,
    seed: int,
    replicate: int,
    threads: int | None = None,
) -> dict[str, float]:
    """Return the values of the facts that one simulated study serves."""
    served = [one for one in wanted if SERVED.get(one.design) == study]
    run = simulate.run(_STUDIES[study](), parameters, clients, seed, replicate, threads=threads)
    seen = statistics.arrays(run, study in _WITH_PROCESS)
    return {one.id: statistics.statistic(one, seen) for one in served}


def _result(one: Fact, values: list[float]) -> Result:
    """Return a fact's verdict from its replicates."""
    if not values:
        return Result(one, float("nan"), float("nan"), False, one.design)
    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return Result(one, mean, error, facts.met(one, mean, error), "")
