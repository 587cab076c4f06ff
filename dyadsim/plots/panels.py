"""The panels of a figure by name: chosen, set anew side by side, and their words made to fit.

A panel's name is the label of its Axes, as `subplot_mosaic` of matplotlib has it. In a figure whose
rows and columns mean something a name is "row/column", and a row or a column can be chosen alone.
"""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

LEGEND = "_legend"  # a panel that explains the others and stays with them
_NARROWEST, _LOWEST = 5.0, 3.6  # inches of what is left
_MARGIN = 1.0  # inches of titles and legends, which stay where panels go
_ROOM = 0.97  # of a width that words may take
_BESIDE = 1.1  # an axis's label may be so much longer than the axis
_APART = 0.92  # of the way to the next panel
_PASSES = 4  # what is broken moves the rest


def name_panels(panels: Iterable[Axes], names: Iterable[object]) -> None:
    """Name panels, so that they can be chosen.

    Parameters
    ----------
    panels
        Axes.
    names
        One each, such as "power", or "trial/hybrid" for row and column.
    """
    for axes, name in zip(panels, names, strict=False):
        axes.set_label(str(name))


def name_grid(
    panels: Sequence[Sequence[Axes]], rows: Iterable[object], columns: Sequence[object]
) -> None:
    """Name the panels of a grid "row/column".

    Parameters
    ----------
    panels
        Rows of axes.
    rows, columns
        Their names.
    """
    for line, row in zip(panels, rows, strict=True):
        name_panels(line, (f"{row}/{column}" for column in columns))


def panels_of(figure: Figure) -> dict[str, Axes]:
    """Return the panels of a figure that have a name.

    Parameters
    ----------
    figure
        Any.

    Examples
    --------
    >>> figure = Figure()
    >>> name_panels(figure.subplots(1, 2), ["power", "type_1"])
    >>> list(panels_of(figure))
    ['power', 'type_1']
    """
    return {str(axes.get_label()): axes for axes in figure.axes if axes.get_label()}


def panel_names(figure: Figure) -> list[str]:
    """Return the words that choose panels: names, and those of rows and columns."""
    named = [name for name in panels_of(figure) if name != LEGEND]
    parts = [part for name in named for part in name.split("/")]
    return list(dict.fromkeys(parts))


def _chosen(figure: Figure, names: Iterable[str]) -> list[Axes]:
    """Return the axes that names choose; all where none of them is the figure's."""
    panels = panels_of(figure)
    legend = [panels.pop(LEGEND)] if LEGEND in panels else []
    parts = {name: name.split("/") for name in panels}
    wanted = set(names)
    kept = list(panels)
    for place in range(max((len(own) for own in parts.values()), default=0)):
        here = [name for name in kept if len(parts[name]) > place and parts[name][place] in wanted]
        kept = here or kept
    return [*(panels[name] for name in kept), *legend]


def choose_panels(figure: Figure, names: Sequence[str]) -> None:
    """Leave only some panels of a figure, in place, in the figure's order.

    Parameters
    ----------
    figure
        A finished figure.
    names
        Of `panel_names`; a figure that has none of them is left as it is.

    Examples
    --------
    >>> figure = Figure()
    >>> name_panels(figure.subplots(2, 2).ravel(), "abcd")
    >>> choose_panels(figure, ["a", "d"])
    >>> list(panels_of(figure)), figure.axes[0].get_subplotspec().get_gridspec().ncols
    (['a', 'd'], 2)
    """
    kept = _chosen(figure, names)
    if len(kept) == len(panels_of(figure)) or not set(names) & set(panel_names(figure)):
        return
    everything = list(figure.axes)
    _borrow_words(kept, everything)
    shares = _shares(kept)
    for axes in everything:
        if axes not in kept:
            axes.remove()
    _place(figure, kept, *shares)


def _start(axes: Axes) -> tuple[int, int]:
    """Return row and column of a panel."""
    spec: Any = axes.get_subplotspec()
    return spec.rowspan.start, spec.colspan.start


def _borrow_words(kept: Sequence[Axes], everything: Sequence[Axes]) -> None:
    """Give panels what a neighbour says for its whole row or column: labels and titles."""
    for axes in kept:
        row = [o for o in everything if _start(o)[0] == _start(axes)[0]]
        column = [o for o in everything if _start(o)[1] == _start(axes)[1]]
        beside = [o for o in row if axes.get_shared_y_axes().joined(axes, o)]
        above = [o for o in column if axes.get_shared_x_axes().joined(axes, o)]
        if axes is min((o for o in kept if o in row), key=_start):
            _borrow(axes, beside, lambda o: o.yaxis.label)
        if axes is max((o for o in kept if o in column), key=_start):
            _borrow(axes, above, lambda o: o.xaxis.label)
        if axes is min((o for o in kept if o in column), key=_start):
            _borrow(axes, above, lambda o: o.title)


def _borrow(axes: Axes, others: Iterable[Axes], text_of: Callable[[Axes], Text]) -> None:
    """Take over a text, if a panel has none and others have one."""
    own = text_of(axes)
    words = [text_of(other) for other in others if text_of(other).get_text()]
    if words and not own.get_text():
        own.set_text(words[0].get_text())
        own.set_fontsize(words[0].get_fontsize())


def _shares(kept: Sequence[Axes]) -> "tuple[list[float], list[float]]":
    """Return heights and widths of the new grid's rows and columns, as shares of the old one.

    Panels that fill rows and columns keep them; else they are set in lines of the old length.
    """
    spec: Any = kept[0].get_subplotspec()
    grid = spec.get_gridspec()
    rows, columns = (sorted({_start(axes)[side] for axes in kept}) for side in (0, 1))
    heights = [float(part) for part in grid.get_height_ratios() or [1] * grid.nrows]
    widths = [float(part) for part in grid.get_width_ratios() or [1] * grid.ncols]
    if {_start(axes) for axes in kept} == set(product(rows, columns)) and not _broad(kept):
        return (
            [heights[row] / sum(heights) for row in rows],
            [widths[column] / sum(widths) for column in columns],
        )
    across = len(widths) if _broad(kept) else min(len(widths), len(kept))
    lines = len(_lines(kept, across))
    return [heights[rows[0]] / sum(heights)] * lines, [1 / len(widths)] * across


def _broad(panels: Iterable[Axes]) -> list[Axes]:
    """Return the panels that take more than a column."""
    specs: Any = [(axes, axes.get_subplotspec()) for axes in panels]
    return [axes for axes, spec in specs if len(spec.colspan) > 1]


def _lines(panels: Sequence[Axes], across: int) -> list[list[Axes]]:
    """Return panels in lines; a broad one has a line of its own."""
    lines: list[list[Axes]] = [[]]
    for axes in panels:
        if lines[-1] and (len(lines[-1]) == across or _broad([axes, lines[-1][-1]])):
            lines.append([])
        lines[-1].append(axes)
    return lines


def _place(
    figure: Figure, kept: Sequence[Axes], heights: Sequence[float], widths: Sequence[float]
) -> None:
    """Set panels in a grid of their own, on a figure that is as much smaller."""
    lines, (width, height) = _lines(kept, len(widths)), figure.get_size_inches()
    figure.set_size_inches(
        min(width, max(_NARROWEST, width * sum(widths) + _MARGIN)),
        min(height, max(_LOWEST, height * sum(heights) + _MARGIN)),
    )
    grid = figure.add_gridspec(
        len(heights), len(widths), width_ratios=widths, height_ratios=heights
    )
    for row, line in enumerate(lines):
        broad = bool(_broad(line))
        for column, axes in enumerate(line):
            axes.set_subplotspec(grid[row, :] if broad else grid[row, column])
            if column == 0:
                axes.tick_params(labelleft=True)
            if row + 1 == len(lines) or column >= len(lines[row + 1]):
                axes.tick_params(labelbottom=True)


def fit_words(figure: Figure) -> None:
    """Break titles and labels that are longer than what they stand at, in place.

    Parameters
    ----------
    figure
        A finished figure, perhaps smaller or in another language than it was made for.
    """
    unbroken: dict[Text, str] = {}  # as they were, so that no line is broken twice
    for _ in range(_PASSES):
        figure.draw_without_rendering()
        wide, high = _ROOM * figure.bbox.width, _ROOM * figure.bbox.height
        for name, room in (("_suptitle", wide), ("_supxlabel", wide), ("_supylabel", high)):
            _break(getattr(figure, name), room, unbroken)
        for legend in figure.legends:
            _break(legend.get_title(), wide, unbroken)
            columns: int = legend._ncols  # type: ignore[attr-defined]
            while columns > 1 and legend.get_window_extent().width > wide:
                columns -= 1
                _set_columns(legend, columns)
                figure.draw_without_rendering()
        for axes in figure.axes:
            if axes.get_visible():
                _fit_panel(axes, figure, unbroken)


def _set_columns(legend: Legend, columns: int) -> None:
    """Set the entries of a legend in so many columns: matplotlib does so when it is made alone."""
    title, texts = legend.get_title().get_text(), [text.get_text() for text in legend.get_texts()]
    drawn: Any = legend
    drawn._ncols = columns
    drawn._init_legend_box(legend.legend_handles, texts)
    drawn._legend_box.set_offset(drawn._findoffset)
    if title:
        legend.set_title(title)


def _fit_panel(axes: Axes, figure: Figure, unbroken: dict[Text, str]) -> None:
    """Break the words at one panel."""
    box, page = axes.get_window_extent(), figure.bbox
    others = [o.get_window_extent() for o in figure.axes if o is not axes and o.get_visible()]
    line = [o for o in others if o.y0 < box.y1 and o.y1 > box.y0]
    right = [o.x0 for o in line if o.x0 >= box.x1 - 1]
    free = (min(right) if right else page.x1) - box.x0
    middle = (box.x0 + box.x1) / 2
    centred = _BESIDE * box.width if line else 2 * _ROOM * min(middle, page.x1 - middle)
    left_title: Text = axes._left_title  # type: ignore[attr-defined]
    _break(left_title, _ROOM * free, unbroken)
    _break(axes.title, centred, unbroken)
    _break(axes.xaxis.label, min(centred, _APART * free) if right else centred, unbroken)
    _break(axes.yaxis.label, _BESIDE * box.height, unbroken)


def _break(text: Text | None, room: float, unbroken: dict[Text, str]) -> None:
    """Break the lines of a text that are longer than some pixels."""
    if text is None or not text.get_text().strip():
        return
    box, upright = text.get_window_extent(), text.get_rotation() % 180 != 0
    length = box.height if upright else box.width
    if length <= room:
        return
    letters = max(8, int(max(map(len, text.get_text().splitlines())) * room / length))
    lines = unbroken.setdefault(text, text.get_text()).splitlines()
    text.set_text("\n".join(textwrap.fill(line, letters, break_long_words=False) for line in lines))
