"""The example by hand of docs/background/attribution.md: 0, 21, 50 and 100 % are all right."""

import numpy as np
import pytest

from dyadsim.analysis.shapley import shapley_shares, shares_last

TRUST, LIFE = np.array([1, 1, 0, 0]), np.array([1, -1, 1, -1])


def _gain(technique: float, trust: np.ndarray = TRUST) -> np.ndarray:
    return 6 * technique * trust + 2 * LIFE


def test_of_the_differences_technique_makes_nothing() -> None:
    gain = _gain(1)
    assert gain.tolist() == [8, 4, 2, -2]
    assert gain.var() == 13
    assert np.array([gain[k == TRUST].mean() for k in (0, 1)]).var() / 13 == pytest.approx(
        0.69, abs=0.005
    )
    assert np.array([gain[k == LIFE].mean() for k in (-1, 1)]).var() / 13 == pytest.approx(
        0.31, abs=0.005
    )
    assert np.corrcoef(gain, TRUST)[0, 1] ** 2 == pytest.approx(9 / 13)


def test_of_the_mean_effect_it_makes_half_and_all_is_lost_without_it() -> None:
    worth = np.array([_gain(k & 1, TRUST * (k >> 1)).mean() for k in range(4)])
    assert worth.tolist() == [0, 0, 0, 3]
    assert (shapley_shares(worth) / 3).tolist() == [0.5, 0.5]
    assert (shares_last(worth) / 3).tolist() == [1, 1]


def test_in_a_trial_it_makes_a_fifth_of_the_variance() -> None:
    both = np.r_[_gain(1), _gain(0)]
    between = np.r_[np.full(4, 3.0), np.zeros(4)].var()
    assert both.var() == 10.75
    assert between / both.var() == pytest.approx(0.21, abs=0.005)
