"""`dyadsim analyse`: a report on one's own data, or one sentence on what is wrong with them."""

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from report.conftest import check_page

from dyadsim.cli.main import main

ROOT = Path(__file__).parents[3]
FILES = ROOT / "tests" / "fitting" / "files"
(GUIDE,) = (ROOT / "docs").rglob("analyse.md")
CLINIC = (
    f"data.path={ROOT}/docs/tutorial/clinic.csv",
    "data.instrument=phq9",
    "data.columns={client:client,time:session,score:phq9,therapist:therapist,alliance:alliance}",
)
WAITING = (
    f"data.path={FILES}/waiting_list_ten_weeks.csv",
    "data.instrument=phq9",
    "data.unit=week",
    "data.columns={client:client,time:week,score:score,arm:arm,therapist:therapist}",
)
TRIAL = "data.columns={client:client,time:session,score:score,arm:arm,therapist:therapist}"


def report_of(results: Path) -> Path:
    """Return the folder of the only report."""
    (page,) = results.rglob("report.html")
    return page.parent


def test_a_report_of_two_arms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["analyse", *WAITING, "task.control=waiting", f"results={tmp_path}"]
    monkeypatch.setattr("sys.argv", ["dyadsim", *words])
    assert main(words) == 0
    out = capsys.readouterr().out
    table_lines = [line for line in out.splitlines() if not line.startswith(("Report", "Next"))]
    assert max(map(len, table_lines)) <= 80
    assert "Scores are better in group_therapy than in waiting at week 9" in out
    folder = report_of(tmp_path)
    text = check_page(folder, images=2).replace("https://", "")
    order = ["Scores are better", "Contents", "Your data", "Between arms", "Doubts", "reproduce"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert "task.control=waiting" in text  # the line that repeats it
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)
    assert re.search(r'href="#([\w-]+)"', text)
    for name in re.findall(r'href="#([\w-]+)"', text):
        assert f'id="{name}"' in text
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"clients.csv", "sessions.csv", "weeks.csv", "statistics.csv"} <= names
    assert {"courses.csv", "courses.png", "change.csv", "change.png"} <= names


def test_numbers_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", *CLINIC, "json=true", f"results={tmp_path}"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["clients"] == 240
    assert len(summary["answer"]) == 3
    rows = {(row["statistic"], row["group"]): row for row in summary["statistics"]}
    gain = rows["pre_post_d", "care"]
    assert gain["value"] == pytest.approx(1.07125, abs=1e-4)  # metafor 3.8-1
    assert {"n", "low", "high", "unit", "definition", "error", "reference", "r"} <= set(gain)
    assert rows["not_to_end", "care"]["value"] is None
    assert "no stated end" in rows["not_to_end", "care"]["reason"]
    frame = pd.read_csv(ROOT / "docs/tutorial/clinic.csv")
    assert summary["weeks"][0]["mean"] == pytest.approx(
        frame.loc[frame["session"] == 0, "phq9"].mean()
    )


def test_high_scores_may_be_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The clinic on a scale turned round: the same clients improve, in the file's own points."""
    frame = pd.read_csv(ROOT / "docs/tutorial/clinic.csv")
    frame.assign(well=27 - frame["phq9"]).to_csv(tmp_path / "well.csv", index=False)
    columns = "data.columns={client:client,time:session,score:well,therapist:therapist}"
    form = "data.instrument={name:well,floor:0,ceiling:27,healthy:24,cut_off:17,reliability:.87"
    words = ["analyse", f"data.path={tmp_path}/well.csv", columns, "json=true"]
    words = [*words, f"{form},reliable_change:6}}", f"results={tmp_path}/results"]
    assert main(words) == 0
    summary = json.loads(capsys.readouterr().out)
    rows = {row["statistic"]: row for row in summary["statistics"]}
    assert rows["pre_post_d"]["value"] == pytest.approx(1.07125, abs=1e-4)
    assert rows["improved"]["value"] == pytest.approx(52.74262, abs=1e-4)
    assert summary["assumed"][0] == "scores are well, 0 to 27, cut-off 17; high scores are good"
    assert summary["weeks"][0]["mean"] == pytest.approx(
        27 - frame.loc[frame["session"] == 0, "phq9"].mean()
    )


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], 2, "analyse needs your data: data.path=scores.csv"),
        (["data.path=moments.yaml", "data.instrument=phq9"], 2, "not published numbers"),
        (["data.path=none.csv", "data.instrument=phq9"], 4, "there is no file 'none.csv'"),
        ([*WAITING, "task.control=wating"], 2, "Did you mean waiting?"),
        ([*WAITING, "data.follow_up=[52]"], 2, "nobody has a score at week 52"),
        ([*WAITING, "data.measured=often"], 2, "data.measured"),
        (
            [f"data.path={FILES}/follow_up.csv", "data.instrument=phq9", TRIAL],
            2,
            "which weeks come after treatment?",
        ),
        (
            [f"data.path={FILES}/change_of_therapist.csv", "data.instrument=phq9", TRIAL],
            4,
            "data.therapist=first",
        ),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    words: list[str],
    code: int,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["analyse", *words, f"results={tmp_path}/new"]) == code
    err = capsys.readouterr().err
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "new").exists()


def test_settings_of_simulations_do_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["analyse", *CLINIC, "world=null", "data.therapy=cbt", "dry_run=true"]
    assert main([*words, f"results={tmp_path}/new"]) == 0
    err = capsys.readouterr().err
    assert "'world' has no effect in analyse" in err
    assert "'data.therapy' has no effect in analyse" in err


def test_the_guide_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands of docs/how_to/analyse.md run, and print the sentences that it shows."""
    text = GUIDE.read_text(encoding="utf-8")
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```console\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block, printed in blocks:
        words = shlex.split(block.removeprefix("$ dyadsim ").replace("\\\n", " "))
        assert main([*words, f"results={tmp_path}"]) == 0
        out = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        assert [line for line in printed.splitlines() if line not in out] == []
    names: dict[str, object] = {}
    for code, printed in re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL):
        exec(compile(code, "analyse.md", "exec"), names)
        assert capsys.readouterr().out == printed
    assert "analysis" in names
