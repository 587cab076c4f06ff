"""Intervals over members: one unit, one scale, and every mark on it."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from dyadsim.plots import members


@pytest.fixture
def figure() -> Figure:
    table = pd.DataFrame(
        {
            "estimate": ["Gain", "Gain", "Wait", "Share"],
            "label": ["Gain (points)", "Gain (points)", "Wait (points)", "Share"],
            "unit": ["points", "points", "points", ""],
            "world": ["hybrid", "null", "hybrid", "hybrid"],
            "median": [12.0, 4.0, 3.0, 0.5],
            "low": [10.0, 3.0, 2.0, 0.5],
            "high": [14.0, 5.0, 4.0, 0.5],
            "best": [11.0, 4.5, 3.5, np.nan],
            "published_low": [11.0, 11.0, np.nan, 0.4],
            "published_high": [15.0, 15.0, np.nan, np.nan],
        }
    )
    return members.figure(table, "Scores", 20)


def test_rows_of_one_unit_share_a_scale(figure: Figure) -> None:
    ends = [text.get_text() for text in figure.axes[0].texts]
    assert ends[:4] == ends[:2] * 2  # left and right end of gain, and of wait
    assert ends[4:] != ends[:2]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["Gain (points)", "Wait (points)", "Share"]


def test_marks_stay_on_the_scale(figure: Figure) -> None:
    for line in figure.axes[0].get_lines():
        x = np.asarray(line.get_xdata(), float)
        assert ((x >= 0) & (x <= 1) | np.isnan(x)).all()


def test_the_title_says_what_is_drawn(figure: Figure) -> None:
    title = " ".join(figure.get_suptitle().split())
    assert "median and 90 % interval over 20 members" in title
    assert "grey: published" in title
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "hybrid world",
        "null world",
    ]
