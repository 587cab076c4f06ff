"""Predictions of left-out facts: a mark a family and world, the same numbers as in the table."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import predictions

WORLDS = ("hybrid", "prior", "null")
TABLE = pd.DataFrame(
    [
        {
            "family": family,
            "world": world,
            "facts": 3,
            "inside": place / 3,
            "distance": 2.0 - place / 2,
        }
        for family in ("natural_course", "ending", "all")
        for place, world in enumerate(WORLDS)
    ]
)


def test_every_score_is_drawn_and_named(texts_of: Callable[[Figure], str]) -> None:
    figure = predictions.figure(TABLE)
    left, right = figure.axes
    for axes, column in ((left, "inside"), (right, "distance")):
        drawn = [
            value
            for line in axes.get_lines()
            if line.get_label() in WORLDS
            for value in line.get_xdata()
        ]
        assert sorted(drawn) == sorted(TABLE[column])
    text = texts_of(figure)
    assert "natural course (3)" in text
    assert all(world in text for world in WORLDS)
    assert left.get_yticklabels()[-1].get_text() == "all (3)"
