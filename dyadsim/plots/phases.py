"""Single cases: each client's scores through phases with and without treatment."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

SHOWN = 6  # most clients of a figure


def draw_client(axes: Axes, scores: pd.DataFrame, treated: Sequence[tuple[float, float]]) -> None:
    """Draw one client's scores and shade the weeks of treatment.

    Parameters
    ----------
    axes
        Where to draw.
    scores
        week, symptom_score: the client's scores, none missing.
    treated
        First and last week of each phase of treatment.
    """
    for number, (first, last) in enumerate(treated):
        label = "treated" if number == 0 else None
        axes.axvspan(first - 0.5, last + 0.5, color="#DDE8F2", zorder=0, label=label)
    axes.plot(
        scores["week"],
        scores["symptom_score"],
        "o-",
        color="black",
        markersize=3,
        linewidth=1,
        label="weekly score",
    )
    axes.set_ylim(-0.5, None)  # so that a score of 0 is not cut


def figure(
    sessions: pd.DataFrame, treated: Sequence[tuple[float, float]], *, title: str, unit: str
) -> Figure:
    """Return one small panel a client, the first `SHOWN` of them.

    Parameters
    ----------
    sessions
        client, week, occasion, symptom_score (NaN: missing); follow-ups are not drawn.
    treated
        First and last week of each phase of treatment; they are shaded.
    title
        Of the figure.
    unit
        Name of the questionnaire.

    Returns
    -------
    Figure
        Up to three panels a row, all on one scale.
    """
    clients = list(dict.fromkeys(sessions["client"]))[:SHOWN]
    columns = min(3, len(clients))
    lines = -(-len(clients) // columns)
    weekly = sessions[sessions["symptom_score"].notna() & (sessions["occasion"] != "follow_up")]
    fig = style.new_figure(max(8.0, 4.4 * columns), 3.2 * lines + 1.6)
    with style.drawing_style():
        panels = fig.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
        name_panels(panels, clients)
        for axes, client in zip(panels, clients, strict=False):
            draw_client(axes, weekly[weekly["client"] == client], treated)
            axes.set_title(f"client {client}", fontsize=11)
        for axes in panels[len(clients) :]:
            axes.set_visible(False)
        for axes in panels[::columns]:
            axes.set_ylabel(f"{unit} score")
        for axes in panels[max(0, len(clients) - columns) : len(clients)]:
            axes.set_xlabel("weeks since intake")
        fig.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        fig.suptitle(title)
    return fig
