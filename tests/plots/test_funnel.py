"""Funnels of the first literature."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import funnel


def test_a_funnel_a_comparator(texts_of: Callable[[Figure], str]) -> None:
    trials = pd.DataFrame(
        {
            "comparator": ["waitlist"] * 3 + ["usual_care"] * 2,
            "literature": [0, 0, 1, 0, 0],
            "g": [0.8, 0.1, 5.0, 0.3, 0.2],
            "standard_error": [0.2, 0.3, 0.1, 0.2, 0.25],
            "published": [True, False, True, True, True],
        }
    )
    reviews = pd.DataFrame(
        {"comparator": ["waitlist", "usual_care"], "literature": 0, "pooled": [0.8, 0.25]}
    )
    summary = pd.DataFrame({"comparator": ["waitlist", "usual_care"], "truth": [0.6, 0.1]})
    figure = funnel.figure(trials, reviews, summary, "one literature")
    first, second = figure.axes
    assert (first.get_title(), second.get_title()) == ("against waitlist", "against usual care")
    lines = {line.get_label(): list(line.get_xdata()) for line in first.get_lines()}
    assert lines["published"] == [0.8]  # the second literature is not drawn
    assert lines["unpublished (file drawer)"] == [0.1]
    assert lines["expected if nothing biases"] == [0.6, 0.6]
    assert "one literature" in texts_of(figure)
