"""Routine care as a clinician sees it."""

from collections.abc import Callable

import pandas as pd
import pytest
from matplotlib.figure import Figure

from dyadsim.plots import routine_care

COLUMNS = ["panel", "series", "x", "value", "low", "high", "n"]
SHOWN = pd.DataFrame(
    [
        *(("weeks", "in care", x, 15.0 - x, 10.0 - x, 20.0 - x, 100 - x) for x in range(8)),
        *(("weeks", "all, last score kept", x, 14.0 - x, None, None, 100) for x in range(8)),
        *(("weeks", f"client {k}", x, 12.0, None, None, None) for k in (0, 1) for x in range(3)),
        *(("lengths", "all who came", x, 15.0 - x, 10.0, 20.0, 100 - x) for x in range(8)),
        *(("lengths", "1 to 3", x, 13.0 - x, 10.0, 20.0, 50) for x in range(4)),
        *(("attended", "all", x, 25.0, None, None, 100) for x in range(1, 5)),
        *(("leaving", "dropped out", x, 5.0, 3.0, 8.0, 100) for x in range(1, 5)),
        *(("leaving", "agreed end", x, 20.0, 13.0, 28.0, 100) for x in range(1, 5)),
        *(("alliance", "all who came", x, 4.0, 3.4, 4.6, 100) for x in range(1, 5)),
        *(("gains", "all", x, 10.0, None, None, 100) for x in (-7, -6, 0, 5, 6, 7, 8, 9, 10, 11)),
    ],
    columns=COLUMNS,
)
NUMBERS = pd.DataFrame(
    [
        ("sessions_mean", "sessions", 6.0, 6.46, 5.8, 7.1),
        ("sessions_sd", "sessions", 4.0, 4.14, 3.5, 4.8),
        ("alliance_level", "points", 4.2, 4.0, 3.6, 4.3),
        ("alliance_trend", "SD", -0.02, 0.05, -0.1, 0.3),
        ("dropout", "%", 20.04, 19.7, 18.7, 20.7),
    ],
    columns=["name", "unit", "simulated", "published", "low", "high"],
)


@pytest.fixture
def figure() -> Figure:
    return routine_care.figure(SHOWN, NUMBERS, world="hybrid")


def titles(figure: Figure) -> dict[str, str]:
    """Return the words above each panel's legend, by the panel's title."""
    return {
        axes.get_title(loc="left"): axes.get_legend().get_title().get_text() for axes in figure.axes
    }


def test_every_panel_says_what_it_shows_in_which_unit(figure: Figure) -> None:
    assert len(figure.axes) == 6
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
    assert all(axes.get_title(loc="left") for axes in figure.axes)


def test_single_clients_are_lines_and_counts_stand_above(figure: Figure) -> None:
    weeks = figure.axes[0]
    singles = [line for line in weeks.get_lines() if list(line.get_ydata()) == [12.0] * 3]
    assert len(singles) == 2
    assert {"100", "95"} <= {text.get_text() for text in weeks.texts}  # at weeks 0 and 5
    assert "2 clients, not chosen (dot: last score)" in weeks.get_legend_handles_labels()[1]


def test_change_of_exactly_the_reliable_points_is_reliable(figure: Figure) -> None:
    labels = figure.axes[5].get_legend_handles_labels()[1]
    assert labels == [
        "better by 6 or more: 60 %",
        "less than 6 either way: 20 %",
        "worse by 6 or more: 20 %",
    ]


def test_published_values_stand_beside_simulated_ones(figure: Figure) -> None:
    words = titles(figure)
    assert words["Leaving"].startswith("dropped out in all: 20.0 (published 19.7) %")
    assert words["Alliance, rated by clients"] == "session 5 to 10: −0.02 (published 0.05) SD"
    assert figure.axes[4].get_legend_handles_labels()[1][-1] == "published level"


def test_without_facts_only_simulated_values_are_drawn(
    texts_of: Callable[[Figure], str],
) -> None:
    text = texts_of(routine_care.figure(SHOWN, NUMBERS.iloc[:0], world="null"))
    assert "(published" not in text
    assert "published level" not in text
