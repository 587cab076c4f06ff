"""Every command of the page on planning runs, and its Python prints what it says."""

import re
import shlex
from pathlib import Path

import pytest

from dyadsim.cli.main import main
from dyadsim.planning.power_design import ANALYSES, DESIGNS, published_effect

PAGE = (Path(__file__).parents[2] / "docs/how_to/planning.md").read_text(encoding="utf-8")
ALL = [
    line.replace("\\\n", " ")
    for line in re.findall(r"^\$ dyadsim ((?:.*\\\n)*.*)$", PAGE, re.MULTILINE)
]
COMMANDS = [command for command in ALL if not command.startswith("recover")]
RECOVER = [command for command in ALL if command.startswith("recover")]
FEW = "task.trials=60"  # of each size, so that the page is run in a minute


def test_the_page_has_its_commands() -> None:
    assert len(COMMANDS) >= 7
    assert {shlex.split(command)[0] for command in COMMANDS} == {"power"}
    assert len(RECOVER) == 2


@pytest.mark.parametrize("command", RECOVER)
def test_recover_is_accepted(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    assert main([*shlex.split(command), "dry_run=true"]) == 0
    out, err = capsys.readouterr()
    assert "data sets" in out
    assert not err


@pytest.mark.parametrize("command", COMMANDS)
def test_it_runs(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in shlex.split(command) if not word.startswith("task.trials")]
    words += [word for word in (FEW,) if "ensemble" not in command]
    words += ["task.trials=500"] if "ensemble" in command else []
    sessions = ["task.sessions=4"] if "task.effect=world" in command else []
    assert main([*words, *sessions, f"results={tmp_path}"]) == 0
    out, err = capsys.readouterr()
    assert re.match("(Of the designs|None of the designs) tried", out)
    assert "For the application:" in out
    assert not err
    assert list(tmp_path.rglob("report.html"))


def test_its_python_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (pair,) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(pair[0], "planning.md", "exec"), {})
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert printed == [line.split() for line in pair[1].splitlines()]


def test_the_table_of_designs_has_them_all_with_their_effects() -> None:
    for name in DESIGNS:
        (row,) = re.findall(rf"^\| `{name}` \|.*$", PAGE, re.MULTILINE)
        published = published_effect(name)
        value = DESIGNS[name].effect if published is None else published.value
        assert f"{value:.3f}".strip("0").removesuffix("0") in row
        assert published is None or published.source.split(";")[0] in row
    names = {name for several in ANALYSES.values() for name in several}
    assert all(f"`{name}`" in PAGE for name in names)


def test_the_first_answer_is_what_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole command of the page, with its thousand trials."""
    assert main([*shlex.split(COMMANDS[0]), f"results={tmp_path}"]) == 0
    shown = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    assert " ".join(shown[1].split()) in " ".join(capsys.readouterr().out.split())
