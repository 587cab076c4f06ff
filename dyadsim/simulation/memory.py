"""How much memory a run takes, and how much there is: what does not fit is refused.

Linux says what is free (`/proc/meminfo`), control groups and `ulimit -v` what a process may have.
Elsewhere `os.sysconf` knows; where nothing does, nothing is refused.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from dyadsim.errors import BadInput
from dyadsim.model.variables import FIRST_RECORDED, ROW_COUNT
from dyadsim.studies.schedule import steps_of
from dyadsim.studies.study import Study

GROUPS, OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
MEMINFO = Path("/proc/meminfo")
SMALL = 2**27  # bytes that are never asked about
VARIABLE_BYTES = 4  # float32
CLIENT_BYTES = 12  # random word, arm and therapist
_VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes")
_VERSION_2 = ("memory.max", "memory.current")
_UNLIMITED = 2**60  # what control groups of version 1 say where there is no limit


def available_bytes() -> int | None:
    """Return the bytes of memory that this process may still take; None where nobody knows.

    Returns
    -------
    int or None
        The least of what is free on the machine, in the control group and under `ulimit -v`.

    Examples
    --------
    >>> free = available_bytes()
    >>> free is None or free > 0
    True
    """
    known = [free for free in (_free_on_machine(), _free_in_group(), _free_of_process()) if free]
    return min(known, default=None)


def _free_on_machine() -> int | None:
    """Return the free bytes of the machine, what can be dropped from caches included."""
    with suppress(OSError, ValueError, IndexError):
        for line in MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    with suppress(AttributeError, OSError, ValueError):
        pages = {"SC_AVPHYS_PAGES", "SC_PHYS_PAGES"} & set(os.sysconf_names)
        if pages:  # without the first one (macOS) all memory is taken to be free
            return os.sysconf(min(pages)) * os.sysconf("SC_PAGE_SIZE")
    return None


def _free_in_group() -> int | None:
    """Return the free bytes of the control groups that this process is in."""
    free = [limit - used for limit, used in _groups() if limit < _UNLIMITED]
    return max(min(free), 1) if free else None


def _groups() -> Iterator[tuple[int, int]]:
    """Give the limit and the use of every group above this process: version 2, then version 1."""
    with suppress(OSError):
        for line in OWN_GROUPS.read_text(encoding="utf-8").splitlines():
            _, kinds, own = line.split(":", 2)
            if kinds and "memory" not in kinds.split(","):
                continue
            names = _VERSION_1 if kinds else _VERSION_2
            root = GROUPS / "memory" if kinds else GROUPS
            place = root / own.lstrip("/")
            for folder in (place, *place.parents):
                with suppress(OSError, ValueError):  # a root has no limit; "max" is none
                    limit, used = (int((folder / name).read_text()) for name in names)
                    yield limit, used - _file_cache(folder)
                if folder == root:
                    break


def _file_cache(folder: Path) -> int:
    """Return the bytes of a group that hold files nobody has used lately: they can be dropped."""
    with suppress(OSError, ValueError):
        for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines():
            if line.split()[0] in ("inactive_file", "total_inactive_file"):
                return int(line.split()[1])
    return 0


def _free_of_process() -> int | None:
    """Return the address space that `ulimit -v` leaves to this process."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            return max(limit - used, 1)
    return None


def client_bytes(study: Study, keep_truth: bool = True) -> int:
    """Return the bytes that a client of a run takes.

    Parameters
    ----------
    study
        Who gets what when.
    keep_truth
        Every recorded variable is kept at every step.

    Returns
    -------
    int
        4 bytes a variable, and with the truth 4 bytes a recorded variable and step.

    Examples
    --------
    >>> import dyadsim
    >>> trial = dyadsim.rct(["cbt", "waitlist"], sessions=8, follow_up=())
    >>> client_bytes(trial), client_bytes(trial, keep_truth=False)
    (1780, 340)
    """
    steps = len(steps_of(study.schedule)[0]) if keep_truth else 0
    recorded = ROW_COUNT - FIRST_RECORDED
    size: int = VARIABLE_BYTES * (ROW_COUNT + recorded * steps) + CLIENT_BYTES
    return size


def check_run(study: Study, clients: int, keep_truth: bool) -> None:
    """Refuse a run that does not fit into memory.

    Parameters
    ----------
    study, clients, keep_truth
        As in `simulate.start`.

    Raises
    ------
    BadInput
        It does not fit; the message names the number of clients that would.
    """
    of_client = client_bytes(study, keep_truth)
    if clients * of_client > SMALL:
        check_fits(clients * of_client, "clients", clients, of_client)


def check_fits(need: float, name: str, value: int, unit_bytes: float) -> None:
    """Refuse what does not fit into memory.

    Parameters
    ----------
    need
        Bytes that are needed.
    name, value
        The size that decides on it, and its value.
    unit_bytes
        Bytes that one of it takes.

    Raises
    ------
    BadInput
        More than what is free; the message names the size that would fit, if there is one.
    """
    free = available_bytes()
    if free is None or need <= free:
        return
    fits = round_down(int((free - (need - value * unit_bytes)) / unit_bytes)) if unit_bytes else 0
    none = f"no {name} would fit, but fewer threads take less"
    words = f"{name}={fits} would fit" if fits > 0 else none
    raise BadInput(
        f"{name}={value} would take about {in_words(need)} of memory, and {in_words(free)} are "
        f"free: {words}."
    )


def round_down(value: int) -> int:
    """Return a number rounded down to two digits.

    Examples
    --------
    >>> round_down(123456), round_down(7), round_down(-3)
    (120000, 7, 0)
    """
    unit = int(10 ** max(len(str(max(value, 0))) - 2, 0))
    return max(value, 0) // unit * unit


def in_words(count: float) -> str:
    """Return a number of bytes in megabytes or gigabytes.

    Examples
    --------
    >>> in_words(2.5e9), in_words(3.1e8)
    ('2.5 GB', '310 MB')
    """
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
