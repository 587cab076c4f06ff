"""One look for all figures: Okabe-Ito colours, a marker and a line for each world, large type."""

import io
import sys
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots.language import ENGLISH, translate_figure
from dyadsim.plots.panels import choose_panels, fit_words, panel_names

# The palette of Okabe and Ito.
BLUE, VERMILION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
PURPLE, SKY, GREY, BLACK = "#CC79A7", "#56B4E9", "#555555", "#000000"
LIGHT_GREY = "#BBBBBB"  # of what stands in the background, such as a prior


class Look(NamedTuple):
    """Colour, marker and line: groups never differ by colour alone."""

    colour: str
    marker: str
    line: str


WORLDS = {
    "medical": Look(BLUE, "s", "-"),
    "contextual": Look(VERMILION, "o", "--"),
    "hybrid": Look(GREEN, "D", "-."),
    "null": Look(GREY, "v", ":"),
}
ARMS = {
    "cbt": Look(BLUE, "s", "-"),
    "interpersonal": Look(ORANGE, "o", "--"),
    "intent_to_fail": Look(PURPLE, "P", "-."),
    "waitlist": Look(GREY, "v", ":"),
    "care": Look(GREEN, "D", "-"),
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
# Of names that are in no table, such as worlds of one's own: the first that the table leaves free.
_SPARE_COLOURS = (SKY, PURPLE, BLACK, ORANGE, VERMILION, GREEN, BLUE)
_SPARE_MARKERS, _SPARE_LINES = ("X", "^", "*", "P", "<", "h"), ("-", "--", "-.", ":")


class Files(NamedTuple):
    """How figures are written: `formats` (png, svg, pdf), `dpi` of png, and inches if they are set.

    `width` and `height` are in inches; None: each figure's own. `panels`: those that are drawn; a
    figure that has none of them is drawn whole. `language`: of titles, axes and legends.
    """

    formats: tuple[str, ...] = ("png", "svg")
    dpi: int = 150
    width: float | None = None
    height: float | None = None
    panels: tuple[str, ...] = ()
    language: str = ENGLISH


_AS_EVER = Files()
_FILES: ContextVar[Files] = ContextVar("_FILES", default=_AS_EVER)
_PANELS: ContextVar[dict[str, None]] = ContextVar("_PANELS")  # all that figures had
_SPARE: dict[tuple[str, ...], dict[str, Look]] = {}  # of names that a table lacks, by its names
_UNDATED: Any = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
_WHITE = 253  # of 255: the palette of a white page is a shade off
_LETTERS_AN_INCH = 8  # of a title
_RC: Any = {
    "font.size": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "dyadsim",
    "axes.titlesize": 13,
    "legend.frameon": False,
}


def find_look(name: str, looks: Mapping[str, Look]) -> Look:
    """Return the look of a world or an arm.

    Parameters
    ----------
    name
        The world or arm.
    looks
        `WORLDS`, `ARMS` or another table of looks.

    Returns
    -------
    Look
        Its look. Names that are not in the table get spare ones in the order in which they are
        asked for, so that two of them differ in colour and marker in all figures of a process.

    Examples
    --------
    >>> clinics = {"north": Look(SKY, "o", "-")}
    >>> south, west = (find_look(name, clinics) for name in ("south", "west"))
    >>> south.colour != west.colour and south.marker != west.marker
    True
    >>> find_look("south", clinics) == south
    True
    """
    if name in looks:
        return looks[name]
    spare = _SPARE.setdefault(tuple(looks), {})
    if name not in spare:
        place, used = len(spare), list(looks.values())
        colours = [item for item in _SPARE_COLOURS if item not in {look.colour for look in used}]
        markers = [item for item in _SPARE_MARKERS if item not in {look.marker for look in used}]
        spare[name] = Look(
            colours[place % len(colours)],
            markers[place % len(markers)],
            _SPARE_LINES[place % len(_SPARE_LINES)],
        )
    return spare[name]


def parameter_label(name: str) -> str:
    """Return a parameter's name in words, such as "distress: bond effect"."""
    return name.replace(".", ": ").replace("_", " ")


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, or of the size that `written_as` sets."""
    files = _FILES.get()
    size = (files.width or width, files.height or height)
    with mpl.rc_context(_RC):
        return Figure(figsize=size, layout="constrained")


@contextmanager
def written_as(files: Files) -> Iterator[None]:
    """Draw and write all figures within this context as `files` says."""
    token, known = _FILES.set(files), _PANELS.set({})
    try:
        yield
    finally:
        _FILES.reset(token)
        _say_unknown(files.panels, _PANELS.get())
        _PANELS.reset(known)


def _say_unknown(panels: tuple[str, ...], known: Mapping[str, None]) -> None:
    """Say which panels no figure had."""
    missing = [name for name in panels if name not in known]
    if missing and known:
        print(
            f"dyadsim: note: no figure has a panel '{missing[0]}'; there are {', '.join(known)}.",
            file=sys.stderr,
        )


def drawing_style() -> AbstractContextManager[None]:
    """Return the context in which axes are created and drawn."""
    return mpl.rc_context(_RC)


def add_to_title(figure: Figure, text: str) -> None:
    """Add a line to a figure's title; "" adds nothing.

    Parameters
    ----------
    figure
        A finished figure, with or without a title.
    text
        Such as what was changed in the worlds that it shows.
    """
    if text:
        text = textwrap.fill(text, int(_LETTERS_AN_INCH * figure.get_figwidth()))
        title = figure.get_suptitle()
        with drawing_style():
            figure.suptitle(f"{title}\n{text}" if title else text)


def finish(figure: Figure) -> None:
    """Choose panels, translate and fit a figure, as `written_as` says, in place.

    Parameters
    ----------
    figure
        With everything drawn and said.
    """
    files = _FILES.get()
    with drawing_style():
        if files.panels:
            _PANELS.get().update(dict.fromkeys(panel_names(figure)))
            choose_panels(figure, files.panels)
        width, height = figure.get_size_inches()
        figure.set_size_inches(files.width or width, files.height or height)
        translate_figure(figure, files.language)
        if files._replace(formats=_AS_EVER.formats, dpi=_AS_EVER.dpi) != _AS_EVER:
            fit_words(figure)


def save_figure(figure: Figure, folder: Path, name: str, data: pd.DataFrame) -> bytes:
    """Write a figure as name.png and name.svg, or as `written_as` says, and its data as name.csv.

    Parameters
    ----------
    figure
        The figure.
    folder
        Where the files go; created if it does not exist.
    name
        Of the files, without a suffix.
    data
        What the figure shows. Worlds are written as "null world", because a bare "null" would be
        read back as a missing value.

    Returns
    -------
    bytes
        The figure as PNG, for a page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = _FILES.get()
    with mpl.rc_context(_RC), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        finish(figure)
        page = io.BytesIO()
        figure.savefig(
            page, format="png", dpi=files.dpi if "png" in files.formats else _AS_EVER.dpi
        )
        image = with_palette(page.getvalue())
        for suffix in files.formats:
            path = folder / f"{name}.{suffix}"
            if suffix == "png":
                path.write_bytes(image)
            else:
                figure.savefig(path, metadata=_UNDATED[suffix])
    if said:  # matplotlib says it several times, and in words of its own
        print(
            f"dyadsim: note: figure '{name}' does not fit: make figure.width or figure.height "
            "larger.",
            file=sys.stderr,
        )
    if "world" in data:
        data = data.assign(world=data["world"] + " world")
    data.to_csv(folder / f"{name}.csv", index=False)
    return image


def with_palette(image: bytes) -> bytes:
    """Return a PNG with 256 colours, a third of its size; as it is where that is not smaller.

    Parameters
    ----------
    image
        A PNG of a figure: few colours, and their shades at edges.
    """
    from PIL import Image

    smaller = io.BytesIO()
    with Image.open(io.BytesIO(image)) as opened:
        drawn = opened.convert("RGB").quantize(
            256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
        colours = drawn.getpalette() or []
        drawn.putpalette([255 if value >= _WHITE else value for value in colours])
        drawn.save(smaller, "png", optimize=True)
    return min(image, smaller.getvalue(), key=len)
