"""A trial in which every therapist's competence can be lifted, and its truth."""

from typing import NamedTuple

import numpy as np

import dyadsim
from dyadsim.model import questionnaires
from dyadsim.simulation import simulate
from dyadsim.studies.designs.rct import TRIAL_CASELOAD
from dyadsim.studies.study import TRIAL, Study

FORM = questionnaires.find_instrument("bdi2")
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


class Truth(NamedTuple):
    """What is true of each client: delivered competence, distress at intake and at the end."""

    quality: np.ndarray
    distress_before: np.ndarray
    distress_after: np.ndarray


def simulate_truth(study: Study, world: dyadsim.world, clients: int) -> Truth:
    """Simulate a study; competence is the mean over sessions, NaN for clients without one."""
    variables = dict(simulate.variables(dyadsim.run(study, world, clients, seed=1).truth))
    competence = variables["delivered_competence"][1:].astype(float)
    sessions = (competence > 0).sum(axis=0)
    mean = np.where(sessions > 0, competence.sum(axis=0) / np.maximum(sessions, 1), np.nan)
    distress = variables["distress"].astype(float)
    return Truth(mean, distress[0], distress[-1])
