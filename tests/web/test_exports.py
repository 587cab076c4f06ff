"""Files to take home, made in the background: progress, cancel, abandoned ones, Ctrl-C."""

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dyadsim.lessons.index import LESSONS

pytest.importorskip("starlette", reason="the extra 'web' is not installed")
from dyadsim.web import export_jobs, single_file
from dyadsim.web.export_jobs import ExportJobs


class Making:
    """Makes a file of five steps, a step whenever it is let; counts the steps."""

    def __init__(self) -> None:
        self.steps, self.let = 0, threading.Semaphore(0)

    def __call__(self, lesson: Any, wanted: Any, progress: Any, language: str) -> str:
        for done in range(5):
            if not progress(done, 5):
                raise single_file.Stopped
            self.let.acquire(timeout=10)
            self.steps += 1
        return f"{lesson.name} {wanted['seed']}"


def until(true: Any) -> None:
    for _ in range(6000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_progress_and_one_fetch() -> None:
    making = Making()
    jobs = ExportJobs(making)
    name = jobs.start(LESSONS["alliance"], {"seed": 3})["id"]
    making.let.release(2)
    until(lambda: jobs.progress(name)["done"] == 2)
    assert jobs.take(name) is None, "not before it is ready"
    making.let.release(3)
    until(lambda: jobs.progress(name)["state"] == export_jobs.READY)
    assert jobs.take(name) == ("alliance", "alliance 3")
    assert jobs.take(name) is None, "kept for one fetch only"


def test_a_cancelled_file_stops_and_the_next_begins() -> None:
    making = Making()
    jobs = ExportJobs(making)
    first = jobs.start(LESSONS["alliance"], {"seed": 3})["id"]
    second = jobs.start(LESSONS["certified"], {"seed": 4})["id"]
    assert jobs.start(LESSONS["certified"], {"seed": 5})
    assert jobs.start(LESSONS["certified"], {"seed": 6}) is None, "so many and no more"
    assert jobs.cancel(first)
    assert not jobs.cancel(first)
    making.let.release(6)  # the first stops at its next step
    until(lambda: jobs.progress(second)["state"] == export_jobs.READY)
    assert making.steps <= 6 + 1


def test_an_abandoned_file_stops() -> None:
    now, making = [0.0], Making()
    jobs = ExportJobs(making, clock=lambda: now[0])
    name = jobs.start(LESSONS["alliance"], {"seed": 3})["id"]
    making.let.release()
    until(lambda: making.steps == 1)
    now[0] = export_jobs.ABANDONED_SECONDS + 1
    making.let.release(4)
    until(lambda: jobs._thread is None)
    assert making.steps == 2
    assert jobs.progress(name) is None


def test_a_file_that_nobody_fetches_is_dropped() -> None:
    now, making = [0.0], Making()
    jobs = ExportJobs(making, clock=lambda: now[0])
    name = jobs.start(LESSONS["alliance"], {"seed": 3})["id"]
    making.let.release(5)
    until(lambda: jobs.progress(name)["state"] == export_jobs.READY)
    now[0] = export_jobs.KEPT_SECONDS + 1
    assert jobs.take(name) is None or jobs.progress(name) is None


def test_a_fault_is_said() -> None:
    def broken(*_: Any, **__: Any) -> str:
        raise ValueError("odd")

    jobs = ExportJobs(broken)
    name = jobs.start(LESSONS["alliance"], {})["id"]
    until(lambda: jobs.progress(name)["state"] == export_jobs.STOPPED)
    assert "odd" in jobs.progress(name)["error"]


@pytest.mark.parametrize("name", LESSONS)
def test_every_slider_moves_in_every_world(name: str) -> None:
    lesson = LESSONS[name]
    settings = single_file.file_settings(lesson, {"seed": 5})
    assert len(settings) <= single_file.MAX_SETTINGS
    keys = [single_file.settings_key(values) for values in settings]
    assert len(set(keys)) == len(keys)
    assert {values["seed"] for values in settings} == {5}
    known, grid = set(keys), single_file.file_grid(lesson, {})
    for world in grid["world"]:
        base = single_file.lessons.possible_settings(lesson, {"world": world, "seed": 5})[0]
        for dial in lesson.dials:
            assert len(grid[dial.key]) >= 4
            for place in single_file._places(dial):
                moved = single_file.lessons.possible_settings(lesson, {**base, dial.key: place})[0]
                assert single_file.settings_key(moved) in known


def test_sessions_can_be_stepped() -> None:
    grid = single_file.file_grid(LESSONS["one_dyad"], {})
    assert grid["held"] == grid["session"] == list(range(1, 17))


@pytest.mark.slow
def test_the_page_shows_progress_and_cancels(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{address}?lesson=certified")
    page.wait_for_selector("body[data-ready]")
    page.evaluate("document.getElementById('keep').click()")
    script = (
        "/^[1-9]\\d* of \\d+/.test(document.querySelector('#export [role=status]').textContent)"
    )
    until(lambda: page.evaluate(script))
    page.evaluate("document.querySelector('#export button').click()")
    until(lambda: page.evaluate("document.body.dataset.exported") == "Cancelled.")
    page.close()
    where = urlsplit(address)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
    body = json.dumps({"lesson": "alliance", "settings": {}})
    headers = {"Content-Type": "application/json"}
    for origin, status in (("http://evil.example", 403), (f"http://{where.netloc}", 202)):
        connection.request("POST", "/api/exports", body, {**headers, "Origin": origin})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status == status
    connection.request("DELETE", f"/api/exports/{said['id']}")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.slow
def test_control_c_ends_the_server_in_two_seconds(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "dyadsim", "teach", "task.browser=false", "task.port=0"]
    with subprocess.Popen(
        words,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # ignored behind a shell's &
    ) as server:
        assert server.stdout is not None
        where = urlsplit(server.stdout.readline().split()[1])
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
        body = json.dumps({"lesson": "certified", "settings": {}})
        connection.request("POST", "/api/exports", body, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 202  # a file is being made, a connection is open
        began = time.monotonic()
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=20)
        assert time.monotonic() - began < 10  # two seconds, and room for a busy machine
        assert server.returncode == 130
        assert "Traceback" not in errors
        connection.close()
