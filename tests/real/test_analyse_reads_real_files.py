"""`dyadsim analyse` on real files: numbers of pandas, closed forms, the package suddengains."""

import json
from collections.abc import Callable
from math import gamma, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.cli.main import main

BTHEB = "data.columns={client:id,time:week,score:bdi,arm:treatment}"


def summary_of(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    """Return what `json=true` prints, statistics by name and group."""
    assert main(["analyse", *words, "json=true", f"results={folder}"]) == 0
    summary = json.loads(capsys.readouterr().out)
    rows = summary["statistics"]
    return summary | {"by": {(row["statistic"], row["group"]): row for row in rows}}


def test_a_trial_with_waves(
    shared_file: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beat the Blues: Hedges' g by its closed form at every wave; follow-ups are asked for."""
    wide = pd.read_csv(shared_file("btheb/btheb.csv"))
    waves = {"bdi.pre": 0, "bdi.2m": 9, "bdi.3m": 13, "bdi.5m": 22, "bdi.8m": 35}
    long = wide.melt(["id", "treatment"], list(waves), "wave", "bdi")
    long.assign(week=long["wave"].map(waves)).to_csv(tmp_path / "long.csv", index=False)
    words = [f"data.path={tmp_path}/long.csv", "data.instrument=bdi2", "data.unit=week", BTHEB]
    assert main(["analyse", *words, f"results={tmp_path}/none"]) == 2
    assert "which weeks come after treatment?" in capsys.readouterr().err
    words += ["task.control=TAU", "data.follow_up=[13,22,35]"]
    summary = summary_of(words, tmp_path / "results", capsys)
    for wave, week in list(waves.items())[1:]:
        usual, program = (
            wide.loc[wide["treatment"] == arm, wave].dropna() for arm in ("TAU", "BtheB")
        )
        freedom = len(usual) + len(program) - 2
        pooled = sqrt(
            (usual.var() * (len(usual) - 1) + program.var() * (len(program) - 1)) / freedom
        )
        factor = gamma(freedom / 2) / (sqrt(freedom / 2) * gamma((freedom - 1) / 2))
        row = summary["by"]["hedges_g", f"BtheB against TAU, week {week}"]
        assert row["value"] == pytest.approx(
            factor * (usual.mean() - program.mean()) / pooled, 1e-3
        )
        assert row["n"] == len(usual) + len(program)
    gone = summary["by"]["not_to_end", "TAU"]
    missing = wide.loc[wide["treatment"] == "TAU", "bdi.2m"].isna()
    assert (gone["value"], gone["n"]) == pytest.approx((100 * missing.mean(), len(missing)))


def test_sessions_of_a_treatment(
    shared_file: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example of suddengains: 15 clients with a gain, as its tutorial prints."""
    wide = pd.read_csv(shared_file("suddengains_sgdata/sgdata.csv"))
    names = [f"bdi_s{number}" for number in range(13)]
    long = wide.melt(["id"], names, "session", "bdi")
    long["session"] = long["session"].str.removeprefix("bdi_s").astype(int)
    long.to_csv(tmp_path / "long.csv", index=False)
    columns = "data.columns={client:id,time:session,score:bdi}"
    words = [f"data.path={tmp_path}/long.csv", "data.instrument=bdi2", "data.sessions=12", columns]
    words.append("data.measured=sessions")
    by = summary_of(words, tmp_path / "results", capsys)["by"]
    able = int((wide[names[1:]].notna().sum(axis=1) >= 4).sum())
    row = by["sudden_gain", "care"]
    assert (row["n"], row["value"]) == (able, pytest.approx(100 * 15 / able))
    last = wide[names].notna().mul(np.arange(13)).max(axis=1)
    assert by["not_to_end", "care"]["value"] == pytest.approx(100 * (last < 12).mean())


def test_care_measured_by_the_day(
    shared_file: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """ENRICHD: first and last weekly score by pandas."""
    path = shared_file("enrichd_cbt_bdi/enrichd_cbt_bdi.csv")
    columns = "data.columns={client:ID,time:time,score:BDI}"
    words = [f"data.path={path}", "data.instrument=bdi2", "data.unit=day", columns]
    by = summary_of(words, tmp_path, capsys)["by"]
    frame = pd.read_csv(path).assign(week=lambda table: (table["time"] / 7).round())
    weekly = frame.groupby(["ID", "week"])["BDI"].mean().unstack()
    later = weekly.drop(columns=0.0).ffill(axis=1).iloc[:, -1]
    both = pd.DataFrame({"pre": weekly[0.0], "post": later}).dropna()
    gain = by["mean_gain", "care"]
    assert (gain["n"], gain["value"]) == (
        len(both),
        pytest.approx((both["pre"] - both["post"]).mean(), abs=0.02),
    )
