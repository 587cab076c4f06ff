"""The project that `dyadsim init` writes: its README, its notebook, and where it is refused."""

import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from dyadsim.cli.main import main
from dyadsim.cli.tasks import init
from dyadsim.cli.tasks.init import PROJECT, project_files
from dyadsim.search_path import CONF, NAMED


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project, which is the current folder."""
    for name in (CONF, NAMED):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["init", "mytheory"]) == 0
    monkeypatch.chdir(tmp_path / "mytheory")
    return tmp_path / "mytheory"


def _commands() -> list[list[str]]:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line)[2:] for line in block.splitlines()]


def test_it_writes_what_its_readme_names(project: Path) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\S+)` \|", text, re.MULTILINE))
    written = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    assert written == named | {"README.md"} == set(map(str, project_files()))


def test_what_pip_compiles_is_no_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "installed"
    shutil.copytree(PROJECT, installed)
    (installed / "mechanisms" / "__pycache__").mkdir(exist_ok=True)
    (installed / "mechanisms" / "__pycache__" / "nocebo.cpython-312.pyc").touch()
    monkeypatch.setattr(init, "PROJECT", installed)
    assert not [file for file in init.project_files() if file.suffix == ".pyc"]


@pytest.mark.slow
@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_command_of_its_readme_runs(
    words: list[str], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["size=tiny"] * (words != ["results"])
    small += ["points.levels=2"] * words[0].startswith("experiment")
    assert main([*words, *small]) == 0
    out, err = capsys.readouterr()
    assert out
    assert err.startswith("dyadsim: your own choices: conf (world hope; therapy hope_first; study")


def test_its_notebook_runs(project: Path) -> None:
    text = (project / "notebook.ipynb").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "notebook.ipynb", "exec"), names)
    lost = names["lost"]
    assert lost["hope"] > lost["contextual"] > 0  # type: ignore[index]


def test_every_choice_says_what_its_lines_mean() -> None:
    for path in (PROJECT / "conf").rglob("*.yaml"):
        assert path.read_text(encoding="utf-8").count("#") >= 3, path


@pytest.mark.parametrize("taken", ["folder", "file", "nested"])
def test_it_refuses_a_place_where_something_is(
    taken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "mine"
    if taken == "file":
        place.write_text("x", encoding="utf-8")
    else:
        (place / "within").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    assert main(["init", str(place)]) == 2
    assert "name a new" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert (tmp_path / "conf" / "world" / "hope.yaml").is_file()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert main(["init", str(tmp_path / "mine")]) == 1


def test_where_writing_fails_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dyadsim.cli.tasks import init

    copied = []

    def copy(source: Path, target: Path) -> None:
        if len(copied) == 3:
            raise OSError(28, "No space left on device")
        copied.append(target)
        target.write_bytes(source.read_bytes())

    monkeypatch.setattr(init.shutil, "copyfile", copy)
    assert main(["init", str(tmp_path / "a" / "mine")]) == 1
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
