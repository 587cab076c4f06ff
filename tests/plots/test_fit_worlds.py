"""Which world the data speak for."""

import matplotlib.colors
import pandas as pd

from dyadsim.plots import fit_worlds, style

WORLDS = pd.DataFrame(
    {
        "world": ["hybrid", "null"],
        "probability": [0.84, 0.16],
        "low": [0.7, 0.1],
        "high": [0.9, 0.3],
        "in_words": ["84% [70%, 90%]", "16% [10%, 30%]"],
    }
)
CURVE = pd.DataFrame({"stated": [0.1, 0.9], "found": [0.2, 0.8]})


def test_bars_are_probabilities_with_their_error() -> None:
    left, right = fit_worlds.figure(WORLDS, CURVE).axes
    assert [bar.get_height() for bar in left.patches] == [0.84, 0.16]
    assert [text.get_text() for text in left.texts] == ["84%\n[70%, 90%]", "16%\n[10%, 30%]"]
    assert [list(line.get_ydata()) for line in left.get_lines()[::3]] == [[0.7, 0.9], [0.1, 0.3]]
    assert left.patches[0].get_facecolor()[:3] != left.patches[1].get_facecolor()[:3]
    assert style.WORLDS["hybrid"].colour == style.GREEN
    assert list(right.get_lines()[1].get_ydata()) == [0.2, 0.8]


def test_bars_are_grey_where_there_is_no_verdict() -> None:
    left, _ = fit_worlds.figure(WORLDS, CURVE, "the data are unlike every world").axes
    grey = matplotlib.colors.to_rgba(style.LIGHT_GREY)
    assert [bar.get_facecolor() for bar in left.patches] == [grey, grey]
    title = left.get_title(loc="left")
    assert title == "No verdict among the worlds:\nthe data are unlike every world"
