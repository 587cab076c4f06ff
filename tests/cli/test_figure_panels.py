"""The settings `figure.panels` and `figure.language`: obeyed, listed, and refused by name."""

import re
from pathlib import Path

import pytest
from cli.tasks.test_every_task import words_of

from dyadsim.cli.main import main
from dyadsim.cli.task import Task, all_tasks

ROOT = Path(__file__).parents[2]
DRAWING = [task for task in all_tasks() if "figure" in task.shows]


def _svg(folder: Path) -> str:
    (file,) = folder.rglob("figure.svg")
    return file.read_text(encoding="utf-8")


def test_a_panel_in_german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl

    monkeypatch.setitem(mpl.rcParams, "svg.fonttype", "none")  # letters stay letters
    words = ["simulate", "size.clients=60", f"results={tmp_path}", "figure.format=svg"]
    assert main([*words, "figure.panels=[endings]", "figure.language=de"]) == 0
    text = _svg(tmp_path)
    assert "Wie Therapien enden" in text
    assert "geplantes Ende" in text
    assert "Wochen seit Therapiebeginn" not in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["power", "figure.panels=[pwoer]"], "figure.panels: there is no panel 'pwoer'. Did you"),
        (["literature", "task.comparators=-7"], "task.comparators must be a list of names"),
        (["compare", "figure.panels=[trail]"], "Did you mean trial?"),
        (["compare", "figure.panels=[hybird]"], "Did you mean hybrid?"),
        (
            ["simulate", "figure.language=dee"],
            "There is no figure.language 'dee'. Did you mean de?",
        ),
        (["answer", "figure.panels=nothing"], "there is no panel 'nothing'"),
    ],
)
def test_what_is_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "dry_run=true"]) == 2
    assert message in capsys.readouterr().err


def test_a_panel_that_only_the_figure_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", "study=waitlist", "size.clients=40", f"results={tmp_path}"]
    assert main([*words, "figure.panels=[coruses]"]) == 0
    assert "no panel" not in capsys.readouterr().err  # an untreated study has one panel
    words[1] = "study=cohort"
    assert main([*words, "figure.panels=[coruses]"]) == 0
    said = capsys.readouterr().err
    assert "no figure has a panel 'coruses'; there are courses, endings." in said


@pytest.mark.parametrize("task", DRAWING, ids=lambda task: task.name)
def test_help_and_page_list_the_panels(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    main([task.name, "--help"])
    printed = " ".join(capsys.readouterr().out.split())
    assert ("panels: " + ", ".join(task.panels) in printed) == bool(task.panels)
    page = (ROOT / "docs/how_to/results.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{task.name}` \| (`.*) \|$", page, re.MULTILINE)
    listed = tuple(re.findall(r"`([^`]+)`", row[1])) if row else ()
    assert listed == task.panels


@pytest.mark.parametrize(
    "task", [task for task in DRAWING if not task.panels], ids=lambda task: task.name
)
def test_a_command_with_one_panel_says_so(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words_of(task), "figure.panels=[a]"]) == 0
    said = f"'figure.panels' has no effect in {task.name}: its figure has one panel."
    assert said in capsys.readouterr().err
