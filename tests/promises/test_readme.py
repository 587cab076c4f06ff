"""What README and docs show runs; every leaf of conf composes."""

import importlib
import re
import shlex
from pathlib import Path

import pytest
import yaml

import dyadsim
from dyadsim.choices import conf_folder
from dyadsim.cli.main import main
from dyadsim.cli.task import all_tasks
from dyadsim.cli.words import GROUPS, choices
from dyadsim.studies.therapy import therapies

ROOT = Path(__file__).parents[2]
(COMMANDS,) = (ROOT / "docs").rglob("commands.md")
(YOUR_DATA,) = (ROOT / "docs").rglob("your_data.md")
CLINIC = [
    f"data.path={ROOT}/docs/tutorial/clinic.csv",
    "data.instrument=phq9",
    "data.columns={client:client,time:session,score:phq9}",
]
AXIS = "alliance.rate=interval(0.1,0.6)"
LEAVES = [f"{group}={name}" for group in GROUPS for name in choices(group)]
SWEEPS = [f"task={task.name}" for task in all_tasks() if task.samples]


def test_readme_python(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(code.strip().splitlines()) <= 12
    exec(compile(code, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert "waitlist" in out
    assert "harmed by therapy" in out


def test_your_data_page(capsys: pytest.CaptureFixture[str]) -> None:
    text = YOUR_DATA.read_text(encoding="utf-8")
    code = "".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    exec(compile(code, "your_data.md", "exec"), {})
    recovered, responded, real, simulated = capsys.readouterr().out.splitlines()
    assert recovered == "60% recovered, mean gain 16.2 points,"
    assert responded.startswith("20% came")
    assert "real trial: g = " in real
    assert "simulated: g = " in simulated
    for module, names in re.findall(r"`(\w+)\.(\w+(?:`, `\w+)*)`", text):
        if (ROOT / f"dyadsim/analysis/{module}.py").is_file():
            statistics = importlib.import_module(f"dyadsim.analysis.{module}")
            assert all(hasattr(statistics, name) for name in names.split("`, `"))


def _commands() -> list[list[str]]:
    """Return the command lines of the console blocks in README and docs/reference/commands.md."""
    text = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "README.md", COMMANDS))
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    joined = "".join(blocks).replace("\\\n", " ")  # a line that goes on in the next
    lines = [shlex.split(line, comments=True) for line in joined.splitlines()]
    return [words[2:] for words in lines if words[1] == "dyadsim"]


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_command_in_readme_and_docs_is_accepted(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    if words[:1] == ["sensitivity"]:  # of a sweep that another line of the block has run
        (before,) = [line for line in _commands() if line[:1] == ["sweep"]]
        assert main([*before, "size=tiny"]) == 0
    assert main([*words, "dry_run=true"]) == 0
    assert not capsys.readouterr().err.startswith("dyadsim:")


def test_readme_names_both_commands() -> None:
    text = (ROOT / "README.md").read_text()
    for command in ("make demo", "make test", "uv run dyadsim", "uv run pytest"):
        assert command in text


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_leaf_composes(leaf: str, capsys: pytest.CaptureFixture[str]) -> None:
    swept = [AXIS] if leaf in SWEEPS else []
    swept += ["points=sobol"] * (leaf == "task=sensitivity")
    swept = CLINIC if leaf in ("task=analyse", "task=describe", "task=fit") else swept
    assert main([leaf, *swept, "dry_run=true"]) == 0
    assert "dyad sessions" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(therapies()))
def test_every_therapy_builds(name: str) -> None:
    fields = yaml.safe_load((conf_folder() / "therapy" / f"{name}.yaml").read_text())
    assert dyadsim.therapy(name).label == fields["label"]
