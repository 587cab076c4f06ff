"""The dropout model: planted odds and shares are recovered; false alarms < 1e-4."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.discrete_model import Logit
from statsmodels.tools import add_constant

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
    equal = fit_dropout_model(_dropouts(0.0, 2), ["alliance"]).therapist_share
    assert equal.value < 0.04
    assert equal.low == 0


def test_the_model_equals_glmer():
    # R 4.2.2, lme4 1.1.31: glmer(binomial, nAGQ = 15) on scaled scores; confint(method = "profile")
    rng = np.random.default_rng(5)
    therapist = np.repeat(np.arange(30), 20)
    alliance = rng.normal(size=600)
    distress = rng.normal(size=600) + 0.3 * alliance
    sd = np.sqrt(0.084 / 0.916) * np.pi / np.sqrt(3)
    logit = -1 - 0.5 * alliance + 0.2 * distress + sd * rng.normal(size=30)[therapist]
    dropped = rng.random(600) < 1 / (1 + np.exp(-logit))
    frame = pd.DataFrame(
        {"therapist": therapist, "alliance": alliance, "distress": distress, "dropped": dropped}
    )
    model = fit_dropout_model(frame.sample(frac=1, random_state=1), ["alliance", "distress"])
    alliance_ratio, distress_ratio = model.odds_ratios.values()
    assert alliance_ratio.value == pytest.approx(0.645732, rel=1e-4)
    assert distress_ratio.value == pytest.approx(1.165889, rel=1e-4)
    assert alliance_ratio.standard_error / alliance_ratio.value == pytest.approx(
        0.1020628, rel=1e-3
    )
    assert distress_ratio.standard_error / distress_ratio.value == pytest.approx(
        0.1003550, rel=1e-3
    )
    assert model.therapist_share.value == pytest.approx(0.0723088, abs=2e-5)
    assert model.therapist_share.low == pytest.approx(0.0161098, abs=2e-5)
    assert model.therapist_share.high == pytest.approx(0.1733890, abs=2e-5)


def test_without_differences_between_therapists_it_is_plain_logistic_regression():
    # every therapist has the same clients: the likelihood is highest at a share of 0
    rng = np.random.default_rng(3)
    alliance = rng.normal(size=60)
    dropped = (rng.random(60) < 1 / (1 + np.exp(1 + alliance))).astype(int)
    frame = pd.DataFrame({"alliance": np.tile(alliance, 5), "dropped": np.tile(dropped, 5)})
    frame["therapist"] = np.repeat(list("abcde"), 60)
    model = fit_dropout_model(frame, ["alliance"])
    assert model.therapist_share.value == 0 == model.therapist_share.low
    assert 0 < model.therapist_share.high < 0.1
    z = (frame["alliance"] - frame["alliance"].mean()) / frame["alliance"].std()
    plain = Logit(frame["dropped"], add_constant(z)).fit(disp=0)
    ratio = model.odds_ratios["alliance"]
    assert ratio.value == pytest.approx(np.exp(plain.params["alliance"]), rel=1e-5)
    assert ratio.standard_error / ratio.value == pytest.approx(plain.bse["alliance"], rel=1e-4)


@pytest.mark.parametrize(
    ("columns", "predictors", "words"),
    [
        ({}, [], "at least one predictor"),
        ({"therapist": 1}, ["alliance"], "two therapists"),
        ({}, ["aliance"], "Did you mean alliance"),
        ({"twice": lambda rows: 2 * rows["alliance"]}, ["alliance", "twice"], "follows from"),
        ({"early": lambda rows: 1.0 * rows["dropped"]}, ["early"], "separate clients who drop out"),
    ],
)
def test_bad_input_is_explained(columns, predictors, words):
    with pytest.raises(ValueError, match=words):
        fit_dropout_model(_dropouts(0, 1).assign(**columns), predictors)
