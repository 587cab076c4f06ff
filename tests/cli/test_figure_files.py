"""The settings `figure...`: obeyed by the commands that draw, named by the others."""

import inspect
from pathlib import Path

import pytest
from cli.tasks.test_every_task import words_of

from dyadsim.cli.main import main
from dyadsim.cli.task import Task, all_tasks


@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_a_command_writes_the_format_that_is_set(
    tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", "study=waitlist", "size.clients=40", f"results={tmp_path}"]
    assert main([*words, f"figure.format={suffix}", "figure.width=5", "figure.height=4"]) == 0
    assert capsys.readouterr().err == ""
    assert {path.suffix for path in tmp_path.rglob("figure.*")} == {".csv", f".{suffix}"}


def test_a_page_is_whole_without_png_beside_it(tmp_path: Path) -> None:
    words = ["decompose", "size.clients=100", "size.replicates=2", "figure.format=svg"]
    assert main([*words, f"results={tmp_path}", "json=true"]) == 0
    assert not list(tmp_path.rglob("*.png"))
    (page,) = tmp_path.rglob("report.html")
    assert "data:image/png;base64,iVBOR" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("figure.format=jpg", "There is no figure.format 'jpg'"),
        ("figure.dpi=5", "figure.dpi must be a whole number from 30 to 1200"),
        ("figure.width=0", "figure.width must be a number in [2, 100]"),
        ("figure.height=1000", "figure.height must be a number in [2, 100]"),
        ("figure.hight=5", "Did you mean figure.height?"),
        ("figure.width=wide", "figure.width"),
    ],
)
def test_a_bad_value_is_refused(
    word: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", word, "dry_run=true"]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)
def test_a_command_that_draws_nothing_says_so(
    task: Task, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words_of(task), "figure.format=pdf"]) == 0
    said = f"'figure.format' has no effect in {task.name}: it draws no figure."
    assert (said in capsys.readouterr().err) == ("figure" not in task.shows)
    if not task.run and not task.run_sweep:
        return  # its module of dyadsim.report draws (Task.members_report)
    module = inspect.getsource(inspect.getmodule(task.run or task.run_sweep))  # type: ignore[arg-type]
    if "figure" in task.shows:
        assert "report.write_" in module


def test_dots_an_inch_are_of_png(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "figure.format=pdf", "figure.dpi=300", "dry_run=true"]) == 0
    assert "'figure.dpi' has no effect in simulate: it is of png." in capsys.readouterr().err
