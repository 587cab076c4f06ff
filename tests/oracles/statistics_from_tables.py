"""Every statistic of `facts.csv` as a researcher would compute it: long tables, `analysis`.

The slow, obvious twin of `dyadsim.evidence.statistics`. A new statistic gets a function here, too.
"""

from collections.abc import Callable

import pandas as pd

from dyadsim.analysis import (
    clinical_significance,
    effects,
    endings,
    natural,
    process,
    synchrony,
    therapists,
)
from dyadsim.evidence.fact import Argument, Fact, parse_statistic
from dyadsim.evidence.observed_study import ObservedStudy
from dyadsim.evidence.statistics import largest_true_difference
from dyadsim.evidence.study_scores import ARM_OF_ROLE
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument
from dyadsim.simulation import observe


def statistic_from_tables(fact: Fact, study: ObservedStudy) -> float:
    """The simulated value of a fact's statistic."""
    name, arguments = parse_statistic(fact.statistic)
    if name == "mean_gain":
        rows = _outcome_of(study, "waitlist" if fact.design == "rct_control_arm" else "active")
        return effects.mean_gain(rows["pre"], rows["post"]).value
    return FROM_TABLES[name](study, *arguments)


def _instrument(study: ObservedStudy) -> Instrument:
    return questionnaires.find_instrument(study.run.study.instrument)


def _outcome_of(study: ObservedStudy, role: str) -> pd.DataFrame:
    """Pre and post of an arm or role."""
    if role in ("matched", "mismatched"):
        clients = study.clients.set_index("client").loc[study.outcome.index]
        matched = clients["therapy"] == clients["preferred_therapy"]
        return study.outcome[matched if role == "matched" else ~matched]
    if role == "supportive" and "intent_to_fail" in set(study.outcome["arm"]):
        role = "intent_to_fail"
    return study.outcome[study.outcome["arm"] == ARM_OF_ROLE.get(role, role)]


def _stayed(study: ObservedStudy) -> pd.DataFrame:
    """Pre, post and therapist of clients with two sessions or more."""
    attended = study.clients.set_index("client")["n_sessions"].reindex(study.outcome.index)
    return study.outcome[attended >= 2]


def _process_outcome_r(study: ObservedStudy, score: Argument) -> float:
    arms = set(study.sessions["arm"])
    treated = study.sessions[study.sessions["arm"] == "cbt"] if "cbt" in arms else study.sessions
    return process.process_outcome_r(treated, score.name, score.at).value


def _r(study: ObservedStudy, first: Argument, second: Argument) -> float:
    if first.name == "attachment":
        first = Argument("attachment_score", 0)
    return process.correlation(study.sessions, first.name, second.name, first.at, second.at).value


def _g(study: ObservedStudy, better: Argument, worse: Argument) -> float:
    first, second = (_outcome_of(study, role.name)["post"] for role in (better, worse))
    return effects.hedges_g(first, second).value


def _variance_ratio(study: ObservedStudy, treated: Argument, control: Argument) -> float:
    first, second = (_outcome_of(study, role.name)["post"] for role in (treated, control))
    return effects.variance_ratio(first, second).value


def _reliable(name: str) -> Callable[..., float]:
    share = getattr(clinical_significance, name)

    def statistic(study: ObservedStudy, *_: Argument) -> float:
        form, rows = _instrument(study), _stayed(study)
        cases = rows[rows["pre"] >= form.cut_off]
        return share(
            cases["pre"],
            cases["post"],
            reliable_change=form.reliable_change,
            cut_off=form.cut_off,
        ).value

    return statistic


def _with_skill(study: ObservedStudy) -> pd.DataFrame:
    return _stayed(study).merge(study.therapists, on="therapist", how="left")


def _skill_share(study: ObservedStudy, *_: Argument) -> float:
    rows = _with_skill(study)
    if therapists.therapist_effect(rows).therapist_variance == 0:
        return float("nan")  # no therapist variance to divide
    return therapists.share_of_therapist_variance(rows, "observable_skill_score").value


def _remission(study: ObservedStudy, weeks: Argument) -> float:
    cut_off = _instrument(study).cut_off
    return natural.remission_at_week(study.sessions, float(weeks.at or 0), cut_off=cut_off).value


def _flattens(study: ObservedStudy) -> float:
    """Of the clients still in care at each session up to 12, where most are."""
    course = process.course(study.sessions)
    return process.aic_linear_minus_log_time(course[course["session"] <= 12])


FROM_TABLES: dict[str, Callable[..., float]] = {
    "process_outcome_r": _process_outcome_r,
    "r": _r,
    "g_between": _g,
    "mean_signed_g": _g,
    "upper_bound_true_abs_g": lambda study: largest_true_difference(study.run),
    "post_variance_ratio": _variance_ratio,
    "d_pre_post": lambda study: (
        effects.pre_post_d(study.outcome["pre"], study.outcome["post"], corrected=False).value
    ),
    "therapist_effect_pct": lambda study, _: (
        therapists.therapist_effect(_with_skill(study)).percent.value
    ),
    "share_of_therapist_variance": _skill_share,
    "share_reliable_recovery": _reliable("share_reliable_recovery"),
    "share_reliable_improvement": _reliable("share_reliable_improvement"),
    "share_reliable_deterioration": _reliable("share_reliable_deterioration"),
    "response_50pct": lambda study, weeks: (
        natural.response_at_week(study.sessions, float(weeks.at or 0)).value
    ),
    "remission": _remission,
    "mean": lambda study, _: endings.sessions_attended(study.clients).mean.value,
    "sd": lambda study, _: endings.sessions_attended(study.clients).standard_deviation.value,
    "median": lambda study, _: endings.sessions_attended(study.clients).median.value,
    "share_dropout": lambda study: endings.share_dropout(study.clients).value,
    "d_groups": lambda study, *_: endings.alliance_dropout(study.clients, study.sessions).value,
    "synchrony_minus_surrogate": lambda study: (
        synchrony.synchrony_minus_surrogate(observe.arousal(study.run)).value
    ),
    "aic_linear_minus_log_time": _flattens,
}
