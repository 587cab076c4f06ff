"""Which world is the best bet on the facts, for what it may move; and which foretells facts unseen?

Run: python experiments/which_world/run.py [clients of a study]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from dyadsim.calibration import laplace as i
from dyadsim.calibration.prior import space
from dyadsim.calibration.search import processes
from dyadsim.evidence import fact as facts
from dyadsim.model import worlds
from dyadsim.plots import style
from dyadsim.simulation.simulate import default_threads

WANTED = facts.load()
FAMILIES = list(dict.fromkeys(one.family for one in WANTED))


def main(clients: int = 4000, folder: Path | None = None) -> pd.DataFrame:
    """Return world, left_out, facts, log_score, squares; print the worlds' evidence."""
    effort = i.EFFORTS["standard"]._replace(clients=clients)
    names, families = list(worlds.WORLDS), FAMILIES
    if folder is None:
        effort, names, families = i.EFFORTS["small"]._replace(clients=clients), ["null"], ["ending"]
    whole, parts = [], []
    with processes(default_threads()) as spread:
        for name in names:
            at = space(name).coordinates(worlds.named(name).calibrated_values)
            found = i.posterior(space(name), at, WANTED, effort, 1, spread)
            whole += [found]
            for family in families:
                out = np.array([fact.family == family for fact in WANTED])
                told = i.without(found, out, effort, 1, spread).predicted(out)
                parts.append((name, family, int(out.sum()), *told))
    table = pd.DataFrame(parts, columns=["world", "left_out", "facts", "log_score", "squares"])
    worth = pd.DataFrame([one.worth() for one in whole])
    print(worth.round(2).to_string(), table.round(2).to_string(), sep="\n")
    if folder is not None:
        from figure import draw, spectra  # beside this file

        style.save(draw(worth, table), folder, "which_world", table)
        worth.assign(world=worth["world"] + " world").to_csv(folder / "worlds.csv", index=False)
        style.save(spectra(whole), folder, "posterior", pd.concat([i.table(one) for one in whole]))
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=Path(__file__).parents[2] / "results" / "which_world")
