"""The simulated study that serves each design of `facts.csv`."""

from collections.abc import Callable, Iterable

from dyadsim.evidence.fact import Fact
from dyadsim.evidence.study_scores import BONA_FIDE
from dyadsim.studies.designs.additive import additive
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.feedback import feedback
from dyadsim.studies.designs.preference import preference
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Study

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
    "feedback": lambda: feedback(follow_up=()),
    "medication": lambda: rct(("cbt", "medication"), follow_up=(26.0, 52.0)),
}
SERVED = {  # design of a fact -> name of the study
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
    "feedback": "feedback",
    "naturalistic_oq45": "feedback",
    "rct_medication": "medication",
}


def fact_studies() -> dict[str, Study]:
    """Return the studies that serve the facts, by name."""
    return {name: make() for name, make in _STUDIES.items()}


def needed_studies(facts: Iterable[Fact]) -> dict[str, Study]:
    """Return the studies that serve some facts.

    Parameters
    ----------
    facts
        The facts wanted; one whose design is not served is passed over.

    Returns
    -------
    dict
        Name -> study, in the order of the facts.
    """
    names = dict.fromkeys(SERVED[fact.design] for fact in facts if fact.design in SERVED)
    return {name: _STUDIES[name]() for name in names}
