"""All worlds beside all published facts: what each can and cannot reproduce."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.calibration.prior import calibration_space
from dyadsim.evidence.benchmark import FactResult, evaluate_facts
from dyadsim.evidence.enough_repeats import CLIENTS, FIRST
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.fact import distance as distance_of
from dyadsim.evidence.study_scores import score_arrays
from dyadsim.evidence.verdict import VERDICTS, VIOLATED, count_verdicts
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.changed_worlds import world_state
from dyadsim.studies.designs.rct import rct

COLUMNS = [
    "fact",
    "family",
    "world",
    "simulated",
    "se",
    "repeats",
    "low",
    "high",
    "verdict",
    "met",
    "distance",
]


def score_worlds(
    parameters: Mapping[str, Parameters],
    *,
    clients: int = CLIENTS,
    replicates: int = FIRST,
    until_decided: bool = False,
    seed: int = 1,
    facts: Iterable[Fact] | None = None,
    threads: int | None = None,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """Return every published fact beside its simulated value in every world.

    Parameters
    ----------
    parameters
        Parameters by the name of the world.
    clients
        Clients of each study and repeat.
    replicates
        Repeats of each study; from one no error is known.
    until_decided
        Repeat the studies of facts that are not clear yet, up to `enough_repeats.MOST` times.
    seed
        Random seed; no search uses its random numbers (`search.SEARCH_SEED`).
    facts
        The published numbers; None = those of `facts.csv`.
    threads
        Number of threads; None = one a processor. The same numbers come out for any.
    progress
        Wraps the loop over worlds, to show progress.

    Returns
    -------
    DataFrame
        `COLUMNS`, a row a fact and world; `distance` in half-widths (0 centre, 1 edge), `verdict`
        one of `verdict.VERDICTS`.
    """
    wanted = None if facts is None else list(facts)
    rows = [
        _row(world, result)
        for world in progress(parameters)
        for result in evaluate_facts(
            parameters[world],
            clients=clients,
            replicates=replicates,
            until_decided=until_decided,
            seed=seed,
            facts=wanted,
            threads=threads,
        )
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(world: str, result: FactResult) -> tuple[Any, ...]:
    fact, simulated = result.fact, result.simulated
    value = simulated, result.standard_error, result.repeats
    distance = distance_of(fact, simulated)
    verdict = result.verdict, result.met, distance
    return fact.id, fact.family, world, *value, fact.low, fact.high, *verdict


def world_totals(scores: pd.DataFrame, parameters: Mapping[str, Parameters]) -> pd.DataFrame:
    """Return how many facts each world meets, violates and leaves undecided.

    Parameters
    ----------
    scores
        The table of `score_worlds`.
    parameters
        Parameters by the name of the world.

    Returns
    -------
    DataFrame
        world, met, violated, undecided, facts, free (parameters that its calibration may move),
        state (calibrated, or what was changed).
    """
    rows = []
    for name, part in scores.groupby("world", sort=False):
        world = worlds.find_world(str(name)).name
        free = len(calibration_space(world).names)
        counts = count_verdicts(part["verdict"]).values()
        rows.append((world, *counts, len(part), free, world_state(world, parameters[world])))
    return pd.DataFrame(rows, columns=["world", *VERDICTS, "facts", "free", "state"])


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


def violated_everywhere(scores: pd.DataFrame) -> list[str]:
    """Return the facts that every world of a table (`score_worlds`) violates."""
    violated = scores["verdict"].eq(VIOLATED).groupby(scores["fact"], sort=False).all()
    return [str(name) for name in violated.index[violated]]
