"""A disk that is full: exit code 1, the place is named, and nothing half-written is left."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = [
    (["teach", "task.keep=alliance"], "lesson_alliance.html"),
    (["simulate", "size=tiny"], ""),
    (["lesson", "alliance", "task.set={clients:200}"], ""),
    (["sweep", "alliance.rate=0.2,0.3", "name=a", "size=tiny", "outputs=[gain]"], "a"),
]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sizes of files are limited by POSIX")
@pytest.mark.parametrize(("words", "place"), COMMANDS, ids=[words[0] for words, _ in COMMANDS])
def test_the_place_is_named_and_nothing_is_left(
    words: list[str], place: str, tmp_path: Path
) -> None:
    import resource

    results = tmp_path / "results"
    done = subprocess.run(
        [sys.executable, "-m", "dyadsim", *words, f"results={results}"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert done.returncode == 1
    assert str(results / place) in done.stderr
    assert "File too large" in done.stderr
    assert "rrno" not in done.stderr
    assert not [path for path in results.rglob("*") if path.is_file() and path.suffix != ".json"]
