"""Every command's smallest form fits a screen of 80 columns, and `--help` too."""

import shutil
from pathlib import Path

import pytest
from cli.tasks.test_every_task import CLINIC

from dyadsim.cli.main import main
from dyadsim.cli.task import all_tasks

ROOT = Path(__file__).parents[2]
SWEEP = (
    "name=s",
    "distress.bond_effect=interval(0,1)",
    "points=sobol",
    "points.n=8",
    "outputs=[gain,true_d]",
    "study.n_clients=40",
)
SMALLEST = {  # what makes a command's run small
    "analyse": CLINIC,
    "describe": CLINIC,
    "power": ("waiting", "task.effect=0.5", "task.clients=[80]", "task.trials=50"),
    "crossvalidate": ("dry_run=true",),
    "compare": ("size=tiny",),
    "decompose": ("size=tiny", "size.clients=100"),
    "region": ("size=tiny", "members=2", "task.points=2", "task.dose_spreads=[0,1]"),
    "simulate": ("size=tiny", "do.hold.alliance=0.8"),
    "facts": ("size=tiny", "size.clients_per_replicate=100", "world=null"),
    "literature": ("task.repeats=20",),
    "lesson": ("alliance", "task.set={clients:1000}"),
    "sweep": SWEEP,
    "status": SWEEP,
    "collect": SWEEP,
    "sensitivity": (*SWEEP, "points.n=64", "task.resamples=20"),
    "fit": (*CLINIC, "dry_run=true"),
    "recover": ("dry_run=true",),
    "calibrate": ("dry_run=true",),
    "teach": ("dry_run=true",),
}
COPIED = ("Command: ", "In Python: ", "Next")  # commands are whole, however long
FIRST = ("simulate", "sweep", "sensitivity", "compare")  # others read what these leave


def too_long(out: str) -> list[str]:
    """The printed lines of over 80 letters, but for commands and for one long path."""
    long = [line for line in out.splitlines() if len(line) > 80 and not line.startswith(COPIED)]
    return [line for line in long if " " in line.strip()[20:]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all commands run in, with a researcher's file."""
    folder = tmp_path_factory.mktemp("screen")
    shutil.copy(ROOT / "docs" / "tutorial" / "clinic.csv", folder)
    return folder


def words_of(name: str) -> list[str]:
    """Return the words of a command's smallest run; a word that is set twice counts once."""
    words = {word.partition("=")[0]: word for word in SMALLEST.get(name, ())}
    return [name, *words.values()]


NAMES = sorted((task.name for task in all_tasks()), key=lambda name: name not in FIRST)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_line_fits(
    name: str,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(words_of(name)) in (0, 3), capsys.readouterr().err
    out = capsys.readouterr().out
    assert too_long(out) == []
    assert "…" not in out.replace(" … ", "")


@pytest.mark.parametrize("words", [["compare", "size=tiny"], ["sweep", *SWEEP, "name=m"]])
def test_every_line_fits_over_members(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    words = [word for word in words if not word.startswith("name=s")]
    assert main([*words, "members=2"]) in (0, 3), capsys.readouterr().err
    assert too_long(capsys.readouterr().out) == []


LONG = "a_world_with_quite_a_long_name"


@pytest.mark.parametrize(
    "words",
    [
        ["facts", "size=tiny", "size.clients_per_replicate=100", f"task.worlds=[{LONG},'null']"],
        ["sweep", f"world={LONG},null", "alliance.rate=0.2,0.3", *SWEEP[4:]],
        ["facts", "-m", "world=null", "alliance.rate=0.3,0.4", "size.clients_per_replicate=100"],
    ],
    ids=" ".join,
)
def test_tables_of_several_worlds_and_points_fit(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "conf" / "world").mkdir(parents=True)
    (tmp_path / "conf" / "world" / f"{LONG}.yaml").write_text("base: hybrid\n")
    assert main(words) in (0, 3), capsys.readouterr().err
    assert too_long(capsys.readouterr().out) == []


@pytest.mark.parametrize("words", [["--help"], ["fit", "--help"], ["simulate", "--help"]])
def test_help_fits(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80 and " " in line.strip()] == []
