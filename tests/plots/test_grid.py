"""Shares and facts over a grid of dials."""

from collections.abc import Callable, Sequence
from itertools import product

import pandas as pd
import pytest
from matplotlib.figure import Figure

from dyadsim.plots import grid


def _tables(dials: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return shares and facts at the corners of a grid; one fact needs specificity."""
    shares, facts = [], []
    for values in product((0.0, 1.0), repeat=len(dials)):
        point = dict(zip(dials, values, strict=True))
        shares += [
            {**point, "attribution": kind, "group": "technique", "share": 10 * values[0], "se": 1.0}
            for kind in grid.SHARES
        ]
        facts += [
            {**point, "fact": "added_component", "verdict": "met" if values[0] else "violated"},
            {**point, "fact": "dropout", "verdict": "met"},
            {**point, "fact": "sessions_mean", "verdict": "violated"},
            {**point, "fact": "remission", "verdict": "met" if values[1] else "undecided"},
        ]
    return pd.DataFrame(shares), pd.DataFrame(facts)


def test_facts_that_are_met_at_some_points_and_violated_at_others() -> None:
    _, facts = _tables(["specificity", "process_change.gating"])
    assert grid.facts_that_vary(facts) == ["added_component"]


def test_points_that_meet_most_facts() -> None:
    _, facts = _tables(["specificity", "process_change.gating"])
    counts = grid.count_verdicts_at(facts, ["specificity", "process_change.gating"])
    assert counts["met"].tolist() == [1, 2, 2, 3]
    assert counts["violated"].tolist() == [2, 2, 1, 1]
    assert counts["undecided"].tolist() == [1, 0, 1, 0]
    assert counts["best"].tolist() == [False, False, False, True]
    assert counts["possible"].tolist() == [False, False, True, True]  # 2 met and 1 undecided


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_every_number_of_dials(number: int, texts_of: Callable[[Figure], str]) -> None:
    dials = ["process_change.gating", "specificity", "a.third", "a.fourth", "a.fifth"][:number]
    shares, facts = _tables(dials)
    figure = grid.figure(shares, facts, dials, "some world")
    assert len(figure.axes) == 4 * 2
    text = texts_of(figure)
    assert "gating = 0.0" in text
    assert ("third = 1.0" in text) == (number > 2)
    assert ("some world; fifth = 0.0" in text) == (number > 4)


def test_best_points_are_shaded_half_way_to_their_neighbours() -> None:
    dials = ["specificity", "process_change.gating"]
    shares, facts = _tables(dials)
    axes = grid.figure(shares, facts, dials, "some world").axes[0]
    (span,) = axes.patches
    assert (span.get_x(), span.get_x() + span.get_width()) == (0.5, 1.0)


def test_what_is_undecided_is_not_shaded_as_violated() -> None:
    dials = ["specificity", "process_change.gating"]
    shares, facts = _tables(dials)
    figure = grid.figure(shares, facts, dials, "some world")
    may_be, best = (axes.patches[0].get_facecolor() for axes in figure.axes[:2])
    assert max(best[:3]) < max(may_be[:3]) < 1  # lighter, but shaded
