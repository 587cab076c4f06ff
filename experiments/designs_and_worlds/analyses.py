"""Each design at a usual size, its usual analysis as one signed estimate, and its usual reading.

Sizes are assumptions: about what trials and naturalistic studies of the field have.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import dyadsim
from dyadsim.analysis import effects, process, within_between
from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.analysis.lagged import lagged_effects
from dyadsim.evidence.observed_study import ObservedStudy, observe_study
from dyadsim.studies.designs import (
    additive,
    cohort,
    dismantling,
    feedback,
    matching,
    n_of_1,
    preference,
    rct,
    skill_training,
)
from dyadsim.studies.designs.process import process as process_design
from dyadsim.studies.study import Study

TREATS = ("medical", "contextual", "hybrid")  # something heals (substances in all three)
SPECIFIC = ("medical", "hybrid")  # matched ingredients heal
COMMON = ("contextual", "hybrid")  # the relationship heals


def arms(better: str, other: str) -> Callable[[ObservedStudy], Estimate]:
    """Return Hedges g at post-test of two arms, above 0 = the first is better."""

    def analysis(study: ObservedStudy) -> Estimate:
        ends = dict(list(study.outcome.groupby("arm")["post"]))
        return effects.hedges_g(ends[better], ends[other])

    return analysis


def clusters(better: str, other: str) -> Callable[[ObservedStudy], Estimate]:
    """Return the difference of therapists' mean gains: therapists are randomised, not clients."""

    def analysis(study: ObservedStudy) -> Estimate:
        rows = study.outcome.assign(gain=study.gain).dropna(subset=["gain", "therapist"])
        means = rows.groupby(["arm", "therapist"])["gain"].mean()
        return effects.d_groups(means[better], means[other])

    return analysis


def preferred(study: ObservedStudy) -> Estimate:
    """Return g of clients who were randomised to the therapy they prefer against the others."""
    clients = study.clients.set_index("client").loc[study.outcome.index]
    preferring = clients["therapy"] == clients["preferred_therapy"]
    return effects.hedges_g(study.outcome["post"][preferring], study.outcome["post"][~preferring])


def correlation(study: ObservedStudy) -> Estimate:
    """Return r of the alliance at session 3 and residual gain."""
    return process.process_outcome_r(study.sessions, "alliance_score", 3)


def next_session(study: ObservedStudy) -> Estimate:
    """Return minus the lagged effect within clients: better alliance, fewer symptoms next time."""
    sessions = study.sessions[study.sessions["occasion"] == "session"]
    effect = lagged_effects(sessions).effect
    return Estimate(-effect.value, effect.standard_error, -effect.high, -effect.low, effect.n)


def contextual(study: ObservedStudy) -> Estimate:
    """Return the contextual effect: what a therapist's mean tells beyond the client's own score.

    The slope between therapists itself contains the slope of clients, and so is no sign of
    therapists.
    """
    return within_between.process_outcome_slopes(study.sessions).contextual


def phases(study: ObservedStudy) -> Estimate:
    """Return the mean change in phases B minus phases A, over the clients (scores a week)."""
    rows = study.sessions[study.sessions["occasion"] == "assessment"].copy()
    rows["phase"] = (rows["week"] - 1) // 6
    trend = rows.groupby(["client", "phase"])["symptom_score"].agg(["first", "last"])
    fall = (trend["first"] - trend["last"]).unstack("phase")
    gap = (fall[1] + fall[3] - fall[0] - fall[2]) / 2
    return from_standard_error(
        float(gap.mean()),
        float(gap.std() / np.sqrt(len(gap))),
        len(gap),
        degrees_of_freedom=len(gap) - 1,
    )


class UsualDesign(NamedTuple):
    """A design at its usual size with its usual analysis; `shows`: what significance is read as."""

    study: Study
    clients: int
    analysis: Callable[[ObservedStudy], Estimate]
    shows: tuple[str, ...]


def usual_designs() -> dict[str, UsualDesign]:
    """Return every design by name."""
    trial = rct.rct
    return {
        "rct: therapy against waitlist": UsualDesign(
            trial(("cbt", "waitlist")), 80, arms("cbt", "waitlist"), TREATS
        ),
        "rct: therapy against supportive in good faith": UsualDesign(
            trial(("cbt", "supportive")), 120, arms("cbt", "supportive"), SPECIFIC
        ),
        "rct: therapy against control meant to fail": UsualDesign(
            trial(("cbt", "intent_to_fail")), 120, arms("cbt", "intent_to_fail"), SPECIFIC
        ),
        "rct: medication against placebo": UsualDesign(
            trial(("medication", "placebo")), 200, arms("medication", "placebo"), TREATS
        ),
        "dismantling": UsualDesign(
            dismantling.dismantling(), 120, arms("full", "reduced"), SPECIFIC
        ),
        "additive": UsualDesign(additive.additive(), 120, arms("full_plus", "full"), SPECIFIC),
        "preference": UsualDesign(preference.preference(), 120, preferred, COMMON),
        "feedback": UsualDesign(feedback.feedback(), 500, arms("feedback", "no_feedback"), TREATS),
        "skill_training: empathy + 1 SD": UsualDesign(
            skill_training.skill_training(), 800, clusters("trained", "untrained"), COMMON
        ),
        "matching": UsualDesign(matching.matching(), 300, arms("matched", "as_usual"), TREATS),
        "cohort: alliance-outcome correlation": UsualDesign(
            cohort.cohort(), 300, correlation, COMMON
        ),
        "process: next session, within clients": UsualDesign(
            process_design(), 200, next_session, COMMON
        ),
        "process: contextual effect of therapists": UsualDesign(
            process_design(), 400, contextual, COMMON
        ),
        "n_of_1: ABAB, six clients": UsualDesign(n_of_1.n_of_1(), 6, phases, TREATS),
    }


def significant(design: UsualDesign, world: dyadsim.world, repeats: int) -> np.ndarray:
    """Return for each repeat whether the analysis is significant in the expected direction."""
    verdicts = []
    for replicate in range(repeats):
        run = dyadsim.run(design.study, world, design.clients, seed=1, replicate=replicate)
        verdicts.append(design.analysis(observe_study(run)).low > 0)
    return np.array(verdicts)
