"""The dropout model: planted odds and shares are recovered; false alarms < 1e-4."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.dropout_model import fit_dropout_model


def _dropouts(spread: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    therapist = np.repeat(np.arange(100), 30)
    alliance = 3 + 0.7 * rng.normal(size=therapist.size)
    logit = -1 - 0.5 * (alliance - 3) / 0.7 + spread * rng.normal(size=100)[therapist]
    dropped = rng.random(therapist.size) < 1 / (1 + np.exp(-logit))
    return pd.DataFrame({"therapist": therapist, "alliance": alliance, "dropped": dropped})


def test_dropout_model_finds_planted_values() -> None:
    model = fit_dropout_model(_dropouts(0.8, 1), ["alliance"])
    ratio, share = model.odds_ratios["alliance"], model.therapist_share
    assert abs(np.log(ratio.value) + 0.5) < 4 * ratio.standard_error / ratio.value
    assert abs(share.value - 0.64 / (0.64 + np.pi**2 / 3)) < 0.06
    assert fit_dropout_model(_dropouts(0.0, 2), ["alliance"]).therapist_share.value < 0.04


@pytest.mark.parametrize(
    ("columns", "predictors", "words"),
    [
        ({}, [], "at least one predictor"),
        ({"therapist": 1}, ["alliance"], "two therapists"),
        ({}, ["aliance"], "Did you mean alliance"),
    ],
)
def test_bad_input_is_explained(columns, predictors, words):
    with pytest.raises(ValueError, match=words):
        fit_dropout_model(_dropouts(0, 1).assign(**columns), predictors)
