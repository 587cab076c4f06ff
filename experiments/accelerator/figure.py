"""The figure of this experiment: dyad-sessions a second against the number of dyads."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

LOOKS = {
    "device, kernel alone": style.Look(style.GREEN, "D", "-"),
    "device, with transfer": style.Look(style.ORANGE, "^", "-."),
    "CPU, 16 threads": style.Look(style.VERMILION, "o", "--"),
    "CPU, 1 thread": style.Look(style.BLUE, "s", ":"),
}


def draw(tables: dict[str, pd.DataFrame | str]) -> dict[str, Figure]:
    """Return the figure of what was measured; none where nothing was."""
    if "accelerator" not in tables:
        return {}
    table = tables["accelerator"]
    assert isinstance(table, pd.DataFrame)
    figure = style.new_figure(9, 5.6)
    with style.drawing_style():
        axes = figure.subplots()
        for what, rows in table[table["what"] != "CPU, allocation and therapists"].groupby("what"):
            look = LOOKS.get(str(what), style.Look(style.PURPLE, "P", "--"))
            axes.loglog(
                rows["dyads"],
                rows["million_dyad_sessions_per_second"],
                look.marker + look.line,
                color=look.colour,
                label=str(what),
            )
        axes.set_xlabel("dyads, 20 sessions each")
        axes.set_ylabel("million dyad-sessions a second")
        axes.legend()
        figure.suptitle("The same dyads on a graphics processor and on the CPU")
    return {"accelerator": figure}
