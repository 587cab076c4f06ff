"""The five percentages side by side."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import percentages


def test_every_share_has_its_number(texts_of: Callable[[Figure], str]) -> None:
    cells = [(kind, group) for row in percentages._ROWS.values() for kind, group in row.items()]
    table = pd.DataFrame(cells, columns=["attribution", "group"]).drop_duplicates()
    table["share"] = np.arange(len(table)) + 0.25
    table["se"] = np.where(table["attribution"] == "claimed pie", np.nan, 1.0)
    table.loc[0, "share"] = np.nan  # no effect to share
    figure = percentages.figure(table, "hybrid world", 8)
    text = texts_of(figure)
    assert "The same therapy, five percentages: hybrid world" in text
    assert "denominator" in text
    numbers = [note.get_text() for note in figure.axes[0].texts]
    assert sorted(numbers) == sorted(f"{share:.1f}" for share in table["share"].dropna())
