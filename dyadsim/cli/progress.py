"""Progress on a terminal's stderr; quiet elsewhere."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any


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
