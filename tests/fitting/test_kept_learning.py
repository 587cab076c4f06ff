"""The second fit of a design reads what the first one simulated, and gives the same bits."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from joblib import Memory

from dyadsim.fitting.client_data import read_client_data
from dyadsim.fitting.data_design import observed_design
from dyadsim.fitting.fit import Effort, Fit, FitPlan, fit_data, kept_draws
from dyadsim.fitting.kept_learning import NOTHING_KEPT, KeptLearning
from dyadsim.fitting.target import ScoreEvidence, score_evidence

WORLDS = ("hybrid", "null")
EFFORT = Effort(60, 10, 5)


def _evidence(folder: Path, *, better: int = 0, weeks: int = 4) -> ScoreEvidence:
    """Forty clients of one therapy; `better` points are taken from every score."""
    rng = np.random.default_rng(8)
    rows = [
        (f"c{client}", week, max(0, 18 - week - better + int(rng.integers(-3, 4))))
        for client in range(40)
        for week in range(weeks)
    ]
    path = folder / "data.csv"
    pd.DataFrame(rows, columns=["client", "time", "score"]).to_csv(path, index=False)
    names = {name: name for name in ("client", "time", "score")}
    data = read_client_data(str(path), names, instrument="phq9")
    return score_evidence(observed_design(data, {"care": "cbt"}), False)


@pytest.fixture
def fit_counted(tmp_path: Path) -> Callable[..., tuple[Fit, int]]:
    """Return a function that fits and says how often something was computed and kept."""
    memory = Memory(tmp_path / "kept", verbose=0)

    class Counted(KeptLearning):
        computed = 0

        def recall(self, content, compute):
            def count():
                Counted.computed += 1
                return compute()

            return super().recall(content, count)

    def run(keep: bool = True, seed: int = 1, **of_data) -> tuple[Fit, int]:
        Counted.computed = 0
        kept = Counted(memory) if keep else NOTHING_KEPT
        plan = FitPlan("hybrid", candidates=WORLDS, effort=EFFORT, seed=seed)
        fit = fit_data(_evidence(tmp_path, **of_data), plan, kept=kept)
        return fit, Counted.computed

    return run


def _numbers(fit: Fit) -> list[float]:
    assert fit.choice is not None
    return [*fit.draws.to_numpy().ravel(), *fit.choice.probability, *fit.far.values()]


@pytest.mark.slow
def test_the_same_bits_read_or_computed(fit_counted, tmp_path: Path) -> None:
    plain, _ = fit_counted(keep=False)
    first, computed = fit_counted()
    again, nothing = fit_counted()
    assert (computed, nothing) == (3, 0)  # two tables, and what is learned
    kept = KeptLearning(Memory(tmp_path / "kept", verbose=0))
    evidence, plan = _evidence(tmp_path), FitPlan("hybrid", candidates=WORLDS, effort=EFFORT)
    assert kept_draws(evidence, plan, kept) == 2 * 60 + 10  # what a dry run says of it
    assert kept_draws(evidence, plan._replace(seed=2), kept) == 0
    assert kept_draws(evidence, plan, NOTHING_KEPT) == 0
    assert _numbers(plain) == _numbers(first) == _numbers(again)


@pytest.mark.slow
def test_other_scores_of_the_same_design_read_other_designs_compute(fit_counted) -> None:
    fit_counted()
    other, nothing = fit_counted(better=4)
    assert nothing == 0
    assert _numbers(other) == _numbers(fit_counted(keep=False, better=4)[0])
    assert fit_counted(weeks=5)[1] == 3
    assert fit_counted(seed=2)[1] == 3


@pytest.mark.slow
def test_a_damaged_file_is_computed_again(fit_counted, tmp_path: Path, capfd) -> None:
    first, _ = fit_counted()
    for path in (tmp_path / "kept").rglob("output.pkl"):
        path.write_bytes(path.read_bytes()[:40])
    again, computed = fit_counted()
    assert computed == 3
    assert _numbers(first) == _numbers(again)
    assert capfd.readouterr().err == ""
