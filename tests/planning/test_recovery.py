"""Planning: what more to measure would help, of a study that is described or of a data file."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.cli.main import main
from dyadsim.planning.planned_design import measurement_variants

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests/fitting/files"
FEW = ["task.draws=300", "task.held_out=50", "threads=1"]
COLUMNS = "data.columns={client:client,time:week,score:phq9,arm:arm,therapist:therapist}"
ARMS = "data.arms=[talk:cbt,wait:waitlist]"


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a trial of 24 clients in two arms, three therapists, waves 0, 6, 12; some missing."""
    monkeypatch.chdir(tmp_path)
    rng, rows = np.random.default_rng(3), []
    for client in range(24):
        arm, therapist = ("talk", f"t{client // 6}") if client < 16 else ("wait", "")
        for week in (0, 6, 12):
            if week == 0 or (client + week) % 5:
                score = int(rng.integers(8, 22)) - week // 3
                rows.append((client, week, score, arm, therapist))
    table = pd.DataFrame(rows, columns=["client", "week", "phq9", "arm", "therapist"])
    table.to_csv("trial.csv", index=False)
    return tmp_path / "trial.csv"


def words_of(path: str, *more: str) -> list[str]:
    """Return the words that plan with the design of a file."""
    of_file = [f"data.path={path}", "data.instrument=phq9", "data.unit=week", COLUMNS]
    return ["recover", *of_file, "data.sessions=12", *more, *FEW]


@pytest.mark.slow
def test_planning_says_what_more_would_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["recover", "study=cohort", "study.sessions=6", "study.follow_up=[]", "size.clients=40"]
    assert main([*words, *FEW, "json=true"]) == 0
    summary = json.loads(capsys.readouterr().out)
    table = pd.DataFrame(summary["parameters"])
    assert set(table["variant"]) == {variant.name for variant in measurement_variants(40)}
    means = pd.DataFrame(summary["means"]).set_index("variant")
    assert means["contraction"]["3 x the clients"] > means["contraction"]["scores alone"]
    assert (table["se"] > 0).all()
    assert means["gain_se"]["3 x the clients"] > 0
    assert means["gain_se"]["with therapists"] < means["se"].iloc[0]  # paired: the same truths
    assert (summary["study"], summary["clients"], summary["seed"]) == ("cohort", 40, 1)
    assert (summary["draws"], summary["held_out"]) == (300, 50)


@pytest.mark.slow
@pytest.mark.usefixtures("trial")
def test_a_study_with_the_design_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words_of("trial.csv", ARMS, "json=true")) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["file"], summary["clients"]) == ("trial.csv", 24)
    assert any("arm talk: cbt; arm wait: " in text for text in summary["assumed"])
    assert "3 therapists as in the data" in summary["assumed"]
    means = pd.DataFrame(summary["means"])
    assert list(means["variant"]) == [
        *("as in the file", "with the alliance", "3 x the clients", "both")
    ]
    assert list(means["clients"]) == [24, 24, 72, 72]
    assert main(["show"]) == 0
    out = capsys.readouterr().out
    assert "the design of trial.csv; clients: 24" in out
    assert "±" in out


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["data.path=none.csv"], 4, "none.csv"),
        ([ARMS, COLUMNS.replace("phq9", "phq")], 4, "phq9"),
        (["data.arms=[talk:cbt]"], 2, "wait"),
        ([ARMS, "data.measured=never"], 2, "data.measured"),
    ],
)
def test_what_a_file_lacks_is_said_as_fit_says_it(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for task in ("recover", "fit"):
        new = {word.partition("=")[0] for word in words}
        rest = [word for word in words_of("trial.csv") if word.partition("=")[0] not in new]
        rest = [word for word in rest[1:] if not word.startswith("task.")]
        assert main([task, *rest, *words, "dry_run=true"]) == code
        said.append(capsys.readouterr().err)
    assert said[0] == said[1]
    assert sentence in said[0]


@pytest.mark.usefixtures("trial")
def test_a_file_of_settings_and_what_has_no_effect(capsys: pytest.CaptureFixture[str]) -> None:
    text = """path: trial.csv
instrument: phq9
unit: week
sessions: 12
columns: {client: client, time: week, score: phq9, arm: arm, therapist: therapist}
arms: {talk: cbt, wait: waitlist}
"""
    Path("fit.yaml").write_text(text, encoding="utf-8")
    assert main(["recover", "fit.yaml", "size.clients=500", "dry_run=true"]) == 0
    out, err = capsys.readouterr()
    assert "clients              24" in out
    assert "'size.clients' has no effect in recover" in err
    Path("moments.yaml").write_text("moments: []\n", encoding="utf-8")
    assert main(["recover", "data.path=moments.yaml"]) == 2
    assert "recover needs scores of clients, not published numbers" in capsys.readouterr().err


def test_a_parameter_that_is_set_stays_in_every_data_set(tmp_path: Path) -> None:
    """It changed the label of the world, and no number."""
    study = ["recover", "study=cohort", "study.sessions=4", "size.clients=12", *FEW]
    tables = []
    for name, words in (("plain", []), ("set", ["distress.treatment_gain=0.01"])):
        assert main([*study, *words, f"results={tmp_path / name}"]) == 0
        (table,) = (tmp_path / name).rglob("*.csv")
        tables.append(pd.read_csv(table))
    plain, fixed = tables
    assert "distress.treatment_gain" in set(plain["parameter"])
    assert "distress.treatment_gain" not in set(fixed["parameter"])
