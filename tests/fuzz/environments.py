"""Odd places to run in: closed or full output, an ASCII terminal, a folder that is gone."""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ENVIRONMENTS = (
    "usual",
    "closed output",
    "full output",
    "ascii output",
    "broken pipe",
    "bad MPLBACKEND",
    "removed folder",
    "narrow terminal",
)


class _BrokenPipe(io.StringIO):
    def write(self, text: str, /) -> int:
        """Refuse: whoever read has gone."""
        raise BrokenPipeError(32, "Broken pipe")


@contextlib.contextmanager
def environment(name: str, out: io.StringIO) -> Iterator[None]:
    """Give an environment; what is printed goes to `out` where anything can."""
    kept = os.environ.copy(), sys.stdout, Path.cwd()
    sys.stdout = out
    full = None
    if name == "closed output":
        sys.stdout = None  # type: ignore[assignment]
    elif name == "full output":
        sys.stdout = full = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115
    elif name == "ascii output":
        sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    elif name == "broken pipe":
        sys.stdout = _BrokenPipe()
    elif name == "bad MPLBACKEND":
        os.environ["MPLBACKEND"] = "nonsense"
    elif name == "narrow terminal":
        os.environ["COLUMNS"] = "1"
    elif name == "removed folder":
        folder = tempfile.mkdtemp()
        os.chdir(folder)
        Path(folder).rmdir()
    before = sys.stdout
    try:
        yield
    finally:
        os.chdir(kept[2])
        opened, sys.stdout = sys.stdout, kept[1]
        if opened is not before:
            opened.close()
        os.environ.clear()
        os.environ.update(kept[0])
        if full is not None:
            with contextlib.suppress(OSError):
                full.close()
