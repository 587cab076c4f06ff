"""Intervals of parameters before and after the data."""

import pandas as pd

from dyadsim.plots import fit_parameters


def test_a_row_a_parameter_on_the_scale_of_its_prior() -> None:
    table = pd.DataFrame(
        {
            "parameter": ["distress.rate", "distress.bond_effect"],
            "low": [2.0, 0.0],
            "middle": [4.0, 9.0],
            "high": [6.0, 20.0],
            "prior_low": [0.0, 0.0],
            "prior_high": [10.0, 10.0],
            "identified": [True, False],
        }
    )
    (axes,) = fit_parameters.figure(table).axes
    lines = [list(line.get_xdata()) for line in axes.get_lines()]
    assert lines == [[0, 1], [0.2, 0.6], [0.4], [0, 1], [0.0, 1.05], [0.9]]  # 1.05: cut
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["4 [2, 6]", "9 [0, 20]   not identified by these data"]
