"""What a planned study would tell: how far each way to measure narrows each parameter."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

_LOOKS = (
    (style.GREY, "o"),
    (style.BLUE, "s"),
    (style.ORANGE, "D"),
    (style.GREEN, "v"),
    (style.VERMILION, "P"),
)
_LOWEST = -0.15  # contraction at the left end


def figure(table: pd.DataFrame, threshold: float) -> Figure:
    """Return how far each way to measure narrows each parameter.

    Parameters
    ----------
    table
        variant, parameter, contraction (1 - posterior / prior variance), low, high (its
        Monte-Carlo interval): a row a parameter and way to measure.
    threshold
        Contraction below which a parameter is not identified, if its whole interval is.

    Returns
    -------
    Figure
        One row a parameter, one mark with its interval a way to measure; grey: not identified.
    """
    names = list(dict.fromkeys(table["parameter"]))
    fig = style.new_figure(10, 0.62 * len(names) + 2.2)
    with style.drawing_style():
        axes = fig.subplots()
        axes.axvspan(_LOWEST, threshold, color="#EEEEEE", zorder=0)
        for number, variant in enumerate(dict.fromkeys(table["variant"])):
            rows = table[table["variant"] == variant].set_index("parameter").loc[names]
            colour, marker = _LOOKS[number % len(_LOOKS)]
            heights = np.arange(len(names)) + 0.12 * (number - 2)
            axes.hlines(heights, rows["low"], rows["high"], color=colour)
            axes.plot(
                rows["contraction"], heights, marker, color=colour, label=variant, markersize=7
            )
        axes.set_yticks(range(len(names)), [*map(style.parameter_label, names)])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(_LOWEST, 1)
        axes.set_xlabel(
            "contraction: 1 - posterior / prior variance, with its interval "
            "(all in grey: not identified)"
        )
        fig.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig
