"""How large is the alliance-outcome correlation in worlds where alliance does much or nothing?

Run: python experiments/alliance_without_effect/run.py [clients]
"""

import sys
from pathlib import Path

import pandas as pd

import dyadsim
from dyadsim.analysis.process import process_outcome_r
from dyadsim.evidence import benchmark
from dyadsim.plots import style
from dyadsim.simulation import intervention, simulate

RESULTS = Path(__file__).parents[2] / "results" / "alliance_without_effect"
SESSIONS = (1, 3, 5, 9)
COLUMNS = ["label", "session", "r", "low", "high", "effect", "effect_error"]
NEITHER = (STYLE := {"measurement.style": 0.0}) | (REVERSE := {"alliance.reverse": 0.0})
LEAVING = "low_alliance", "strain", "mismatch", "skill", "progress"
NO_LEAVING = {f"ending.{why}": 0.0 for why in LEAVING}
ROWS = {
    **{name: (name, {}) for name in ("contextual", "hybrid", "medical", "null")},
    "null, no rating style": ("null", STYLE),
    "null, no reverse path": ("null", REVERSE),
    "null, neither": ("null", NEITHER),
    "null, no path at all": ("null", NEITHER | NO_LEAVING),
}


def causal(world: dyadsim.world, clients: int) -> tuple[float, float]:
    """Effect of alliance held at .78 instead of .62 on final distress, SD at intake, and error."""
    final = []
    for level in (0.62, 0.78):
        held = intervention.Intervention(hold={"alliance": level})
        run = dyadsim.do(dyadsim.cohort(follow_up=()), world, clients, held, seed=1)
        final.append(dict(simulate.variables(run.truth))["distress"].astype(float))
    gain = (final[0][-1] - final[1][-1]) / final[0][0].std()
    return float(gain.mean()), float(gain.std() / gain.size**0.5)


def main(clients: int = 20000, folder: Path | None = None) -> pd.DataFrame:
    """Return label, session, r, low, high, effect (of alliance), effect_error."""
    rows = []
    for label, named in ROWS.items():
        world = dyadsim.world(*named)
        seen = benchmark.see(dyadsim.run(dyadsim.cohort(follow_up=()), world, clients, seed=1))
        effect = causal(world, min(clients, 6000))
        for session in SESSIONS:
            r = process_outcome_r(seen.sessions, "alliance_score", session)
            rows.append((label, session, r.value, r.low, r.high, *effect))
    table = pd.DataFrame(rows, columns=COLUMNS)
    print(table.round(3).to_string(index=False))
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "alliance_without_effect", table)
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=RESULTS)
