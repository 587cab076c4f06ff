"""Run the commands that a page names, and put what they print below them.

A page says `<!-- output of: dyadsim ... -->` where output is to stand. All commands of a page share
one folder, in order; `in FOLDER: dyadsim ...` runs below it. What a command printed is kept by the
command, those before it and the source of dyadsim, so that a site is built in seconds.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"<!-- output of: (?:in (?P<folder>\S+): )?dyadsim(?P<words>.*?) -->")
PYTHON = re.compile(r"```python\n(?P<code>.*?)```\n\n```text\n.*?```", re.DOTALL)


def hash_of_source() -> str:
    """Return a hash of all that decides what a command prints."""
    digest = hashlib.sha256()
    for folder, pattern in (("dyadsim", "*.py"), ("conf", "*.*"), ("dyadsim", "*.csv")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


class Runs:
    """The commands of one page: their folder, and what is kept of them.

    Parameters
    ----------
    place
        Folder of all pages' runs.
    page
        Name of the page.
    source
        `hash_of_source()`.
    """

    def __init__(self, place: Path, page: str, source: str) -> None:
        self.folder = place / page.replace("/", "_")
        self.key = hashlib.sha256(source.encode())
        self.is_fresh = False
        self.count = 0

    def output(self, words: Iterable[str], below: str = "") -> str:
        """Return what `python ...words` prints; earlier commands of the page come first."""
        words, self.count = list(words), self.count + 1
        self.key.update(repr((words, below)).encode())
        kept = self.folder / "kept" / f"{self.key.hexdigest()[:24]}.txt"
        if kept.is_file() and not self.is_fresh:
            return kept.read_text(encoding="utf-8")
        self.is_fresh = True  # what comes later may read what this one writes
        if self.count == 1:
            shutil.rmtree(self.folder / "work", ignore_errors=True)
        place = self.folder / "work" / below
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "docs").exists():
            (place / "docs").symlink_to(ROOT / "docs")  # as in a checkout
        environment = {
            **os.environ,
            "COLUMNS": "88",
            "NO_COLOR": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONHASHSEED": "0",
            "MPLBACKEND": "agg",
        }
        done = subprocess.run(
            [sys.executable, *words], cwd=place, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{shlex.join(words)} failed:\n{done.stdout}{done.stderr}")
        text = done.stdout.replace(str(place.resolve()), ".").rstrip() + "\n"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text, encoding="utf-8")
        return text


def with_code_run(text: str, runs: Runs) -> str:
    """Return a page with what its Python blocks print, each after those before it."""
    code: list[str] = []

    def run(match: re.Match[str]) -> str:
        """Run a block after those before it, and keep what it alone prints."""
        before = "".join(code) or "pass"
        code.append(match["code"])
        quiet = "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()):\n"
        printed = runs.output(["-c", f"{quiet}    exec({before!r})\nexec({match['code']!r})"])
        return f"```python\n{match['code']}```\n\n```text\n{printed}```"

    return PYTHON.sub(run, text)


def with_commands_run(text: str, runs: Runs) -> str:
    """Return a page with what its marked commands print."""

    def run(match: re.Match[str]) -> str:
        """Run a command and show it above what it printed."""
        words = shlex.split(match["words"])
        printed = runs.output(["-m", "dyadsim", *words], match["folder"] or "")
        return f"```{{code-block}} console\n:class: output\n$ dyadsim{match['words']}\n{printed}```"

    return MARK.sub(run, text)
