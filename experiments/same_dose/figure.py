"""The figure of this experiment: variance explained beside what is lost without the ingredient."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels with one row a spread of doses."""
    figure = style.new_figure(12, 4.4)
    place = range(len(table))
    with style.drawing_style():
        left, right = figure.subplots(1, 2, sharey=True)
        left.errorbar(
            table["percent_of_variance"],
            place,
            xerr=1.96 * table["percent_error"],
            fmt="s",
            color="#0072B2",
        )
        left.set_xlabel(
            "variance of outcome (residual gain) that the dose\nexplains, % of all of it"
        )
        right.errorbar(
            table["loss"], place, xerr=1.96 * table["loss_error"], fmt="D", color="#D55E00"
        )
        right.set_xlabel("mean loss if the ingredient is removed\n(distress, SD at intake)")
        right.set_xlim(0, None)
        left.set_yticks(place, table["doses"])
        left.set_ylabel("doses, at random (1 = usual)")
        left.invert_yaxis()
        figure.suptitle("Medical world: the dose explains as much variance as the doses differ")
    return figure
