"""Tables that are written a part at a time are those of one run, to the bit."""

import filecmp
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dyadsim
from dyadsim.cli.tasks.simulate import _score_table
from dyadsim.kernel.sessions import BLOCK
from dyadsim.simulation import counterfactual, individual_effects, observe, records, study_files
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.study_files import StudyOrder, simulate_into
from dyadsim.simulation.table_files import TableFiles
from dyadsim.studies.study import Study

HYBRID = dyadsim.world("hybrid")
STUDIES = {
    "rct": dyadsim.rct(["cbt", "waitlist"], sessions=4, follow_up=(6.0,)),
    "cohort": dyadsim.cohort(sessions=5),
    "matching": dyadsim.matching(sessions=4, follow_up=()),
    "waitlist": dyadsim.waitlist(6, (3, 6)),
    "n_of_1": dyadsim.n_of_1(weeks_per_phase=2, follow_up=()),
}


def _equal(tables: records.Records, expected: records.Records) -> None:
    for table, again in zip(tables, expected, strict=True):
        pd.testing.assert_frame_equal(table, again, check_exact=True)


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_parts_are_the_whole(study: Study, tmp_path: Path) -> None:
    order = StudyOrder(study, HYBRID, 130, 3, replicate=2, threads=2)
    run = dyadsim.run(study, HYBRID, 130, 3, replicate=2)
    tables = observe.observed_records(run, True)
    for size in (1000, 61):
        outcome = simulate_into(tmp_path / str(size), order, size)
        _equal(records.read_records(tmp_path / str(size)), tables)
        pd.testing.assert_frame_equal(outcome.clients, tables.clients[list(outcome.clients)])
        rows = outcome.sessions.astype({"client": int, "arm": "str", "occasion": "str"})
        pd.testing.assert_frame_equal(rows, tables.sessions[list(rows)], check_exact=True)
        _equal_scores(_score_table(outcome.sessions), tables.sessions)


def _equal_scores(table: pd.DataFrame, sessions: pd.DataFrame) -> None:
    """Check the printed table against one grouping of all rows."""
    together = sessions["occasion"] == "session"
    weeks = sessions.loc[together, "week"]
    week = sessions["week"].map("{:g}".format)
    if len(weeks):
        week = week.mask(together, f"{weeks.min():g} to {weeks.max():g}")
    groups = sessions.assign(week=week).groupby(["arm", "occasion", "week"], sort=False)
    expected = groups["symptom_score"].agg(["mean", "std", "count"]).reset_index()
    pd.testing.assert_frame_equal(table, expected, check_exact=True)


def test_a_file_of_one_part_has_the_bytes_of_one_go(tmp_path: Path) -> None:
    run = dyadsim.run(STUDIES["rct"], HYBRID, 60, 3)
    tables = observe.observed_records(run, True)
    (tmp_path / "whole").mkdir()
    records.write_tables(tmp_path / "whole", tables)
    with TableFiles(tmp_path / "parts") as files:
        files.add(tables)
    names = sorted(path.name for path in (tmp_path / "whole").iterdir())
    same = filecmp.cmpfiles(tmp_path / "whole", tmp_path / "parts", names, shallow=False)[0]
    assert sorted(same) == names


def test_twins_in_parts_are_the_twins(tmp_path: Path) -> None:
    study, plans = STUDIES["rct"], (Intervention(hold={"symptom_score": 20.0}, start=2),)
    plans += (Intervention(remove=("treatment",), arm="cbt", therapist=1),)
    order = StudyOrder(study, HYBRID, 130, 3, interventions=plans)
    outcome = simulate_into(tmp_path, order, size=50)
    twins = counterfactual.twins(study, HYBRID, 130, plans, 3)
    _equal(records.read_records(tmp_path), observe.observed_records(twins.factual, True))
    under = records.read_records(tmp_path / study_files.UNDER_DO)
    _equal(under, observe.observed_records(twins.counterfactual, True))
    effects = individual_effects.effects_table(twins)
    assert outcome.effects is not None
    pd.testing.assert_frame_equal(outcome.effects, effects, check_exact=True)


def test_without_truth_there_is_no_file_of_it(tmp_path: Path) -> None:
    order = StudyOrder(STUDIES["rct"], HYBRID, 40, 3, truth=False)
    simulate_into(tmp_path, order, size=15)
    assert not (tmp_path / "truth.parquet").exists()
    assert len(dyadsim.read(tmp_path).clients) == 40


def test_a_part_does_not_grow_with_the_study() -> None:
    for study in (STUDIES["rct"], dyadsim.waitlist(5000, (5000,))):
        part = study_files.clients_of_a_part(study)
        order = StudyOrder(study, HYBRID, 10**6, 1)
        fixed, of_client = study_files.bytes_of_study(order)
        assert part % BLOCK == 0 or part < BLOCK
        assert fixed < 2e9
        assert of_client < 2000
        assert np.isfinite(fixed + of_client)
