"""A trial in which every therapist's competence can be lifted, and its truth."""

import numpy as np

import dyadsim
from dyadsim.model import questionnaires
from dyadsim.simulation import simulate
from dyadsim.studies.designs.rct import TRIAL_CASELOAD
from dyadsim.studies.study import TRIAL, Study

FORM = questionnaires.named("bdi2")
HEALTHY = (FORM.cut_off - FORM.intercept) / FORM.slope  # distress whose true score is the cut-off


def trial(spread: float, lift: float = 0.0) -> Study:
    """Return CBT for all, fixed dose, every therapist's competence lifted by `lift` SD."""
    sample = TRIAL._replace(therapist_selection=spread)
    mixed = TRIAL_CASELOAD._replace(nested=False)
    study = dyadsim.cohort(
        "cbt", 12, rule="fixed", follow_up=(), instrument="bdi2", sample=sample, caseload=mixed
    )
    arm = study.arms[0]._replace(training=(("competence", lift),) if lift else ())
    return study._replace(arms=(arm,))


def truth(study: Study, world: dyadsim.world, clients: int) -> tuple[np.ndarray, ...]:
    """Return delivered competence (mean over sessions), distress at intake and at the end."""
    known = dict(simulate.variables(dyadsim.run(study, world, clients, seed=1).truth))
    given = known["delivered_competence"][1:].astype(float)
    came = (given > 0).sum(axis=0)
    quality = np.where(came > 0, given.sum(axis=0) / np.maximum(came, 1), np.nan)
    return quality, known["distress"][0].astype(float), known["distress"][-1].astype(float)
