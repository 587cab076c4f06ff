"""`dyadsim teach` as people start it, for as long as a test needs it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def teaching(folder: Path, *words: str) -> Iterator[tuple[str, list[str]]]:
    """The page's address, and the lines that `dyadsim teach` printed, on a free port."""
    command = [sys.executable, "-m", "dyadsim", "teach", "task.browser=false", "task.port=0"]
    out = subprocess.PIPE
    with subprocess.Popen([*command, *words], cwd=folder, stdout=out, text=True) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline()]
        if "class=true" in words:
            while "presenter?key=" not in lines[-1] and lines[-1]:
                lines.append(server.stdout.readline())
        match = re.search(r"http://(127\.0\.0\.1|\[::1\]):\d+/", lines[0])
        assert match, lines
        try:
            yield match[0], lines
        finally:
            server.terminate()
