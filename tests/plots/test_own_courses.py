import pandas as pd

from dyadsim.plots import own_courses


def test_arms_cut_off_and_end_are_named(texts_of) -> None:
    weeks = pd.DataFrame(
        {
            "arm": ["cbt"] * 3 + ["waiting list"] * 3,
            "week": [0.0, 8.0, 26.0] * 2,
            "n": [30, 28, 2, 30, 25, 20],
            "mean": [15.0, 9.0, 1.0, 15.0, 14.0, 12.0],
        }
    ).assign(low=lambda table: table["mean"] - 1, high=lambda table: table["mean"] + 1)
    figure = own_courses.figure(weeks, instrument="phq9", cut_off=10.0, end=8.0)
    text = texts_of(figure)
    assert all(word in text for word in ("cbt", "waiting list", "cut-off\n 10", "end of treatment"))
    assert "PHQ-9, points (low = good)" in text
    drawn = figure.axes[0].containers[0].lines[0].get_xdata()
    assert [round(week) for week in drawn] == [0, 8]  # a mean of two scores is left out
    turned = own_courses.figure(weeks, instrument="mood", cut_off=10.0, higher_is_better=True)
    assert "mood, points (high = good)" in texts_of(turned)
