"""What the tests of figures share."""

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text


@pytest.fixture
def texts_of() -> Callable[[Figure], str]:
    """Give a function that returns all text of a figure, drawn once as a check that it can be."""

    def texts(figure: Figure) -> str:
        figure.draw_without_rendering()
        return "\n".join(text.get_text() for text in figure.findobj(Text))

    return texts
