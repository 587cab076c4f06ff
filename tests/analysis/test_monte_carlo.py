"""Monte-Carlo errors: SD / sqrt(n), Student's t, and one way to write them."""

import math

import numpy as np
import pytest
from scipy import stats

from dyadsim.analysis import monte_carlo


def test_the_error_is_the_standard_error_of_the_mean() -> None:
    """scipy.stats.sem gives the same."""
    values = np.random.default_rng(1).normal(size=(6, 3))
    np.testing.assert_allclose(monte_carlo.error_of_mean(values), stats.sem(values, axis=0))


def test_one_repeat_and_few_equal_ones_tell_no_error() -> None:
    assert np.isnan(monte_carlo.error_of_mean([1.0]))
    assert np.isnan(monte_carlo.error_of_mean([5.0, 5.0]))
    assert monte_carlo.error_of_mean([5.0] * monte_carlo.ENOUGH) == 0
    both = monte_carlo.error_of_mean([[5.0, 1.0], [5.0, 2.0]])
    assert np.isnan(both[0])
    assert both[1] == pytest.approx(0.5)


@pytest.mark.parametrize("repeats", [2, 3, 8, 60, math.inf])
@pytest.mark.parametrize("level", [0.95, 0.999])
def test_the_quantile_is_students(repeats: float, level: float) -> None:
    expected = stats.t.ppf((1 + level) / 2, repeats - 1)
    assert monte_carlo.t_quantile(repeats, level) == pytest.approx(expected)


def test_one_repeat_has_no_quantile() -> None:
    assert math.isnan(monte_carlo.t_quantile(1))


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.1234, 0.004, "0.123 ± 0.004"),
        (0.1234, 0.0096, "0.123 ± 0.010"),
        (0.12345, 0.0012, "0.1235 ± 0.0012"),
        (13.9, 0.15, "13.90 ± 0.15"),
        (55.53, 11.8, "56 ± 12"),
        (7.42, 0.021, "7.420 ± 0.021"),
        (-0.0001, 0.02, "0.000 ± 0.020"),
        (5.0, 0.0, "5 ± 0"),
        (100.0, 1e-14, "100 ± 0"),
        (0.12345, math.nan, "0.123 ± unknown"),
        (math.nan, math.nan, "undefined"),
    ],
)
def test_digits_follow_the_error(value: float, error: float, text: str) -> None:
    assert monte_carlo.with_error(value, error) == text


def test_no_error_that_is_known_is_written_as_nothing() -> None:
    for error in 10.0 ** np.arange(-6, 3, 0.37):
        written = float(monte_carlo.with_error(1.0, error).split("± ")[1])
        assert written == pytest.approx(error, rel=0.17)


@pytest.mark.parametrize(
    ("repeats", "parts"),
    [
        (1, ["Error not known from 1 repeat"]),
        (2, ["1 degree of freedom", "± 12.71 errors", "ask for more"]),
        (8, ["7 degrees of freedom", "± 2.36 errors"]),
        ([60, 8, 8], ["8 to 60 repeats", "7 to 59 degrees", "± 2.36 to 2.00 errors"]),
    ],
)
def test_what_an_error_means_is_said(repeats: int | list[int], parts: list[str]) -> None:
    text = monte_carlo.error_sentence(repeats)
    assert all(part in text for part in parts)
    assert ("ask for more" in text) == (repeats in (1, 2))


def test_one_repeat_among_several_has_no_interval() -> None:
    text = monte_carlo.error_sentence([1, 8])
    assert "over 8 repeats" in text
    assert "nan" not in text
    assert text.endswith("not known from 1 repeat.")
