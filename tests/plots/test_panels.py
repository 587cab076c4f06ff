"""Panels by name: chosen, placed, and their words fitted."""

import pytest
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import (
    LEGEND,
    choose_panels,
    fit_words,
    name_grid,
    name_panels,
    panel_names,
    panels_of,
)


@pytest.fixture
def grid() -> Figure:
    """Two rows and three columns that share axes; titles above, labels on the left."""
    with style.drawing_style():
        figure = style.new_figure(12, 8)
        panels = figure.subplots(2, 3, sharex=True, sharey="row", height_ratios=(3, 1))
        name_grid(panels, ("trial", "care"), ("medical", "hybrid", "null"))
        for axes, world in zip(panels[0], ("medical", "hybrid", "null"), strict=True):
            axes.set_title(world)
        for axes, label in zip(panels[:, 0], ("points", "sessions"), strict=True):
            axes.set_ylabel(label)
        for axes in panels[1]:
            axes.set_xlabel("weeks")
    return figure


def test_rows_and_columns_are_chosen_apart_and_together(grid: Figure) -> None:
    assert panel_names(grid) == ["trial", "medical", "hybrid", "null", "care"]
    choose_panels(grid, ["care", "null", "hybrid"])
    assert list(panels_of(grid)) == ["care/hybrid", "care/null"]


def test_what_is_left_takes_over_titles_and_labels(grid: Figure) -> None:
    choose_panels(grid, ["care", "null"])
    (axes,) = grid.axes
    assert (axes.get_title(), axes.get_ylabel(), axes.get_xlabel()) == ("null", "sessions", "weeks")
    grid.draw_without_rendering()
    assert all(tick.label1.get_visible() for tick in axes.yaxis.get_major_ticks())


def test_a_row_above_gets_the_labels_below(grid: Figure) -> None:
    choose_panels(grid, ["trial"])
    assert [axes.get_xlabel() for axes in grid.axes] == ["weeks"] * 3
    assert [axes.get_ylabel() for axes in grid.axes] == ["points", "", ""]
    width, height = grid.get_size_inches()
    assert width == 12
    assert height == pytest.approx(0.75 * 8 + 1)


def test_panels_that_fill_no_rows_are_set_in_lines(grid: Figure) -> None:
    figure = style.new_figure(9, 6)
    name_panels(figure.subplots(2, 2).ravel(), ["a", "b", "c", "d"])
    choose_panels(figure, ["a", "c", "d"])
    places = [axes.get_subplotspec().rowspan.start for axes in figure.axes]  # type: ignore[union-attr]
    assert places == [0, 0, 1]


def test_a_legend_stays_with_what_it_explains() -> None:
    figure = style.new_figure(9, 6)
    name_panels(figure.subplots(1, 3), ["a", "b", LEGEND])
    choose_panels(figure, ["b"])
    assert list(panels_of(figure)) == ["b", LEGEND]
    assert panel_names(figure) == ["b"]


def test_a_broad_panel_has_a_line_of_its_own() -> None:
    figure = style.new_figure(9, 6)
    places = figure.add_gridspec(2, 3)
    panels = [figure.add_subplot(places[0, k]) for k in range(3)]
    name_panels([*panels, figure.add_subplot(places[1, :])], ["a", "b", "c", "table"])
    choose_panels(figure, ["b", "table"])
    spans = [axes.get_subplotspec().colspan for axes in figure.axes]  # type: ignore[union-attr]
    assert [len(span) for span in spans] == [1, 3]


def test_names_that_a_figure_has_not_leave_it_whole(grid: Figure) -> None:
    choose_panels(grid, ["power"])
    choose_panels(grid, [])
    assert len(grid.axes) == 6


def test_long_words_are_broken_where_they_do_not_fit() -> None:
    with style.drawing_style():
        figure = style.new_figure(5, 4)
        axes = figure.subplots()
        axes.plot([0, 1], label="a line")
        axes.set_ylabel(
            "a label that says far more than a panel of four inches has room for, or so"
        )
        axes.set_xlabel(
            "and one below it that is as long, and as little to the point, as the other"
        )
        axes.set_title("a title of a panel that would go over both of its edges, and over the page")
        figure.suptitle(
            "the title of the figure, which nobody who sees only this much can read " * 2
        )
        figure.legend([axes.get_lines()[0]] * 4, ["a rather long entry"] * 4, ncols=4)
        fit_words(figure)
        figure.draw_without_rendering()
    texts = [figure._suptitle, axes.title, axes.xaxis.label]  # type: ignore[attr-defined]
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= -1
        assert box.x1 <= figure.bbox.x1 + 1
    assert axes.yaxis.label.get_window_extent().height <= 1.1 * axes.get_window_extent().height + 1
    assert figure.legends[0].get_window_extent().width <= figure.bbox.width
