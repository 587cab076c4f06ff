"""What a lesson shows: series of plain numbers. Whoever shows them draws them."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Series(NamedTuple):
    """Numbers to be drawn.

    Attributes
    ----------
    kind
        'points', 'line', 'band' (from low to high), 'bars', 'range' (points with bars from low to
        high), 'published' (values and ranges that stand behind bars), or 'person' (one course of
        many; `text` says what has become of the person).
    name
        For the legend.
    x, y, low, high
        As the kind needs; `x` may be words.
    look
        Place in the palette for colour-blind readers and in the list of markers.
    text
        A label for each point, shown on hovering.
    faint
        Whether to draw many, thinly; a point without a number separates the courses of a line.
    """

    kind: str
    name: str
    x: list[Any]
    y: list[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    look: int = 0
    text: Sequence[str] = ()
    faint: bool = False


class Figure(NamedTuple):
    """One figure.

    Attributes
    ----------
    name, title
        For file names; for readers.
    x, y
        Labels of the axes, with units.
    series
        What is drawn.
    about
        The figure in words, for those who cannot see it.
    y_from, y_to
        Fixed ends of the vertical axis, if any.
    """

    name: str
    title: str
    x: str
    y: str
    series: list[Series]
    about: str
    y_from: float | None = None
    y_to: float | None = None
