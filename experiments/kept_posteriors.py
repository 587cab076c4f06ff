"""The posterior of a world given facts, and given all but a family, kept as soon as it is there.

A run of an experiment that was stopped goes on with the next one and ends with the same numbers.
"""

from collections.abc import Sequence

import numpy as np

from dyadsim.calibration import laplace
from dyadsim.calibration.distances import ParallelMap
from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.calibration.prior import Floats, Space
from dyadsim.evidence.fact import Fact


def kept_posterior(
    kept: KeptSteps,
    space: Space,
    start: Floats,
    facts: Sequence[Fact],
    effort: laplace.Effort,
    parallel_map: ParallelMap,
    seed: int = 1,
) -> laplace.LaplacePosterior:
    """Return the posterior given all facts, about the mode nearest to a start."""

    def compute_arrays() -> dict[str, Floats]:
        posterior = laplace.laplace_posterior(
            space, start, facts=facts, effort=effort, seed=seed, parallel_map=parallel_map
        )
        return {part: getattr(posterior, part) for part in ("mode", "distances", "slopes", "used")}

    return laplace.LaplacePosterior(
        space, tuple(facts), **kept.step(f"all, seed {seed}", 1, compute_arrays)
    )


def kept_without(
    kept: KeptSteps,
    posterior: laplace.LaplacePosterior,
    family: str,
    effort: laplace.Effort,
    parallel_map: ParallelMap,
) -> laplace.LaplacePosterior:
    """Return the posterior when a family of facts takes no part."""
    left_out = np.array([fact.family == family for fact in posterior.facts])

    def compute_arrays() -> dict[str, Floats]:
        rest = laplace.leave_out_facts(
            posterior, left_out, effort=effort, seed=1, parallel_map=parallel_map
        )
        return {"mode": rest.mode, "distances": rest.distances}

    return posterior._replace(used=~left_out, **kept.step(family, 1, compute_arrays))
