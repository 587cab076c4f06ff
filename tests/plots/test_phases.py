"""Single cases through phases."""

import numpy as np
import pandas as pd

from dyadsim.plots import phases


def test_the_first_clients_with_their_phases() -> None:
    sessions = pd.DataFrame(
        [
            (client, week, "follow_up" if week == 30 else "assessment", score)
            for client in range(8)
            for week, score in ((0, 20.0), (1, np.nan), (2, 0.0), (30, 5.0))
        ],
        columns=["client", "week", "occasion", "symptom_score"],
    )
    figure = phases.figure(sessions, [(1.0, 2.0)], title="8 clients", unit="PHQ-9")
    assert [axes.get_title() for axes in figure.axes] == [f"client {k}" for k in range(6)]
    (line,) = figure.axes[0].get_lines()
    assert list(line.get_ydata()) == [20.0, 0.0]  # no missing score, no follow-up
    (shade,) = figure.axes[0].patches
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (0.5, 2.5)
    assert figure.axes[0].get_ylabel() == "PHQ-9 score"
