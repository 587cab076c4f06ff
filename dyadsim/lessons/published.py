"""Published values and chance, as a figure shows them behind what is simulated."""

import functools

from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.lessons.figure import Series
from dyadsim.lessons.statements import plain_number

GREY, CHANCE_LOOK = 5, 4  # places in the palette
# What was published about CBT, or therapy, against each comparison: fact, and the sign of its g.
OF_COMPARATORS = {
    "waiting": ("g_waitlist", 1),
    "usual care": ("g_usual_care", 1),
    "supportive counselling": ("supportive_vs_active", -1),
    "interpersonal therapy": ("bona_fide_contrast", 1),
}


@functools.cache
def fact(name: str) -> Fact:
    """Return a published fact."""
    return next(known for known in load_facts() if known.id == name)


def ends_of(name: str) -> tuple[float, float]:
    """Return the ends of a published range."""
    known = fact(name)
    return float(known.low or 0), float(known.high or 0)


def g_range(comparator: str) -> tuple[float, float] | None:
    """Return the published range of g of CBT against a comparison; None: nothing is published."""
    if comparator not in OF_COMPARATORS:
        return None
    name, side = OF_COMPARATORS[comparator]
    low, high = sorted(side * end for end in ends_of(name))
    return low, high


def upright(name: str, low: float, high: float, top: float) -> Series:
    """Return a range of the horizontal axis as a grey band up to `top`."""
    return Series("band", name, [low, high], [], [0.0, 0.0], [top, top], look=GREY)


def share_of(name: str, place: str) -> Series:
    """Return a published share in per cent, to stand behind the bars at a place: put it first."""
    low, high = (round(100 * end, 1) for end in ends_of(name))
    value = round(100 * float(fact(name).estimate or 0), 1)
    words = "published for routine care (range)"
    return Series("published", words, [place], [value], [low], [high], look=GREY)


def chance_g(clients: float) -> float:
    """Return up to which |g| 19 of 20 trials lie where nothing differs: 1.96 sqrt(2 / n per arm).

    Examples
    --------
    >>> round(chance_g(40), 2)
    0.44
    """
    return float(NORMAL_QUANTILE * (2 / clients) ** 0.5)


def chance_band(x: list[float], low: list[float], high: list[float], what: str) -> Series:
    """Return where 19 of 20 of something lie by chance alone."""
    name = f"chance: 19 of 20 {what}"
    return Series("band", name, x, [], low, high, look=CHANCE_LOOK)


def between(low: float, high: float) -> str:
    """Return "0.15 to 0.40"."""
    return f"{plain_number(low)} to {plain_number(high)}"
