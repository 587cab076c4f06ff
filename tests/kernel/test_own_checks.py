"""A mechanism of one's own is refused where it takes a name, reads nothing, or leaves a scale."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dyadsim.cli.tasks.init import PROJECT
from dyadsim.errors import BadInput
from dyadsim.kernel.own_checks import _check, check_names
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


DRAWS = ("in_session: Reads", "in_session: Reads\n    extra: Annotated[Array, {draw}]")
IMPORTS = ("import Factor", "import Draw, Factor, normal, uniform")


@pytest.mark.parametrize(
    "draw",
    [
        "Draw(1, False, 0)",  # that of ruptures
        'normal("nocebo.chance")]\n    more: Annotated[Array, uniform("nocebo.chance")',
    ],
)
def test_a_draw_has_an_address_of_its_own(draw: str, tmp_path: Path) -> None:
    changes = [IMPORTS, (DRAWS[0], DRAWS[1].format(draw=draw))]
    own = read_mechanism(OwnFile("nocebo", _write(tmp_path, *changes)))
    with pytest.raises(
        BadInput, match=r"Rows: the draw '(extra|more)' is that of another: give it"
    ):
        check_names(own)


def test_an_ending_is_a_code(tmp_path: Path) -> None:
    own = read_mechanism(OwnFile("nocebo", _write(tmp_path)))
    for value in (0, 3, 4):
        _check(own, "ended", np.float32([value]), {})
    with pytest.raises(BadInput, match="ended is a code: 0 in care"):
        _check(own, "ended", np.float32([2.5]), {})


def test_the_example_takes_no_name(tmp_path: Path) -> None:
    check_names(read_mechanism(OwnFile("nocebo", _write(tmp_path))))


WRITTEN = "rows.in_session[i] * learned"
EARLY = [("relief: Writes", "relief: Writes\n    ended: Writes"), (WRITTEN, "ONE - ONE")]
EARLY.append(("rows.fear[i] +=", "rows.ended[i] = ONE + ONE + ONE\n        rows.fear[i] +="))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([(WRITTEN, "ONE + learned")], "fear leaves its scale [0, 1]"),
        ([(WRITTEN, "learned * ONE / (ONE - ONE)")], "fear leaves its scale [0, 1]"),
        (EARLY, "'ended' moves before endings are decided"),
    ],
)
def test_what_a_law_writes_is_tried(
    changes: list[tuple[str, str]], said: str, tmp_path: Path
) -> None:
    path = _write(tmp_path, *changes)
    done = subprocess.run(
        [sys.executable, "-c", "import dyadsim.kernel.own_steps"],
        env=os.environ | {MECHANISMS: str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "BadInput: mechanism=" in done.stderr
    assert said in done.stderr
    assert "scale" not in said or "nocebo.fright_rate=" in done.stderr


def test_stored_points_know_the_text_of_a_mechanism(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = model_version.__wrapped__()
    monkeypatch.setenv(MECHANISMS, f"{_write(tmp_path)}{os.pathsep}{tmp_path / 'nocebo.py'}")
    assert len(own_mechanism_files()) == 1
    named = model_version.__wrapped__()
    _write(tmp_path, ("0.3", "0.4"))
    assert len({plain, named, model_version.__wrapped__()}) == 3
