"""Specific against common strength."""

import pandas as pd

from dyadsim.plots import fit_strengths


def test_prior_and_posterior_are_clouds() -> None:
    prior = pd.DataFrame({"common": [0.5, 1.0, 3.0], "specific": [2.0, 1.0, 0.5]})
    (axes,) = fit_strengths.figure(prior, prior[:2]).axes
    sizes = {line.get_label(): len(line.get_xdata()) for line in axes.get_lines()}
    assert sizes == {"prior": 3, "posterior": 2}
    assert "common strength" in axes.get_xlabel()
    assert "specific strength" in axes.get_ylabel()
