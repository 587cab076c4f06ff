"""The figure of a simulated study, and what an intervention changed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.model import worlds
from dyadsim.report import study as report
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.study_files import StudyOrder, clusters_of_clients, simulate_into
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.preference import preference
from dyadsim.studies.designs.rct import rct
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
    shares = {"better": 0.9, "worse": 0.1, "unchanged": 0.0, "worse_low": 0.0, "worse_high": 0.6}
    report.print_individual_effects(pd.DataFrame([row | shares]))
    out = capsys.readouterr().out
    assert "0.300 ± 0.020" in out
    assert "90.0%" in out
    assert "counterfactual twin" in " ".join(out.split())


def test_the_error_of_a_mean_knows_of_clusters() -> None:
    """Equal clusters: the SD of their means over the root of their number (closed form)."""
    rng = np.random.default_rng(2)
    values = rng.normal(size=(12, 5)) + rng.normal(size=(12, 1))
    clients = pd.Series(np.arange(60))
    clusters = pd.Series(np.repeat(np.arange(12), 5), clients.to_numpy())
    mean, error = report._clustered_mean(pd.Series(values.ravel()), clients, clusters)
    assert mean == pytest.approx(values.mean())
    assert error == pytest.approx(values.mean(axis=1).std(ddof=1) / np.sqrt(12))
    two = pd.Series([1.0, 2.0])
    assert np.isnan(report._clustered_mean(two, clients[:2], clusters * 0)[1])  # one cluster


def test_estimates_of_a_study_are_those_of_its_tables(tmp_path: Path) -> None:
    order = StudyOrder(
        rct(["cbt", "waitlist"], follow_up=()), worlds.world_parameters("hybrid"), 300, 1
    )
    outcome = simulate_into(tmp_path, order)
    clusters = clusters_of_clients(tmp_path)
    table = report.estimates_of(outcome, clusters, "bdi2").set_index("estimate")
    sessions = pd.read_parquet(tmp_path / "sessions.parquet")
    week = sessions[(sessions["arm"] == "cbt") & (sessions["week"] == 12)]["symptom_score"]
    assert table.loc["cbt, assessment, week 12", "value"] == pytest.approx(week.mean())
    clients = pd.read_parquet(tmp_path / "clients.parquet")
    dropped = clients.loc[clients["arm"] == "cbt", "ending"] == "dropout"
    assert table.loc["cbt: dropout", "value"] == pytest.approx(dropped.mean())
    assert not any(name.startswith("waitlist: ") for name in table.index)
    therapists = clients["therapist"].fillna(-1)
    assert clusters.nunique() == therapists[therapists >= 0].nunique() + (therapists < 0).sum()
