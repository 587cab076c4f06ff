"""Result tables to matplotlib figures: one figure idea a file.

Every module has a function `figure` that takes tables and plain values and returns a Figure.
`dyadsim.plots.draw` draws any of them by its name, in a language, with the panels that are wanted.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dyadsim.plots.drawing import draw as draw
    from dyadsim.plots.drawing import figure_names as figure_names

__all__ = ["draw", "figure_names"]


def __getattr__(name: str) -> Any:
    """Load `draw` and `figure_names` when they are first used."""
    if name in __all__:
        return getattr(importlib.import_module("dyadsim.plots.drawing"), name)
    raise AttributeError(f"module 'dyadsim.plots' has no attribute '{name}'")
