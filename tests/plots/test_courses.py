"""Mean courses of the trial and of routine care."""

import pandas as pd

from dyadsim.plots import courses

TABLE = pd.DataFrame(
    [
        (world, study, arm, week, mean, mean - 1, mean + 1)
        for world, start in (("medical", 25.0), ("null", 35.0))
        for study, arm in (("trial", "cbt"), ("trial", "waitlist"), ("care", "care"))
        for week, mean in ((0.0, start), (12.0, start - 5), (60.0, start - 9))
    ],
    columns=["world", "study", "arm", "week", "mean", "low", "high"],
)


def test_a_column_a_world_and_labels_on_all_axes() -> None:
    figure = courses.figure(TABLE)
    assert [axes.get_title() for axes in figure.axes] == ["medical world", "null world", "", ""]
    assert all(axes.get_xlabel() for axes in figure.axes)
    assert figure.axes[0].get_ylabel().startswith("Trial, BDI-II points")
    assert figure.axes[2].get_ylabel().startswith("Routine care, PHQ-9 points")


def test_lines_are_the_means_as_long_as_clients_are_in_the_study() -> None:
    figure = courses.figure(TABLE)
    lines = {line.get_label(): list(line.get_ydata()) for line in figure.axes[0].get_lines()}
    assert lines["waitlist (3 points)"] == [25.0, 20.0]


def test_one_legend_names_every_arm_once() -> None:
    (legend,) = courses.figure(TABLE).legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["cognitive-behavioural", "waitlist (3 points)", "routine care"]
