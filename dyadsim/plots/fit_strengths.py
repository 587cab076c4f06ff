"""Specific against common strength of a treatment, before and after the data."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style


def figure(prior: pd.DataFrame, posterior: pd.DataFrame) -> Figure:
    """Return specific against common strength: draws of the prior (grey) and the posterior.

    Parameters
    ----------
    prior, posterior
        common, specific: a row a draw, in units of distress.

    Returns
    -------
    Figure
        One panel.
    """
    fig = style.new_figure(6.4, 5.2)
    with style.drawing_style():
        axes = fig.subplots()
        for draws, colour, alpha, label in (
            (prior, style.LIGHT_GREY, 1.0, "prior"),
            (posterior, style.BLUE, 0.6, "posterior"),
        ):
            axes.plot(
                draws["common"],
                draws["specific"],
                ".",
                color=colour,
                markersize=4,
                alpha=alpha,
                label=label,
            )
        edge = 1.05 * float(np.quantile(prior.to_numpy(), 0.98)) + 1e-6
        axes.set_xlim(0, edge)
        axes.set_ylim(min(-0.02 * edge, 0), edge)
        axes.set_xlabel(
            "common strength (units of distress):\nany credible treatment, expectancy, bond"
        )
        axes.set_ylabel("specific strength (units of distress):\nthrough the match")
        axes.legend(loc="upper right", markerscale=2)
        axes.set_title("Specific against common strength", loc="left", fontsize=12)
    return fig
