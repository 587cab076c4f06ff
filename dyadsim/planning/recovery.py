"""Planning: what a study of this design and size would tell, and what more would help most.

No data are needed: a data set of the design is simulated, and the design is varied.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.distances import ParallelMap
from dyadsim.fitting.coverage import check_coverage
from dyadsim.fitting.data_design import ObservedDesign
from dyadsim.fitting.free_parameters import fitting_problem
from dyadsim.fitting.posterior import learn_summaries
from dyadsim.fitting.reference_table import prior_table, split_table, usable_summaries
from dyadsim.fitting.target import score_evidence
from dyadsim.kernel.allocation import allocate
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


class PlannedStudy(NamedTuple):
    """A study that is planned: its design, the world it is planned in, clients of the plain design.

    `parameters` are those of the world, for the simulated data set.
    """

    study: Study
    world: str
    parameters: Parameters
    clients: int


def measurement_variants(clients: int) -> tuple[Variant, ...]:
    """Return the plain design and what could be added to it, one thing at a time and all."""
    return (
        Variant("scores alone", clients, False, False),
        Variant("with therapists", clients, False, True),
        Variant("with the alliance", clients, True, False),
        Variant(f"{MORE} x the clients", MORE * clients, False, False),
        Variant("all three", MORE * clients, True, True),
    )


def simulate_design(
    study: Study, parameters: Parameters, variant: Variant, *, seed: int
) -> ObservedDesign:
    """Return the design of a study with a simulated data set in it.

    Parameters
    ----------
    study
        Who gets what when.
    parameters
        One world's parameters.
    variant
        How the study measures.
    seed
        Random seed.

    Returns
    -------
    ObservedDesign
        The design, as if the data set had been observed.
    """
    allocation = allocate(study, variant.clients, seed, 0)
    run = simulate.start(
        study, parameters, variant.clients, seed=seed, replicate=0, allocation=allocation
    )
    run = simulate.advance(run)
    truth, measured = dict(simulate.variables(run.truth)), observe.observed_mask(run)
    scores = np.where(measured, truth["symptom_score"], np.nan).astype(float)
    alliance = np.full_like(scores, np.nan)
    if variant.alliance:
        rated = observe.instrument_scores(run)["alliance_score"]
        alliance = np.where(measured, rated, np.nan).astype(float)
    no_gaps, assessed = np.zeros(scores.shape, bool), np.ones(len(study.arms), bool)
    return ObservedDesign(study, allocation, scores, alliance, no_gaps, assessed, ())


@one_blas_thread()
def recover_parameters(
    plan: PlannedStudy,
    *,
    draws: int,
    held_out: int,
    seed: int = 1,
    parallel_map: ParallelMap = map,
    on_step: Callable[[int], None] = lambda _: None,
) -> pd.DataFrame:
    """Return what each way to measure would tell about every free parameter.

    Parameters
    ----------
    plan
        The study that is planned.
    draws, held_out
        Data sets of each variant to learn from, and to fit as if they were data.
    seed
        Random seed.
    parallel_map
        A `map` over processes (`search.process_map`); the numbers are the same.
    on_step
        Called with the number of data sets just simulated.

    Returns
    -------
    DataFrame
        The columns of `coverage.Coverage.table`, variant, clients.
    """
    parts = []
    for variant in measurement_variants(plan.clients):
        design = simulate_design(plan.study, plan.parameters, variant, seed=seed)
        evidence = score_evidence(design, variant.therapists)
        table = prior_table(
            fitting_problem(plan.world),
            evidence,
            draws=draws + held_out,
            seed=seed,
            parallel_map=parallel_map,
            on_step=on_step,
        )
        used = usable_summaries([table], evidence.real()[0])
        kept, tested = split_table(table, draws)
        learned = learn_summaries(kept.raw, kept.coordinates, used=used)
        rows = check_coverage(kept, learned, tested).table
        parts.append(rows.assign(variant=variant.name, clients=variant.clients))
    return pd.concat(parts, ignore_index=True)
