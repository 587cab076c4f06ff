"""The local server: whom it answers, what it answers, what it refuses."""

import http.client
import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dyadsim.cli.main import main
from dyadsim.lessons.index import LESSONS
from dyadsim.web import single_file

pytest.importorskip("starlette", reason="the extra 'web' is not installed")


def answer_of(address: str, path: str, host: str | None = None, method: str = "GET") -> tuple:
    where = urlsplit(address)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
    connection.request(method, path, headers={"Host": host or where.netloc})
    try:
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_foreign_hosts_are_refused(address: str) -> None:
    assert answer_of(address, "/")[0] == 200
    for host in ("evil.example", "127.0.0.1.evil.example", "dyadsim.local:80"):
        assert answer_of(address, "/", host)[0] == 400
        assert answer_of(address, "/api/lessons", host)[0] == 400


def test_every_answer_carries_the_policy(address: str) -> None:
    for path in ("/", "/static/page.js", "/api/lessons", "/nothing", "/static/server.py"):
        _, headers, _ = answer_of(address, path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'self';" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_only_what_the_page_needs_is_there(address: str) -> None:
    for path in (
        "/nothing",
        "/static/server.py",
        "/static/..%2fserver.py",
        "/api/lesson/odd",
        "/export/odd",
    ):
        assert answer_of(address, path)[0] == 404
    for method in ("POST", "PUT", "DELETE"):
        assert answer_of(address, "/api/lesson/alliance", method=method)[0] == 405
    assert answer_of(address, "/api/lesson/alliance?x=" + "y" * 3000)[0] == 400
    assert "http" not in answer_of(address, "/")[2].decode().replace("http-equiv", "")


def test_a_lesson_answers_with_possible_settings(address: str) -> None:
    status, _, body = answer_of(address, "/api/lesson/alliance?clients=1e8&world=null&x=1")
    answer = json.loads(body)
    assert status == 200
    assert answer["settings"]["clients"] == 5000
    assert len(answer["notes"]) == 2
    page = json.loads(answer_of(address, "/api/lessons")[2])
    assert [lesson["name"] for lesson in page["lessons"]] == list(LESSONS)


def test_a_taken_port_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["teach", f"task.port={port}", "task.browser=false"]) == 2
    assert f"cannot listen on 127.0.0.1, port {port}" in capsys.readouterr().err
    assert main(["teach", "task.port=99999"]) == 2
    assert main(["teach", "task.host=203.0.113.7", "task.browser=false"]) == 2


def test_a_file_to_take_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(single_file, "MAX_SETTINGS", 12)
    monkeypatch.setattr(single_file, "ROOM", 0)
    assert main(["teach", "task.keep=your_trial", "seed=4"]) == 0
    assert "results/lesson_your_trial.html" in capsys.readouterr().out
    assert main(["teach", "task.keep=your_trail"]) == 2
    assert "Did you mean your_trial" in capsys.readouterr().err
