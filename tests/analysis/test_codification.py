"""What a field concludes from its trials: the rules, by hand."""

import pandas as pd
import pytest

from dyadsim.analysis.codification import empirically_supported, equivalent
from dyadsim.analysis.estimate import Estimate, from_standard_error


def _trials(*rows: tuple[int, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["team", "g", "standard_error"])


@pytest.mark.parametrize(
    ("rows", "certified"),
    [
        ([(0, 0.8, 0.2), (1, 0.8, 0.2)], True),
        ([(0, 0.8, 0.2), (0, 0.8, 0.2)], False),  # one team
        ([(0, 0.8, 0.2), (1, 0.3, 0.2)], False),  # the second is not significant
        ([(0, -0.8, 0.2), (1, -0.8, 0.2)], False),  # harm is no support
        ([(0, 0.8, 0.2), (1, 0.0, 0.2), (2, -0.4, 0.1), (3, 0.8, 0.3)], True),  # others not counted
    ],
)
def test_two_positive_trials_by_independent_teams(
    rows: list[tuple[int, float, float]], certified: bool
) -> None:
    assert empirically_supported(_trials(*rows)) is certified


@pytest.mark.parametrize(
    ("value", "error", "not_significant", "shown"),
    [
        (0.05, 0.05, True, True),
        (0.1, 0.2, True, False),
        (0.15, 0.02, False, True),
        (0.5, 0.1, False, False),
    ],
)
def test_no_difference_found_is_not_equivalence_shown(
    value: float, error: float, not_significant: bool, shown: bool
) -> None:
    assert equivalent(from_standard_error(value, error, 9)) == (not_significant, shown)


def test_a_difference_that_is_not_known_is_not_judged() -> None:
    with pytest.raises(ValueError, match="cannot be judged"):
        equivalent(Estimate(*[float("nan")] * 4, 20))
