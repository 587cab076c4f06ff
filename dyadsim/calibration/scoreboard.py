"""All worlds beside all published facts: what each can and cannot reproduce."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.calibration.prior import calibration_space
from dyadsim.evidence import fact as facts
from dyadsim.evidence.benchmark import FactResult, evaluate_facts
from dyadsim.evidence.study_scores import score_arrays
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.studies.designs.rct import rct

COLUMNS = ["fact", "family", "world", "simulated", "se", "low", "high", "met", "distance"]


def score_worlds(
    parameters: Mapping[str, Parameters],
    *,
    clients: int = 4000,
    replicates: int = 8,
    seed: int = 1,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """Return every published fact beside its simulated value in every world.

    Parameters
    ----------
    parameters
        Parameters by the name of the world.
    clients
        Clients of each study and replicate.
    replicates
        Replicates of each study, 2 or more.
    seed
        Random seed; no search uses its random numbers (`search.SEARCH_SEED`).
    progress
        Wraps the loop over worlds, to show progress.

    Returns
    -------
    DataFrame
        `COLUMNS`, a row a fact and world; `distance` in half-widths (0 centre, 1 edge).
    """
    rows = [
        _row(world, result)
        for world in progress(parameters)
        for result in evaluate_facts(
            parameters[world], clients=clients, replicates=replicates, seed=seed
        )
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(world: str, result: FactResult) -> tuple[Any, ...]:
    fact, simulated = result.fact, result.simulated
    interval = fact.low, fact.high
    distance = facts.distance(fact, simulated)
    names = fact.id, fact.family, world
    return *names, simulated, result.standard_error, *interval, result.met, distance


def world_totals(scores: pd.DataFrame) -> pd.DataFrame:
    """Return how many facts each world meets.

    Parameters
    ----------
    scores
        The table of `score_worlds`.

    Returns
    -------
    DataFrame
        world, met, facts, free (parameters that its calibration may move), calibrated.
    """
    rows = []
    for name, part in scores.groupby("world", sort=False):
        world = worlds.find_world(str(name))
        free = len(calibration_space(world.name).names)
        rows.append((world.name, int(part["met"].sum()), len(part), free, world.calibrated))
    return pd.DataFrame(rows, columns=["world", "met", "facts", "free", "calibrated"])


def equal_means_ratio(
    parameters: Parameters, trials: int = 166, *, seed: int = 1
) -> tuple[float, float]:
    """Return the ratio of post-test variances at equal means.

    As it is published (facts.md, `post_variance_ratio`): over many trials, ln of the variance ratio
    of treated to waiting clients is regressed on ln of the ratio of their means; the ratio is the
    value where means are equal. 40 to 160 clients and 4 to 20 sessions each are assumptions.

    Parameters
    ----------
    parameters
        The parameters of one world.
    trials
        Number of trials; 166 is the published one.
    seed
        Random seed.

    Returns
    -------
    tuple of float
        The ratio and its standard error.
    """
    rng = np.random.default_rng([seed, trials])
    sizes = np.exp(rng.uniform(np.log(40), np.log(160), trials)).round().astype(int)
    sessions = rng.integers(4, 21, trials)
    rows = []
    for trial, (size, length) in enumerate(zip(sizes, sessions, strict=True)):
        study = rct(("cbt", "waitlist"), int(length), follow_up=())
        run = simulate.run(study, parameters, int(size), seed, replicate=trial)
        scores = score_arrays(run, process_scores=False)
        treated, waiting = (scores.post[scores.arms[name]] for name in ("cbt", "waitlist"))
        mean = np.log(np.nanmean(treated) / np.nanmean(waiting))
        rows.append((mean, np.log(np.nanvar(treated, ddof=1) / np.nanvar(waiting, ddof=1))))
    means, variances = np.array(rows).T
    (_, at_equal), covariance = np.polyfit(means, variances, 1, w=np.sqrt(sizes), cov=True)
    ratio = float(np.exp(at_equal))
    return ratio, ratio * float(np.sqrt(covariance[1, 1]))


def unmet_facts(scores: pd.DataFrame) -> list[str]:
    """Return the facts that no world of a table (`score_worlds`) meets."""
    met = scores.groupby("fact", sort=False)["met"].any()
    return [str(name) for name in met.index[~met]]
