"""Technique's share against every dial."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import region


def _table() -> pd.DataFrame:
    rows = [
        (member == 0, member != 2, member / 2, member, 1.0, 1.4, dose, 1.0 + 10 * dose, 0.2)
        for member in range(3)
        for dose in (0.0, 0.5)
    ]
    names = ["is_own", "inside", *region.LABELS, "technique", "technique_se"]
    return pd.DataFrame(rows, columns=names)


def test_every_dial_has_a_panel_and_kinds_differ_in_colour_and_shape(
    texts_of: Callable[[Figure], str],
) -> None:
    table = _table()
    drawn = region.figure(table, table[table["is_own"]], "hybrid world")
    assert [axes.get_xlabel() for axes in drawn.axes[:5]] == list(region.LABELS.values())
    lines = drawn.axes[0].get_lines()[:3]
    assert len({line.get_marker() for line in lines}) == 3
    assert len({line.get_color() for line in lines}) == 3
    assert [len(line.get_xdata()) for line in lines] == [1, 1, 1]  # doses the same for all
    assert [len(line.get_xdata()) for line in drawn.axes[4].get_lines()[:3]] == [2, 2, 2]
    text = texts_of(drawn)
    assert "violates no further fact: in the region" in text
    assert "doses the same for all" in text
