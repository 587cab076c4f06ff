"""How figures are written: the settings `figure...` on their way to the one place that saves."""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


def figure_file(settings: "Settings", name: str) -> str:
    """Return the name of the file of a figure that a command points to."""
    return f"{name}.{settings.figure.format or 'png'}"


def figures_as(settings: "Settings") -> AbstractContextManager[None]:
    """Return the context in which figures are written as the settings say.

    Parameters
    ----------
    settings
        Of a task; where all of `figure` is at its default, matplotlib is not loaded.
    """
    from dyadsim.cli.settings import FigureFiles

    figure = settings.figure
    if figure == FigureFiles():
        return nullcontext()
    from dyadsim.plots import style

    formats = style.Files().formats if figure.format is None else (figure.format,)
    return style.written_as(style.Files(formats, figure.dpi, figure.width, figure.height))
