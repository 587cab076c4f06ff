"""The array functions against the estimates of scipy, statsmodels and pandas; missing scores."""

import numpy as np
import pytest

from dyadsim.analysis import arrays, change, clinical_significance, effects, process

RNG = np.random.default_rng(20)
PRE = RNG.normal(20, 5, 300)
POST = np.where(RNG.random(300) < 0.1, np.nan, 0.5 * PRE + RNG.normal(0, 3, 300))
CONTROL = np.where(RNG.random(250) < 0.1, np.nan, RNG.normal(12, 4, 250))


@pytest.mark.parametrize(
    ("value", "estimate"),
    [
        (arrays.pearson_r(PRE, POST), process.pearson(PRE, POST)),
        (arrays.hedges_g(-POST, -CONTROL), effects.hedges_g(POST, CONTROL)),
        (arrays.pre_post_d(PRE, POST), effects.pre_post_d(PRE, POST, corrected=False)),
        (arrays.mean_gain(PRE, POST), effects.mean_gain(PRE, POST)),
        (arrays.variance_ratio(POST, CONTROL), effects.variance_ratio(POST, CONTROL)),
        (
            arrays.share(arrays.responded(PRE, POST)[~np.isnan(POST)]),
            clinical_significance.response(PRE, POST),
        ),
    ],
)
def test_value_and_estimate_agree(value, estimate):
    assert value == pytest.approx(estimate.value, abs=1e-12)


def test_residual_gain_agrees_and_keeps_who_has_no_score():
    gain = arrays.residual_gain(PRE, POST)
    expected = change.residual_gain(PRE, POST)
    assert np.isnan(gain).tolist() == np.isnan(POST).tolist()
    np.testing.assert_allclose(gain[~np.isnan(gain)], expected, atol=1e-12)


def test_too_few_have_no_effect_size_and_no_share():
    assert np.isnan(arrays.hedges_g(np.array([1.0, np.nan]), np.array([1.0, 2.0])))
    assert np.isnan(arrays.share(np.array([], bool)))


def test_a_missing_score_is_no_reliable_change():
    pre, post = np.array([20.0, np.nan]), np.array([np.nan, 5.0])
    for changed in (arrays.reliably_improved, arrays.reliably_deteriorated):
        assert not changed(pre, post, 6).any()
    assert not arrays.reliably_recovered(pre, post, 6, 10).any()
