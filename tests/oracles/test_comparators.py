"""Four other implementations of the model, with other random numbers, yield the same means.

The comparators of `experiments/speed` share no line of code with the mechanisms. Seeded; means over
thousands of clients may differ by 5 standard errors (some 200 comparisons a case, so the
false-alarm rate of the file is below 1 in 1,000).
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dyadsim.kernel.streaming_sums import SUMS

FOLDER = Path(__file__).parents[2] / "experiments" / "speed"
SIZES = {"agents": 1500, "vectorised": 8000, "scalar_loop": 8000, "c_loop": 8000}
SHARES = ("in_care", "scored", "ruptures", "dropped", "agreed")
AT = {name: place for place, name in enumerate(SUMS)}


def _means(sums: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Return means and standard deviations (arm, step) of what was summed, and the clients."""
    total, step = {name: sums[:, 1:, place] for name, place in AT.items()}, sums[:, 1:, 0]
    mean = {name: total[name] / step for name in (*SHARES, "distress", "bond")}
    mean["symptom_score"] = total["symptom_score"] / np.maximum(total["scored"], 1)
    spread = {name: np.sqrt(np.maximum(mean[name] * (1 - mean[name]), 0)) for name in SHARES}
    spread["distress"] = np.sqrt(total["distress_squared"] / step - mean["distress"] ** 2)
    squares = total["symptom_score_squared"] / np.maximum(total["scored"], 1)
    spread["symptom_score"] = np.sqrt(np.maximum(squares - mean["symptom_score"] ** 2, 0))
    spread["bond"] = np.full_like(step, 0.3)  # no bond varies more
    return mean, spread, step


@pytest.mark.parametrize("study", ["trial", "routine"])
@pytest.mark.parametrize("how", list(SIZES))
def test_another_implementation_yields_the_same_means(
    how: str, study: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    setting: Any = importlib.import_module("setting")
    comparator: Any = importlib.import_module(how)
    trial = setting.setting_at_intake(setting.STUDIES[study], SIZES[how], seed=2)
    if how == "c_loop":
        if comparator.compiler() is None:
            pytest.skip("this machine has no C compiler")
        theirs = comparator.run(trial, comparator.build(trial))
        # -ffast-math must not leak into the process: tiny numbers are still numbers
        assert np.float32(1e-40) * np.float32(0.5) > 0
    else:
        theirs = comparator.run(trial)
    mean, spread, clients = _means(theirs)
    expected, spread_of_ours, _ = _means(setting.ours(trial))
    scored = np.maximum(theirs[:, 1:, AT["scored"]], 1)
    for name in mean:
        count = scored if name == "symptom_score" else clients
        # by chance alone a share near 0 or 1 moves by a few clients
        either = np.maximum(spread[name], spread_of_ours[name])  # one may have seen nobody
        error = either * np.sqrt(2 / count) + 1 / count
        away = np.abs(mean[name] - expected[name]) / error
        if name == "symptom_score":
            away[scored < 30] = 0
        assert away.max() < 5, f"{name}: {away.max():.1f} errors"
