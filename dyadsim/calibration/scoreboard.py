"""All worlds beside all published facts: what each can and cannot reproduce."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.calibration.prior import space
from dyadsim.evidence import fact as facts
from dyadsim.evidence.benchmark import evaluate
from dyadsim.evidence.statistics import arrays
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.studies.designs.rct import rct

COLUMNS = ["fact", "family", "world", "simulated", "se", "low", "high", "met", "distance"]


def scoreboard(
    chosen: Mapping[str, Parameters],
    clients: int = 4000,
    replicates: int = 8,
    seed: int = 1,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """Return `COLUMNS`, a row a fact and world; `distance` in half-widths (0 centre, 1 edge).

    chosen: world's name -> its parameters. clients: of each study and repeat. The luck of a search
    (`calibrate.SEARCH`) is another.
    """
    rows = []
    for world in each(chosen):
        for one in evaluate(chosen[world], clients, replicates, seed):
            about = one.fact
            rows.append(
                (
                    about.id,
                    about.family,
                    world,
                    one.simulated,
                    one.standard_error,
                    about.low,
                    about.high,
                    one.met,
                    facts.distance(about, one.simulated),
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def totals(table: pd.DataFrame) -> pd.DataFrame:
    """Return world, met, facts, free (parameters that its calibration may move), calibrated."""
    found = []
    for name, rows in table.groupby("world", sort=False):
        one = worlds.named(str(name))
        found.append(
            (
                one.name,
                int(rows["met"].sum()),
                len(rows),
                len(space(one.name).names),
                one.calibrated,
            )
        )
    return pd.DataFrame(found, columns=["world", "met", "facts", "free", "calibrated"])


def equal_means_ratio(
    parameters: Parameters, trials: int = 166, seed: int = 1
) -> tuple[float, float]:
    """Return the ratio of post-test variances at equal means, and its standard error.

    As it is published (facts.md, `post_variance_ratio`): over many trials, ln of the variance ratio
    of treated to waiting clients is regressed on ln of the ratio of their means; the value where
    means are equal. 166 is the published number of trials; 40 to 160 clients and 4 to 20 sessions
    each are assumptions.
    """
    chance = np.random.default_rng([seed, trials])
    sizes = np.exp(chance.uniform(np.log(40), np.log(160), trials)).round().astype(int)
    sessions = chance.integers(4, 21, trials)
    rows = []
    for trial, (size, number) in enumerate(zip(sizes, sessions, strict=True)):
        study = rct(("cbt", "waitlist"), int(number), follow_up=())
        one = arrays(simulate.run(study, parameters, int(size), seed, trial), process_scores=False)
        treated, control = (one.post[one.arms[name]] for name in ("cbt", "waitlist"))
        rows.append(
            (
                np.log(np.nanmean(treated) / np.nanmean(control)),
                np.log(np.nanvar(treated, ddof=1) / np.nanvar(control, ddof=1)),
            )
        )
    means, variances = np.array(rows).T
    (_, at_equal), covariance = np.polyfit(means, variances, 1, w=np.sqrt(sizes), cov=True)
    ratio = float(np.exp(at_equal))
    return ratio, ratio * float(np.sqrt(covariance[1, 1]))


def unmet(table: pd.DataFrame) -> list[str]:
    """Return the facts that no world of the table meets."""
    met = table.groupby("fact", sort=False)["met"].any()
    return [str(name) for name in met.index[~met]]
