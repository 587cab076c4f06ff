"""The command line: what it refuses, with which words and exit code, and what it leaves."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.cli.main import main
from dyadsim.simulation import records

BAD = [
    (["study.n_clent=3"], "there is no setting 'study.n_clent'. Did you mean study.n_clients?"),
    (["+study.n_clients=3"], "'+' adds or removes settings"),
    (["world=hibrid"], "There is no world 'hibrid'. Did you mean hybrid?"),
    (["study=rtc"], "There is no study 'rtc'. Did you mean rct?"),
    (["wrld=hybrid"], "there is no setting 'wrld'. Did you mean world?"),
    (["fact"], "There is no task 'fact'. Did you mean facts?"),
    (["alliance.rate=3"], "alliance.rate (share of the gap closed) must lie in [0, 1] 1/session"),
    (["alliance.rte=0.3"], "there is no setting 'alliance.rte'. Did you mean alliance.rate?"),
    (["alliance.rate=much"], "'much' is not a number"),
    (["size.clients=0"], "size.clients must be a whole number from 1"),
    (["size.clients=-5"], "size.clients must be a whole number from 1"),
    (["simulate", "study.sessions=0"], "it needs 1 session or more"),
    (["simulate", "study.arms=[cbt]"], "it needs two arms or more"),
    (["simulate", "size.clients=2"], "2 clients cannot fill the 3 arms of study rct"),
    (["simulate", "study.arms=[cbt,waitlit]"], "There is no therapy 'waitlit'"),
    (["simulate", "world=medical", "process_change.gating=0.5"], "is fixed at 0 in the world"),
    (["simulate", "world=medical", "specificity=0.5"], "specificity is fixed at 1"),
    (["simulate", "specificity=2"], "specificity must be a number in [0, 1]"),
    (["seed=x"], "seed must be a whole number"),
    (["seed=1,2"], "several values: that needs -m"),
    (["simulate", "facts"], "'facts' is no setting"),
    (["simulate", "do.remove=bond"], "do.remove must be a list, in quotes and brackets"),
    (["simulate", "do=waitlist"], "do has settings of its own: do.x=..."),
    (["simulate", "task.held=4"], "there is no setting 'task.held'"),
    (["seed=null"], "seed needs a value"),
    (["params", "xyzzy"], "no parameter's name or meaning holds 'xyzzy'"),
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
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert err.startswith("dyadsim: ")
    assert err.count("\n") == 1
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_unknown_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sed=3"]) == 2
    assert "there is no option '--sed=3'" in capsys.readouterr().err


def test_a_setting_with_dashes_is_written_as_it_must_be(capsys: pytest.CaptureFixture[str]) -> None:
    for word, right in {
        "--json": "json=true",
        "--seed=3": "seed=3",
        "--world": "world=VALUE",
    }.items():
        assert main(["compare", word]) == 2
        assert f"Settings have no dashes: write {right}." in capsys.readouterr().err


def test_results_folder_that_is_a_file_gets_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("taken")
    assert main(["simulate", "size=tiny", f"results={tmp_path}/file/inside"]) == 1
    assert "cannot be made" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "taken"


def test_simulate_leaves_tables_that_follow_the_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "size=tiny", f"results={tmp_path}", "json=true"]) == 0
    summary = json.loads(capsys.readouterr().out)
    (folder,) = (tmp_path / "simulate").iterdir()
    tables = records.read_records(folder)
    assert len(tables.clients) == 400 == summary["clients"]
    assert list(tables.truth.columns) == list(records.SCHEMA["truth"])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["seeds"] == {"seed": 1, "replicate": 0}
    assert manifest["config"]["size"]["clients"] == 400
    assert {"dyadsim", "commit", "packages", "argv", "wall_seconds"} <= set(manifest)


def test_facts_json_has_one_row_a_fact(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts", "world=null", "size=tiny", "json=true"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["seed"], summary["clients"], summary["world"]) == (1, 200, "null")
    rows = summary["facts"]
    assert len(rows) == 67
    assert {"id", "simulated", "se", "low", "high", "verdict", "met"} <= set(rows[0])
    assert not any(row["needs"] for row in rows)  # a design serves every fact
    by_id = {row["id"]: row for row in rows}
    assert abs(by_id["g_waitlist"]["simulated"]) < 0.3  # nothing heals in the null world
    assert not by_id["g_waitlist"]["met"]


def test_multirun_runs_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["-m", "simulate", "world=medical,null", "size=tiny", f"results={tmp_path}"]
    assert main([*words, "json=true"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["world"] for line in lines] == ["medical", "null"]


def test_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dry_run=true", f"results={tmp_path}/new"]) == 0
    assert "points" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


def test_params_lists_default_range_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["params", "gating", "json=true"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["name"] == "process_change.gating"
    assert row["about"]["low"] == 0
    assert row["about"]["likely"]["shape"] == "uniform"


def test_params_says_what_is_likely_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    from dyadsim.model.parameters import catalogue

    likely = catalogue()["population.load_share"].about.likely
    assert likely is not None
    assert main(["params", "load_share", "task.likely=true"]) == 0
    shown = capsys.readouterr().out
    assert f"odds {likely.low:g} … {likely.high:g}" in shown
    assert "in all worlds" in shown
    assert "judged: the week's own part" in shown
    assert main(["params", "synchrony", "task.likely=true"]) == 2
    assert "calibration moves no parameter" in capsys.readouterr().err


def test_doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", f"results={tmp_path}"]) == 0
    assert "All is well." in capsys.readouterr().out


def test_interrupt_gives_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dyadsim.simulation import study_files

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(study_files, "simulate_into", stop)
    assert main(["simulate", "size=tiny", f"results={tmp_path}/new"]) == 130


def test_help_of_a_task_shows_its_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "--help"]) == 0
    done = capsys.readouterr().out
    for word in ("task.candidates=", "data.threshold=", "budget=small"):
        assert word in done
    assert "literature" not in done
    assert main(["recover", "--help"]) == 0
    assert "task.draws=" in capsys.readouterr().out


def test_help_needs_neither_hydra_nor_numba() -> None:
    code = (
        "import sys; from dyadsim.cli.main import main; main(['--help']); "
        "print(sorted({'hydra', 'numba', 'pandas', 'mesa'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "dyadsim params" in done.stdout


def test_same_seed_same_tables(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert main(["simulate", "size=tiny", "seed=7", f"results={tmp_path}/{name}"]) == 0
    first, second = (next((tmp_path / name / "simulate").iterdir()) for name in ("a", "b"))
    for table in records.SCHEMA:
        left, right = (pd.read_parquet(folder / f"{table}.parquet") for folder in (first, second))
        pd.testing.assert_frame_equal(left, right)
    assert (first / "summary.json").read_text() == (second / "summary.json").read_text()


@pytest.mark.parametrize(
    ("words", "noted"),
    [
        (["world=medical"], "'world' has no effect in answer"),
        (["facts", "study=cohort"], "'study' has no effect in facts"),
        (["simulate", "world=medical", "study=cohort"], ""),
        (["study.n_clients=500", "population.distress_sd=1.2"], ""),
    ],
)
def test_a_setting_without_effect_is_noted(
    words: list[str], noted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "dry_run=true"]) == 0
    heard = capsys.readouterr().err
    assert noted in heard
    assert bool(heard) == bool(noted)


def test_yes_or_no_must_be_that(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["json=maybe", "dry_run=true"]) == 2
    assert "json must be true or false" in capsys.readouterr().err


def test_the_task_may_stand_behind_the_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["-m", "world=medical,null", "simulate", "size=tiny", f"results={tmp_path}"]
    assert main([*words, "json=true"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["json=true", "params", "alliance"]) == 0


def test_output_cut_off_by_a_pipe_is_no_traceback() -> None:
    script = (
        "from dyadsim.cli import main as cli; "
        "cli._run = lambda words, options: [print('x' * 99999) for _ in range(9)]; "
        "raise SystemExit(cli.main(['params']))"
    )
    command = f'{sys.executable} -c "{script}" | head -c 10'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout == "x" * 10
    assert done.stderr == ""
