"""What killed processes leave is removed at the next start, and never what others still write."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dyadsim.cli.results_folder import check_folder
from dyadsim.simulation import unfinished

KILLED = """
import os, sys
from pathlib import Path
from dyadsim.simulation.records import write_folder
from dyadsim.simulation.unfinished import write_file
place, what = Path(sys.argv[1]), sys.argv[2]
place.mkdir(parents=True, exist_ok=True)
def die(beside):
    (beside / "summary.json" if what == "folder" else beside).write_text("half")
    os.kill(os.getpid(), 9)
if what == "folder":
    write_folder(place / "2026-11-26_12-00-00", die)
else:
    write_file(place / "manifest.json", die)
"""


@pytest.mark.skipif(os.name != "posix", reason="processes are looked up by their number")
@pytest.mark.parametrize("what", ["folder", "file"])
@pytest.mark.parametrize("depth", ["fit", "bond/parts"])
def test_what_a_killed_process_left_is_removed_at_the_next_start(
    tmp_path: Path, what: str, depth: str
) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / depth), what]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    (left,) = (tmp_path / depth).iterdir()
    assert left.name.startswith(".")
    check_folder(tmp_path)
    assert list((tmp_path / depth).iterdir()) == []


def test_what_a_living_process_writes_stays(tmp_path: Path) -> None:
    place = tmp_path / "fit"
    place.mkdir()
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    mine = unfinished.unfinished_prefix("2026-11-26_12-00-00")
    theirs = mine.replace(f"-{os.getpid()}.", f"-{other.pid}.")
    kept = {Path(tempfile.mkdtemp(prefix=prefix, dir=place)) for prefix in (mine, theirs)}
    check_folder(tmp_path)
    assert set(place.iterdir()) == kept
    other.communicate(b"\n")
    check_folder(tmp_path)
    assert [path.name.startswith(mine) for path in place.iterdir()] == [True]


@pytest.mark.parametrize(
    ("name", "removed"),
    [
        (".2026-11-26_12-00-00.0123abcd-77.x_yz1234", True),  # of another machine
        (".2026-11-26_12-00-00.x_yz1234", True),  # of an earlier version
        (".2026-11-26_12-00-00-2.x_yz1234", True),
        (".manifest.x_yz1234", True),
        (".x_yz1234.part", True),
        (".gitignore", False),
        (".cache", False),
        (".manifest.json", False),
        (".nfs000012.lock", False),
        ("2026-11-26_12-00-00", False),
    ],
)
def test_where_the_process_is_not_known_a_day_has_to_pass(
    tmp_path: Path, name: str, removed: bool
) -> None:
    path = tmp_path / "fit" / name
    path.parent.mkdir()
    path.write_text("")
    check_folder(tmp_path)
    assert path.exists()
    long_ago = path.stat().st_mtime - unfinished.DAY - 1
    os.utime(path, (long_ago, long_ago))
    check_folder(tmp_path)
    assert path.exists() is not removed


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    place = tmp_path / "manifest.json"
    place.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        unfinished.write_file(place, fail)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
    assert place.read_text() == "old"
    unfinished.write_file(place, lambda path: path.write_text("new"))
    assert place.read_text() == "new"
    if os.name == "posix":
        assert place.stat().st_mode & 0o777 == 0o666 & ~unfinished.umask()
