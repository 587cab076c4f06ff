"""Intervals of parameters before and after the data."""

import pandas as pd

from dyadsim.plots import fit_parameters, style

TABLE = pd.DataFrame(
    {
        "parameter": ["distress.rate", "distress.bond_effect"],
        "low": [2.0, 0.0],
        "middle": [4.0, 9.0],
        "high": [6.0, 20.0],
        "prior_low": [0.0, 0.0],
        "prior_high": [10.0, 10.0],
        "identified": [True, False],
        "stable": [False, True],
    }
)


def test_a_row_a_parameter_on_the_scale_of_its_prior() -> None:
    (axes,) = fit_parameters.figure(TABLE).axes
    lines = [list(line.get_xdata()) for line in axes.get_lines()]
    assert lines == [[0, 1], [0.2, 0.6], [0.4], [0, 1], [0.0, 1.05], [0.9]]  # 1.05: cut
    texts = [text.get_text() for text in axes.texts]
    assert texts == [
        "4 [2, 6]   unstable (see the table)",
        "9 [0, 20]   not identified by these data",
    ]


def test_a_posterior_that_must_not_be_trusted_is_grey() -> None:
    (axes,) = fit_parameters.figure(TABLE, "NOT to be trusted: the data are unlike it").axes
    assert axes.get_lines()[1].get_color() == style.GREY
    assert "NOT to be trusted" in axes.get_title(loc="left")


def test_a_median_beyond_what_is_drawn_is_an_arrow() -> None:
    (axes,) = fit_parameters.figure(TABLE.assign(middle=[99.0, -99.0])).axes
    assert [axes.get_lines()[k].get_marker() for k in (2, 5)] == [">", "<"]
