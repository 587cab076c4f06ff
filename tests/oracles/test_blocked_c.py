"""The blocked design in C gives the kernel's bits: every variable of every client, and all sums.

The laws, the random numbers and the loop of `experiments/speed/blocked.c` are written anew in
another language, compiled by another compiler.
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "experiments" / "speed"


@pytest.mark.parametrize("study", ["trial", pytest.param("routine", marks=pytest.mark.slow)])
def test_c_gives_the_same_bits(study: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    setting: Any = importlib.import_module("setting")
    blocked: Any = importlib.import_module("c_blocked")
    if blocked.compiler() is None:
        pytest.skip("this machine has no C compiler")
    trial = setting.setting_at_intake(setting.STUDIES[study], 2500, seed=2)
    sums = setting.ours(trial)
    table = trial.run.clients.table.copy()
    setting.reset(trial)
    np.testing.assert_array_equal(blocked.run(trial, blocked.build(trial)), sums)
    assert np.array_equal(trial.run.clients.table.view(np.int32), table.view(np.int32))
