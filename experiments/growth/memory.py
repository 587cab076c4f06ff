"""Peaks of memory, each of a process of its own, as Linux counts them."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SESSIONS = 12
LEAST = 1000  # dyads: fewer say only what the libraries take
PEAK = (  # not getrusage: it counts what the parent had
    "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
)
STREAM = (
    "import dyadsim; trial = dyadsim.rct(['cbt', 'waitlist'], {sessions}); "
    "dyadsim.stream(trial, 'hybrid', {dyads}, threads=2); "
)
TABLES = (
    "from dyadsim.cli.main import main; import io; from contextlib import redirect_stdout\n"
    "with redirect_stdout(io.StringIO()):\n"
    "    code = main(['simulate', 'study=rct', 'study.sessions={sessions}', 'threads=2', "
    "'size.clients={dyads}', 'results={folder}'])\n"
    "assert code == 0\n"
)


def peaks(streamed: int) -> Iterator[tuple[str, int, int, float, float]]:
    """Yield (what, dyads, dyad-sessions, peak in MB, on disk in MB)."""
    sizes = [size for size in (streamed // 100, streamed // 10, streamed) if size >= LEAST]
    for dyads in sizes:
        peak = peak_of(STREAM.format(sessions=SESSIONS, dyads=dyads))
        yield "only sums are kept", dyads, dyads * SESSIONS, peak, 0.0
    for dyads in sizes[:-1]:
        with tempfile.TemporaryDirectory() as folder:
            code = TABLES.format(sessions=SESSIONS, dyads=dyads, folder=folder)
            peak, files = peak_of(code), Path(folder).rglob("*.parquet")
            disk = sum(path.stat().st_size for path in files) / 1e6
        yield "all tables on disk, truth too", dyads, dyads * SESSIONS, peak, disk


def peak_of(code: str) -> float:
    """Return the peak of the resident memory of a process that runs some code, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", code + PEAK], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1]) * 1024 / 1e6
