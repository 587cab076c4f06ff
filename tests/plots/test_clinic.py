"""One clinic at work: dots by therapist, and the course so far."""

import numpy as np
import pandas as pd

from dyadsim.plots import clinic

PEOPLE = pd.DataFrame(
    {
        "therapist": [3, 3, 7, 7],
        "distress": [1.0, 2.0, 0.5, 9.0],
        "alliance": [0.2, 0.4, 0.6, 0.8],
        "in_care": [True, False, True, True],
    }
)
COURSE = pd.DataFrame({"session": [0, 1], "distress": [2.0, 1.5], "alliance": [0.5, 0.6]})


def test_a_dot_a_client_in_the_column_of_the_therapist() -> None:
    figure = clinic.figure(PEOPLE, COURSE, 24)
    clients = figure.axes[0]
    ended, care = (np.asarray(dots.get_offsets()) for dots in clients.collections[:2])
    assert (len(ended), len(care)) == (1, 3)
    assert [round(x) for x in care[:, 0]] == [0, 1, 1]
    assert care[:, 1].max() == 4.5  # beyond: at the edge
    assert [tick.get_text() for tick in clients.get_xticklabels()] == ["3", "7"]


def test_the_course_so_far() -> None:
    figure = clinic.figure(PEOPLE, COURSE, 24)
    course = figure.axes[1]
    assert list(course.get_lines()[0].get_ydata()) == [2.0, 1.5]
    assert course.get_xlim() == (-0.5, 24.5)
