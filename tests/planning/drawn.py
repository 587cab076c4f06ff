"""Small trials for the tests of power, the same in every run, and as a table for R."""

import numpy as np
import pandas as pd

from dyadsim.planning.trial_batch import Trials


def small_trials(count: int = 6, clients: int = 80, therapists: int = 8) -> Trials:
    """Therapists treat in both arms, with unequal caseloads; effects differ; 15 % drop out."""
    rng = np.random.default_rng(3)
    shape = (count, clients)
    therapist = np.sort(rng.integers(0, therapists, shape), axis=1)
    treated = np.tile(np.arange(clients) % 2, (count, 1)).astype(float)
    skill, own = rng.normal(size=(2, count, therapists))
    rows, before = np.arange(count)[:, None], rng.normal(size=shape)
    outcome = 0.3 * treated + 0.5 * before + 0.35 * skill[rows, therapist]
    outcome += 0.5 * own[rows, therapist] * (treated - 0.5) + 0.8 * rng.normal(size=shape)
    outcome[rng.random(shape) < 0.15] = np.nan
    return Trials(outcome, before, treated, np.zeros(shape), therapist, therapists)


def as_table(trials: Trials) -> pd.DataFrame:
    """Return a row a client: trial, therapist, treated, before, outcome."""
    count, clients = trials.outcome.shape
    return pd.DataFrame(
        {
            "trial": np.repeat(np.arange(count), clients),
            "therapist": trials.therapist.ravel(),
            "treated": trials.treated.ravel() - 0.5,
            "before": trials.before.ravel(),
            "outcome": trials.outcome.ravel(),
        }
    )
