"""The tasks about sweeps as typed: what they refuse, what they leave, how they stop."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dyadsim
from dyadsim.analysis.change import pre_post
from dyadsim.cli.main import main
from dyadsim.sweeps.store import Rows, Store

AXIS = "distress.bond_effect=interval(0,1)"
SMALL = ["points=sobol", "points.n=16", "size=tiny", "study.arms=[cbt,waitlist]"]
BAD = [
    (
        ["distress.bnd=interval(0,1)"],
        "there is no parameter 'distress.bnd'. Did you mean distr",
    ),
    (
        ["distress.bond_efect=0.1,0.2"],
        "there is no setting 'distress.bond_efect'. Did you mean distress.bond_e",
    ),
    (["distress.bond_effect=interval(0,99)"], "distress.bond_effect (strength of the bond"),
    (["alliance.rate=0.1,x"], "alliance.rate: 'x' is not a number"),
    (["alliance.rate=interval(0.1,x)"], "cannot be read"),
    (
        ["distress.specificity=interval(0,1)", "world=medical"],
        "is fixed at 1 in the world",
    ),
    (["specificity=interval(0,1)", "world=hybrid,null"], "specificity is fixed at 0 in the world"),
    (["specificity=interval(0,1)", "distress.specificity=0.1,0.2"], "not both"),
    (["specificity=interval(0,2)"], "specificity (share that needs the match"),
    (["points=sobol"], "points=sobol fills intervals, and none is given"),
    (["points=soboll", AXIS], "There is no points 'soboll'. Did you mean sobol?"),
    (["points=sobol", "points.n=100", AXIS], "take 64 or 128"),
    (
        ["points=sobol", "points.levels=3", AXIS],
        "'points.levels' is a setting of points=grid, points=morris or points=one_at_a_time, not",
    ),
    (["name=x", "points.n=512"], "points=saltelli or points=sobol, not of points=grid"),
    (["points.replicates=0", AXIS], "points.replicates must be a whole number from 1"),
    (["points.common=maybe", AXIS], "points.common must be true or false"),
    (["points=file"], "points=file needs points.file=points.csv"),
    (["points=file", "points.file=none.csv"], "'none.csv' cannot be read"),
    (["points=file", "points.file=none.csv", "points.columns=a"], "must be a list of names"),
    (["outputs=[gian]", AXIS], "there is no output 'gian'. Did you mean gain?"),
    (["outputs=gain", AXIS], "outputs must be a list"),
    (["outputs=[d_between]", "study=cohort", AXIS], "d_between needs two arms or more"),
    (["outputs=['r(a;b)']", AXIS], "outputs: r(a;b)"),
    (["outputs=['odd(alliance_score@3)']", AXIS], "no statistic 'odd'"),
    (["shard=8", "shards=8", AXIS], "shard=8 is not there: shards=8 are numbered 0 to 7"),
    (["shard=0,1", "shards=2", AXIS], "several values: that needs -m"),
    (["name=a/b", AXIS], "name must be letters, digits"),
    (["name=a,b", AXIS], "a sweep has one name, not several (a, b)"),
    (["points=sobol", "points.n=16,32", AXIS], "a sweep has one points.n, not several (16, 32)"),
    (["outputs=[gain],[true_d]", AXIS], "a sweep has one outputs, not several"),
    (["results=a,b", AXIS], "a sweep has one results, not several (a, b)"),
    (["results=null", AXIS], "results needs a value"),
    (["results=", AXIS], "results must be the path of a folder"),
    (["experiment.name=../out", AXIS], "experiment.name must be letters, digits"),
    (["beats=5", AXIS], "a sweep takes the closed form of the beats"),
    (["size.clients_per_point=4", AXIS], "4 clients a point are too few for the 3 arms"),
    (["name=nowhere"], "there is no sweep in results/nowhere"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_gets_one_sentence_and_exit_2_and_writes_nothing(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", *words]) == 2
    out, err = capsys.readouterr()
    assert message in err.splitlines()[-1]
    assert err.splitlines()[-1].startswith("dyadsim: ")
    assert "Traceback" not in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


ANALYSES = [
    (["alliance.rate=0.1,0.2"], "ranks parameters that are given as intervals"),
    ([AXIS, "points=sobol", "task.method=sobol"], "needs points=saltelli"),
    (
        [AXIS, "points=sobol", "task.method=soboll"],
        "task.method: there is no method 'soboll'. Did you",
    ),
    ([AXIS, "points=sobol", "task.method=prim"], "must be an output, a sign and a number"),
    ([AXIS, "points=sobol", "task.resamples=1"], "task.resamples must be a whole number from 20"),
]


@pytest.mark.parametrize(
    ("words", "message"), ANALYSES, ids=[message[:30] for _, message in ANALYSES]
)
def test_analyses_that_cannot_be_are_refused_before_anything_runs(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sensitivity", *words]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The summary of a command that goes well."""
    assert main([*words, "json=true"]) == 0
    summary: dict[str, Any] = json.loads(capsys.readouterr().out)
    return summary


def test_a_sweep_from_the_first_word_to_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["sweep", "name=bond", AXIS, *SMALL, "world=hybrid,contextual", "outputs=[true_d]"]
    plan = answer(capsys, *words, "dry_run=true")
    assert (plan["rows"], plan["conditions"], plan["points"]) == (32, 2, 16)
    assert plan["dyad_sessions"] == 32 * 100 * (12 + 7 + 7)
    assert list(tmp_path.iterdir()) == []
    first = answer(capsys, *words)
    assert (first["computed"], first["reused"], first["failed"]) == (32, 0, 0)
    table = pd.read_parquet("results/bond/points.parquet")
    assert set(table["world"]) == {"hybrid", "contextual"}
    again = answer(capsys, "sweep", "name=bond")  # by its name alone
    assert (again["computed"], again["reused"]) == (0, 32)
    state = answer(capsys, "status", "name=bond")
    assert (state["finished"], state["missing"], state["collected"]) == (32, {}, True)
    joined = answer(capsys, "collect", "name=bond")
    assert joined["table"] == "results/bond/points.parquet"
    assert (joined["computed"], joined["reused"], joined["finished"]) == (0, 32, 32)
    assert main(["collect", "name=bond"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "0 computed here, 32 taken from the store" in out
    manifest = json.loads(Path("results/bond/manifest.json").read_text())
    assert manifest["words"] == words[2:]
    assert manifest["seeds"] == {"seed": 1, "replicate": 0}


def test_a_point_equals_the_study_run_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    answer(
        capsys,
        "sweep",
        "distress.bond_effect=0,0.75",
        "alliance.rate=0.25",
        "seed=7",
        "size=tiny",
        "study.arms=[cbt,waitlist]",
        "points.replicates=2",
        "outputs=[gain,post_sd,sessions,dropout,d_between,true_d]",
    )
    row = pd.read_parquet("results/sweep/points.parquet").query(
        "replicate == 1 and `distress.bond_effect` == 0.75"
    )
    world = dyadsim.world("hybrid", {"distress.bond_effect": 0.75, "alliance.rate": 0.25})
    run = dyadsim.run(dyadsim.rct(("cbt", "waitlist")), world, 100, 7, replicate=1)
    tables = dyadsim.observed(run)
    pairs = pre_post(tables.sessions, carry=("arm",)).dropna().groupby("arm")
    gain = (pairs["pre"].mean() - pairs["post"].mean())["cbt"]
    assert row["gain.cbt"].item() == pytest.approx(gain, abs=1e-3)
    assert row["post_sd.waitlist"].item() == pytest.approx(
        pairs["post"].std()["waitlist"], abs=1e-3
    )
    clients = tables.clients.groupby("arm")
    assert row["sessions.cbt"].item() == pytest.approx(clients["n_sessions"].mean()["cbt"])
    left = tables.clients.query("arm == 'cbt'")["ending"].eq("dropout").mean()
    assert row["dropout.cbt"].item() == pytest.approx(left)
    post = pairs["post"]
    n, pooled = post.count(), post.std()
    spread = np.sqrt(((n - 1) * pooled**2).sum() / (n.sum() - 2))
    d = (post.mean()["waitlist"] - post.mean()["cbt"]) / spread
    assert row["d_between.cbt.waitlist"].item() == pytest.approx(d, abs=1e-3)
    assert row["gain.cbt.se"].item() > 0


def test_a_shorter_run_and_part_of_a_command_say_what_stands_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [f"results={tmp_path}", "name=x"]
    quick = ["points=sobol", "size=tiny", "study.arms=[cbt,waitlist]", "outputs=[true_d]", AXIS]
    assert main(["sweep", *where, *quick, "points.n=16"]) == 0
    longer = (tmp_path / "x" / "points.parquet").read_bytes()
    assert "note:" not in capsys.readouterr().err
    assert main(["sweep", *where, *quick, "points.n=8"]) == 0
    assert "had 8 other rows; they are kept in parts/" in capsys.readouterr().err
    assert main(["sweep", *where, "points.n=16"]) == 2
    said = capsys.readouterr().err
    assert "points.n=16 alone says not what to sweep" in said
    command = shlex.split(said.partition("dyadsim sweep ")[2])
    assert main(["sweep", *command, where[0]]) == 0
    assert (tmp_path / "x" / "points.parquet").read_bytes() == longer


def test_failed_points_are_rows_and_exit_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["population.stable_share=0.2,0.8", "population.load_share=0.3,0.5", "size=tiny"]
    assert main(["sweep", *words, "outputs=[gain]"]) == 3
    out = capsys.readouterr().out
    assert "2 of 4 rows failed" in out
    assert "must stay below 1; they add to 1.1" in " ".join(out.split())
    table = pd.read_parquet("results/sweep/points.parquet")
    failed = table["error"] != ""
    assert (table[failed]["population.stable_share"] == 0.8).all()
    assert table[failed]["gain.cbt"].isna().all()
    assert table[~failed]["gain.cbt"].notna().all()


def test_the_dial_keeps_the_mean_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    common = ["size.clients_per_point=4000", "study.arms=[cbt,waitlist]", "outputs=[true_d]"]
    answer(capsys, "sweep", "name=dial", "specificity=0,1", *common)
    answer(capsys, "sweep", "name=plain", "distress.specificity=0,1", *common)
    spans = [
        np.ptp(pd.read_parquet(f"results/{name}/points.parquet")["true_d.cbt.waitlist"])
        for name in ("dial", "plain")
    ]
    assert spans[0] < spans[1] / 2


def test_common_luck_and_luck_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["sweep", "distress.bond_effect=0.1,0.1001,0.1002", "size=tiny", "outputs=[post_score]"]
    answer(capsys, *words, "name=common")
    answer(capsys, *words, "name=own", "points.common=false")
    same, own = (
        pd.read_parquet(f"results/{name}/points.parquet")["post_score.waitlist"]
        for name in ("common", "own")
    )
    assert same.nunique() == 1
    assert own.nunique() == 3
    answer(
        capsys,
        "sweep",
        "distress.bond_effect=0.1002,0.1,0.2",
        *words[2:],
        "name=again",
        "points.common=false",
    )
    again = pd.read_parquet("results/again/points.parquet")["post_score.waitlist"]
    assert again[0] == own[2]  # a point's random stream follows from the point, not from its place


def test_slow_outputs_and_studies_that_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    statistic = "process_outcome_r(alliance_score@3)"
    answer(
        capsys,
        "sweep",
        "study=cohort,rct",
        "distress.bond_effect=0.2,0.8",
        "size=tiny",
        f"outputs=[dropout,d_between,'{statistic}',facts]",
    )
    table = pd.read_parquet("results/sweep/points.parquet")
    care = table["study"] == "cohort"
    assert table[care]["dropout.care"].notna().all()
    assert table[care]["d_between.cbt.waitlist"].isna().all()
    assert table[~care]["d_between.cbt.waitlist"].notna().all()
    assert table[statistic].between(-1, 1).all()
    assert table["facts_met"].between(1, 67).all()
    assert table["alliance_outcome"].notna().all()
    answer(
        capsys,
        "sweep",
        "name=shares",
        "distress.bond_effect=0.2,0.8",
        "size=tiny",
        "size.replicates=2",
        "outputs=[accountings]",
    )
    shares = pd.read_parquet("results/shares/points.parquet")
    assert shares["effect/relationship"].is_monotonic_increasing
    effect = [name for name in shares if name.startswith("effect/") and not name.endswith(".se")]
    assert shares[effect].sum(axis=1).to_numpy() == pytest.approx(100, abs=0.1)


def test_whose_clients_count_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A waiting list cannot be left: .245 of a trial, but .351 of its treated clients drop out."""
    monkeypatch.chdir(tmp_path)
    names = ["share_dropout", "share_dropout.cbt", "share_dropout.waitlist", "d_between"]
    words = ["sweep", "study=rct", "study.arms=[cbt,waitlist]", "alliance.rate=0.4", "size=tiny"]
    summary = answer(capsys, *words, f"outputs=[{','.join(names)}]")
    rows = {row["output"]: row for row in summary["outputs"]}
    assert rows["share_dropout"]["median"] == rows["share_dropout.cbt"]["median"] > 0
    assert rows["share_dropout.waitlist"]["median"] == 0
    assert rows["share_dropout"]["meaning"] == "share_dropout, of clients of arm cbt"
    assert rows["share_dropout.waitlist"]["meaning"].endswith("of clients of arm waitlist")
    assert " of clients of arm" not in rows["d_between.cbt.waitlist"]["meaning"]


@pytest.mark.slow
def test_sensitivity_leaves_table_and_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [
        AXIS,
        "alliance.rate=interval(0.1,0.6)",
        "size=tiny",
        "study.arms=[cbt,waitlist]",
        "outputs=[true_d,gain]",
        "points=saltelli",
        "points.n=64",
    ]
    ranking = answer(capsys, "sensitivity", *words)
    assert ranking["method"] == "sobol"
    total = {
        row["parameter"]: row["value"]
        for row in ranking["indices"]
        if row["index"] == "total" and row["output"] == "true_d.cbt.waitlist"
    }
    assert total["distress.bond_effect"] > total["alliance.rate"]
    left = {path.name for path in Path("results/sweep/sobol").iterdir()}
    assert left == {
        "summary.json",
        "indices.csv",
        "noise.csv",
        "figure.png",
        "figure.svg",
        "figure.csv",
        "manifest.json",
        "ro-crate-metadata.json",
    }
    assert main(["sensitivity", "name=sweep", "task.method=pawn"]) == 0
    out = capsys.readouterr().out
    assert "256 taken from the store" in " ".join(out.split())
    assert "(chance reaches)" in out
    middle = pd.read_parquet("results/sweep/points.parquet")["gain.cbt"].median()
    assert (
        main(["sensitivity", "name=sweep", "task.method=prim", f"task.target='gain.cbt>{middle}'"])
        == 0
    )
    assert "Where gain.cbt>" in capsys.readouterr().out


def test_a_folder_that_is_removed_while_a_sweep_runs_is_exit_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write = Store.write

    def write_and_lose(store: Store, rows: Rows) -> Path:
        path = write(store, rows)
        shutil.rmtree("results/sweep")
        return path

    monkeypatch.setattr(Store, "write", write_and_lose)
    assert main(["sweep", AXIS, *SMALL, "outputs=[true_d]"]) == 1
    out, err = capsys.readouterr()
    assert "results/sweep was removed, or parts of it, while the sweep ran" in err
    assert (out, err.count("\n")) == ("", 1)
    assert not Path("results/sweep").exists()


@pytest.mark.parametrize("task", ["status", "collect"])
def test_a_part_that_cannot_be_opened_is_a_sentence(
    task: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    answer(capsys, "sweep", AXIS, *SMALL, "outputs=[true_d]", "shards=2")
    part = Path("results/sweep/parts/0123456789abcdef.parquet")
    part.symlink_to(part.name)  # a loop: root cannot open it either
    assert main([task, "name=sweep"]) == 1
    out, err = capsys.readouterr()
    assert f"{part} cannot be read and was left where it is" in err
    assert (out, err.count("\n")) == ("", 1)
    assert part.is_symlink()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_term_keep_what_is_finished(tmp_path: Path, number: int) -> None:
    words = [
        "sweep",
        "name=long",
        AXIS,
        "points=sobol",
        "points.n=64",
        "threads=1",
        "size.clients_per_point=1000000",
        "study.follow_up=[]",
    ]
    command = [sys.executable, "-m", "dyadsim", *words]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A background job's children ignore the signal unless told otherwise.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for _ in range(600):
        if list(tmp_path.glob("results/long/parts/*.parquet")):
            break
        time.sleep(0.1)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "of 64 points are kept in results/long; the same command goes on" in err
    assert "Traceback" not in err
    kept = list(tmp_path.glob("results/long/parts/*.parquet"))
    assert kept
    state = subprocess.run(
        [sys.executable, "-m", "dyadsim", "status", "name=long", "json=true"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(state)["finished"] == len(kept)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert main(["sweep", AXIS, f"results={tmp_path}"]) == 1


@pytest.mark.parametrize("word", ["seed=2", "world=null", "study.sessions=5"])
def test_one_value_does_not_replace_a_stored_sweep(
    word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = ["sweep", "name=bond", "distress.bond_effect=0.1,0.2", "size=tiny", "outputs=[gain]"]
    assert main([*begin, f"results={tmp_path}"]) == 0
    before = (tmp_path / "bond" / "points.parquet").read_bytes()
    for task in ("sweep", "status"):
        assert main([task, "name=bond", word, f"results={tmp_path}"]) == 2
    assert "alone says not what to sweep" in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "bond" / "points.parquet").read_bytes() == before


def test_a_statistic_that_one_study_cannot_have_stays_empty_there(tmp_path: Path) -> None:
    words = ["study=rct,cohort", "study.sessions=4", "distress.bond_effect=0.1,0.2", "size=tiny"]
    outputs = "outputs=['remission@4_weeks.cbt',gain]"
    assert main(["sweep", *words, outputs, f"results={tmp_path}"]) == 0
    table = pd.read_parquet(tmp_path / "sweep" / "points.parquet").set_index("study")
    assert table.loc["cohort", "remission@4_weeks.cbt"].isna().all()
    assert table.loc["rct", "remission@4_weeks.cbt"].notna().all()
    assert (table["error"] == "").all()


def test_a_sweep_of_one_point_can_be_typed_again(tmp_path: Path) -> None:
    words = ["sweep", "world=null", "size=tiny", "outputs=[gain]", f"results={tmp_path}"]
    assert [main(words), main(words)] == [0, 0]
    assert main([*words, "seed=2"]) == 0
