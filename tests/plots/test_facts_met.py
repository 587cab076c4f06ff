"""Distances of simulated values from published intervals."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import facts_met

TABLE = pd.DataFrame(
    {
        "fact": ["dropout", "one_sided", "far"] * 2,
        "world": ["medical"] * 3 + ["null"] * 3,
        "simulated": [0.2, 0.3, 9.0, 0.3, -0.1, 0.5],
        "low": [0.1, 0.0, 0.0] * 2,
        "high": [0.3, np.nan, 1.0] * 2,
        "met": [True, True, False, False, False, True],
    }
)


def test_distances_in_half_widths() -> None:
    medical, null = (facts_met.distances(TABLE[TABLE["world"] == w]) for w in ("medical", "null"))
    np.testing.assert_allclose(medical, [0.0, 0.0, 17.0], atol=1e-12)
    np.testing.assert_allclose(null, [1.0, -facts_met.FARTHEST, 0.0], atol=1e-12)


def test_filled_marks_are_met_facts(texts_of: Callable[[Figure], str]) -> None:
    figure = facts_met.figure(TABLE)
    marks = [line for line in figure.axes[0].get_lines() if line.get_marker() not in ("None", "")]
    filled = [line for line in marks if line.get_markerfacecolor() == line.get_color()]
    assert sum(len(line.get_xdata()) for line in filled) == TABLE["met"].sum()
    assert sum(len(line.get_xdata()) for line in marks) == len(TABLE)
    text = texts_of(figure)
    assert "medical (2 met)" in text
    assert "one sided" in text
