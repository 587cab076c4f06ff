"""Planning: what a study of this design and size would tell, and what more would help most.

No data are needed: a data set of the design is simulated, and the design is varied. Where there is
a data file, its design is taken.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.distances import ParallelMap
from dyadsim.fitting.coverage import check_coverage
from dyadsim.fitting.free_parameters import fitting_problem
from dyadsim.fitting.posterior import learn_summaries
from dyadsim.fitting.reference_table import prior_table, split_table, usable_summaries
from dyadsim.fitting.target import score_evidence
from dyadsim.planning.contraction import ERRORS, Narrowing, measure_narrowing, verdict
from dyadsim.planning.planned_design import PlannedFile, PlannedStudy


class Recovery(NamedTuple):
    """What each way to measure would tell.

    `parameters` has the columns of `coverage.Coverage.table`, se (Monte-Carlo error of the
    contraction), low and high (`contraction.ERRORS` of these from it), verdict, gain and gain_se
    (contraction beyond that of the plain design, paired; NaN of the plain one), variant and
    clients. `means` has the same of the mean over parameters, without those of `Coverage`.
    """

    parameters: pd.DataFrame
    means: pd.DataFrame


@one_blas_thread()
def recover_parameters(
    plan: PlannedStudy | PlannedFile,
    *,
    draws: int,
    held_out: int,
    seed: int = 1,
    parallel_map: ParallelMap = map,
    on_step: Callable[[int], None] = lambda _: None,
) -> Recovery:
    """Return what each way to measure would tell about every free parameter.

    All ways have the same truths: draw k of each is the same point, simulated by the same seed.

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
    Recovery
        A row a way to measure and parameter, and a row a way to measure.
    """
    parts, means = [], []
    plain: Narrowing | None = None
    for variant in plan.variants():
        evidence = score_evidence(plan.design(variant, seed=seed), variant.therapists)
        table = prior_table(
            fitting_problem(plan.world, fixed=plan.fixed),
            evidence,
            draws=draws + held_out,
            seed=seed,
            parallel_map=parallel_map,
            on_step=on_step,
        )
        used = usable_summaries([table], evidence.real()[0])
        kept, tested = split_table(table, draws)
        learned = learn_summaries(kept.raw, kept.coordinates, used=used)
        narrowing = measure_narrowing(kept, learned, tested, parallel_map=parallel_map)
        rows = check_coverage(kept, learned, tested).table
        mean = pd.DataFrame({"contraction": 1 - narrowing.average().shares.mean(axis=0)})
        labels = pd.Series({"variant": variant.name, "clients": variant.clients})
        parts.append(_with_errors(rows, narrowing, plain).assign(**labels))
        average = None if plain is None else plain.average()
        means.append(_with_errors(mean, narrowing.average(), average).assign(**labels))
        plain = plain or narrowing
    return Recovery(*(pd.concat(some, ignore_index=True) for some in (parts, means)))


def _with_errors(rows: pd.DataFrame, narrowing: Narrowing, plain: Narrowing | None) -> pd.DataFrame:
    """Return rows with the error of their contraction, and the gain over the plain design."""
    values, error = rows["contraction"], narrowing.error()
    rows = rows.assign(se=error, low=values - ERRORS * error, high=values + ERRORS * error)
    rows["verdict"] = [*map(verdict, rows["low"], rows["high"])]
    if plain is None:
        return rows.assign(gain=np.nan, gain_se=np.nan)
    gain = plain.minus(narrowing)
    return rows.assign(gain=gain.shares.mean(axis=0), gain_se=gain.error())
