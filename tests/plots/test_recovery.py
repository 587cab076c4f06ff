"""How far each way to measure narrows each parameter."""

import pandas as pd
import pytest

from dyadsim.plots import recovery


def test_a_mark_a_way_to_measure() -> None:
    table = pd.DataFrame(
        [
            (variant, parameter, value, value - 0.1, value + 0.2)
            for variant, value in (("scores alone", 0.2), ("3 x the clients", 0.5))
            for parameter in ("distress.rate", "alliance.rate")
        ],
        columns=["variant", "parameter", "contraction", "low", "high"],
    )
    figure = recovery.figure(table, 0.3)
    (axes,) = figure.axes
    lines = {line.get_label(): list(line.get_xdata()) for line in axes.get_lines()}
    assert lines == {"scores alone": [0.2, 0.2], "3 x the clients": [0.5, 0.5]}
    ends = [sorted({*line.get_segments()[0][:, 0]}) for line in axes.collections]
    assert ends == [pytest.approx([0.1, 0.4]), pytest.approx([0.4, 0.7])]
    (shade,) = axes.patches
    assert shade.get_x() + shade.get_width() == pytest.approx(0.3)  # below: not identified
    assert len(figure.legends[0].get_texts()) == 2
