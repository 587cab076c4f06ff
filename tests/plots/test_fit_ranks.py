"""Ranks of true values against uniform ranks."""

import numpy as np

from dyadsim.plots import fit_ranks


def test_even_ranks_stay_inside_the_band_and_uneven_ones_leave_it() -> None:
    even = (np.arange(100) + 0.5) / 100
    figure = fit_ranks.figure(np.column_stack([even, even**3]), ["a.even", "b.uneven"])
    width = fit_ranks.band_width(100)
    first, second = (axes.get_lines()[0].get_ydata() for axes in figure.axes)
    assert np.abs(first).max() < width < np.abs(second).max()
    assert [axes.get_title() for axes in figure.axes] == ["a: even", "b: uneven"]


def test_the_band_is_that_of_kolmogorov_and_smirnov() -> None:
    assert abs(fit_ranks.band_width(200) - 1.36 / np.sqrt(200)) < 0.01


def test_panels_without_a_parameter_are_hidden() -> None:
    figure = fit_ranks.figure(np.full((10, 5), 0.5), list("abcde"))
    assert [axes.get_visible() for axes in figure.axes] == [True] * 5 + [False] * 3
