"""`dyadsim fit` reads real files as they lie there, or says why not."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.cli.main import main


def test_enrichd(shared_file: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Copies of a row count once, other scores of a week are averaged. Counts by pandas."""
    path = shared_file("enrichd_cbt_bdi/enrichd_cbt_bdi.csv")
    words = ["data.instrument=bdi2", "data.unit=day", "data.therapy=cbt", "dry_run=true"]
    columns = "data.columns={client:ID,time:time,score:BDI}"
    assert main(["fit", f"data.path={path}", *words, columns]) == 0
    out = capsys.readouterr().out
    frame = pd.read_csv(path).assign(week=lambda table: (table["time"] / 7).round())
    copies = int(frame.duplicated(["ID", "time", "BDI"]).sum())
    again = int(frame.duplicated(["ID", "week"]).sum()) - copies
    late = frame["ID"].nunique() - frame.loc[frame["week"] == 0, "ID"].nunique()
    assert f"{copies} rows are copies of another one" in out
    assert f"{again} further scores of a client in the same week were averaged in" in out
    assert f"{late} of 557 clients have no score at intake" in out
    assert "treatment is 26 weekly sessions at most (to week 26, the last one measured" in out
    assert "scores are given in sessions" in out


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("btheb/btheb.csv", "{client:id,time:week,score:bdi,arm:treatment}"),
        ("suddengains_sgdata/sgdata.csv", "{client:id,time:session,score:bdi_s0}"),
    ],
)
def test_wide_files(
    name: str,
    columns: str,
    shared_file: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = shared_file(name)
    words = [f"data.path={path}", "data.instrument=bdi2", f"data.columns={columns}"]
    assert main(["fit", *words, "dry_run=true"]) == 4
    assert "the table is wide: one row a client" in capsys.readouterr().err


def test_wide_files_are_read_as_they_lie(
    shared_file: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Counts by pandas."""
    path = shared_file("btheb/btheb.csv")
    words = [
        f"data.path={path}",
        "data.instrument=bdi2",
        "data.wide=bdi.{time}",
        "data.times={pre:0,2m:9,3m:13,5m:22,8m:35}",
        "data.unit=week",
        "data.columns={client:id,time:week,score:bdi,arm:treatment}",
        "data.arms=[BtheB:self_help,TAU:usual_care]",
        "data.sessions=9",
        "dry_run=true",
    ]
    assert main(["fit", *words]) == 0
    out = capsys.readouterr().out
    scores = pd.read_csv(path).filter(like="bdi.").notna().sum().sum()
    assert f"{5 * 100 - scores} rows without a score were left out" in out
    assert "follow-up at week 13, 22, 35" in out
    path = shared_file("suddengains_sgdata/sgdata.csv")
    words = [f"data.path={path}", "data.instrument=bdi2", "data.wide=bdi_s{time}"]
    columns = "data.columns={client:id,time:session,score:bdi}"
    assert main(["fit", *words, columns, "json=true", "dry_run=true"]) == 0
    counts = json.loads(capsys.readouterr().out)
    scores = pd.read_csv(path).filter(like="bdi_s").notna().sum().sum()
    assert (counts["clients"], counts["scores"]) == (43, scores)


def test_beat_the_blues_asks_for_the_length_of_treatment(
    shared_file: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = pd.read_csv(shared_file("btheb/btheb.csv"))
    waves = {"bdi.pre": 0, "bdi.2m": 9, "bdi.3m": 13, "bdi.5m": 22, "bdi.8m": 35}
    long = wide.melt(["id", "treatment"], list(waves), "wave", "bdi")
    long.assign(week=long["wave"].map(waves)).to_csv(tmp_path / "long.csv", index=False)
    words = [
        "fit",
        f"data.path={tmp_path}/long.csv",
        "data.instrument=bdi2",
        "data.unit=week",
        "data.columns={client:id,time:week,score:bdi,arm:treatment}",
        "data.arms=[BtheB:self_help,TAU:usual_care]",
        "dry_run=true",
    ]
    assert main(words) == 2
    assert "data.sessions: how many sessions has the treatment?" in capsys.readouterr().err
    assert main([*words, "data.sessions=9"]) == 0
    out = capsys.readouterr().out
    assert "treatment is 9 weekly sessions at most, follow-up at week 13, 22, 35" in out
    assert "scores are assessments of everybody" in out
