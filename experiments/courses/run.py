"""Do the simulated courses of therapy look like those that clinicians see?

Run: python experiments/courses/run.py [clients] [replicates=8] [size=tiny] [folder=PATH]
"""

import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from beside_published import number_rows, scored_facts  # beside this file
from care import care_panels, first_and_last, left_early, successive_changes
from matplotlib.figure import Figure
from page import renew_page
from trial import intake_and_end, score_rows, trial_panels, trial_study

import dyadsim
from dyadsim.model.parameters import Parameters
from dyadsim.model.questionnaires import find_instrument
from dyadsim.model.worlds import WORLDS
from dyadsim.plots import clinical_picture
from dyadsim.simulation import observe
from dyadsim.simulation.records import Records
from dyadsim.studies.study import Study

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 200, "replicates": 2}
SEED = 1


class Looked(NamedTuple):
    """One world: what its panels show, and its numbers beside the published ones."""

    panels: pd.DataFrame
    numbers: pd.DataFrame


def observed(study: Study, world: Parameters, clients: int, replicate: int) -> Records:
    """Return the tables of scores of one run."""
    return observe.observed_records(
        dyadsim.run(study, world, clients, seed=SEED, replicate=replicate)
    )


def look_at(world: Parameters, clients: int, replicates: int) -> Looked:
    """Return panels (of the first replicate) and numbers (of all) of one world."""
    care = [
        observed(dyadsim.cohort(follow_up=()), world, clients, number)
        for number in range(replicates)
    ]
    trial = observed(trial_study(), world, clients, 0)
    first, form = care[0], find_instrument("phq9")
    attended = first.sessions["client"].map(first.clients.set_index("client")["n_sessions"])
    cases = first_and_last(first.sessions.assign(attended=attended), form)
    scores = {
        "PHQ-9\nat intake": cases["pre"],
        "PHQ-9\nlast session": cases["post"],
        **dict(intake_and_end(trial.sessions)),
    }
    panels = [
        care_panels(first.clients, first.sessions, form),
        score_rows(scores),
        trial_panels(trial.sessions),
    ]
    own = {
        "left_early": [left_early(run.clients) for run in care],
        "successive_changes": [successive_changes(run.sessions) for run in care],
    }
    numbers = number_rows(scored_facts(world, clients, replicates), own)
    return Looked(pd.concat(panels, ignore_index=True), numbers)


def compute(clients: int = 2000, replicates: int = 8) -> dict[str, pd.DataFrame]:
    """Return what is shown of every world, by its name, and the numbers of all as `courses`."""
    worlds = {name: look_at(dyadsim.world(name), clients, replicates) for name in WORLDS}
    numbers = [looked.numbers.assign(world=name) for name, looked in worlds.items()]
    shown = {name: looked.panels for name, looked in worlds.items()}
    return {**shown, "courses": pd.concat(numbers, ignore_index=True)}


def draw(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Return a figure a world."""
    numbers = tables["courses"]
    return {
        name: clinical_picture.figure(tables[name], numbers[numbers["world"] == name], world=name)
        for name in WORLDS
    }


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
    renew_page()
