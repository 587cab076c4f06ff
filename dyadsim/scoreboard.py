"""All worlds beside all published facts: what each can and cannot reproduce."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dyadsim import simulate, worlds
from dyadsim.analysis.effects import variance_ratio
from dyadsim.benchmark import evaluate, studies
from dyadsim.facts import fact as facts
from dyadsim.fast_facts import arrays
from dyadsim.parameters import Parameters
from dyadsim.prior import space

COLUMNS = ["fact", "family", "world", "simulated", "se", "low", "high", "met", "distance"]


def scoreboard(
    chosen: Mapping[str, Parameters], clients: int = 4000, replicates: int = 8, seed: int = 1,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:  # fmt: skip
    """Return `COLUMNS`, a row a fact and world; `distance` in half-widths (0 centre, 1 edge).

    chosen: world's name -> its quantities. clients: of each study and repeat. The luck of a search
    (`calibrate.SEARCH`) is another.
    """
    rows = []
    for world in each(chosen):
        for one in evaluate(chosen[world], clients, replicates, seed):
            about = one.fact
            rows.append(
                (about.id, about.family, world, one.simulated, one.standard_error, about.low,
                 about.high, one.met, facts.distance(about, one.simulated))
            )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def totals(table: pd.DataFrame) -> pd.DataFrame:
    """Return world, met, facts, free (quantities that its calibration may move), calibrated."""
    found = []
    for name, rows in table.groupby("world", sort=False):
        one = worlds.named(str(name))
        found.append(
            (one.name, int(rows["met"].sum()), len(rows), len(space(one.name).names),
             one.calibrated)
        )  # fmt: skip
    return pd.DataFrame(found, columns=["world", "met", "facts", "free", "calibrated"])


def equal_means_ratio(
    parameters: Parameters, clients: int = 4000, replicates: int = 8, seed: int = 1
) -> tuple[float, float]:
    """Return the ratio of post-test variances at equal means, and its Monte-Carlo error.

    (SD / mean)^2 of treated scores over that of waiting ones: a spread that only shrinks with the
    mean gives 1. It stands beside the fact `variance_ratio`, which is the raw ratio.
    """
    ratios = []
    for replicate in range(replicates):
        run = simulate.run(studies()["trial"], parameters, clients, seed, replicate)
        one = arrays(run, process_scores=False)
        treated, control = (one.post[one.arms[name]] for name in ("cbt", "waitlist"))
        means = np.nanmean(treated) / np.nanmean(control)
        ratios.append(variance_ratio(treated, control).value / means**2)
    return float(np.mean(ratios)), float(np.std(ratios, ddof=1) / np.sqrt(replicates))


def unmet(table: pd.DataFrame) -> list[str]:
    """Return the facts that no world of the table meets."""
    met = table.groupby("fact", sort=False)["met"].any()
    return [str(name) for name in met.index[~met]]
