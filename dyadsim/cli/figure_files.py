"""How figures are written: the settings `figure...` on their way to the one place that saves."""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from dyadsim.checks import known_name, names_list
from dyadsim.cli.task import find_task

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings

WORLD, COMPARATOR = "<world>", "<comparator>"  # of Task.panels: one a name of the settings


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
    size = (figure.width, figure.height)
    files = style.Files(formats, figure.dpi, *size, tuple(figure.panels), figure.language)
    return style.written_as(files)


def check_panels(settings: "Settings") -> None:
    """Refuse a panel that the figures of a task cannot have.

    Parameters
    ----------
    settings
        Of a task.

    Raises
    ------
    BadInput
        There is no such panel; the message offers the nearest.
    """
    task = find_task(settings.task.name)
    known: list[str] = []
    for name in task.panels:
        if name == WORLD:
            known += settings.worlds
        elif name == COMPARATOR:
            known += names_list("task.comparators", settings.task.comparators)
        elif name.startswith("<"):
            return  # only the figure knows: it says what it has not
        else:
            known.append(name)
    for panel in settings.figure.panels if known else ():
        known_name("panel", panel, known, where="figure.panels")
