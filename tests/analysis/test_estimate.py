import math

import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from dyadsim.analysis.estimate import from_count, from_standard_error


def test_normal_interval():
    assert from_standard_error(2.0, 0.5, 40) == pytest.approx((2.0, 0.5, 1.0200180, 2.9799820, 40))


def test_student_interval_is_wider_and_scipys():
    estimate = from_standard_error(0.0, 1.0, 5, degrees_of_freedom=4)
    assert estimate.high == pytest.approx(stats.t.ppf(0.975, 4))


def test_share_is_wilson():
    estimate = from_count(8, 40)
    assert (estimate.low, estimate.high) == pytest.approx(
        proportion_confint(8, 40, method="wilson")
    )
    assert estimate[:2] == pytest.approx((0.2, math.sqrt(0.2 * 0.8 / 40)))
    assert from_count(0, 40).high > 0.05


@pytest.mark.parametrize("error", [-1.0, math.nan])
def test_impossible_standard_error(error):
    with pytest.raises(ValueError, match="standard error must be 0 or more"):
        from_standard_error(1.0, error, 3)


def test_share_of_too_few():
    with pytest.raises(ValueError, match="at least 3 clients, there are 2"):
        from_count(1, 2)
