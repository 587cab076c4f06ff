"""The place where a command runs: its standard output and the current folder, whatever they are."""

import os
import sys

from dyadsim.errors import Failed


def prepare_terminal() -> None:
    """Make output possible where it is closed, or where it cannot show every letter."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed: dyadsim >&-
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an ASCII terminal shows ? for a letter beyond
    os.environ["MPLBACKEND"] = "agg"  # figures go to files; a bad value would stop matplotlib


def check_current_folder() -> None:
    """Refuse to run in a folder that is no more.

    Raises
    ------
    Failed
        The current folder has been removed.
    """
    try:
        os.getcwd()
    except OSError:
        raise Failed("the current folder has been removed: cd to another one.") from None


def silence_output() -> None:
    """Send what is still to be written to standard output nowhere: it cannot be written."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # not a file: nothing is left to be written
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
