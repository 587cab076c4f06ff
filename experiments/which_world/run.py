"""Which world is most probable given the facts, and which predicts facts that it has not seen?

Run: python experiments/which_world/run.py [clients of a study] [size=tiny]
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from figure import draw  # beside this file

from dyadsim.calibration import laplace
from dyadsim.calibration.distances import process_map
from dyadsim.calibration.kept_steps import KeptSteps, steps_key
from dyadsim.calibration.prior import calibration_space
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.model import worlds
from dyadsim.numerics.jit import cache_folder
from dyadsim.simulation.simulate import default_threads

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment
from kept_posteriors import kept_posterior, kept_without

FACTS = load_facts()
FAMILIES = tuple(dict.fromkeys(fact.family for fact in FACTS))
TINY = {
    "clients": 300,
    "names": ("null",),
    "facts": [fact for fact in FACTS if fact.family in ("ending", "natural_course")],
    "families": ("ending",),
    "seeds": (1, 2),
    "effort": "small",
    "workers": 1,
}


def compute(
    clients: int = 4000,
    names: Sequence[str] = tuple(worlds.WORLDS),
    facts: Sequence[Fact] = FACTS,
    families: Sequence[str] = FAMILIES,
    seeds: Sequence[int] = (1, 2),
    effort: str = "standard",
    workers: int = default_threads(),
) -> dict[str, pd.DataFrame]:
    """Return scores of left-out families, the worlds' evidence, what facts determine.

    which_world: world, left_out, facts, log_score, squares. worlds: a summary of each posterior, of
    every seed. Of the first seed alone: posterior, its parameters; directions, what facts say along
    each direction.
    """
    size = laplace.EFFORTS[effort]._replace(clients=clients)
    starts = {name: worlds.find_world(name).calibrated_values for name in names}
    folder = cache_folder() / "which_world" / steps_key((size, facts, starts))
    posteriors, summaries, scores = [], [], []
    with process_map(workers) as parallel_map:
        for name in names:
            kept, space = KeptSteps(folder / name), calibration_space(name)
            start = space.coordinates(starts[name])
            every = [
                kept_posterior(kept, space, start, facts, size, parallel_map, seed)
                for seed in seeds
            ]
            summaries += [
                {**posterior.summary(), "seed": seed}
                for posterior, seed in zip(every, seeds, strict=True)
            ]
            posterior = every[0]
            posteriors.append(posterior)
            scores += [
                predict(kept_without(kept, posterior, family, size, parallel_map), family)
                for family in families
            ]
    KeptSteps(folder).remove()
    columns = ["world", "left_out", "facts", "log_score", "squares"]
    return {
        "which_world": pd.DataFrame(scores, columns=columns),
        "worlds": pd.DataFrame(summaries),
        "posterior": pd.concat([laplace.parameter_table(posterior) for posterior in posteriors]),
        "directions": pd.concat([directions(posterior) for posterior in posteriors]),
    }


def predict(posterior: laplace.LaplacePosterior, family: str) -> tuple[str, str, int, float, float]:
    """Return how well the facts that took no part are predicted, a row of `which_world`."""
    log_score, squares = posterior.predictive_score(~posterior.used)
    return posterior.space.world, family, int((~posterior.used).sum()), log_score, squares


def directions(posterior: laplace.LaplacePosterior) -> pd.DataFrame:
    """Return world, direction (best known first), information of the facts / of the prior."""
    spectrum = posterior.spectrum
    columns = {"direction": range(1, len(spectrum) + 1), "information": spectrum}
    return pd.DataFrame(columns).assign(world=posterior.space.world)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
