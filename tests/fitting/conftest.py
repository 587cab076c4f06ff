"""Fixtures of the tests of fitting."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from dyadsim.cli.main import main
from dyadsim.fitting import fit
from dyadsim.fitting.client_data import ClientData, read_client_data

COLUMNS = {"client": "id", "time": "when", "score": "phq"}


@pytest.fixture
def client_data(tmp_path: Path) -> Callable[..., ClientData]:
    """Return a function that reads rows of client, time and PHQ-9 score, written to a file."""

    def read(
        rows: Sequence[tuple], *, unit: str = "session", more: Sequence[str] = ()
    ) -> ClientData:
        header = ",".join(["id", "when", "phq", *more])
        lines = [",".join(map(str, row)) for row in rows]
        path = tmp_path / "rows.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        columns = {**COLUMNS, **{role: role for role in more}}
        return read_client_data(str(path), columns, instrument="phq9", unit=unit)

    return read


NOISE = 0.5
SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 2.0]])


class LinearProblem:
    """A problem whose posterior is known: noisy sums of two standard normal coordinates."""

    bounds = np.full(2, -6.0), np.full(2, 6.0)
    used = np.ones(4, bool)

    def draws(self, count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """Two coordinates, and summaries: three noisy sums and a useless one."""
        rng = np.random.default_rng(seed)
        coordinates = np.clip(rng.normal(size=(count, 2)), -3, 3)
        sums = coordinates @ SLOPES
        noisy = sums + NOISE * rng.normal(size=sums.shape)
        return coordinates, np.column_stack([noisy, rng.normal(size=count)])

    def posterior(self, summaries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and SD of the normal posterior."""
        precision = np.eye(2) + SLOPES @ SLOPES.T / NOISE**2
        covariance = np.linalg.inv(precision)
        return covariance @ SLOPES @ summaries[:3] / NOISE**2, np.sqrt(np.diag(covariance))


@pytest.fixture(scope="session")
def linear_problem() -> LinearProblem:
    return LinearProblem()


@pytest.fixture
def tiny_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict]]:
    """Return a function that runs `dyadsim fit` with few data sets: exit code and summary."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(fit.EFFORTS, "small", fit.Effort(120, 20, 20))

    def run(*words: str) -> tuple[int, dict]:
        settings = ["budget=small", "threads=1", "task.candidates=[]", "json=true"]
        code = main(["fit", *settings, *words])
        out = capsys.readouterr().out
        return code, json.loads(out) if code == 0 else {}

    return run
