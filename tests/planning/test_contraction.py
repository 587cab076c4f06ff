"""The Monte-Carlo error of a contraction, and what it allows to be said."""

import numpy as np
import pytest

from dyadsim.planning.contraction import GROUPS, Narrowing, verdict

RNG = np.random.default_rng(5)


def test_error_of_a_mean_over_held_out_data_sets() -> None:
    shares = RNG.normal(0.6, 0.2, (50, 2))
    same = np.full((GROUPS, 2), 0.6)  # the draws learned from make no difference
    expected = [np.std(shares[:, k], ddof=1) / np.sqrt(50) for k in range(2)]
    assert Narrowing(shares, same).error() == pytest.approx(expected)


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    draws = RNG.normal(size=(GROUPS, 40))
    left_out = np.array([[np.delete(draws, g, axis=0).mean()] for g in range(GROUPS)])
    of_groups = draws.mean(axis=1).std(ddof=1) / np.sqrt(GROUPS)  # closed form, linear statistic
    assert Narrowing(np.full((9, 1), 0.6), left_out).error() == pytest.approx([of_groups])


def test_what_designs_share_cancels_in_their_difference() -> None:
    shares, left_out = RNG.normal(0.6, 0.2, (50, 3)), RNG.normal(0.6, 0.1, (GROUPS, 3))
    plain, more = Narrowing(shares, left_out), Narrowing(shares - 0.1, left_out - 0.1)
    assert plain.error().min() > 0.05
    assert plain.minus(more).error() == pytest.approx([0, 0, 0], abs=1e-9)
    assert plain.average().shares.shape == (50, 1)
    assert plain.average().shares[:, 0] == pytest.approx(shares.mean(axis=1))


def test_not_identified_only_where_the_whole_interval_lies_below() -> None:
    assert verdict(0.1, 0.29) == "not identified"
    assert verdict(0.1, 0.31) == verdict(0.29, 0.6) == "undecided"
    assert verdict(0.31, 0.6) == "identified"
