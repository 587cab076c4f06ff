"""The choice among worlds, where the probabilities are known."""

import numpy as np
import pytest
from scipy.stats import t as student

from dyadsim.errors import BadInput
from dyadsim.fitting.world_choice import (
    FOLDS,
    SURE,
    WorldChoice,
    _jackknife_error,
    _log_probabilities,
    check_odds,
    learn_worlds,
)

USED = np.ones(3, bool)


def _table(count: int, seed: int) -> list[np.ndarray]:
    """Return summaries of two worlds, which differ by 1 in the mean of the first."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(count, 3)), rng.normal(size=(count, 3)) + np.array([1.0, 0, 0])]


def _choose(place: float, odds: tuple[float, float] | None = None) -> WorldChoice:
    data = np.array([place, 0.3, -0.2])
    return learn_worlds(_table(3000, 3), ("a", "b"), used=USED).choose(data, odds)


def _log_odds(shares: np.ndarray) -> np.ndarray:
    return np.log(shares) - np.log1p(-shares)


@pytest.mark.parametrize("place", [0.5, 2.0])
def test_worlds_are_distinguished_as_far_as_they_can_be(place: float) -> None:
    choice = _choose(place)
    assert choice.probability[1] == pytest.approx(1 / (1 + np.exp(0.5 - place)), abs=0.05)
    at_odds = _choose(place, odds=(9, 1))
    assert at_odds.probability[1] == pytest.approx(1 / (1 + 9 * np.exp(0.5 - place)), abs=0.05)
    assert at_odds.error == pytest.approx(choice.error)


def test_stated_probabilities_are_right_and_skill_is_moderate() -> None:
    choice = _choose(2.0)
    assert np.abs(choice.curve["stated"] - choice.curve["found"]).max() < 0.06
    assert choice.off < 0.03
    assert choice.confusion.loc["a", "a"] == pytest.approx(0.6, abs=0.05)
    assert 0 < choice.skill < 0.4


def test_stated_probabilities_are_right_at_the_odds_for_which_they_are_stated() -> None:
    choice = _choose(2.0, odds=(9, 1))
    assert np.abs(choice.curve["stated"] - choice.curve["found"]).max() < 0.06
    assert choice.off < 0.03


def test_the_jackknife_error_of_a_mean_is_its_standard_error() -> None:
    """Closed form: of a mean, with one value a fold, it is SD / root of n exactly."""
    values = np.random.default_rng(4).normal(size=(40, 2))
    without_one = (values.sum(axis=0) - values) / 39
    assert _jackknife_error(without_one) == pytest.approx(values.std(axis=0, ddof=1) / 40**0.5)


@pytest.mark.slow
def test_other_tables_agree_within_the_stated_error() -> None:
    """Ten disjoint tables, twenty data sets: the intervals contain what all tables say together."""
    places = np.random.default_rng(5).normal(0.5, 1.2, size=(20, 3))
    log_odds, errors = [], []
    for seed in range(10):
        learned = learn_worlds(_table(200, 100 + seed), ("a", "b"), used=USED)
        choices = [learned.choose(place) for place in places]
        log_odds.append([_log_odds(choice.probability)[0] for choice in choices])
        errors.append([choice.error[0] for choice in choices])
    apart, error = np.array(log_odds) - np.mean(log_odds, axis=0), np.array(errors)
    spread = np.sqrt((apart**2).sum(axis=0).mean() / 9)
    assert 0.7 < np.sqrt((error**2).mean()) / spread < 1.6
    # Each is one of the ten that are averaged, so its distance varies by 9 / 10 of its variance.
    room = student.ppf((1 + SURE) / 2, FOLDS - 1) * error * np.sqrt(9 / 10)
    assert (np.abs(apart) < room).mean() > 0.9


def test_a_larger_table_has_less_error_and_the_interval_holds_the_probability() -> None:
    data = np.array([1.0, 0.3, -0.2])
    small, large = (
        learn_worlds(_table(count, 8), ("a", "b"), used=USED).choose(data) for count in (200, 3200)
    )
    assert (small.draws, large.draws) == (200, 3200)
    assert large.error[0] < 0.6 * small.error[0]
    for choice in (small, large):
        assert (choice.low < choice.probability).all()
        assert (choice.probability < choice.high).all()


@pytest.mark.parametrize(
    ("worlds", "odds", "message"),
    [
        (["hybrid", "hybrid"], None, "names hybrid more than once"),
        (["hybrid", "null"], [0, 0], "weight of hybrid must be a number above 0, not '0'"),
        (["hybrid", "null"], [1, -1], "weight of null"),
        (["hybrid", "null"], [1, float("nan")], "weight of null"),
        (["hybrid", "null"], [1, float("inf")], "weight of null"),
        (["hybrid", "null"], [1, "much"], "not 'much'"),
        (["hybrid", "null"], [1, True], "not 'True'"),
        (["hybrid", "null"], [1], "must be 2 weights"),
        (["hybrid", "null"], 3, "must be 2 weights"),
        (["hybrid", "null"], [1, 1e9], "the data could not matter"),
    ],
)
def test_odds_and_candidates_that_make_no_sense(
    worlds: list[str], odds: object, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        check_odds(worlds, odds)


@pytest.mark.parametrize("count", [2, 3])
def test_data_beyond_all_draws_give_numbers(count: int) -> None:
    """There scikit-learn's probabilities are 0, of which there is no logarithm."""
    rng = np.random.default_rng(5)
    tables = [rng.normal(size=(100, 3)) + 2 * k for k in range(count)]
    learned = learn_worlds(tables, tuple("abc"[:count]), used=USED)
    choice = learned.choose(np.array([1e5, 0.0, 0.0]))
    assert np.isfinite([*choice.probability, *choice.error]).all()
    middle = np.full((1, 3), 0.5)
    assert np.exp(_log_probabilities(learned.models[0], middle)) == pytest.approx(
        learned.models[0].predict_proba(middle)
    )
