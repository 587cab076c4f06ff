"""`decompose -m` and `facts -m`: kept in a sweep's store, resumed, in shards; which job is bad."""

import json
from pathlib import Path

import numpy as np
import pytest

import dyadsim
from dyadsim.attribution import kept_points
from dyadsim.attribution.true_shares import Care, Replication
from dyadsim.cli import progress
from dyadsim.cli.main import main

DECOMPOSE = ["decompose", "-m", "size=tiny", "size.clients=200", "task.sessions=5"]
DIALS = ["process_change.gating=0,1", "task.dose_spread=0,0.5", "world=hybrid"]
FACTS = ["facts", "-m", "size=tiny", "world=hybrid", "alliance.rate=0.2,0.4"]


def _run(words: list[str], folder: Path, *more: str) -> int:
    return main([*words, *more, f"results={folder}"])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results folder of a finished grid."""
    folder = tmp_path_factory.mktemp("grid")
    assert _run([*DECOMPOSE, *DIALS], folder) == 0
    return folder


def _tables(folder: Path) -> list[bytes]:
    (place,) = folder.glob("decompose/*")
    return [(place / name).read_bytes() for name in ("attribution.csv", "facts.csv")]


@pytest.mark.slow
def test_shards_make_the_tables_of_one_process(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*DECOMPOSE, *DIALS]
    assert _run(words, tmp_path, "shard=1", "shards=2", "name=halves") == 0
    out = capsys.readouterr().out
    assert "missing              2" in out
    assert "when all shards are finished: dyadsim collect name=halves" in " ".join(out.split())
    assert _run(["status", "name=halves"], tmp_path, "shards=2") == 0
    assert "shard 0: 2" in capsys.readouterr().out
    assert _run(words, tmp_path, "shard=0", "shards=2", "name=halves") == 0
    assert _tables(tmp_path) == _tables(finished)
    other = tmp_path / "collected"
    (tmp_path / "halves").rename(tmp_path / "kept")
    other.mkdir()
    (tmp_path / "kept").rename(other / "halves")
    assert _run(["collect", "name=halves"], other) == 0
    assert _tables(other) == _tables(finished)


@pytest.mark.slow
def test_a_grid_that_was_stopped_goes_on_to_the_same_tables(
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    unbroken, calls = kept_points.decompose_outcome, []

    def stops(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return unbroken(*arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(kept_points, "decompose_outcome", stops)
        with pytest.raises(SystemExit) as stopped:
            _run([*DECOMPOSE, *DIALS], tmp_path)
    assert stopped.value.code == 130
    assert "2 of 4 points are kept" in capsys.readouterr().err
    assert _run([*DECOMPOSE, *DIALS], tmp_path) == 0
    assert "2 points were taken from" in capsys.readouterr().out
    assert _tables(tmp_path) == _tables(finished)


def test_facts_are_kept_too_and_every_point_has_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _run(FACTS, tmp_path) == 0
    first = capsys.readouterr()
    assert first.err == ""
    assert first.out.count("Published facts in the hybrid world") == 2
    assert "Facts at every point" in first.out
    monkeypatch.setattr(kept_points, "evaluate_facts", None)  # nothing is simulated again
    assert _run(FACTS, tmp_path) == 0
    again = capsys.readouterr().out
    assert "2 points were taken from" in again
    assert again.startswith(first.out.rstrip())


def test_facts_of_a_job_are_those_of_the_command_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(FACTS, tmp_path, "json=true") == 0
    second = json.loads(capsys.readouterr().out.splitlines()[1])
    alone = [word for word in FACTS if word != "-m" and "rate" not in word]
    assert main([*alone, "alliance.rate=0.4", "json=true"]) == 0
    right = json.loads(capsys.readouterr().out)
    assert [fact["verdict"] for fact in second["facts"]] == [
        fact["verdict"] for fact in right["facts"]
    ]
    assert [fact["simulated"] for fact in second["facts"]] == pytest.approx(
        [fact["simulated"] for fact in right["facts"]], rel=1e-5
    )


def test_a_point_that_fails_is_named_and_the_others_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken = kept_points.decompose_outcome

    def fails(world: object, care: object = None, **options: object) -> object:
        if getattr(care, "dose_spread", 0):
            raise ValueError("too few clients")
        return unbroken(world, care, **options)  # type: ignore[arg-type]

    kept_points.share_rows_of(True)
    monkeypatch.setattr(kept_points, "decompose_outcome", fails)
    words = [*DECOMPOSE, "world=hybrid", "task.dose_spread=0,0.2,0.5"]
    assert _run(words, tmp_path) == 3
    out = capsys.readouterr().out
    assert "failed: point 2: ValueError: too few clients" in out
    assert "2 of 3 points failed; they are left out." in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["decompose", "alliance.rate=0.2,3"], "job 2 of 2 (alliance.rate=3): alliance.rate"),
        (["decompose", "alliance.rate=0.2,x"], "job 2 of 2 (alliance.rate=x): alliance.rate"),
        (["decompose", "task.dose_spread=0,0.1,2"], "job 3 of 3 (task.dose_spread=2): task.dose"),
        (["facts", "world=hybrid", "alliance.rate=0.2,3"], "job 2 of 2 (alliance.rate=3)"),
        (["simulate", "alliance.rate=0.2,3"], "job 2 of 2 (alliance.rate=3)"),
        (["decompose", "name=a,b"], "all points of a grid have one name, not several (a, b)"),
        (["decompose", "shard=0,1", "shards=2"], "all points of a grid have one shard"),
        (["decompose", "seed=1,2"], "decompose -m: all points need the same size and seed"),
        (["facts", "world=hybrid", "threads=1,2"], "all points of a grid have one threads"),
        (["region", "members=2", "alliance.rate=0.2,0.3"], "region answers for one world and one"),
    ],
)
def test_a_bad_value_says_which_job(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for dry in ([], ["dry_run=true"]):
        assert main([*words, *dry, "-m", f"results={tmp_path / 'new'}"]) == 2
        assert capsys.readouterr().err.startswith(f"dyadsim: {message}")
    assert not (tmp_path / "new").exists()


def test_a_dry_run_of_many_jobs_is_of_all_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DECOMPOSE, *DIALS, "dry_run=true", "json=true"]) == 0
    assert json.loads(capsys.readouterr().out)["points"] == 4


def test_the_time_that_is_left_is_said_where_nobody_watches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    swept = ["sweep", "alliance.rate=0.2,0.4", "size=tiny", "outputs=[gain]", "world=hybrid,null"]
    for words in (FACTS, swept):
        assert _run(words, tmp_path) == 0
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) > 1
        assert all(line.startswith("dyadsim: points: ") and " left." in line for line in lines)


def test_a_small_sweep_prints_its_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "size=tiny", "outputs=[gain]", "study.arms=[cbt,waitlist]"]
    assert _run(words, tmp_path, "alliance.rate=0.2,0.4", "world=hybrid,null") == 0
    out = capsys.readouterr().out
    assert "Outputs at every point" in out
    assert "median" not in out
    assert sum("│ hybrid │" in line.replace("  ", " ") for line in out.splitlines()) == 2
    assert max(map(len, out.replace(str(tmp_path), "").splitlines())) <= 80
    assert _run(words, tmp_path, "alliance.rate=range(0.01,0.5,0.01)") == 0
    assert "median" in capsys.readouterr().out


def test_the_store_of_a_grid_is_no_sweep_and_no_damaged_result(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["sweep", "name=decompose_points"], finished) == 2
    said = capsys.readouterr().err
    assert "holds points of decompose: dyadsim status name=decompose_points" in said
    assert main(["results", f"results={finished}"]) == 0
    out = capsys.readouterr().out
    assert "points kept for decompose" in " ".join(out.split())
    assert "damaged" not in out


def test_a_grid_has_one_file_of_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Values of the second file stood under the facts of the first."""
    lines = Path("dyadsim/evidence/facts.csv").read_text(encoding="utf-8").splitlines()
    for name, rows in (("a.csv", lines[1:4]), ("b.csv", lines[3:0:-1])):
        (tmp_path / name).write_text("\n".join([lines[0], *rows]), encoding="utf-8")
    files = f"task.facts={tmp_path}/a.csv,{tmp_path}/b.csv"
    assert _run(["facts", "-m", "size=tiny", "world=hybrid", files], tmp_path) == 2
    assert "run the command once for each file" in " ".join(capsys.readouterr().err.split())


def test_an_edited_therapy_is_another_point(tmp_path: Path) -> None:
    job = kept_points.PointJob(
        dyadsim.world("hybrid"), (Care((str(tmp_path / "mine.yaml"), "supportive")),), Replication()
    )
    hashes = []
    for dose in (0.8, 0.1):
        text = f"dose: {{cognitive: {dose}, behavioural: 0.1}}\nstructure: 0.6\nrationale: 0.7\n"
        (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
        hashes.append(kept_points.canonical_cares(job, np.zeros((1, 1), np.float32)).tobytes())
    assert hashes[0] != hashes[1]
