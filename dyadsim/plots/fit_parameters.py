"""What a fit knows of each parameter: its interval before and after the data."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

_ENDS = (-0.1, 1.05)  # of what is drawn, in widths of the prior's interval


def draw_parameter(
    axes: Axes, row: Mapping[Any, Any], height: float, *, trusted: bool = True
) -> None:
    """Draw one parameter on the scale of its prior, 0 to 1, and write its interval beside it.

    Parameters
    ----------
    axes
        Where to draw.
    row
        low, middle, high (posterior), prior_low, prior_high, identified; stable (absent: yes).
    height
        Of the row.
    trusted
        Else its colour is grey.
    """
    span = row["prior_high"] - row["prior_low"]
    low, middle, high = (
        np.clip((row[name] - row["prior_low"]) / span, *_ENDS) for name in ("low", "middle", "high")
    )
    colour = style.BLUE if row["identified"] else style.VERMILION
    colour = colour if trusted else style.GREY
    marker = {_ENDS[0]: "<", _ENDS[1]: ">"}.get(float(middle), "o")
    line: Any = "-" if row["identified"] else (0, (1, 0.6))
    wide: Any = {"solid_capstyle": "butt"}
    axes.plot([0, 1], [height, height], color=style.LIGHT_GREY, linewidth=9, **wide)
    axes.plot([low, high], [height, height], linewidth=4, color=colour, linestyle=line, **wide)
    axes.plot(middle, height, marker, color=colour, markersize=8)
    text = f"{row['middle']:.2g} [{row['low']:.2g}, {row['high']:.2g}]"
    note = "" if row["identified"] else "   not identified by these data"
    note += "" if row.get("stable", True) else "   unstable (see the table)"
    axes.text(1.08, height, text + note, va="center", fontsize=10)


def figure(table: pd.DataFrame, doubt: str = "") -> Figure:
    """Return each parameter's 90 % interval before (grey) and after the data, on its own scale.

    Parameters
    ----------
    table
        parameter, low, middle, high, prior_low, prior_high, identified: a row a parameter.
    doubt
        Why the posterior must not be trusted: it is dark grey, and the title says so. "": nothing
        forbids it.

    Returns
    -------
    Figure
        One row a parameter; red and dashed where the data do not identify it. A median beyond what
        is drawn is an arrow.
    """
    fig = style.new_figure(11, 0.6 * len(table) + 1.8)
    with style.drawing_style():
        axes = fig.subplots()
        for height, row in enumerate(table.to_dict("records")):
            draw_parameter(axes, row, height, trusted=not doubt)
        axes.set_yticks(range(len(table)), [*map(style.parameter_label, table["parameter"])])
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlim(-0.12, 2.1)
        axes.set_xticks([0, 1], ["low end", "high end"])
        axes.spines["bottom"].set_bounds(0, 1)
        axes.set_xlabel("90 % interval of the prior (grey)", loc="left")
        title = "90 % intervals: prior (grey) and posterior"
        axes.set_title(f"{title}\n{doubt}" if doubt else title, loc="left")
    return fig
