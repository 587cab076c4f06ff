"""Funnels of one literature a comparator: published and unpublished trials, truth and pooled."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

_LOOKS = (
    (True, style.Look(style.BLUE, "o", "-"), "published"),
    (False, style.Look(style.VERMILION, "x", "--"), "unpublished (file drawer)"),
)


def draw_funnel(axes: Axes, trials: pd.DataFrame, truth: float, pooled: float) -> None:
    """Draw the trials of one literature.

    Parameters
    ----------
    axes
        Where to draw.
    trials
        g, standard_error, published: a row a trial.
    truth
        What such trials find on average without allegiance and selection, g.
    pooled
        What a review of the published trials finds.
    """
    for published, look, label in _LOOKS:
        rows = trials[trials["published"] == published]
        axes.plot(rows["g"], rows["standard_error"], look.marker, color=look.colour, label=label)
    deepest = float(trials["standard_error"].max()) * 1.1
    edge = np.array([0, deepest])
    for side in (-1.96, 1.96):
        words = "outside: significant (p < .05)" if side > 0 else None
        axes.plot(side * edge, edge, color="#999999", linewidth=1, label=words)
    axes.axvline(truth, color="black", linestyle=":", label="expected if nothing biases")
    axes.axvline(pooled, color=style.BLUE, label="pooled, published trials")
    axes.set_ylim(deepest, 0)


def figure(
    trials: pd.DataFrame, reviews: pd.DataFrame, summary: pd.DataFrame, title: str
) -> Figure:
    """Return one funnel a comparator, of the first literature.

    Parameters
    ----------
    trials
        comparator, literature, g, standard_error, published: a row a trial.
    reviews
        comparator, literature, pooled: a row a literature.
    summary
        comparator, truth: a row a comparator, in the order of the panels.
    title
        Of the figure.

    Returns
    -------
    Figure
        One panel a comparator.
    """
    fig = style.new_figure(4.6 * len(summary) + 0.4, 5.6)
    with style.drawing_style():
        panels = fig.subplots(1, len(summary), sharey=True, sharex=True, squeeze=False)[0]
        name_panels(panels, summary["comparator"])
        for axes, row in zip(panels, summary.to_dict("records"), strict=True):
            first, review = (
                table[(table["comparator"] == row["comparator"]) & (table["literature"] == 0)]
                for table in (trials, reviews)
            )
            draw_funnel(axes, first, float(row["truth"]), float(review["pooled"].iloc[0]))
            axes.set_title(f"against {str(row['comparator']).replace('_', ' ')}")
            axes.set_xlabel("effect in a trial (g: SDs of post-test scores)")
        panels[0].set_ylabel("standard error (small = large trial)")
        handles, labels = panels[0].get_legend_handles_labels()
        fig.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=11)
        fig.suptitle(title)
    return fig
