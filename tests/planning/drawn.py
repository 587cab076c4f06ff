"""Small trials for the tests of power, the same in every run, and as a table for R."""

import numpy as np
import pandas as pd

from dyadsim.planning.power_design import Assumptions, change_variance
from dyadsim.planning.power_formulas import Size
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


def by_session(
    plan: Assumptions, size: Size, trials: int, seed: int, *, starts: float = 0.0
) -> tuple[np.ndarray, ...]:
    """Scores drawn session by session, `(trial, client, session)`; treated; therapist.

    `starts`: SD of the first score between therapists.
    """
    rng = np.random.default_rng(seed)
    clients, therapists = size
    treated = np.broadcast_to((np.arange(clients) < clients // 2) * 1.0, (trials, clients))
    owner = np.broadcast_to(np.arange(clients) * therapists // clients, (trials, clients))
    change = change_variance(plan)
    skill = rng.normal(0, (plan.icc * change) ** 0.5, (trials, therapists))
    own = rng.normal(0, ((1 - plan.icc) * change) ** 0.5, (trials, clients))
    rate = plan.effect * (treated - 0.5) + own + np.take_along_axis(skill, owner, axis=1)
    scores = rate[..., None] * np.linspace(0, 1, plan.sessions + 1)
    scores += rng.normal(0, plan.residual**0.5, scores.shape)
    scores += rng.normal(size=(trials, clients, 1))
    first = (
        rng.normal(0, starts, (trials, therapists)) if starts else np.zeros((trials, therapists))
    )
    scores += np.take_along_axis(first, owner, axis=1)[..., None]
    lost = rng.random((trials, clients)) < plan.dropout[0]
    last = np.where(lost, rng.integers(1, plan.sessions, (trials, clients)), plan.sessions)
    scores[np.arange(plan.sessions + 1) > last[..., None]] = np.nan
    return scores, treated.copy(), owner.copy()
