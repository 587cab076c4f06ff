"""A mechanism of one's own is refused where it takes a name, reads nothing, or leaves a scale."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dyadsim.cli.tasks.init import PROJECT
from dyadsim.errors import BadInput
from dyadsim.kernel.own_checks import check_names
from dyadsim.model.mechanism_file import read_mechanism
from dyadsim.numerics.own_files import MECHANISMS, OwnFile, own_mechanism_files
from dyadsim.sweeps.content_keys import model_version

EXAMPLE = (PROJECT / "mechanisms" / "nocebo.py").read_text(encoding="utf-8")


def _write(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the example with some texts changed."""
    text, path = EXAMPLE, folder / "nocebo.py"
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("rows.fear", "rows.bond"), ("fear: Ann", "bond: Ann")], "a variable 'bond' already"),
        ([("rows.fear", "rows.trust"), ("fear: Ann", "trust: Ann")], "a variable 'trust' already"),
        ([('pathways={"nocebo"', 'pathways={"bond"')], "a pathway 'bond' already"),
        ([('latents={"fear"', 'latents={"expectancy"')], "a latent 'expectancy' already"),
        ([('cause="fear"', 'cause="expectancy"')], "a cause 'expectancy' already"),
        ([("credibility: Reads", "credibilty: Reads")], "Did you mean credibility?"),
    ],
)
def test_names(changes: list[tuple[str, str]], said: str, tmp_path: Path) -> None:
    own = read_mechanism(OwnFile("nocebo", _write(tmp_path, *changes)))
    with pytest.raises(BadInput, match=r"mechanism=.*nocebo\.py: ") as error:
        check_names(own)
    assert said in str(error.value)


def test_the_example_takes_no_name(tmp_path: Path) -> None:
    check_names(read_mechanism(OwnFile("nocebo", _write(tmp_path))))


@pytest.mark.parametrize("moved", ["ONE + learned", "learned * ONE / (ONE - ONE)"])
def test_a_variable_that_leaves_its_scale(moved: str, tmp_path: Path) -> None:
    path = _write(tmp_path, ("rows.in_session[i] * learned", moved))
    done = subprocess.run(
        [sys.executable, "-c", "import dyadsim.kernel.own_steps"],
        env=os.environ | {MECHANISMS: str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "BadInput: mechanism=" in done.stderr
    assert "fear leaves its scale [0, 1]" in done.stderr
    assert "nocebo.fright_rate=" in done.stderr


def test_stored_points_know_the_text_of_a_mechanism(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = model_version.__wrapped__()
    monkeypatch.setenv(MECHANISMS, f"{_write(tmp_path)}{os.pathsep}{tmp_path / 'nocebo.py'}")
    assert len(own_mechanism_files()) == 1
    named = model_version.__wrapped__()
    _write(tmp_path, ("0.3", "0.4"))
    assert len({plain, named, model_version.__wrapped__()}) == 3
