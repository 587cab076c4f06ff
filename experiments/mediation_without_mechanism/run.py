"""How much of a trial's effect does process change "carry" where it does all, part or nothing?

Run: python experiments/mediation_without_mechanism/run.py [clients]
"""

import sys
from pathlib import Path

import pandas as pd

import dyadsim
from dyadsim.analysis.mediation import mediation, with_mediator
from dyadsim.model.worlds import WORLDS
from dyadsim.plots import style


def main(clients: int = 4000, folder: Path | None = None) -> pd.DataFrame:
    """Return world, comparator, part (carried, direct, total; BDI-II points), value, low, high."""
    rows = []
    for world in WORLDS:
        for comparator, at in (("waitlist", None), ("supportive", 6)):
            trial = dyadsim.rct(("cbt", comparator), follow_up=())
            seen = dyadsim.observed(dyadsim.run(trial, dyadsim.world(world), clients, seed=1))
            table = with_mediator(seen.sessions, "process_change_score", "cbt", at)
            found = mediation(table, draws=500)
            for part in ("carried", "direct", "total"):
                one = getattr(found, part)
                rows.append((world, comparator, part, -one.value, -one.high, -one.low))
    table = pd.DataFrame(rows, columns=["world", "comparator", "part", "value", "low", "high"])
    print(table.round(2).to_string(index=False))
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "mediation_without_mechanism", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "mediation_without_mechanism"
    main(*map(int, sys.argv[1:2]), folder=results)
