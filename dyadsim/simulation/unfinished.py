"""Names of files and folders that are being written: they say which process writes them.

What is written whole or not at all is filled under such a name and then renamed. A process that was
killed leaves one behind. The next start removes it, and never one of a process that still lives.
"""

import hashlib
import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

DAY = 86_400.0  # seconds after which nobody is still writing on another machine (assumption)
_OWNED = re.compile(r"\..+\.(?P<machine>[0-9a-f]{8})-(?P<process>\d+)\.\w+(\.part)?")
_NAMELESS = re.compile(  # as versions up to 0.2 named them
    r"\.(\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(-\d+)?|manifest)\.\w{8}|\.\w{8}\.part"
)


def unfinished_prefix(name: str) -> str:
    """Return how the name begins under which this process writes `name`.

    Parameters
    ----------
    name
        What the file or folder is called once it is complete.

    Returns
    -------
    str
        Hidden; for `tempfile.mkdtemp` or `mkstemp`, which add letters of their own.

    Examples
    --------
    >>> unfinished_prefix("manifest").startswith(".manifest.")
    True
    """
    return f".{name}.{_machine()}-{os.getpid()}."


@cache
def _machine() -> str:
    """Return a mark of the machine since it was started, and of the container on it."""
    marks = [platform.node()]
    with suppress(OSError):  # Linux: process numbers are those of a boot and of a namespace
        marks.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
        marks.append(str(os.stat("/proc/self/ns/pid").st_ino))
    return hashlib.blake2b("".join(marks).encode(), digest_size=4).hexdigest()


def umask() -> int:
    """Return the process's file-mode mask."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_file(path: Path, fill: Callable[[Path], object]) -> Path:
    """Write a complete file or none: it is filled under another name beside it, then renamed.

    Parameters
    ----------
    path
        Of the file; one that is there is replaced.
    fill
        Writes the file that it is called with.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    OSError
        It cannot be written; nothing is left behind.
    """
    handle, name = tempfile.mkstemp(prefix=unfinished_prefix(path.name), dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        fill(beside)
        beside.chmod(0o666 & ~umask())  # as any file, not mkstemp's own 0600
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return path


def is_abandoned(path: Path) -> bool:
    """Return whether a file or folder is unfinished and nobody is going to finish it.

    Parameters
    ----------
    path
        Of the file or folder.

    Returns
    -------
    bool
        True if the process that wrote it is dead. Of other machines, and where no process is
        named, true after a day.

    Raises
    ------
    FileNotFoundError
        It is gone.

    Examples
    --------
    >>> is_abandoned(Path("points.parquet"))
    False
    """
    owned = _OWNED.fullmatch(path.name)
    if owned and owned["machine"] == _machine() and os.name == "posix":
        return not _lives(int(owned["process"]))
    if not owned and not _NAMELESS.fullmatch(path.name):
        return False
    return time.time() - path.stat().st_mtime > DAY


def _lives(process: int) -> bool:
    """Return whether a process of this machine still runs; a zombie does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    with suppress(OSError, IndexError):
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return state.rpartition(")")[2].split()[0] not in ("Z", "X")
    return True


def tidy_unfinished(paths: Iterable[Path]) -> None:
    """Remove those of the files and folders that are abandoned.

    Parameters
    ----------
    paths
        Any; all that are not abandoned are left alone, and so are those that cannot be removed.
    """
    for path in paths:
        with suppress(OSError):
            if not is_abandoned(path):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
