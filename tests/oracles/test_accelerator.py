"""The kernel of `experiments/accelerator` gives the same dyads, in plain Python on a simulator.

Numba's simulator of CUDA runs the device kernel, laws and draws included, without any compiler.
"""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dyadsim.numerics import float32
from dyadsim.numerics.jit import compiled

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "experiments" / "accelerator"


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Import modules of the experiment by name; forget them after."""
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "") or "").startswith(str(FOLDER)):
            del sys.modules[name]


@pytest.mark.slow
def test_the_simulator_gives_the_same_dyads_to_the_bit() -> None:
    if importlib.util.find_spec("numba.cuda.simulator") is None:
        pytest.skip("this Numba has no simulator of CUDA; numba-cuda has one")
    words = [sys.executable, str(FOLDER / "equality.py"), "100", "3"]
    paths = os.pathsep.join([str(ROOT), *sys.path])
    surroundings = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": paths}
    done = subprocess.run(words, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["study"] for row in rows] == ["trial", "routine"]
    for row in rows:
        assert (row["device"], row["dyads"]) == ("simulator", 100)
        assert row["values"] > 10_000
        assert row["identical"] == 1
        assert row["sums"] is True


def test_what_the_device_is_given_has_32_bits(beside: Any) -> None:
    study = beside("study")
    job = study.prepare(study.trial(2), "hybrid", 20)
    flat = [*job.inputs.sample, *job.inputs.scale]
    flat += [value for part in job.inputs.parameters for value in part]
    assert {type(value) for value in flat} == {np.float32}


@compiled
def halved_root(x: Any) -> Any:
    return float32.HALF * root(x)


@compiled
def root(x: Any) -> Any:
    return np.sqrt(x)


def hundredfold(x: Any) -> Any:
    return 100 * x


def start(x: Any) -> Any:
    return halved_root(x)


def test_device_form_keeps_the_source_and_replaces_callees(beside: Any) -> None:
    form = beside("device_form").device_form
    wrapped = []

    def wrap(function: Any) -> Any:
        wrapped.append(function.__name__)
        return function

    plain = form(start, [(np.sqrt, hundredfold)], wrap)
    assert plain(np.float32(4)) == 200
    assert wrapped == ["hundredfold", "root", "halved_root"]
    assert start(np.float32(4)) == 1  # the original is as it was
