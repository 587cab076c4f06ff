"""`dyadsim power`: how many clients and therapists, or one sentence on what is wrong."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from report.conftest import check_page

from dyadsim.cli.main import main

QUICK = ("task.trials=200", "task.clients=[60,160]", "task.therapists=[4,8]")


def test_a_report_of_a_grid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["power", "waiting", "task.effect=0.6", *QUICK, f"results={tmp_path}"]
    monkeypatch.setattr("sys.argv", ["dyadsim", *words])
    assert main(words) == 0
    out = capsys.readouterr().out
    shown = [line for line in out.splitlines() if not line.startswith(("Report", "Next"))]
    assert max(map(len, shown)) <= 80
    assert out.startswith("Of the designs tried, 160 clients and")
    assert "With 160 clients and" in out
    (page,) = tmp_path.rglob("report.html")
    text = check_page(page.parent, images=1)
    order = ["Of the designs tried", "For the application", "Analyses compared", "Doubts"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert not re.search(r"\bnan\b|None\b", text)
    for name in re.findall(r'href="#([\w-]+)"', text):
        assert f'id="{name}"' in text
    table = pd.read_csv(page.parent / "power.csv")
    assert len(table) == 2 * 2 * 3
    assert (table["power_low"] <= table["power"]).all()
    assert {"power.png", "power.svg", "power.csv"} == {
        path.name for path in (page.parent / "figures").iterdir()
    }
    assert not list(tmp_path.rglob("unfinished-*"))


def test_numbers_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["power", "therapists", "task.trials=100", "task.caseload=[10,20]", "json=true"]
    assert main([*words, "task.therapists=[10,20]", f"results={tmp_path}"]) == 0
    summary = json.loads(capsys.readouterr().out)
    sizes = {(row["clients"], row["therapists"]) for row in summary["table"]}
    assert sizes == {(100, 10), (200, 10), (200, 20), (400, 20)}
    assert summary["main"] == "lrt"
    assert summary["assumptions"]["quantity"] == "ICC"
    assert summary["assumptions"]["source"] == "baldwin2013;johns2019"
    assert summary["sentence"].startswith("With ")


def test_a_world_makes_the_trials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["power", "waiting", "task.effect=world", "task.sessions=4", "task.trials=60"]
    words += ["task.clients=40", "task.therapists=4", f"results={tmp_path}", "json=true"]
    assert main(words) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["assumptions"]["arms"] == ["cbt", "waitlist"]
    assert summary["assumptions"]["icc"] is None
    assert "hybrid world" in summary["sentence"]
    assert "dropout as that world makes it" in summary["sentence"]
    assert all(row["formula"] is None for row in summary["table"])


def test_an_ensemble_says_how_far_its_members_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["power", "waiting", "task.effect=ensemble", "task.sessions=4", "task.members=2"]
    words += ["task.trials=100", "task.clients=40", "task.therapists=4", f"results={tmp_path}"]
    assert main(words) == 0
    assert "mean over 2 members of the ensemble" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["waitng"], "Did you mean waiting?"),
        (["task.effect=big"], "task.effect must be a number, world or ensemble, not 'big'"),
        (["task.effect=-1"], "task.effect must be a number in [0, 5]"),
        (["task.icc=1.5"], "task.icc must be a number in [0, 0.9]"),
        (["task.clients=[]"], "task.clients must be a list"),
        (["task.clients=[8]"], "task.clients must be a whole number from 12"),
        (["task.clients=100", "task.caseload=10"], "give task.clients or task.caseload"),
        (["task.clients=20", "task.therapists=16"], "16 therapists need 32 clients"),
        (["task.therapists=2"], "each arm needs 2"),
        (["task.dropout=[0.1,0.2,0.3]"], "task.dropout must be a share or a pair"),
        (["task.analyses=[lrt]"], "power, design bona_fide"),
        (["task.analyses=mixed"], "task.analyses must be a list of names"),
        (["task.layout=one_arm", "task.effect=world"], "task.layout must be nested or crossed"),
        (["waiting", "task.effect=world", "task.therapy=nothing"], "nothing"),
        (["task.effect=ensemble", "task.trials=100"], "task.trials=500"),
        (["task.trials=10"], "task.trials must be a whole number from 50"),
        (["task.target=2"], "task.target must be a number"),
        (["task.level=0"], "task.level must be a number"),
        (["growth", "task.effect=world"], "growth takes a stated effect, such as task.effect=0.5"),
        (["growth", "task.residual=0.6"], "task.residual=0.6 and task.before_r=0.45 leave clients"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["power", *words, f"results={tmp_path}/new"]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_settings_of_the_other_way_are_said_to_do_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["power", "task.sessions=8", "alliance.rate=0.4", "dry_run=true"]) == 0
    err = capsys.readouterr().err
    assert "'task.sessions' has no effect in power" in err
    assert "'alliance.rate' has no effect in power" in err
    assert main(["power", "growth", "task.sessions=8", "dry_run=true"]) == 0
    assert capsys.readouterr().err == ""
    words = ["power", "task.effect=world", "task.icc=0.1", "dry_run=true"]
    assert main(words) == 0
    assert "'task.icc' has no effect in power: a world makes it" in capsys.readouterr().err
