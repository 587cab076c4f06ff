"""One study: mean courses and endings are what the tables contain."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.plots import study


def test_means_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "group": "a",
            "occasion": ["intake"] * 10 + ["session"] * 10 + ["assessment"] * 3,
            "week": [0.0] * 10 + [1.0] * 10 + [2.0] * 3,
            "symptom_score": [*range(20), 1, 2, 3],
        }
    )
    table = study.mean_courses(rows)
    assert table["week"].tolist() == [0.0, 0.0, 1.0]  # three scores are too few to draw
    assert table["in_care"].tolist() == [False, True, True]
    assert table["mean"].tolist() == [4.5, 4.5, 14.5]
    assert table["half"].iloc[2] == pytest.approx(1.96 * np.std(range(10), ddof=1) / 10**0.5)


def _clients(ending: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    clients = pd.DataFrame({"group": ["cbt"] * 12, "ending": ["planned"] * 6 + [ending] * 6})
    sessions = pd.DataFrame(
        {"group": "cbt", "occasion": "intake", "week": 0.0, "symptom_score": np.arange(12.0)}
    )
    return sessions, clients


def test_endings_are_shares_of_the_treated() -> None:
    figure = study.figure(*_clients("dropout"), title="12 clients", unit="PHQ-9")
    _, right = figure.axes
    assert [label.get_text() for label in right.get_yticklabels()] == ["planned end", "dropped out"]
    assert [bar.get_width() for bar in right.patches] == [50.0, 50.0]


def test_an_untreated_study_has_no_panel_of_endings() -> None:
    sessions, clients = _clients("no_treatment")
    clients["ending"] = "no_treatment"
    (axes,) = study.figure(sessions, clients, title="12 clients", unit="PHQ-9").axes
    assert axes.get_ylabel() == "mean PHQ-9 score\n(more = more distress)"
