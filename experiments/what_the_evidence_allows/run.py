"""What intervals of specificity and of causal shares do the published facts allow?

Run: python experiments/what_the_evidence_allows/run.py [clients of a study] [size=tiny]
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from figure import draw  # beside this file
from points import Size, fit_rest, judge_draws, judge_point

from dyadsim.calibration.distances import process_map
from dyadsim.calibration.kept_steps import KeptSteps, steps_key
from dyadsim.calibration.laplace import EFFORTS, LaplacePosterior
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.model.worlds import find_world
from dyadsim.numerics.jit import cache_folder
from dyadsim.simulation.simulate import default_threads

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment
from kept_posteriors import kept_posterior

SPECIFICITY = "distress.specificity"
PROFILE = (
    *[(SPECIFICITY, value) for value in (0.0, 0.25, 0.5, 0.75, 1.0)],
    ("distress.bond_effect", 0.0),
    ("distress.bond_effect", 0.8),
    ("distress.expectancy_effect", 0.0),
    ("distress.expectancy_effect", 0.8),
)
WIDTHS = (0.5, 1.0, 2.0)  # of the prior of all other parameters, in its own standard deviations
FACTS = load_facts()
TINY = {
    "clients": 300,
    "profile": PROFILE[2:3],
    "facts": [fact for fact in FACTS if fact.family == "ending"],
    "effort": "small",
    "workers": 1,
}


def compute(
    clients: int = 4000,
    profile: Sequence[tuple[str, float]] = PROFILE,
    facts: Sequence[Fact] = FACTS,
    effort: str = "standard",
    workers: int = default_threads(),
) -> dict[str, pd.DataFrame]:
    """Return the profile and draws of the posteriors.

    The profile has fixed, value, met, inside, missed, shares, log_evidence_<width>.
    """
    small = effort == "small"
    judged = clients if small else 5 * clients
    size = Size(facts, clients, 1 if small else 8, judged, 2 if small else 24)
    start = find_world("hybrid").calibrated_values
    folder = cache_folder() / "what_the_evidence_allows" / steps_key((size, effort, start))
    rows, draws = [], []
    with process_map(workers) as parallel_map:
        for name, value in profile:
            kept = KeptSteps(folder / f"{name}={value:g}")
            space, point = fit_rest(kept, {name: value}, size, parallel_map)
            row = {"fixed": name, "value": value, **judge_point(space, point, size)}
            if name == SPECIFICITY:
                posterior = kept_posterior(
                    kept,
                    space,
                    space.coordinates(space.values(point)),
                    facts,
                    EFFORTS[effort]._replace(clients=clients),
                    parallel_map,
                )
                row |= log_evidence(posterior)
                drawn = judge_draws(posterior, size, parallel_map)
                draws.append(drawn.assign(specificity=value))
            rows.append(row)
    KeptSteps(folder).remove()
    return {"what_the_evidence_allows": pd.DataFrame(rows), "draws": pd.concat(draws)}


def log_evidence(posterior: LaplacePosterior) -> dict[str, float]:
    """Return the log evidence under priors of several widths."""
    return {
        f"log_evidence_{width:g}": posterior.with_prior_width(width).log_evidence
        for width in WIDTHS
    }


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
