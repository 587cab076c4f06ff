"""What a class is asked before it sees any result: by drawing, or by choice.

A bet by drawing is scored by its distance from what LAST_SEED seeds find, never by one draw. The
choice is for the command line and for many devices at once.
"""

from typing import NamedTuple

LAST_SEED = 30  # a bet is scored over the seeds from 1 to this


class Handle(NamedTuple):
    """One number that is drawn.

    Attributes
    ----------
    key
        Of `LessonResult.numbers`.
    label
        In words.
    scale
        Factor from that number to the axis.
    world
        In which the number is found; '': the world in view.
    at
        Settings (key, value) at which it is found, where they differ from those in view.
    """

    key: str
    label: str
    scale: float = 1.0
    world: str = ""
    at: tuple[tuple[str, float], ...] = ()


class Drawing(NamedTuple):
    """Axes on which a bet is drawn.

    Attributes
    ----------
    ask
        The bet in full sentences; the key of a control in braces stands for its setting.
    look
        'bars', 'points' or 'line'.
    handles
        What is drawn.
    low, high, step
        Of the vertical axis.
    unit
        Of the axis, in words.
    counted
        Whether a number is 0 or 1 at each seed, and counted over the seeds.
    """

    ask: str
    look: str
    handles: tuple[Handle, ...]
    low: float
    high: float
    step: float
    unit: str = ""
    counted: bool = False


class Bet(NamedTuple):
    """What a class is asked before it sees any result.

    Attributes
    ----------
    question, options
        The choice.
    drawing
        The same question and more by drawing; None: there is only the choice.
    """

    question: str
    options: tuple[str, ...]
    drawing: Drawing | None = None
