"""When a verdict among worlds is given, and when it is withheld."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from dyadsim.fitting.world_choice import WorldChoice
from dyadsim.fitting.world_verdict import (
    FEWEST_DRAWS,
    interval_at,
    judge_worlds,
    share_interval,
)

NAMES = ("hybrid", "null")
TYPICAL = {"hybrid": 0.4, "null": 0.3}


def choice_of(
    share: float, room: float = 0.02, *, draws: int = 5000, off: float = 0.0, error: float = 0.1
) -> WorldChoice:
    """Return a choice between two worlds: the first has `share`, give or take `room`."""
    shares = np.array([share, 1 - share])
    confusion = pd.DataFrame([[0.8, 0.2], [0.1, 0.9]], index=NAMES, columns=NAMES)
    curve = pd.DataFrame({"stated": [0.5], "found": [0.5], "draws": [10]})
    low, high = np.clip(shares - room, 0, 1), np.clip(shares + room, 0, 1)
    errors = np.full(2, error)
    return WorldChoice(NAMES, shares, low, high, errors, draws, confusion, curve, off, 1.0, 0.5)


@pytest.mark.parametrize(
    ("share", "claim"),
    [
        (0.95, "speak for"),
        (0.91, "lean towards"),  # its low end is .89
        (0.7, "lean towards"),
        (0.61, "do not decide"),
        (0.5, "do not decide"),
    ],
)
def test_the_verdict_is_read_off_the_low_end(share: float, claim: str) -> None:
    verdict = judge_worlds(choice_of(share), TYPICAL)
    assert (verdict.world, verdict.claim, verdict.withheld) == ("hybrid", claim, ())


@pytest.mark.parametrize(
    ("choice", "far", "withheld"),
    [
        (choice_of(0.95), {"hybrid": 0.004, "null": 0.3}, ("unlike",)),
        (choice_of(0.95), {"hybrid": 0.3, "null": 0.004}, ()),  # another world is unlike
        (choice_of(0.95, draws=600), TYPICAL, ("few draws",)),
        (choice_of(0.7, 0.2), TYPICAL, ("unstable",)),
        (choice_of(0.95, off=0.1), TYPICAL, ("not calibrated",)),
        (
            choice_of(0.7, 0.2, draws=600),
            {"hybrid": 0.0, "null": 0.0},
            ("unlike", "few draws", "unstable"),
        ),
    ],
)
def test_it_is_withheld_where_another_seed_may_say_otherwise(
    choice: WorldChoice, far: dict[str, float], withheld: tuple[str, ...]
) -> None:
    verdict = judge_worlds(choice, far)
    assert verdict.withheld == withheld
    assert (verdict.claim is None) == bool(withheld)


def test_draws_needed_grow_with_the_square_of_the_error() -> None:
    needed = [judge_worlds(choice_of(0.5, 0.3, error=error), TYPICAL) for error in (0.6, 1.2)]
    assert needed[1].draws_needed == pytest.approx(4 * needed[0].draws_needed, rel=0.1)
    exact = judge_worlds(choice_of(0.5, error=0.01), TYPICAL)
    assert exact.draws_needed == FEWEST_DRAWS


def test_four_times_the_draws_halve_the_error() -> None:
    choice = choice_of(0.7, error=0.4)
    low, high = interval_at(choice, 20_000)
    log_odds = np.log(high / (1 - high)) - np.log(low / (1 - low))
    assert log_odds == pytest.approx(2 * 2.364624 * 0.2)  # t, 7 degrees of freedom, 97.5 %


@pytest.mark.parametrize("hits", [0, 3, 600])
def test_the_interval_of_a_share_is_the_exact_one(hits: int) -> None:
    exact = binomtest(hits, 600).proportion_ci(0.95, method="exact")
    assert share_interval(hits / 600, 600) == pytest.approx((exact.low, exact.high))
