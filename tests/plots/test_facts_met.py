"""Distances of simulated values from published intervals."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import facts_met

TABLE = pd.DataFrame(
    {
        "fact": ["dropout", "one_sided", "far", "noisy"] * 2,
        "world": ["medical"] * 4 + ["null"] * 4,
        "simulated": [0.2, 0.3, 9.0, 0.1, 0.3, -0.1, 0.5, 0.1],
        "low": [0.1, 0.0, 0.0, 0.0] * 2,
        "high": [0.3, np.nan, 1.0, np.nan] * 2,
        "verdict": ["met", "met", "violated", "undecided", "undecided", "violated", "met", "met"],
    }
)


def test_distances_in_half_widths() -> None:
    medical, null = (facts_met.distances(TABLE[TABLE["world"] == w]) for w in ("medical", "null"))
    np.testing.assert_allclose(medical, [0.0, 0.0, 17.0, -1.0], atol=1e-12)
    np.testing.assert_allclose(null, [1.0, -facts_met.FARTHEST, 0.0, 0.0], atol=1e-12)


def test_marks_tell_the_verdicts_apart(texts_of: Callable[[Figure], str]) -> None:
    figure = facts_met.figure(TABLE)
    marks = [line for line in figure.axes[0].get_lines() if line.get_marker() not in ("None", "")]
    for verdict, fill in (("met", "full"), ("violated", "none"), ("undecided", "left")):
        drawn = [len(line.get_xdata()) for line in marks if line.get_fillstyle() == fill]
        assert sum(drawn) == (TABLE["verdict"] == verdict).sum()
    assert sum(len(line.get_xdata()) for line in marks) == len(TABLE)
    text = texts_of(figure)
    assert "medical (2 met, 1 violated, 1 undecided)" in text
    assert "one sided" in text
