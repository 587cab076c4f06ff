"""One harness for the open set of tasks: help, example, dry run, notes, bad input."""

import dataclasses
import shlex
from pathlib import Path

import pytest

from dyadsim.cli.help_texts import commands_table, help_of_all
from dyadsim.cli.main import main
from dyadsim.cli.task import SECTIONS, Task, all_tasks, find_task
from dyadsim.cli.words import choices
from dyadsim.errors import BadInput

ROOT = Path(__file__).parents[3]
SWEPT = "distress.bond_effect=interval(0,1)"
CLINIC = (
    f"data.path={ROOT}/docs/tutorial/clinic.csv",
    "data.instrument=phq9",
    "data.columns={client:client,time:session,score:phq9}",
)
# what a dry run cannot do without
NEEDS = {
    "analyse": CLINIC,
    "describe": CLINIC,
    "fit": CLINIC,
    "sensitivity": (SWEPT, "points=sobol", "points.n=64"),
}
TASKS = all_tasks()


def words_of(task: Task) -> list[str]:
    """Return the words of a dry run of a task."""
    needs = NEEDS.get(task.name, (SWEPT,) if task.samples else ())
    return [task.name, *needs, "size=tiny", "dry_run=true"]


@pytest.fixture(params=TASKS, ids=lambda task: task.name)
def task(request: pytest.FixtureRequest) -> Task:
    """Every task in turn."""
    return request.param


def test_every_file_is_a_task_of_its_name() -> None:
    assert [task.name for task in sorted(TASKS, key=lambda task: task.name)] == choices("task")
    assert all(task.section in SECTIONS for task in TASKS)


def test_it_says_what_it_does(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"  {task.name} " in help_of_all()
    assert main([task.name, "--help"]) == 0
    text = capsys.readouterr().out
    assert task.example in text
    for field in dataclasses.fields(task.settings):
        assert field.name == "name" or f"task.{field.name}" in text


def test_help_fits_the_screen(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    main([task.name, "--help"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 110


def test_a_dry_run_writes_nothing_and_notes_nothing(
    task: Task, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words_of(task), f"results={tmp_path}/new"]) == 0
    out, err = capsys.readouterr()
    assert "dyad sessions" in out
    assert not (tmp_path / "new").exists()
    unused = [line.split("'")[1] for line in err.splitlines() if "has no effect" in line]
    assert set(unused) <= {"size", "results"}
    assert err.count("\n") == len(unused)


def test_an_unknown_setting_is_refused(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words_of(task), "task.nmae=3"]) == 2
    assert "there is no setting 'task.nmae'" in capsys.readouterr().err


def test_its_example_is_accepted(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scores.csv").write_text((ROOT / "docs/tutorial/clinic.csv").read_text())
    words = shlex.split(task.example)
    assert words[0] == "dyadsim"
    if task.samples and task.name != "sweep":  # of a sweep that the example of sweep began
        assert main([*shlex.split(find_task("sweep").example)[1:], "size=tiny"]) in (0, 3)
    extra = [CLINIC[-1]] if NEEDS.get(task.name) == CLINIC else []
    assert main([*words[1:], *extra, "dry_run=true"]) == 0
    assert not capsys.readouterr().err.startswith("dyadsim: there")


def test_settings_without_effect_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    for task in TASKS:
        if task.no_effect is None or callable(task.no_effect):
            continue
        if "replicate" in task.no_effect.settings:
            assert main([*words_of(task), "replicate=1"]) == 0
            assert f"'replicate' has no effect in {task.name}" in capsys.readouterr().err


def test_the_table_of_commands_has_them_all() -> None:
    assert all(f"| `{task.name}` |" in commands_table() for task in TASKS)
    assert (ROOT / "docs").is_dir()


def test_an_unknown_task_gets_the_nearest() -> None:
    with pytest.raises(BadInput, match="Did you mean facts"):
        find_task("fact")


def test_cite_gives_text_and_bibtex(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite"]) == 0
    out = capsys.readouterr().out
    assert "[Computer software]" in out
    assert "@software{dyadsim," in out


def test_version_names_the_kernel_cache(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("dyadsim", "commit", "python", "kernel cache"))


def test_an_old_word_keeps_working(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "moments=3", "dry_run=true"]) == 0
    assert "'moments' is now called 'beats'" in capsys.readouterr().err
