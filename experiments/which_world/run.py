"""Which world is most probable given the facts, and which predicts facts that it has not seen?

Run: python experiments/which_world/run.py [clients of a study] [size=tiny]
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from figure import draw  # beside this file

from dyadsim.calibration import laplace
from dyadsim.calibration.distances import ParallelMap, process_map
from dyadsim.calibration.prior import calibration_space
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.model import worlds
from dyadsim.simulation.simulate import default_threads

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

FACTS = load_facts()[:41]  # those of version 0.2, on which the worlds were calibrated
FAMILIES = tuple(dict.fromkeys(fact.family for fact in FACTS))
TINY = {
    "clients": 300,
    "names": ("null",),
    "facts": [fact for fact in FACTS if fact.family in ("ending", "natural_course")],
    "families": ("ending",),
    "effort": "small",
    "workers": 1,
}


def compute(
    clients: int = 4000,
    names: Sequence[str] = tuple(worlds.WORLDS),
    facts: Sequence[Fact] = FACTS,
    families: Sequence[str] = FAMILIES,
    effort: str = "standard",
    workers: int = default_threads(),
) -> dict[str, pd.DataFrame]:
    """Return scores of left-out families, the worlds' evidence, what facts determine.

    which_world: world, left_out, facts, log_score, squares. worlds: a summary of each posterior.
    posterior: its parameters. directions: what facts say along each direction.
    """
    size = laplace.EFFORTS[effort]._replace(clients=clients)
    posteriors, scores = [], []
    with process_map(workers) as parallel_map:
        for name in names:
            space = calibration_space(name)
            posterior = laplace.laplace_posterior(
                space,
                space.coordinates(worlds.find_world(name).calibrated_values),
                facts=facts,
                effort=size,
                seed=1,
                parallel_map=parallel_map,
            )
            posteriors.append(posterior)
            scores += [leave_out(posterior, family, size, parallel_map) for family in families]
    columns = ["world", "left_out", "facts", "log_score", "squares"]
    return {
        "which_world": pd.DataFrame(scores, columns=columns),
        "worlds": pd.DataFrame([posterior.summary() for posterior in posteriors]),
        "posterior": pd.concat([laplace.parameter_table(posterior) for posterior in posteriors]),
        "directions": pd.concat([directions(posterior) for posterior in posteriors]),
    }


def leave_out(
    posterior: laplace.LaplacePosterior,
    family: str,
    effort: laplace.Effort,
    parallel_map: ParallelMap,
) -> tuple[str, str, int, float, float]:
    """Return how well a family of facts is predicted when it takes no part in the fit."""
    left_out = np.array([fact.family == family for fact in posterior.facts])
    rest = laplace.leave_out_facts(
        posterior, left_out, effort=effort, seed=1, parallel_map=parallel_map
    )
    log_score, squares = rest.predictive_score(left_out)
    return posterior.space.world, family, int(left_out.sum()), log_score, squares


def directions(posterior: laplace.LaplacePosterior) -> pd.DataFrame:
    """Return world, direction (best known first), information of the facts / of the prior."""
    spectrum = posterior.spectrum
    columns = {"direction": range(1, len(spectrum) + 1), "information": spectrum}
    return pd.DataFrame(columns).assign(world=posterior.space.world)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
