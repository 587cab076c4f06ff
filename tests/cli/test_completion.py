"""What the tab key offers, command in this process and in real shells."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dyadsim.cli.completion import complete_line
from dyadsim.cli.completion_scripts import HOW, INSTALL
from dyadsim.cli.main import main

LINES = [
    ("dyadsim simu", ["simulate"]),
    ("dyadsim simulate wor", ["world="]),
    ("dyadsim simulate world=co", ["world=contextual"]),
    ("dyadsim simulate -m world=null,co", ["world=null,contextual"]),
    ("dyadsim compare worlds=[hybrid,med", ["worlds=[hybrid,medical"]),
    ("dyadsim simulate study.arms=[inter", ["study.arms=[interpersonal"]),
    ("dyadsim simulate alliance.rat", ["alliance.rate="]),
    ("dyadsim simulate allian", ["alliance."]),
    ("dyadsim sweep points=optuna points.dir", ["points.direction="]),
    ("dyadsim sweep points.dir", []),
    ("dyadsim facts json=", ["json=false", "json=true"]),
    ("dyadsim lesson task.less", ["task.lesson="]),
    ("dyadsim facts --cfg h", ["hydra"]),
    ("dyadsim facts --re", ["--resolve"]),
    ("dyadsim -m hydra/launcher=submitit_s", ["hydra/launcher=submitit_slurm"]),
    ("dyadsim fit data.path=sco", ["data.path=scores.csv"]),
    ("dyadsim facts world=./", ["world=./bin/", "world=./mine.yaml", "world=./sub/"]),
    ("dyadsim facts --config-dir su", ["sub/"]),
    ("dyadsim facts --config-dir sub world=no", ["world=nocebo"]),
    ("dyadsim facts 'world=co", []),
    ("dyadsim nonsense=", []),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with files, and a command `dyadsim` in `bin/`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub" / "world").mkdir(parents=True)
    (tmp_path / "sub" / "world" / "nocebo.yaml").write_text("base: hybrid\n")
    (tmp_path / "mine.yaml").write_text("base: hybrid\n")
    (tmp_path / "scores.csv").write_text("")
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "dyadsim"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -W ignore -m dyadsim "$@"\n')
    command.chmod(0o755)
    root = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", root)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("line", "words"), LINES, ids=[line for line, _ in LINES])
def test_words_in_the_place_of_the_last_one(line: str, words: list[str], folder: Path) -> None:
    assert complete_line(line) == words


def test_every_setting_that_is_offered_exists(folder: Path) -> None:
    from dyadsim.cli.compose import compose_job, hydra_on_conf
    from dyadsim.cli.words import GROUPS

    offered = {""}
    while groups := {word for word in offered if not word or word.endswith(".")}:
        offered -= groups
        offered |= {word for start in groups for word in complete_line(f"dyadsim simulate {start}")}
    settings = [word for word in offered if word.endswith("=") and "/" not in word]
    assert len(settings) > 150
    with hydra_on_conf():
        composed = compose_job(["task=simulate"]).plain
    for word in settings:
        if word.rstrip("=") not in GROUPS:
            place = composed
            for part in word.rstrip("=").split("."):
                assert part in place, word
                place = place[part]


def test_what_the_option_prints(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in INSTALL:
        assert main(["-sc", f"install={shell}"]) == 0
        assert capsys.readouterr().out == INSTALL[shell]
    assert main(["--shell-completion=uninstall=bash"]) == 0
    assert "complete -r dyadsim" in capsys.readouterr().out
    assert main(["-sc", "install=bsh"]) == 2
    assert "Did you mean bash?" in capsys.readouterr().err
    assert main(["-sc"]) == 2
    assert HOW["bash"] in capsys.readouterr().err


def interactive(command: list[str], typed: list[tuple[str, str]]) -> str:
    """Return what a shell on a terminal shows; each text is typed and then another waited for."""
    terminal, end_of_shell = pty.openpty()
    shell = subprocess.Popen(
        command,
        stdin=end_of_shell,
        stdout=end_of_shell,
        stderr=end_of_shell,
        start_new_session=True,
    )
    os.close(end_of_shell)
    shown = ""

    def until(condition: Callable[[], bool]) -> None:
        nonlocal shown
        end = time.monotonic() + 90
        while not condition() and time.monotonic() < end:
            if select.select([terminal], [], [], 1)[0]:
                text = os.read(terminal, 4096).decode("utf-8", "replace")
                shown += re.sub(r"[\x00-\x1f]", "", text)

    try:
        for text, awaited in typed:
            start = len(shown)
            os.write(terminal, text.encode())
            until(lambda start=start, awaited=awaited: awaited in shown[start:])
    finally:
        shell.kill()
        shell.wait()
        os.close(terminal)
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_real_shell_completes(shell: str, folder: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    options = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[shell]
    shown = interactive(
        [shell, *options],
        [
            (f"{HOW[shell]}; echo re''ady\n", "ready"),
            ("dyadsim simulate world=conte\t", "world=contextual"),
            (" alliance.ra\t", "te="),
        ],
    )
    assert "world=contextual alliance.rate=" in shown.replace("  ", " ")


def test_fish_completes(folder: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    command = 'complete -C "dyadsim simulate world=conte"'
    finished = subprocess.run(
        ["fish", "--no-config", "-c", f"{HOW['fish']}; {command}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.split() == ["world=contextual"]
