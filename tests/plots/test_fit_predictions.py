"""Data beside the predictions of a fit."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import fit_predictions, style

CHECKS = pd.DataFrame(
    {
        "statistic": ["a: mean, 0", "b: mean, 0"],
        "data": [0.5, 9.0],
        "low": [0.0, 0.0],
        "high": [1.0, 1.0],
    }
)


def test_mean_scores_are_a_line_an_arm(texts_of: Callable[[Figure], str]) -> None:
    figure = fit_predictions.figure(CHECKS, CHECKS, "phq9")
    left, right = figure.axes
    assert left.get_legend_handles_labels()[1] == ["a", "b"]
    assert left.get_ylabel() == "mean PHQ-9 score"
    marks = [line for line in right.get_lines() if line.get_marker() in ("o", "X")]
    assert [line.get_marker() for line in marks] == ["o", "X"]  # the second is missed
    assert marks[1].get_color() == style.VERMILION
    assert "Not used in the fit" in texts_of(figure)


def test_other_numbers_are_marks_and_a_panel_is_enough_without_checks() -> None:
    assert len(fit_predictions.figure(CHECKS, CHECKS, None).axes) == 2
    (axes,) = fit_predictions.figure(CHECKS, CHECKS[:0], None).axes
    assert axes.texts[0].get_text() == "0.50  [0.00, 1.00]"
