"""What do the worlds lose without each of the mechanisms that came with the added facts?

Every mechanism is switched off in turn; all other parameters of all worlds are refitted from the
best member of the ensemble. `met` counts facts inside on random numbers that no search has seen.
For `predicted` a family of facts is left out of the refit and scored afterwards, one after the
other: the refits of that part take one step along the slopes of the first one, so they say how the
mechanisms compare, not how well a full calibration would do (`dyadsim crossvalidate`).

Run: python experiments/mechanisms/run.py [clients of a study] [size=tiny]
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from figure import draw  # beside this file
from refit import Size, facts_without

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.crossvalidation import families
from dyadsim.calibration.distances import process_map
from dyadsim.calibration.joint_space import healing_worlds, space_of_worlds
from dyadsim.calibration.kept_steps import KeptSteps, steps_key
from dyadsim.calibration.search import Problem
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.model import members
from dyadsim.numerics.jit import cache_folder
from dyadsim.simulation.simulate import default_threads

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

ALL = "all mechanisms"
OFF: dict[str, dict[str, float]] = {  # what switches each off
    ALL: {},
    "fluctuation that lasts": {"distress.fluctuation_decay": 1.0},
    "sudden gains": {"sudden_gain.share": 0.0},
    "harm": {"distress.harm": 0.0},
    "need": {"distress.need": 0.0},
    "aptitude": {"population.aptitude_spread": 0.0},
    "alerts that change something": {
        "responsiveness.alert_plan": 0.0,
        "rupture.alert_repair": 0.0,
        "ending.alert_retention": 0.0,
    },
    "endings that weigh change": {
        "ending.good_enough_change": 0.0,
        "ending.good_enough_sessions": 0.0,
    },
    "leaving at the start": {"ending.early_dropout": 0.0},
    "an agreed number of sessions": {"ending.commitment": 0.0},
}
TINY = {
    "clients": 80,
    "names": (ALL, "harm"),
    "steps": 1,
    "left_out": ("ending",),
    "facts": [fact for fact in load_facts() if fact.family in ("ending", "natural_course")],
    "worlds": ("medical",),
    "workers": 1,
}


@one_blas_thread()
def compute(
    clients: int = 1000,
    names: Sequence[str] = tuple(OFF),
    steps: int = 3,
    left_out: Sequence[str] | None = None,
    facts: Sequence[Fact] = load_facts(),
    worlds: Sequence[str] = healing_worlds(),
    workers: int = default_threads(),
) -> pd.DataFrame:
    """Return without, world, family, facts, met and predicted: counts of facts, a row a family."""
    size, rows = Size(clients, steps), []
    folder = cache_folder() / "mechanisms"
    best = members.read_members(members.folder() / members.FILE)[0]
    key = steps_key((size, best, facts, worlds))
    with process_map(workers) as parallel_map:
        for name in names:
            space = space_of_worlds(worlds, OFF[name])
            problem = Problem(space, facts, 1, parallel_map)
            kept = KeptSteps(folder / key / name.replace(" ", "_"))
            rows.append(
                facts_without(problem, size, kept, left_out or families(facts)).assign(without=name)
            )
    KeptSteps(folder / key).remove()
    table = pd.concat(rows, ignore_index=True)
    return table[["without", "world", "family", "facts", "met", "predicted"]]


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
