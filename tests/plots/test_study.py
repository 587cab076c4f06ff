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


def test_means_week_by_week_are_those_of_one_grouping() -> None:
    rng = np.random.default_rng(4)
    count = 4000
    rows = pd.DataFrame(
        {
            "group": rng.choice(["b", "a", "c"], count),
            "week": rng.choice(np.array([0, 1, 2, 12.5], np.float32), count),
            "symptom_score": rng.normal(15, 5, count).astype(np.float32),
        }
    )
    rows["symptom_score"] = rows["symptom_score"].mask(rng.random(count) < 0.1)
    rows["occasion"] = rows["week"].map(
        {0: "intake", 1: "session", 2: "session", 12.5: "follow_up"}
    )
    known = rows.dropna()
    known = known.assign(in_care=known["occasion"] == "session")
    both = pd.concat([known, known[known["occasion"] == "intake"].assign(in_care=True)])
    expected = both.groupby(["group", "in_care", "week"])["symptom_score"].agg(["mean", "count"])
    table = study.mean_courses(rows.assign(group=pd.Categorical(rows["group"])))
    assert table.set_index(["group", "in_care", "week"])[["mean", "n"]].equals(
        expected.rename(columns={"count": "n"})
    )
    assert table["mean"].dtype == np.float32
