"""Residual gains of therapists with very many clients, and the league tables of few."""

import numpy as np
import pandas as pd

import dyadsim
from dyadsim.analysis.therapists import therapist_effect
from dyadsim.evidence.observed_study import observe_study
from dyadsim.studies.study import ROUTINE, Caseload

THERAPISTS = 100


def simulate_gains(name: str, spread: float, clients: int) -> tuple[np.ndarray, float]:
    """Return residual gains (therapist, client), 2 x `clients` each, and the therapist effect, %.

    The first half of a therapist's clients is for the tables, the second for the truth.
    """
    sample = ROUTINE._replace(therapist_selection=spread)
    caseload = Caseload(2.2 * clients, 0.0)
    study = dyadsim.cohort(follow_up=(), sample=sample, caseload=caseload)
    world = dyadsim.world(name, {"resonance.presence_wear": 0.0})  # so many clients tire nobody
    run = dyadsim.run(study, world, int(2.2 * clients) * THERAPISTS, seed=1)
    observed = observe_study(run)
    rows = observed.outcome.assign(gain=observed.gain).dropna(subset=["gain", "therapist"])
    caseloads = [group["gain"].to_numpy() for _, group in rows.groupby("therapist")]
    complete = [gains[: 2 * clients] for gains in caseloads if gains.size >= 2 * clients]
    return np.stack(complete), therapist_effect(rows).percent.value


def league_tables(gains: np.ndarray, size: int) -> pd.DataFrame:
    """Return for every table of `size` clients each: share of the best tenth found, agreement."""
    half, rows = gains.shape[1] // 2, []
    truth = gains[:, half:].mean(axis=1)  # other clients than the tables'
    tenth = max(1, gains.shape[0] // 10)
    best = truth.argsort()[-tenth:]
    starts = range(0, half - size + 1, size)
    tables = [gains[:, start : start + size].mean(axis=1) for start in starts]
    for first, second in zip(tables, tables[1:] + tables[:1], strict=True):
        share = np.isin(first.argsort()[-tenth:], best).mean()
        rows.append((share, np.corrcoef(first, second)[0, 1], np.ptp(first)))
    return pd.DataFrame(rows, columns=["found", "agreement", "range"])
