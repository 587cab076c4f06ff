"""Progress on a terminal's stderr; elsewhere quiet, or of long tasks a line now and then."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

EVERY = 60.0  # seconds between two lines where stderr is no terminal


def progress_of(what: str) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """Return a wrapper that shows how many of its items are done."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if not console.is_terminal:
        return iter
    return lambda items: track(list(items), description=what, console=console, transient=True)


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[..., None]]:
    """Give a function to call after a step, or after n steps with `n` as its argument."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:  # where it is disabled, rich before 15 prints an empty line
        yield lambda count=1: None
        return
    with Progress(console=console, transient=True) as bar:
        steps = bar.add_task(what, total=total)
        yield lambda count=1: bar.advance(steps, count)


def time_left(seconds: float) -> str:
    """Return a time in words.

    Examples
    --------
    >>> time_left(40), time_left(150), time_left(5000)
    ('less than a minute', 'about 3 minutes', 'about 1 h 23 min')
    """
    minutes = -(-seconds // 60)
    if minutes <= 1:
        return "less than a minute"
    if minutes < 60:
        return f"about {minutes:.0f} minutes"
    hours, rest = divmod(round(seconds / 60), 60)
    return f"about {hours} h {rest:02d} min"


@contextmanager
def working(what: str, total: float) -> Iterator[Callable[[float, bool], None]]:
    """Give a function to call with the work that was done, and whether it was done just now.

    Work that was found done, from an earlier start, counts as done but not for the time that is
    left. On a terminal it is a bar; elsewhere a line on stderr at most every `EVERY` seconds.

    Parameters
    ----------
    what
        What is done.
    total
        All work.
    """
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    began = shown = time.monotonic()
    done = fresh_work = 0.0

    def left() -> str:
        pace = (time.monotonic() - began) / fresh_work if fresh_work else 0.0
        return f"{what}: {done / total:.0%} done, {time_left(pace * (total - done))} left"

    def count(work: float, fresh: bool) -> None:
        nonlocal done, fresh_work
        done, fresh_work = done + work, fresh_work + fresh * work

    if console.is_terminal:
        with Progress(*Progress.get_default_columns()[:-1], console=console, transient=True) as bar:
            place = bar.add_task(what, total=total)

            def advance(work: float, fresh: bool) -> None:
                count(work, fresh)
                bar.update(place, completed=done, description=left())

            yield advance
        return

    def say(work: float, fresh: bool) -> None:
        nonlocal shown
        count(work, fresh)
        if fresh and time.monotonic() - shown > EVERY:
            shown = time.monotonic()
            print(f"dyadsim: {left()}.", file=sys.stderr, flush=True)

    yield say
