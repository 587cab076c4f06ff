"""Simulated statistics beside published intervals."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from dyadsim.plots import intervals


@pytest.fixture
def figure() -> Figure:
    table = pd.DataFrame(
        {
            "world": ["medical", "null"] * 2,
            "fact": ["g", "g", "dropout", "dropout"],
            "label": ["Effect", "Effect", "Dropout", "Dropout"],
            "unit": ["g", "g", "share", "share"],
            "simulated": [0.7, 9.0, 0.2, 0.25],
            "se": [0.01, 0.01, 0.001, 0.2],
            "low": [0.6, 0.6, 0.1, 0.1],
            "high": [0.8, 0.8, 0.3, 0.3],
            "verdict": ["met", "violated", "met", "undecided"],
        }
    )
    for name, sign in (("simulated_low", -1), ("simulated_high", 1)):
        table[name] = table["simulated"] + sign * 1.96 * table["se"]
    return intervals.figure(table)


def test_long_names_of_worlds_do_not_lie_on_one_another() -> None:
    names = ["a_world_with_quite_a_long_name", "another_world_with_a_long_name"]
    row = {"fact": "g", "label": "Effect", "unit": "g", "simulated": 0.7, "se": 0.1}
    row |= {"low": 0.6, "high": 0.8, "verdict": "undecided"}
    row |= {"simulated_low": 0.5, "simulated_high": 0.9}
    drawn = intervals.figure(pd.DataFrame([row | {"world": name} for name in names]))
    axes = drawn.axes[0]
    assert not {text.get_text() for text in axes.texts} & set(names)
    heads = [line for line in axes.get_lines() if line.get_ydata()[0] == -0.7]
    legend = drawn.legends[0].legend_handles
    assert [line.get_marker() for line in heads] == [mark.get_marker() for mark in legend]
    assert len({line.get_marker() for line in heads}) == 2


def test_every_number_has_its_verdict_and_bold_ones_are_met(figure: Figure) -> None:
    texts = figure.axes[0].texts
    assert [text.get_text() for text in texts if text.get_fontweight() == "bold"] == [
        "0.700 ✓",
        "0.2000 ✓",
    ]
    assert {"9.000 ✗", "0.25 ?"} <= {text.get_text() for text in texts}


def test_marks_and_bars_stay_on_the_scale(figure: Figure) -> None:
    lines = figure.axes[0].get_lines()
    assert all(abs(float(x)) <= 5 for line in lines for x in line.get_xdata())
    assert [line.get_marker() for line in lines].count(">") == 1  # 9.0 is far outside


def test_rows_and_columns_are_named(figure: Figure) -> None:
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["Effect\n(g)", "Dropout\n(share)"]
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert {"medical", "null", "published", "0.6 to 0.8"} <= set(texts)
