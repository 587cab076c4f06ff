"""How large is the alliance-outcome correlation in worlds where alliance does much or nothing?

Run: python experiments/alliance_without_effect/run.py [clients] [size=tiny]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from figure import draw  # beside this file

import dyadsim
from dyadsim.analysis.process import process_outcome_r
from dyadsim.evidence.observed_study import observe_study
from dyadsim.simulation import intervention, simulate

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 300}
SESSIONS = (1, 3, 5, 9)
COLUMNS = ["label", "session", "r", "low", "high", "effect", "effect_error"]
NO_STYLE = {"measurement.style": 0.0}
NO_REVERSE = {"alliance.reverse": 0.0}
NEITHER = NO_STYLE | NO_REVERSE
LEAVING = ("low_alliance", "strain", "mismatch", "skill", "progress")
NO_LEAVING = {f"ending.{reason}": 0.0 for reason in LEAVING}
WORLDS = {
    **{name: (name, {}) for name in ("contextual", "hybrid", "medical", "null")},
    "null, no rating style": ("null", NO_STYLE),
    "null, no reverse path": ("null", NO_REVERSE),
    "null, neither": ("null", NEITHER),
    "null, no path at all": ("null", NEITHER | NO_LEAVING),
}


def last_distress(
    world: dyadsim.world, clients: int, alliance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return distress at intake and at the end where the alliance is fixed at a level."""
    fixed = intervention.Intervention(hold={"alliance": alliance})
    run = dyadsim.do(dyadsim.cohort(follow_up=()), world, clients, fixed, seed=1)
    distress = dict(simulate.variables(run.truth))["distress"].astype(float)
    return distress[0], distress[-1]


def effect_of_alliance(world: dyadsim.world, clients: int) -> tuple[float, float]:
    """Return the effect of alliance .78 instead of .62 on the last distress (SD), and its error."""
    before, low = last_distress(world, clients, 0.62)
    _, high = last_distress(world, clients, 0.78)
    gain = (low - high) / before.std()
    return float(gain.mean()), float(gain.std() / gain.size**0.5)


def compute(clients: int = 20_000) -> pd.DataFrame:
    """Return label, session, r, low, high, effect (of alliance), effect_error."""
    rows = []
    for label, (name, values) in WORLDS.items():
        world = dyadsim.world(name, values)
        run = dyadsim.run(dyadsim.cohort(follow_up=()), world, clients, seed=1)
        sessions = observe_study(run).sessions
        effect = effect_of_alliance(world, min(clients, 6000))
        for session in SESSIONS:
            r = process_outcome_r(sessions, "alliance_score", session)
            rows.append((label, session, r.value, r.low, r.high, *effect))
    return pd.DataFrame(rows, columns=COLUMNS)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
