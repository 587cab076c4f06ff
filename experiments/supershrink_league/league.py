"""Residual gains of therapists with very many clients, and the league tables of few."""

import numpy as np
import pandas as pd

import dyadsim
from dyadsim.analysis.therapists import therapist_effect
from dyadsim.evidence import benchmark
from dyadsim.studies.study import ROUTINE, Caseload

THERAPISTS = 100


def gains(name: str, spread: float, each: int) -> tuple[np.ndarray, float]:
    """Return residual gains `(therapist, client)` and the therapist effect in %."""
    sample = ROUTINE._replace(therapist_selection=spread)
    study = dyadsim.cohort(follow_up=(), sample=sample, caseload=Caseload(2.2 * each, 0.0))
    world = dyadsim.world(name, {"resonance.presence_wear": 0.0})  # so many clients tire nobody
    seen = benchmark.see(dyadsim.run(study, world, int(2.2 * each) * THERAPISTS, seed=1))
    rows = seen.outcome.assign(gain=seen.gain).dropna(subset=["gain", "therapist"])
    lots = [group["gain"].to_numpy() for _, group in rows.groupby("therapist")]
    kept = [lot[: 2 * each] for lot in lots if lot.size >= 2 * each]
    return np.stack(kept), therapist_effect(rows).percent.value


def tables(gain: np.ndarray, size: int) -> pd.DataFrame:
    """Return for every table of `size` clients each: share of the best tenth found, agreement."""
    half, rows = gain.shape[1] // 2, []
    true = gain[:, half:].mean(axis=1)  # other clients than the tables'
    best = max(1, gain.shape[0] // 10)
    lots = [gain[:, start : start + size] for start in range(0, half - size + 1, size)]
    league = [lot.mean(axis=1) for lot in lots]
    for first, second in zip(league, league[1:] + league[:1], strict=True):
        found = np.isin(first.argsort()[-best:], true.argsort()[-best:]).mean()
        rows.append((found, np.corrcoef(first, second)[0, 1], np.ptp(first)))
    return pd.DataFrame(rows, columns=["found", "agreement", "range"])
