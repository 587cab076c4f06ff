"""A world of which a parameter was changed is never called calibrated, wherever it is shown."""

import json
import re
from pathlib import Path

import pytest

from dyadsim.cli.main import main

CHANGE = "alliance.rate=0.4"
CLAIMS = re.compile(
    r"(?<!not )(?<!not as )calibrated(?!\": false)|fitted to (?:41|67)", re.IGNORECASE
)
TEXTS = ("*.html", "*.json", "*.csv", "*.yaml")
RUNS = {
    "compare": ("compare", "size.clients=400", "task.worlds=[medical,'null']"),
    "facts": ("facts", "size=tiny", "task.worlds=[medical,'null']"),
    "facts of one world": ("facts", "size=tiny", "world=null"),
    "decompose": ("decompose", "size=tiny", "size.clients=100"),
    "decompose over a grid": (
        "decompose",
        "-m",
        "size=tiny",
        "size.clients=100",
        "specificity=0,1",
    ),
    "region": (
        "region",
        "size=tiny",
        "size.clients=100",
        "members=2",
        "task.points=2",
        "task.dose_spreads=[0]",
    ),
    "simulate": ("simulate", "size=tiny"),
    "simulate over members": ("simulate", "size=tiny", "members=2"),
    "literature": ("literature", "task.comparators=[waitlist]", "task.repeats=3"),
}


def _output(words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a command prints, as text and as JSON, and all texts that it leaves."""
    assert main([*words, f"results={place}"]) == 0
    assert main([*words, f"results={place}", "json=true"]) == 0
    files = [file for pattern in TEXTS for file in sorted(place.rglob(pattern))]
    return "\n".join([capsys.readouterr().out, *(file.read_text() for file in files)])


@pytest.mark.slow
@pytest.mark.parametrize("words", RUNS.values(), ids=RUNS)
def test_a_changed_world_is_never_called_calibrated(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = _output((*words, CHANGE), tmp_path, capsys)
    claims = [text[max(0, at.start() - 60) : at.end() + 20] for at in CLAIMS.finditer(text)]
    assert claims == []
    assert "changed: alliance.rate = 0.4" in " ".join(text.split())
    assert '"changed": {"alliance.rate": 0.4' in " ".join(text.split())


@pytest.mark.parametrize("name", ["facts of one world", "decompose", "simulate"])
def test_an_unchanged_world_is_called_calibrated(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "calibrated" in _output(RUNS[name], tmp_path, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("words", RUNS.values(), ids=RUNS)
def test_every_result_names_study_clients_repeats_and_seed(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, f"results={tmp_path}", "seed=7"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Study: " in out
    assert "repeats: " in out
    assert "seed: 7" in out
    assert main([*words, f"results={tmp_path}", "seed=7", "json=true"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 7


def test_a_lesson_names_its_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("lesson", "alliance", "distress.bond_effect=0.9", "seed=7")
    assert main([*words, f"results={tmp_path}"]) == 0
    out = capsys.readouterr().out
    settings = " ".join(out.partition("Settings: ")[2].split())
    for part in ("world: hybrid", "distress.bond_effect: 0.9", "clients: ", "seed: 7"):
        assert part in settings
    assert "(calibrated)" not in out


def test_a_number_of_clients_of_the_study_is_said_in_the_report(tmp_path: Path) -> None:
    assert (
        main(["compare", "study.n_clients=300", "task.worlds=['null']", f"results={tmp_path}"]) == 0
    )
    (page,) = tmp_path.rglob("report.html")
    assert "300 people enter a trial" in page.read_text()
    assert "clients: 300" in page.read_text()
