"""fit.yaml: any name works, nothing in it is run, and what is wrong is said with file and line."""

from pathlib import Path

import pytest
import yaml

from dyadsim.cli import compose
from dyadsim.cli.file_words import TABLES
from dyadsim.cli.main import main
from dyadsim.cli.stated_file import is_stated_file, read_stated
from dyadsim.errors import BadInput
from dyadsim.fitting.file_reader import SUFFIXES

ROOT = Path(__file__).parents[2]
ODD = ("Patient (Nr.)", "Woche [n]", "BDI: Summe #1", "Gruppe, alt", "No")
ARMS = ("Übliche Behandlung", "01")
GOOD = """\
path: "scores äöü (1).csv"
instrument: bdi2
unit: week
columns:
  client: Patient (Nr.)
  time: Woche [n]
  score: "BDI: Summe #1"
  arm: "Gruppe, alt"
  therapist: No
arms: {Übliche Behandlung: usual_care, 01: waitlist}
sessions: 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a csv of odd names, the current one."""
    monkeypatch.chdir(tmp_path)
    header = ",".join(f'"{name}"' for name in ODD)
    rows = [
        f"{k:02},{week},{20 - week + k % 3},{ARMS[k % 2]},T{k % 4}"
        for k in range(24)
        for week in range(4)
    ]
    (tmp_path / "scores äöü (1).csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    (tmp_path / "fit.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def composed(*words: str) -> compose.Composed:
    with compose.hydra_on_conf():
        return compose.compose_job(["task=fit", *words])


@pytest.mark.parametrize(
    "word", ["fit.yaml", "data.file=fit.yaml", "data=fit.yaml", "data.path=fit.yaml"]
)
def test_names_with_blanks_brackets_and_umlauts(
    word: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", word, "dry_run=true"]) == 0
    out, err = capsys.readouterr()
    assert "arm Übliche Behandlung: usual_care; arm 01: none" in out
    assert "therapists as in the data" in out, out
    assert err == ""
    assert sorted(path.name for path in folder.iterdir()) == ["fit.yaml", "scores äöü (1).csv"]


@pytest.mark.parametrize("word", ["scores.csv", "data=scores.csv"])
def test_a_table_is_read_without_the_name_of_its_setting(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"{k},{week},{20 - week + k % 3}" for k in range(24) for week in range(4)]
    Path("scores.csv").write_text("\n".join(["client,week,score", *rows]), encoding="utf-8")
    assert main(["describe", word, "dry_run=true"]) == 0
    assert "scores.csv: 24 clients" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compare", "scores.csv"], "dyadsim describe, analyse, fit or recover scores.csv reads"),
        (["mine.xlsx"], "'mine.xlsx' is a file"),
        (["facts", "mine.csv"], "facts=mine.csv are published numbers of your own"),
        (["fit", "a.csv", "b.csv"], "'data.path' is given twice"),
        (["show", "results/x.csv"], "results/x.csv"),
    ],
)
def test_a_file_where_none_is_read_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "show" not in words or "recover" not in err


def test_every_kind_of_table_is_known_by_its_name() -> None:
    assert set(SUFFIXES) <= set(TABLES)


def test_analyse_reads_it_from_another_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The path of the data is counted from the file, not from where one stands."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(["analyse", "../fit.yaml", "dry_run=true"]) == 0
    assert "clients              24" in capsys.readouterr().out


def test_the_command_line_counts_before_the_file_and_it_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", "fit.yaml", "data.unit=session", "dry_run=true"]) == 0
    out, err = capsys.readouterr()
    assert "time is counted in sessions" in out
    note = "note: 'data.unit' of the command line counts, not that of fit.yaml, line 3."
    assert note in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("arms:", "armz:", "fit.yaml, line 10: there is no setting 'armz'. Did you mean arms?"),
        ("  time:", "  tiem:", "line 6: columns: there is no role 'tiem'. Did you mean time?"),
        ("sessions: 3", "budget: small", "line 11: 'budget' is no setting of the data: it is said"),
        ("sessions: 3", "data: 3", "line 11: 'data' is left out in a file"),
        ("sessions: 3", "unit: day", "line 11: 'unit' is said before, in line 3."),
        ("sessions: 3", "times: {a: 1}\nwaves: {b: 2}", "line 12: 'waves' is said before"),
        (
            "sessions: 3",
            "sessions: three",
            "must be a whole number, not 'three' (fit.yaml, line 11)",
        ),
        (
            "week\n",
            "wek\n",
            "must be one of session, week, day, month, not 'wek' (fit.yaml, line 3)",
        ),
        ("bdi2", "{floor: 0, top: 9}", "there is no field 'top'"),
        ("path:", "path", "fit.yaml"),
        ("unit: week", "unit:\tweek:", "is no YAML"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    old: str, new: str, words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "fit.yaml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    assert main(["fit", "fit.yaml"]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["fit.yaml", "scores äöü (1).csv"]


def test_a_column_that_is_not_there_is_said_with_the_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "fit.yaml").write_text(GOOD.replace("Woche [n]", "Woche"), encoding="utf-8")
    assert main(["fit", "fit.yaml"]) == 4
    err = capsys.readouterr().err
    assert "data.columns.time: There is no column 'Woche'" in err
    assert "(fit.yaml, line 6)" in err


@pytest.mark.parametrize(
    "text",
    [
        "path: !!python/object/apply:os.system [touch ran]",
        "path: x.csv\narms: !!python/name:os.system",
        "path: !run x.csv",
    ],
)
def test_nothing_is_run(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    assert main(["fit", "bad.yaml"]) == 2
    assert "nothing that is run" in capsys.readouterr().err
    assert not (folder / "ran").exists()


def test_nothing_is_looked_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`${...}` is what Hydra replaces elsewhere; here it is a name."""
    monkeypatch.setenv("SECRET", "found")
    name = "${oc.env:SECRET} \\${seed}"
    (folder / "a.yaml").write_text(
        f"columns: {{client: '{name}'}}\narms: {{'{name}': cbt}}\nwhere: {{'{name}': ['{name}']}}",
        encoding="utf-8",
    )
    data = composed("data.file=a.yaml").config.data
    assert data.columns["client"] == name
    assert data.arms == {name: "cbt"}
    assert data.where == {name: [name]}


def test_text_stays_text_and_numbers_are_numbers(folder: Path) -> None:
    """A name may look like a number, a flag or nothing."""
    (folder / "a.yaml").write_text(
        "columns: {client: 007, time: on, score: '12', arm: ~, therapist: null}\n"
        "arms: {01: cbt, no: waitlist, null: usual_care, empty: null}\n"
        "missing: [-9, .5, NA, no]\n"
        "waves: {pre:0, post: 12.5}\n"
        "where: {done: yes}\n"
        "sheet: 2\nrebase: true\nwide: {time}\nfollow_up: [26, 52]\n"
        "instrument: {name: 7, floor: 0, sd: sample}\n",
        encoding="utf-8",
    )
    values = read_stated("a.yaml").values
    assert values["data.columns.client"] == "007"
    assert values["data.columns.time"] == "on"
    assert values["data.columns.arm"] is None
    assert values["data.arms"] == {"01": "cbt", "no": "waitlist", "null": "usual_care"}
    assert values["data.missing"] == ["-9", ".5", "NA", "no"]
    assert values["data.times"] == {"pre": 0, "post": 12.5}
    assert values["data.where"] == {"done": "yes"}
    assert (values["data.sheet"], values["data.rebase"], values["data.wide"]) == (2, True, "{time}")
    assert values["data.follow_up"] == [26, 52]
    assert values["data.instrument"] == {"name": 7, "floor": 0, "sd": "sample"}


def test_a_file_and_hydra_say_the_same(folder: Path) -> None:
    """The same settings in the file and on the command line compose to the same."""
    (folder / "a.yaml").write_text(
        "path: d.csv\ninstrument: {floor: 0, ceiling: 9}\ncolumns: {client: [site, id]}\n"
        "missing: [-9, 99]\ntimes: {pre: 0, post: 12}\nwhere: {scale: BDI}\nper_week: 2\n",
        encoding="utf-8",
    )
    file = composed("data.file=a.yaml").plain["data"]
    words = composed(
        "data.path=d.csv",
        "data.instrument={floor:0,ceiling:9}",
        "data.columns.client=[site,id]",
        "data.missing=['-9','99']",
        "data.times={pre:0,post:12}",
        "data.where={scale:BDI}",
        "data.per_week=2",
    ).plain["data"]
    assert file | {"file": None} == words


def test_published_moments_are_no_settings(folder: Path) -> None:
    (folder / "moments.yaml").write_text("moments: []\n", encoding="utf-8")
    assert not is_stated_file("moments.yaml")
    assert is_stated_file("fit.yaml")
    assert yaml.safe_load(GOOD)["unit"] == "week"


def test_a_command_without_data_does_not_take_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["simulate", "fit.yaml"], ["fit.yaml"]):
        assert main(words) == 2
        said = "dyadsim describe, analyse, fit or recover fit.yaml reads it"
        assert said in capsys.readouterr().err


def test_an_empty_or_a_missing_file(folder: Path) -> None:
    (folder / "a.yaml").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"a.yaml must hold pairs such as 'path: scores.csv'"):
        read_stated("a.yaml")
    with pytest.raises(BadInput, match="there is no such file"):
        read_stated("b.yaml")
    (folder / "c.yaml").write_bytes("path: Übung.csv".encode("cp1252"))
    with pytest.raises(BadInput, match="it is not text in UTF-8"):
        read_stated("c.yaml")


def test_keys_that_are_no_names_are_no_settings(tmp_path: Path) -> None:
    """Found by the fuzzer: a list as a key cannot be looked up among names."""
    path = tmp_path / "keys.yaml"
    path.write_text("? [a, b]\n: 1\n? {x: 1}\n: 2\n", encoding="utf-8")
    assert not is_stated_file(str(path))
    path.write_text("? [a, b]\n: 1\ncolumns: {client: id}\n", encoding="utf-8")
    assert is_stated_file(str(path))
