"""The task region as typed: what it prints and leaves, shards, resuming, bad input."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.cli.main import main

TINY = [
    "region",
    "size=tiny",
    "size.clients=200",
    "members=2",
    "task.points=2",
    "task.sessions=5",
    "task.dose_spreads=[0,1]",
]


def _run(folder: Path, *words: str) -> int:
    keys = {word.split("=")[0] for word in words}
    kept = [word for word in TINY if word.split("=")[0] not in keys]
    return main([*kept, f"results={folder}", *words])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results folder of a finished search."""
    folder = tmp_path_factory.mktemp("region")
    assert _run(folder) == 0
    return folder


def _table(folder: Path, name: str) -> bytes:
    return max(folder.glob(f"region/*/{name}")).read_bytes()


@pytest.mark.slow
def test_it_says_at_most_how_much_with_the_world_that_reaches_it(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    assert _run(copy) == 0
    out = " ".join(capsys.readouterr().out.split())
    for words in (
        "technique explains at most",
        "with the same dose for all clients",
        "by ± 100 %, at most",
        "of 4 worlds are in the region",
        "beyond those that their calibrated member violates itself",
        "The highest of many noisy shares is too high",
        "8 points were taken from",
    ):
        assert words.lower() in out.lower()


def test_page_tables_and_summary_are_left(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder,) = (finished / "region").iterdir()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("data:image", "")
    assert "No published fact restricts how far doses differ" in page
    assert (folder / "figures" / "region.png").stat().st_size > 20000
    points = pd.read_csv(folder / "figures" / "region.csv")
    best = pd.read_csv(folder / "at_most.csv")
    assert len(points) == 2 * (2 + 2)
    assert points[points["is_own"]]["inside"].all()
    assert best["dose_spread"].tolist() == [0, 1]
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["at_most"][1]["technique"] == pytest.approx(best["technique"][1], abs=1e-4)
    assert summary["worlds"] == 4
    assert summary["facts"] == 67
    kept = pd.read_parquet(finished / "region_points" / "points.parquet")
    assert len(kept) == len(points)  # those of the first run
    assert main(["show", str(folder)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(text in shown for text in summary["answer"])


@pytest.mark.slow
def test_shards_equal_one_process(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "shard=1", "shards=2") == 0
    assert "dyadsim collect name=region_points" in capsys.readouterr().out
    assert not (tmp_path / "region").exists()
    where = ["name=region_points", f"results={tmp_path}"]
    assert main(["status", *where]) == 0
    said = capsys.readouterr().out
    assert "finished             4" in said
    assert "run 1 of 3, all worlds: 4 of 8 points" in said
    assert "run 2 of 3, the best again, larger: begins when" in said
    assert main(["collect", *where]) == 1
    assert "4 of 8 points are missing" in capsys.readouterr().err
    assert _run(tmp_path, "shard=0", "shards=2") == 0
    for name in ("at_most.csv", "confirmed.csv", "figures/region.csv"):
        assert _table(tmp_path, name) == _table(finished, name)
    capsys.readouterr()
    assert main(["status", *where]) == 0
    counts = re.findall(r"run \d of 3, .*: (\d+) of (\d+) points", capsys.readouterr().out)
    assert len(counts) == 3
    assert all(finished == rows for finished, rows in counts)


@pytest.mark.slow
def test_a_search_that_was_stopped_goes_on_to_the_same_tables(
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from dyadsim.attribution import kept_points

    unbroken, calls = kept_points.variance_shares, []

    def stops(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return unbroken(*arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(kept_points, "variance_shares", stops)
        with pytest.raises(SystemExit) as stopped:
            _run(tmp_path)
    assert stopped.value.code == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert _run(tmp_path) == 0
    assert "points were taken from" in capsys.readouterr().out
    for name in ("at_most.csv", "confirmed.csv", "figures/region.csv"):
        assert _table(tmp_path, name) == _table(finished, name)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("world=null", "technique does nothing in the world 'null'"),
        ("specificity=0.5", "give task.specificity=[0.5,1], two ends"),
        ("task.points=100", "task.points must be a power of 2"),
        ("task.gating=[1,0]", "must rise from its first number to its second"),
        ("task.gating=0.5", "task.gating must be two numbers, such as [0,1]"),
        ("task.gating=[0,9]", "task.gating must be a number in [0, 2]"),
        ("task.dose_spreads=[0,2]", "task.dose_spreads must be a number in [0, 1]"),
        ("task.dose_spreads=[0,0]", "gives a number twice"),
        ("task.dose_spreads=0.5", "task.dose_spreads must be a list of numbers"),
        ("size.clients=20", "size.clients must be 100 or more to decompose"),
        ("task.treatments=[cbtt]", "Did you mean cbt"),
        ("members=1", "members must be a whole number from 2"),
        ("shard=3", "shard=3 is not there"),
        ("name=a/b", "name must be letters, digits"),
    ],
)
def test_bad_input(
    word: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, word) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_dry_run_counts_points_over_all_members(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "dry_run=true", "json=true", "members=4", "task.points=64") == 0
    cost = json.loads(capsys.readouterr().out)
    assert cost["points"] == 2 * (64 + 4)
    assert cost["estimated_seconds"] > 0
    assert not list(tmp_path.iterdir())
