"""Each design at a usual size, its usual analysis as one signed estimate, and its usual reading.

Sizes are assumptions: about what trials and naturalistic studies of the field have.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import dyadsim
from dyadsim.analysis import effects, process, within_between
from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.analysis.lagged import lagged
from dyadsim.evidence import benchmark
from dyadsim.evidence.benchmark import Seen
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


def arms(better: str, other: str) -> Callable[[Seen], Estimate]:
    """Return Hedges g at post-test of two arms, above 0 = the first is better."""

    def analysis(seen: Seen) -> Estimate:
        ends = dict(list(seen.outcome.groupby("arm")["post"]))
        return effects.hedges_g(ends[better], ends[other])

    return analysis


def clusters(better: str, other: str) -> Callable[[Seen], Estimate]:
    """Return the difference of therapists' mean gains: the therapist is the unit of the lot."""

    def analysis(seen: Seen) -> Estimate:
        rows = seen.outcome.assign(gain=seen.gain).dropna(subset=["gain", "therapist"])
        means = rows.groupby(["arm", "therapist"])["gain"].mean()
        return effects.d_groups(means[better], means[other])

    return analysis


def preferred(seen: Seen) -> Estimate:
    """Return g of clients whose lot was the therapy they prefer against the others."""
    clients = seen.clients.set_index("client").loc[seen.outcome.index]
    lucky = clients["therapy"] == clients["preferred_therapy"]
    return effects.hedges_g(seen.outcome["post"][lucky], seen.outcome["post"][~lucky])


def correlation(seen: Seen) -> Estimate:
    """Return r of the alliance at session 3 and residual gain."""
    return process.process_outcome_r(seen.sessions, "alliance_score", 3)


def next_session(seen: Seen) -> Estimate:
    """Return minus the detrended lagged effect within clients: better alliance, fewer symptoms."""
    found = lagged(seen.sessions[seen.sessions["occasion"] == "session"], detrend=True).effect
    return from_standard_error(-found.value, found.standard_error, found.n)


def between(seen: Seen) -> Estimate:
    """Return the slope of gain on the therapist's mean alliance."""
    return within_between.process_outcome(seen.sessions).between_therapists


def phases(seen: Seen) -> Estimate:
    """Return the mean change in phases B minus phases A, over the clients (scores a week)."""
    rows = seen.sessions[seen.sessions["occasion"] == "assessment"].copy()
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


class Usual(NamedTuple):
    """A design at its usual size with its usual analysis; `shows`: what significance is read as."""

    study: Study
    clients: int
    analysis: Callable[[Seen], Estimate]
    shows: tuple[str, ...]


def usual() -> dict[str, Usual]:
    """Return every design by name."""
    trial = rct.rct
    return {
        "rct: therapy against waitlist": Usual(
            trial(("cbt", "waitlist")), 80, arms("cbt", "waitlist"), TREATS
        ),
        "rct: therapy against supportive in good faith": Usual(
            trial(("cbt", "supportive")), 120, arms("cbt", "supportive"), SPECIFIC
        ),
        "rct: therapy against control meant to fail": Usual(
            trial(("cbt", "intent_to_fail")), 120, arms("cbt", "intent_to_fail"), SPECIFIC
        ),
        "rct: medication against placebo": Usual(
            trial(("medication", "placebo")), 200, arms("medication", "placebo"), TREATS
        ),
        "dismantling": Usual(dismantling.dismantling(), 120, arms("full", "reduced"), SPECIFIC),
        "additive": Usual(additive.additive(), 120, arms("full_plus", "full"), SPECIFIC),
        "preference": Usual(preference.preference(), 120, preferred, COMMON),
        "feedback": Usual(feedback.feedback(), 500, arms("feedback", "no_feedback"), TREATS),
        "skill_training: empathy + 1 SD": Usual(
            skill_training.skill_training(), 800, clusters("trained", "untrained"), COMMON
        ),
        "matching": Usual(matching.matching(), 300, arms("matched", "as_usual"), TREATS),
        "cohort: alliance-outcome correlation": Usual(cohort.cohort(), 300, correlation, COMMON),
        "process: next session, within clients": Usual(process_design(), 200, next_session, COMMON),
        "process: between therapists": Usual(process_design(), 400, between, COMMON),
        "n_of_1: ABAB, six clients": Usual(n_of_1.n_of_1(), 6, phases, TREATS),
    }


def verdict(one: Usual, world: dyadsim.world, repeats: int) -> np.ndarray:
    """Return for each repeat whether the analysis is significant in the expected direction."""
    found = []
    for replicate in range(repeats):
        run = dyadsim.run(one.study, world, one.clients, seed=1, replicate=replicate)
        found.append(one.analysis(benchmark.see(run)).low > 0)
    return np.array(found)
