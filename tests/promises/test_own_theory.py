"""The pages on a theory of one's own: their commands run, and their files are those of init."""

import os
import re
import shlex
from pathlib import Path

import pytest
import yaml

from dyadsim.cli.main import main
from dyadsim.cli.tasks.init import PROJECT
from dyadsim.search_path import CONF, NAMED

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL, HOW_TO = DOCS / "tutorial" / "own_theory.md", DOCS / "how_to" / "own_world.md"


def commands(page: Path) -> list[list[str]]:
    """Return the words of every command of a page."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line[2:], comments=True) for line in "".join(blocks).splitlines()]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    for name in (CONF, NAMED):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_five_commands_lead_to_the_first_own_hypothesis_swept(empty: Path) -> None:
    install, *others = commands(TUTORIAL)
    assert install[:2] == ["pip", "install"]
    assert len(others) == 4
    for command, *words in others:
        if command == "cd":
            os.chdir(words[0])
        else:
            assert command == "dyadsim"
            small = [] if words[0] == "init" else ["size=tiny"]
            assert main([*words, *small]) == 0
    assert (empty / "mytheory" / "results" / "hope_sweep" / "points.parquet").is_file()


@pytest.mark.parametrize("words", commands(HOW_TO)[1:], ids=" ".join)
def test_every_command_of_the_guide_is_accepted(
    words: list[str], empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["init", "mytheory"]) == 0
    monkeypatch.chdir("mytheory")
    Path("mine.yaml").write_text("base: null\n", encoding="utf-8")
    Path("scores.csv").write_bytes((DOCS / "tutorial" / "clinic.csv").read_bytes())
    if "fit.yaml" in words:
        assert main(["describe", "scores.csv"]) == 0
    assert main([*words[1:], "dry_run=true"]) == 0


def test_the_files_of_the_guide_can_be_read() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        (name,) = re.findall(r"conf/(\S+\.yaml)", block)
        shown = yaml.safe_load(block)
        written = yaml.safe_load((PROJECT / "conf" / name).read_text(encoding="utf-8"))
        assert set(shown) <= set(written)
