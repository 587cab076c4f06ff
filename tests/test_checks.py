"""Numbers in sentences, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dyadsim.checks import number, shown_number
from dyadsim.errors import BadInput


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2848, "2848"),
        (2848.0, "2848"),
        (1e6, "1000000"),
        (123456.7, "123457"),
        (999.96, "1000"),
        (0.99999, "1"),
        (0.0999, "0.0999"),
        (-0.0, "0"),
        (-12.345, "-12.3"),
        (0.00001, "1e-05"),
        (float("nan"), "nan"),
    ],
)
def test_whole_numbers_are_whole_and_others_short(value: float, text: str) -> None:
    assert shown_number(value) == text


@given(some.floats(-1e12, 1e12), some.integers(2, 6))
def test_no_power_of_ten_and_no_lost_digit(value: float, digits: int) -> None:
    text = shown_number(value, digits)
    if abs(value) >= 1e-4 or value == 0:
        assert "e" not in text
    assert float(text) == pytest.approx(value, rel=0.5 * 10 ** (1 - digits) * 1.001)


def test_the_ends_of_a_range_are_whole() -> None:
    with pytest.raises(BadInput, match=r"must be a number in \[0, 5000000\], not '6000000'"):
        number("x", 6_000_000, 0, 5_000_000)
