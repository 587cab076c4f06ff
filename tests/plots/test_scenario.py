"""The region in which a target is met."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import scenario


def test_limits_and_path(texts_of: Callable[[Figure], str]) -> None:
    limits = pd.DataFrame(
        {
            "parameter": ["distress.bond_effect", "alliance.rate", "ending.dropout_base"],
            "low": [0.2, 0.1, -1.0],
            "high": [1.0, 0.4, 0.0],
            "clear": [True, False, True],
        }
    )
    path = pd.DataFrame(
        {"mass": [1.0, 0.5, 0.25], "coverage": [1.0, 0.8, 0.4], "density": [0.3, 0.5, 0.7]}
    )
    figure = scenario.figure(
        limits,
        path,
        intervals={
            "distress.bond_effect": (0.0, 1.0),
            "alliance.rate": (0.1, 0.6),
            "ending.dropout_base": (-2.0, 1.0),
        },
        coverage=0.81,
        share_met=0.3,
        title="Where gain>=5",
    )
    left, right = figure.axes
    texts = [text.get_text() for text in left.texts]
    assert texts == ["above 0.2", "below 0.4", "-1 to 0"]
    dotted = [line for line in left.get_lines() if line.get_linestyle() == ":"]
    assert len(dotted) == 1
    upright = [line for line in right.get_lines() if list(line.get_xdata()) == [0.5, 0.5]]
    assert len(upright) == 1  # the box shown
    assert "distress: bond effect" in texts_of(figure)
