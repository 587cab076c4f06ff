"""The answer's figure: four wholes, members at their specificity, claims where they belong."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.plots import answer


@pytest.fixture
def table() -> pd.DataFrame:
    """Two worlds of ten members: one at specificity 0, one spread over 0 to 1."""
    rows = []
    for world, dials in (("contextual", np.zeros(10)), ("hybrid", np.linspace(0, 1, 10))):
        for member, dial in enumerate(dials):
            rows.append(("setting", "specificity", world, member, dial))
            for attribution, group in answer.PANELS:
                rows.append((attribution, group, world, member, 10 * dial + member % 2))
    return pd.DataFrame(rows, columns=["attribution", "estimate", "world", "member", "value"])


def test_a_mark_is_a_member_at_its_specificity(table: pd.DataFrame) -> None:
    rows = answer.shown(table)
    assert len(rows) == 4 * 20
    hybrid = rows[rows["world"] == "hybrid"].groupby("panel")["specificity"]
    assert (hybrid.max() == 1).all()
    assert rows.loc[rows["world"] == "contextual", "specificity"].eq(0).all()


def test_every_panel_has_its_own_claim(table: pd.DataFrame) -> None:
    figure = answer.figure(table)
    texts = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert texts == [[], ["claimed: 1 %"], ["claimed: 15 %, of no whole"], ["trials: 17.1 %"]]


def test_a_world_without_effect_is_drawn_without_marks(table: pd.DataFrame) -> None:
    table.loc[table["attribution"] != "setting", "value"] = np.nan
    figure = answer.figure(table)
    assert len(figure.axes) == 4
