"""`dyadsim describe`: what is understood of a file, and a fit.yaml that reads it the same way."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from printed_text import unfolded

from dyadsim.cli.main import main
from dyadsim.cli.stated_file import read_stated
from dyadsim.cli.stated_file_text import in_yaml

ROOT = Path(__file__).parents[3]
FILES = ROOT / "tests" / "fitting" / "files"
UNDERSTOOD = {  # file -> clients
    "decimal_comma.csv": 40,
    "follow_up.csv": 60,
    "items.csv": 60,
    "leading_zeros.csv": 60,
    "missing_intake.csv": 58,
    "phq9.dta": 30,
    "phq9.sav": 30,
    "phq9.xlsx": 30,
    "same_table.csv": 30,
    "umlauts.csv": 60,
    "waiting_list_ten_weeks.csv": 80,
    "wide_trial.csv": 60,
}
REFUSED = {  # file -> the setting that helps
    "change_of_therapist.csv": "data.therapist=first",
    "client_numbers_reused.csv": "data.columns.client=[therapist,client]",
    "two_instruments.csv": "data.where={instrument:PHQ9}",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def summary(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict:
    assert main(["describe", *words, "json=true"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_what_it_writes_reads_the_same(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a setting; then with the file that it wrote, unchanged."""
    pytest.importorskip("openpyxl" if name.endswith("xlsx") else "pyreadstat")
    first = summary([f"data.path={FILES / name}"], capsys)
    assert first["clients"] == UNDERSTOOD[name]
    again = summary(["fit.yaml"], capsys)
    for key in ("clients", "scores", "therapists", "arms", "weeks", "duplicates", "assumed"):
        assert again[key] == first[key], key
    assert again["proposed"] == {}
    assert again["written"] is None


def test_fit_and_analyse_read_it_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", f"data.path={FILES / 'items.csv'}"]) == 0
    for task in ("fit", "analyse"):
        assert main([task, "fit.yaml", "dry_run=true"]) == 0
        assert re.search(r"scores +331\n", capsys.readouterr().out)


def test_numbers_are_those_of_pandas(capsys: pytest.CaptureFixture[str]) -> None:
    described = summary([f"data.path={FILES / 'decimal_comma.csv'}"], capsys)
    frame = pd.read_csv(FILES / "decimal_comma.csv", sep=";", decimal=",")
    weeks = frame.groupby("Sitzung")["CORE_OM"].agg(["count", "mean", "std"])
    shown = pd.DataFrame(described["weeks"])
    assert shown["n"].tolist() == weeks["count"].tolist()
    assert shown["mean"].tolist() == pytest.approx(weeks["mean"].tolist())
    assert shown["sd"].tolist() == pytest.approx(weeks["std"].tolist())
    assert shown["missing"].tolist() == (40 - weeks["count"]).tolist()
    assert described["therapists"] == frame["Therapeut"].nunique()
    assert described["proposed"]["data.instrument"]["value"] == "core_om"


def test_what_a_person_sees(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", f"data.path={FILES / 'wide_trial.csv'}"]) == 0
    out = capsys.readouterr().out
    assert "60 clients in 2 arms, 242 scores from 0 to 46, weeks 0 to 35." in " ".join(out.split())
    assert "No client has two scores in one week." in out
    assert "which weeks are after treatment (follow_up, or sessions)" in unfolded(out)
    assert "what each arm got (arms), for fit" in out
    assert out.rstrip().splitlines()[-1].startswith("Next: dyadsim analyse fit.yaml")
    table = [line for line in out.splitlines() if line.startswith(("│", "┃", "-"))]
    assert max(map(len, table)) <= 80
    (figure,) = folder.rglob("courses.png")
    assert str(figure.relative_to(folder)) in out
    assert {path.name for path in figure.parents[1].iterdir()} >= {"weeks.csv", "arms.csv"}
    page = (figure.parents[1] / "report.html").read_text(encoding="utf-8")
    assert "report.html" in out
    for words in (
        "bdi_wide.csv: how it is read",
        "5 waves in columns of one name",
        "To be said in fit.yaml: which weeks are after treatment",
        "usual: mean 25.1 at week 0 (n = 30)",
        "<pre>dyadsim analyse fit.yaml</pre>",
        "wide: &#34;bdi_{time}&#34;",
    ):
        assert words.replace("bdi_wide", "wide_trial") in page
    assert 'src="data:image/png;base64,' in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)  # it needs no other file
    text = (folder / "fit.yaml").read_text(encoding="utf-8")
    assert max(map(len, [line.split(" # ")[0] for line in text.splitlines()])) <= 100
    assert "  program: null" in text
    assert "PLEASE SAY for fit" in text
    assert 'wide: "bdi_{time}"' in text


def test_a_questionnaire_that_is_not_known_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["describe", f"data.path={FILES / 'umlauts.csv'}"]) == 0
    assert "which questionnaire it is (instrument), for analyse and fit" in unfolded(
        capsys.readouterr().out
    )
    assert main(["analyse", "fit.yaml"]) == 2
    assert "data.instrument: which questionnaire" in capsys.readouterr().err
    text = (folder / "fit.yaml").read_text(encoding="utf-8")
    assert "  Übliche Behandlung: usual_care" in text
    assert "  Wartegruppe: waitlist" in text
    (folder / "fit.yaml").write_text(text.replace("instrument: null", "instrument: phq9"))
    assert main(["fit", "fit.yaml", "dry_run=true"]) == 0
    assert "arm Übliche Behandlung: usual_care; arm Wartegruppe: none" in capsys.readouterr().out


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_be_read_in_two_ways_is_refused_and_nothing_is_written(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["describe", f"data.path={FILES / name}"]) == 4
    out, err = capsys.readouterr()
    assert REFUSED[name] in err
    assert err.count("\n") == 1
    assert "Columns" in out
    assert list(folder.iterdir()) == []
    word = re.search(r"'?(data\.[a-z.]+=[^\s']+)", err[err.index(REFUSED[name]) :])
    assert word is not None
    assert main(["describe", f"data.path={FILES / name}", word[1].rstrip(",")]) == 0
    assert (folder / "fit.yaml").exists()
    assert main(["describe", "fit.yaml"]) == 0


def test_a_file_that_is_there_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"data.path={FILES / 'items.csv'}"
    (folder / "fit.yaml").write_text("mine")
    assert main(["describe", path]) == 2
    assert "'fit.yaml' is there already: task.overwrite=true replaces it" in capsys.readouterr().err
    assert (folder / "fit.yaml").read_text() == "mine"
    assert not (folder / "results").exists()
    assert main(["describe", path, "task.write=other.yaml"]) == 0
    assert read_stated("other.yaml").values["data.items"] == "phq1..phq9"
    assert main(["describe", path, "task.overwrite=true"]) == 0
    assert (folder / "fit.yaml").read_text() != "mine"


def test_the_path_is_short_where_the_data_lie_beside_it(folder: Path) -> None:
    (folder / "my data").mkdir()
    shutil.copy(FILES / "items.csv", folder / "my data" / "größe [1].csv")
    assert main(["describe", 'data.path="my data/größe [1].csv"']) == 0
    assert 'path: "my data/größe [1].csv"' in (folder / "fit.yaml").read_text(encoding="utf-8")
    assert main(["describe", "fit.yaml"]) == 0


@pytest.mark.parametrize("word", ["task.write=a.txt", "task.write=no/a.yaml", "data.path=m.yaml"])
def test_bad_words(word: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "m.yaml").write_text("moments: []\n")
    words = [f"data.path={FILES / 'items.csv'}"] * ("path" not in word)
    assert main(["describe", *words, word]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["m.yaml"]


@pytest.mark.parametrize(
    "value",
    ["a: b", "#1", "null", "No", "12", "", "ä ö", '"', "\\", "x  y", "-9", "a #b", "${x}", "[a]"],
)
def test_any_name_comes_back(value: str, folder: Path) -> None:
    text = f"columns: {in_yaml({'client': value, 'time': [value, 'b']})}\n"
    text += f"arms:\n  {in_yaml(value, key=True)}: cbt\nwhere: {in_yaml({value: value})}\n"
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    values = read_stated("a.yaml").values
    assert values["data.columns.client"] == value
    assert values["data.columns.time"] == [value, "b"]
    assert values["data.arms"] == {value: "cbt"}
    assert values["data.where"] == {value: value}
