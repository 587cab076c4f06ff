"""The figure that a simulated study leaves: what it shows is what the tables hold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.model import worlds
from dyadsim.plots.study import means
from dyadsim.report import comparison
from dyadsim.simulation import observe, simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.preference import preference
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Study


def test_means_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "group": "a",
            "occasion": ["intake"] * 10 + ["session"] * 10 + ["assessment"] * 3,
            "week": [0.0] * 10 + [1.0] * 10 + [2.0] * 3,
            "symptom_score": [*range(20), 1, 2, 3],
        }
    )
    found = means(rows)
    assert found["week"].tolist() == [0.0, 0.0, 1.0]  # three scores are too few to draw
    assert found["in_care"].tolist() == [False, True, True]
    assert found["mean"].tolist() == [4.5, 4.5, 14.5]
    assert found["half"].iloc[2] == pytest.approx(1.96 * np.std(range(10), ddof=1) / 10**0.5)


@pytest.mark.parametrize("study", [cohort(), n_of_1(), preference(), waitlist()])
def test_every_kind_of_study_has_a_figure(study: Study, tmp_path: Path) -> None:
    tables = observe.records(simulate.run(study, worlds.parameters("hybrid"), 60, seed=1))
    assert comparison.study_figure(tmp_path, tables, study, "hybrid").stat().st_size > 10000
    shown = pd.read_csv(tmp_path / "figure.csv")
    if study.name == "preference":
        assert set(shown["group"]) == {"preferred therapy", "other therapy"}
    if study.name == "n_of_1":
        assert shown["client"].nunique() == 60
