"""How many of the best therapists does a league table of few clients each find?

Run: python experiments/supershrink_league/run.py [clients of a therapist]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import dyadsim
from dyadsim import benchmark
from dyadsim.analysis.therapists import therapist_effect
from dyadsim.plots import style
from dyadsim.study import ROUTINE, Caseload

THERAPISTS = 100
SIZES = (10, 30, 100)
FIELDS = {  # world, spread of therapists' traits
    "null": ("null", 1.0), "hybrid": ("hybrid", 1.0),
    "hybrid, therapists differ twice as much": ("hybrid", 2.0),
}  # fmt: skip


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


def main(each: int = 1000, folder: Path | None = None) -> pd.DataFrame:
    """Return field, therapist effect, clients, share found, its error, agreement, range."""
    rows = []
    for label, (name, spread) in FIELDS.items():
        gain, effect = gains(name, spread, each)
        for size in SIZES:
            one = tables(gain, size)
            error = one["found"].std(ddof=1) / len(one) ** 0.5
            rows.append((label, effect, size, len(one), one["found"].mean(), error,
                         one["agreement"].mean(), one["range"].mean()))  # fmt: skip
    names = ["field", "therapist_percent", "clients_each", "tables", "found", "found_error",
             "agreement", "range"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    print(table.round(3).to_string(index=False))
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "supershrink_league", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "supershrink_league"
    main(*map(int, sys.argv[1:2]), folder=results)
