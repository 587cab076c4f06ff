"""One look for all figures: Okabe-Ito colours, a marker and a line for each world, large type."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure


class Look(NamedTuple):
    """Colour, marker and line: never colour alone."""

    colour: str
    marker: str
    line: str


# Okabe and Ito's palette.
WORLDS = {
    "medical": Look("#0072B2", "s", "-"),
    "contextual": Look("#D55E00", "o", "--"),
    "hybrid": Look("#009E73", "D", "-."),
    "null": Look("#555555", "v", ":"),
}
ARMS = {
    "cbt": Look("#0072B2", "s", "-"),
    "interpersonal": Look("#E69F00", "o", "--"),
    "intent_to_fail": Look("#CC79A7", "P", "-."),
    "waitlist": Look("#555555", "v", ":"),
    "care": Look("#009E73", "D", "-"),
}
ARM_LABELS = {
    "cbt": "cognitive-behavioural",
    "interpersonal": "interpersonal",
    "intent_to_fail": "supportive control",
    "waitlist": "waitlist (3 points)",
    "care": "routine care",
}
INSTRUMENTS = {
    "phq9": "PHQ-9",
    "bdi2": "BDI-II",
    "oq45": "OQ-45",
    "core_om": "CORE-OM",
    "gad7": "GAD-7",
}
_OTHER = Look("#56B4E9", "X", "-")
_RC: Any = {
    "font.size": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "dyadsim",
    "axes.titlesize": 13,
    "legend.frameon": False,
}


def look(name: str, known: dict[str, Look]) -> Look:
    """Return the look of a world or an arm; one that is new gets the spare look."""
    return known.get(name, _OTHER)


def figure(width: float, height: float) -> Figure:
    """Return an empty figure, size in inches."""
    with mpl.rc_context(_RC):
        return Figure(figsize=(width, height), layout="constrained")


def drawing() -> AbstractContextManager[None]:
    """Return the context in which axes are made and drawn."""
    return mpl.rc_context(_RC)


def save(made: Figure, folder: Path, name: str, data: pd.DataFrame) -> None:
    """Write name.png, name.svg and the figure's data as name.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_RC):
        made.savefig(folder / f"{name}.png", dpi=150)
        made.savefig(folder / f"{name}.svg", metadata={"Date": None})
    if "world" in data:  # a bare "null" would be read back as a missing value
        data = data.assign(world=data["world"] + " world")
    data.to_csv(folder / f"{name}.csv", index=False)
