"""docs/how_to_add.md: the example mechanism, built from the page, works, and edits five files.

The page's blocks are applied to a copy of the package. There, in a process of its own, the tests of
every mechanism run and a script tries what the page promises.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import dyadsim

ROOT = Path(dyadsim.__file__).parents[1]
PAGE = ROOT / "docs" / "how_to_add.md"
FENCE = r"```\w+\n(.*?)```"
PLACES = {
    "new": rf"^New file `(?P<new>[^`]+)`:\n\n{FENCE}",
    "edit": rf"^In `([^`]+)`, (after|before|replace)\n\n{FENCE}\n\n(?:add|with)\n\n{FENCE}",
}
FILES = {
    "dyadsim/model/mechanisms/sleep.py",
    "dyadsim/model/parameters.py",
    "dyadsim/kernel/step.py",
    "dyadsim/model/ODD.md",
    "tests/twin/one_client.py",
}
SCRIPT = """
import numpy as np, pytest, sys
files = ["promises/test_odd.py", "model/test_mechanism.py", "model/test_declarations.py"]
tests = [f"tests/{file}" for file in ("twin/test_twin.py", *files)]
code = pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", "-k", "not beats", *tests])
assert code == 0, code

import dyadsim
from dyadsim.attribution.true_shares import Care, effect_worths
from dyadsim.calibration.prior import calibration_space
from dyadsim.model.declarations import causes
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention

study = dyadsim.rct(["cbt", "supportive"], 6, follow_up=(20.0,))
world = dyadsim.world("hybrid", {"sleep.distress_effect": 0.5})
last = {}
for name, run in {
    "with": dyadsim.run(study, world, 300),
    "removed": do(study, world, 300, Intervention(remove=("sleep",))),
    "never there": dyadsim.run(study, dyadsim.world("hybrid"), 300),
    "fixed": do(study, world, 300, Intervention(hold={"sleep": 1.0})),
}.items():
    truth = dict(simulate.variables(run.truth))
    last[name] = truth["distress"][-1].mean()
    if name == "with":
        sleep = truth["sleep"].mean(axis=1)
        assert sleep[0] == 0 and sleep[6] > 0.2 and 0 < sleep[-1] < sleep[6], sleep
assert last["removed"] == last["never there"] > last["with"] > last["fixed"], last

assert causes()["sleep"] == "sleep" and list(causes())[0] == "technique"
worths = effect_worths(Care(sessions=6), world, clients=200, replicate=0)
assert worths.shape == (2 ** len(causes()),)
without_sleep = (2 ** len(causes()) - 1) & ~(1 << list(causes()).index("sleep"))
assert worths[-1] > worths[without_sleep]

free = {name: {n for n in calibration_space(name).names if n.startswith("sleep.")} for name in
        ("hybrid", "contextual", "medical", "null")}
both = {"sleep.growth", "sleep.distress_effect"}
assert free == {"hybrid": both, "contextual": both, "medical": set(), "null": set()}, free
try:
    dyadsim.world("medical", {"sleep.distress_effect": 0.5})
except Exception as error:
    assert "that is its claim" in str(error), error
else:
    raise AssertionError("the medical world let sleep heal")
"""


class Edit(NamedTuple):
    """One block of the page: what is put where in a file."""

    file: str
    how: str
    anchor: str
    text: str


def edits(page: str) -> list[Edit]:
    """The edits of a page, in its order."""
    news = re.finditer(PLACES["new"], page, re.MULTILINE | re.DOTALL)
    others = re.finditer(PLACES["edit"], page, re.MULTILINE | re.DOTALL)
    return [
        *(Edit(match[1], "new", "", match[2]) for match in news),
        *(Edit(match[1], match[2], match[3], match[4]) for match in others),
    ]


def apply(edit: Edit, root: Path) -> None:
    """Apply one edit to a copy of the repository."""
    path = root / edit.file
    if edit.how == "new":
        assert not path.exists(), f"{edit.file} is no new file"
        path.write_text(edit.text, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    assert text.count(edit.anchor) == 1, f"{edit.file} has not exactly one\n{edit.anchor}"
    replacement = {
        "after": edit.anchor + edit.text,
        "before": edit.text + edit.anchor,
        "replace": edit.text,
    }[edit.how]
    path.write_text(text.replace(edit.anchor, replacement), encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the page's mechanism in it."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("dyadsim", "conf", "tests", "docs"):
        if (ROOT / folder).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "static")
            shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", root)
    for edit in edits(PAGE.read_text(encoding="utf-8")):
        apply(edit, root)
    return root


def test_every_block_of_the_page_is_an_edit_and_five_files_are_edited() -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = edits(page)
    assert page.count("```") == 2 * sum(1 if edit.how == "new" else 2 for edit in blocks)
    assert {edit.file for edit in blocks} == FILES


def test_the_formatter_and_the_linter_have_nothing_to_say(copy: Path) -> None:
    files = [str(copy / file) for file in sorted(FILES) if file.endswith(".py")]
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *files], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_mechanism_of_the_page_works(copy: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "XDG_CACHE_HOME": str(tmp_path),
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
