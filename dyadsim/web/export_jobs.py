"""Lessons as files, made in the background: progress, cancel, and an end when nobody asks any more.

One thread makes one file at a time. A file waits to be fetched for a minute, then it is dropped.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from dyadsim.lessons.lesson import Lesson
from dyadsim.translation import ENGLISH
from dyadsim.web import single_file

MOST = 3  # files that wait or are being made
ABANDONED_SECONDS = 10.0  # since the page last asked how far it is
KEPT_SECONDS = 60.0
WAITING, WORKING, READY, STOPPED = "waiting", "working", "ready", "stopped"


class _Job:
    """One file: how far it is, when the page last asked."""

    def __init__(
        self, lesson: Lesson, wanted: Mapping[str, Any], language: str, now: float
    ) -> None:
        self.id, self.lesson, self.wanted = secrets.token_hex(8), lesson, wanted
        self.language, self.last_request = language, now
        self.state, self.done, self.total = WAITING, 0, 0
        self.text, self.error = "", ""


class ExportJobs:
    """The files that are being made.

    Parameters
    ----------
    make
        As `single_file.lesson_file`.
    clock
        Seconds, of any origin.
    """

    def __init__(
        self,
        make: Callable[..., str] = single_file.lesson_file,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._clock = make, clock
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def start(
        self, lesson: Lesson, wanted: Mapping[str, Any], language: str = ENGLISH
    ) -> dict[str, Any] | None:
        """Begin a file with its texts in a language.

        Returns
        -------
        dict or None
            As `progress`; None where too many are being made.
        """
        with self._lock:
            self._drop_old()
            if sum(job.state in (WAITING, WORKING) for job in self._jobs.values()) >= MOST:
                return None
            job = _Job(lesson, wanted, language, self._clock())
            self._jobs[job.id] = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            return self._said(job)

    def progress(self, name: str) -> dict[str, Any] | None:
        """Return id, state, done and total of a file, and why it stopped; None: no such file."""
        with self._lock:
            self._drop_old()
            job = self._jobs.get(name)
            if job is None:
                return None
            job.last_request = self._clock()
            return self._said(job)

    def cancel(self, name: str) -> bool:
        """Stop a file and forget it; return whether there was one."""
        with self._lock:
            job = self._jobs.pop(name, None)
            if job is not None:
                job.state = STOPPED
            return job is not None

    def take(self, name: str) -> tuple[str, str] | None:
        """Return the lesson's name and the text of a file that is ready, once."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.state != READY:
                return None
            del self._jobs[name]
            return job.lesson.name, job.text

    def close(self) -> None:
        """Stop everything: the server ends."""
        with self._lock:
            self._closed = True
            self._jobs.clear()

    def _said(self, job: _Job) -> dict[str, Any]:
        return {
            "id": job.id,
            "state": job.state,
            "done": job.done,
            "total": job.total,
            "error": job.error,
        }

    def _drop_old(self) -> None:
        """Forget files that nobody has asked for."""
        now = self._clock()
        for name, job in list(self._jobs.items()):
            limit = ABANDONED_SECONDS if job.state in (WAITING, WORKING) else KEPT_SECONDS
            if now - job.last_request > limit:
                job.state = STOPPED
                del self._jobs[name]

    def _next(self) -> _Job | None:
        """Return the next file to make; without one, this thread ends."""
        with self._lock:
            self._drop_old()
            waiting = [job for job in self._jobs.values() if job.state == WAITING]
            if self._closed or not waiting:
                self._thread = None
                return None
            waiting[0].state = WORKING
            return waiting[0]

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                text = self._make(
                    job.lesson, job.wanted, progress=self._watch(job), language=job.language
                )
            except single_file.Stopped:
                continue
            except Exception as error:
                with self._lock:
                    job.state, job.error = STOPPED, f"The file could not be made ({error})."
                continue
            with self._lock:
                job.text, job.state, job.last_request = text, READY, self._clock()

    def _watch(self, job: _Job) -> Callable[[int, int], bool]:
        """Return the function that notes how far a file is, and says whether to go on."""

        def note(done: int, total: int) -> bool:
            with self._lock:
                self._drop_old()
                job.done, job.total = done, total
                return not self._closed and self._jobs.get(job.id) is job

        return note
