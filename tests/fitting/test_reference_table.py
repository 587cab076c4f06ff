"""The reference table: the same for any number of processes."""

import numpy as np
import pytest

from dyadsim.calibration.distances import process_map
from dyadsim.fitting.free_parameters import fitting_problem
from dyadsim.fitting.reference_table import ReferenceTable, prior_table
from dyadsim.fitting.target import score_evidence
from dyadsim.model import worlds
from dyadsim.planning.planned_design import measurement_variants, simulate_design
from dyadsim.studies.designs.cohort import cohort


@pytest.mark.slow
def test_the_same_table_for_any_number_of_processes() -> None:
    study, world = cohort(sessions=5, follow_up=()), worlds.world_parameters("hybrid")
    design = simulate_design(study, world, measurement_variants(30)[0], seed=1)
    evidence, problem = score_evidence(design, False), fitting_problem("hybrid")

    def table(workers: int) -> ReferenceTable:
        with process_map(workers) as parallel_map:
            return prior_table(problem, evidence, draws=120, seed=1, parallel_map=parallel_map)

    first, second = table(1), table(2)
    assert np.array_equal(first.raw, second.raw, equal_nan=True)
    assert (first.coordinates == second.coordinates).all()
