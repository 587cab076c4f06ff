"""Planning: what would a study of this design and size tell, and what more would help most?

No data are needed: a data set of the design is simulated, and the design is varied.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibration.search import Spread
from dyadsim.fitting import coverage, posterior, reference_table
from dyadsim.fitting.data_design import Observed
from dyadsim.fitting.free_parameters import FREE, REST, problem
from dyadsim.fitting.target import scores_of
from dyadsim.kernel import allocation as population
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import observe, simulate
from dyadsim.studies.study import Study

MORE = 3  # times as many clients


class Variant(NamedTuple):
    """A way to measure: how many clients, with the alliance each session, with therapists' ids."""

    name: str
    clients: int
    alliance: bool
    therapists: bool


def variants(clients: int) -> tuple[Variant, ...]:
    """Return the plain design and what could be added to it, one thing at a time and all."""
    return (
        Variant("scores alone", clients, False, False),
        Variant("with therapists", clients, False, True),
        Variant("with the alliance", clients, True, False),
        Variant(f"{MORE} x the clients", MORE * clients, False, False),
        Variant("all three", MORE * clients, True, True),
    )


def designed(study: Study, world: Parameters, one: Variant, seed: int) -> Observed:
    """Return the design of a study with a simulated data set in it."""
    allocation = population.allocate(study, one.clients, seed, 0)
    run = simulate.advance(
        simulate.start(study, world, one.clients, seed, 0, allocation=allocation)
    )
    truth = dict(simulate.variables(run.truth))
    scores = np.where(observe.seen(run), truth["symptom_score"], np.nan).astype(float)
    alliance = np.full_like(scores, np.nan)
    if one.alliance:
        rated = observe.scores(run)["alliance_score"]
        alliance = np.where(observe.seen(run), rated, np.nan).astype(float)
    none = np.zeros(scores.shape, bool)
    return Observed(study, allocation, scores, alliance, none, False, ())


def recover(
    study: Study,
    world: str,
    parameters: Parameters,
    clients: int,
    draws: int,
    held: int,
    seed: int = 1,
    spread: Spread = map,
    told: Callable[[int], None] = lambda _: None,
) -> pd.DataFrame:
    """Return variant, clients, and for every free parameter contraction, covered and recovered.

    Parameters
    ----------
    study
        the design. world: in which it is planned, with `parameters` for the data set.
    clients
        of the plain design. draws, held: of each variant's table.
    seed
        of all luck. spread: a map over processes. told: called with simulations done.
    """
    parts = []
    for one in variants(clients):
        seen = scores_of(designed(study, parameters, one, seed), one.therapists)
        mine = problem(world, FREE, None, REST)
        table = reference_table.table(mine, seen, draws + held, seed, spread, told)
        used = reference_table.usable([table], seen.real()[0])
        kept, aside = reference_table.split(table, draws)
        learned = posterior.learn(kept.raw, kept.coordinates, used)
        found = coverage.trust(kept, learned, aside).table
        parts.append(found.assign(variant=one.name, clients=one.clients))
    return pd.concat(parts, ignore_index=True)
