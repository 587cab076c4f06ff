"""Which world the data speak for."""

import pandas as pd

from dyadsim.plots import fit_worlds, style


def test_bars_are_probabilities() -> None:
    curve = pd.DataFrame({"stated": [0.1, 0.9], "found": [0.2, 0.8]})
    left, right = fit_worlds.figure({"hybrid": 0.84, "null": 0.16}, curve).axes
    assert [bar.get_height() for bar in left.patches] == [0.84, 0.16]
    assert [text.get_text() for text in left.texts] == ["84%", "16%"]
    assert left.patches[0].get_facecolor()[:3] != left.patches[1].get_facecolor()[:3]
    assert style.WORLDS["hybrid"].colour == style.GREEN
    assert list(right.get_lines()[1].get_ydata()) == [0.2, 0.8]
