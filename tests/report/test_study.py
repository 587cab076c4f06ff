"""The figure of a simulated study, and what an intervention changed."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.model import worlds
from dyadsim.report import study as report
from dyadsim.simulation import observe, simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.preference import preference
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Study


@pytest.mark.parametrize("study", [cohort(), n_of_1(), preference(), waitlist()])
def test_every_kind_of_study_has_a_figure(study: Study, tmp_path: Path) -> None:
    tables = observe.observed_records(
        simulate.run(study, worlds.world_parameters("hybrid"), 60, seed=1)
    )
    path = report.write_study_figure(
        tmp_path, tables.clients, tables.sessions, study=study, label="hybrid world"
    )
    assert path.stat().st_size > 10000
    data = pd.read_csv(tmp_path / "figure.csv")
    if study.name == "preference":
        assert set(data["group"]) == {"preferred therapy", "other therapy"}
    if study.name == "n_of_1":
        assert data["client"].nunique() == 60


def test_individual_effects_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"arm": "cbt", "at": "end", "clients": 100, "effect": 0.3, "se": 0.02}
    shares = {"better": 0.9, "worse": 0.1, "unchanged": 0.0}
    report.print_individual_effects(pd.DataFrame([row | shares]))
    out = capsys.readouterr().out
    assert "0.300 ± 0.020" in out
    assert "90.0%" in out
    assert "counterfactual twin" in " ".join(out.split())
