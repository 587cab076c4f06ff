"""A refused word is refused before what is slow is loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dyadsim.cli.misspelt import refuse_misspelt
from dyadsim.errors import BadInput
from dyadsim.model.parameters import catalogue

SLOW = ("numpy", "numba", "pandas", "scipy", "dyadsim.model.parameters")
CODE = (
    "import sys; from dyadsim.cli.main import main; code = main(sys.argv[1:]); "
    f"print(code, sorted(set({SLOW}) & set(sys.modules)))"
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compre"], "Did you mean compare?"),
        (["compare", "study=nonsense"], "There is no study 'nonsense'."),
        (["-m", "world=hybrid,nulll"], "Did you mean null?"),
        (["compare", "sed=7"], "there is no setting 'sed'. Did you mean seed?"),
        (["sweep", "worl=null", "alliance.rate=interval(.1,.2)"], "Did you mean world?"),
        (["simulate", "world=hybird", "--cfg", "job"], "Did you mean hybrid?"),
    ],
)
def test_a_refused_word_loads_nothing_slow(words: list[str], said: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert said in done.stderr
    assert done.stdout == "2 []\n"


def test_no_group_of_parameters_is_taken_for_a_slip() -> None:
    groups = {name.split(".")[0] for name in catalogue()}
    for group in sorted(groups):
        refuse_misspelt([f"{group}=1"])


@pytest.mark.parametrize(
    "word", ["seed=7", "x=1", "sed={a:1}", "alliance.rte=1", "hydra/sweeper=x"]
)
def test_other_words_wait(word: str) -> None:
    refuse_misspelt([word])


def test_a_slip_is_refused() -> None:
    with pytest.raises(BadInput, match="there is no setting 'result'"):
        refuse_misspelt(["seed=7", "result=out"])
