"""Figures in Python: every figure by its name, in a language, with the panels that are wanted."""

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from dyadsim.checks import known_name
from dyadsim.errors import BadInput
from dyadsim.plots import language as languages
from dyadsim.plots import style
from dyadsim.plots.panels import panel_names, panels_of

_NO_FIGURES = ("drawing", "language", "panels", "style")


def figure_names() -> tuple[str, ...]:
    """Return the names of all figures: the modules of `dyadsim.plots` that have one.

    Examples
    --------
    >>> {"answer", "power", "study"} <= set(figure_names())
    True
    """
    package = importlib.import_module("dyadsim.plots").__path__
    return tuple(
        module.name for module in pkgutil.iter_modules(package) if module.name not in _NO_FIGURES
    )


def draw(
    name: str,
    *tables: Any,
    panels: Sequence[str] = (),
    language: str = languages.ENGLISH,
    size: tuple[float, float] | None = None,
    **words: Any,
) -> dict[str, Axes]:
    """Draw a figure, and return its Axes by name.

    The figure is that of the command line, and stays open to everything that matplotlib can do:
    `axes.set_title`, `axes.figure.savefig`.

    Parameters
    ----------
    name
        Of the figure: one of `figure_names`.
    *tables
        What the figure shows, as `dyadsim.plots.NAME.figure` takes it: the tables that a command
        leaves in its results folder (`dyadsim.read`).
    panels
        Those that are wanted; none: all.
    language
        Of titles, axes and legends: en or de.
    size
        Width and height in inches; None: the figure's own.
    **words
        Further arguments of that function, such as `title` and `unit`.

    Returns
    -------
    dict of str to Axes
        Name of the panel -> Axes, in the figure's order. The only panel of a figure has the
        figure's name.

    Raises
    ------
    BadInput
        There is no such figure, panel or language.

    Examples
    --------
    >>> import pandas as pd
    >>> sessions = pd.DataFrame(
    ...     {"group": "cbt", "occasion": "intake", "week": 0.0, "symptom_score": range(12)}
    ... )
    >>> clients = pd.DataFrame({"group": ["cbt"] * 12, "ending": ["planned"] * 12})
    >>> axes = draw(
    ...     "study", sessions, clients, title="Pilot", unit="PHQ-9", language="de"
    ... )
    >>> list(axes), axes["endings"].get_title()
    (['courses', 'endings'], 'Wie Therapien enden')
    """
    known_name("figure", name, figure_names())
    known_name("language", language, languages.languages())
    files = style.Files(panels=tuple(panels), language=language)
    if size is not None:
        files = files._replace(width=size[0], height=size[1])
    module = importlib.import_module(f"dyadsim.plots.{name}")
    with style.written_as(files):
        figure = module.figure(*tables, **words)
        known = panel_names(figure)
        for panel in panels:
            if not known:
                raise BadInput(f"The figure '{name}' has one panel; it is always drawn.")
            known_name("panel", panel, known)
        style.finish(figure)
    return panels_of(figure) or {name: figure.axes[0]}
