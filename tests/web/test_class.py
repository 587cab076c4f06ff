"""A class that bets: ten phones in Chromium, the screen, the presenter; who is refused."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from teaching_server import teaching

from dyadsim.lessons.index import LESSONS

pytest.importorskip("starlette", reason="the extra 'web' is not installed")
segno = pytest.importorskip("segno", reason="the extra 'web' is not installed")
from dyadsim.web import addresses, qr  # noqa: E402

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def lecture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """The lecturer's address of a class, and what was printed."""
    if addresses.network_address() is None:
        pytest.skip("this machine has no network address")
    words = ("class=true", "task.per_address=100")
    with teaching(tmp_path_factory.mktemp("class"), *words) as served:
        yield served


@pytest.fixture(scope="module")
def phones_address(lecture: tuple[str, list[str]]) -> str:
    """The address that phones open."""
    return re.findall(r"http://\S+", lecture[1][-2])[0]


def answered(
    address: str, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any]:
    where = urlsplit(address)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {**(JSON if data else {}), **names})
    try:
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text.startswith(("{", "[")) else text
    finally:
        connection.close()


def came(page: Any, script: str) -> None:
    """Wait until a script is true; Playwright's own waiting needs eval, which the page forbids."""
    for _ in range(1200):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise AssertionError(script)


@pytest.mark.slow
def test_ten_phones_bet_and_the_lecturer_shows(
    browser: Any, lecture: tuple[str, list[str]], phones_address: str
) -> None:
    presenter = browser.new_page()
    presenter.goto(f"{lecture[0]}presenter?lesson=your_trial")
    came(presenter, "document.body.dataset.stage === 'waiting'")
    contexts = [browser.new_context(viewport={"width": 390, "height": 844}) for _ in range(10)]
    phones = [context.new_page() for context in contexts]
    wrong: list[str] = []
    for phone in phones:
        phone.on("pageerror", lambda error: wrong.append(str(error)))
        phone.on(
            "request", lambda r: None if r.url.startswith(phones_address) else wrong.append(r.url)
        )
        phone.goto(phones_address)
    presenter.click("#ask")
    for k, phone in enumerate(phones):
        came(phone, "document.body.dataset.stage === 'open'")
        assert phone.inner_text("#question") == LESSONS["your_trial"].bet.question
        phone.click(f"#options button >> nth={k % 2}")
        came(phone, "document.querySelectorAll('#options [aria-pressed=true]').length === 1")
        assert phone.is_hidden("#answer")
    phones[0].click("#options button >> nth=1")  # a second bet replaces the first
    came(presenter, "document.getElementById('bars').textContent.includes('6 bets')")
    counts = presenter.locator("#bars .count").all_inner_texts()
    assert counts[:2] == ["4 bets", "6 bets"]
    screen = browser.new_page()
    screen.goto(f"{lecture[0]}screen")
    came(screen, "document.body.dataset.stage === 'open'")
    assert screen.locator("#bars .count").count() == 0  # others' bets would sway the class
    presenter.click("#show")
    came(phones[3], "document.getElementById('sentence').textContent !== ''")
    assert phones[3].locator("#bars .count").all_inner_texts() == counts
    assert "your bet" in phones[3].inner_text("#bars li >> nth=1")
    came(screen, "document.querySelector('#figure .plot .main-svg') !== null")
    assert screen.inner_text("#sentence") == phones[3].inner_text("#sentence")
    assert phones[3].evaluate("document.documentElement.scrollWidth <= innerWidth")
    presenter.click("#again")
    came(phones[3], "document.body.dataset.stage === 'waiting'")
    assert answered(lecture[0], "GET", "/api/class/room")[1]["counts"] == []
    for page in (*contexts, presenter, screen):
        page.close()
    assert not wrong


def test_presenter_notes_and_a_hand_out_without_a_class(
    browser: Any, address: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    page.goto(f"{address}presenter?lesson=certified")
    page.wait_for_selector("body[data-ready]")
    assert page.is_hidden("#ask")
    assert "class=true" in page.inner_text("#no-class")
    assert page.inner_text("#careful li >> nth=0") == LESSONS["certified"].careful[0]
    page.goto(f"{address}handout?lesson=certified&seed=7&world=null")
    page.wait_for_selector("body[data-ready]")
    assert page.inner_text("h1") == LESSONS["certified"].title
    shown = page.locator("#options li").all_inner_texts()
    assert shown == list(LESSONS["certified"].bet.options)
    assert "seed=7" in page.inner_text("#command")
    assert page.get_attribute("#figures img >> nth=0", "src").startswith("data:image/svg")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2  # the bet, and the answer
    page.close()


def test_the_lessons_page_asks_the_class(browser: Any, lecture: tuple[str, list[str]]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{lecture[0]}?lesson=alliance&world=null&seed=7")
    page.wait_for_selector("body[data-ready]")
    page.wait_for_selector(".in-class button")
    page.click("text=Ask the class this")
    came(page, "document.querySelector('.in-class').textContent.includes('0 bets on')")
    room = answered(lecture[0], "GET", "/api/class/room")[1]
    assert (room["lesson"], room["values"]["world"], room["values"]["seed"]) == (
        "alliance",
        "null",
        7,
    )
    page.close()
    answered(lecture[0], "POST", "/api/class/end", {})


def test_phones_reach_nothing_but_their_page(
    lecture: tuple[str, list[str]], phones_address: str
) -> None:
    for path in (
        "/api/lessons",
        "/api/lesson/alliance",
        "/presenter",
        "/static/page.js",
        "/class.svg",
    ):
        assert answered(phones_address, "GET", path)[0] == 403
    for path in ("show", "ask", "end", "bars"):
        assert answered(phones_address, "POST", f"/api/class/{path}", {})[0] == 403
    assert answered(phones_address, "POST", "/api/exports", {})[0] == 403
    assert "Waiting for the first question" in answered(phones_address, "GET", "/")[1]
    key = lecture[1][-1].split("key=")[1].strip()
    assert answered(phones_address, "GET", "/presenter", Cookie=f"dyadsim_key={key}")[0] == 200
    assert answered(phones_address, "GET", "/presenter", Cookie=f"dyadsim_key={key}x")[0] == 403


def test_other_sites_and_names_are_refused(
    lecture: tuple[str, list[str]], phones_address: str
) -> None:
    for address in (lecture[0], phones_address):
        assert answered(address, "GET", "/", Host="evil.example")[0] == 400
        assert (
            answered(address, "POST", "/api/class/join", {}, Origin="http://evil.example")[0] == 403
        )
        cross = {"Sec_Fetch_Site": "cross-site"}
        assert answered(address, "GET", "/api/class", **cross)[0] == 403
        assert answered(address, "GET", "/api/class", Sec_Fetch_Site="same-site")[0] == 403
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert answered(lecture[0], "GET", "/", Sec_Fetch_Dest="document", **link)[0] == 200
    assert answered(lecture[0], "GET", "/", Sec_Fetch_Dest="iframe", **link)[0] == 403
    assert answered(lecture[0], "GET", "/api/lessons", Sec_Fetch_Dest="document", **link)[0] == 403


def test_bets_that_are_no_bets(lecture: tuple[str, list[str]], phones_address: str) -> None:
    room = answered(lecture[0], "POST", "/api/class/ask", {"lesson": "alliance", "settings": {}})[1]
    good = {"round": room["round"], "option": 0}
    assert answered(phones_address, "POST", "/api/class/bet", good)[0] == 403  # no device
    cookie = joined(phones_address)
    for body, status in (
        ({"round": room["round"], "option": 99}, 400),
        ({"round": room["round"], "option": True}, 400),
        ({"round": room["round"] - 1, "option": 0}, 409),
        ([1], 400),
        ({"option": "x" * 5000}, 400),
    ):
        assert answered(phones_address, "POST", "/api/class/bet", body, Cookie=cookie)[0] == status
    plain = {"Content_Type": "text/plain"}  # as a form of another site could send it
    assert (
        answered(phones_address, "POST", "/api/class/bet", good, Cookie=cookie, **plain)[0] == 400
    )
    cookie = joined(phones_address)
    fast = [
        answered(phones_address, "POST", "/api/class/bet", good, Cookie=cookie)[0]
        for _ in range(12)
    ]
    assert fast[0] == 200
    assert 429 in fast
    assert answered(lecture[0], "GET", "/api/class/room")[1]["counts"][0] == 1
    answered(lecture[0], "POST", "/api/class/end", {})


def joined(address: str) -> str:
    """Return the cookie of a new device."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
    connection.request("POST", "/api/class/join", "{}", JSON)
    answer = connection.getresponse()
    header = str(answer.getheader("set-cookie"))
    connection.close()
    assert "HttpOnly" in header
    assert "samesite=strict" in header.lower()
    return header.split(";")[0]


def test_the_code_says_the_address(lecture: tuple[str, list[str]], phones_address: str) -> None:
    drawn = "".join(lecture[1][1:-2]).rstrip("\n")
    assert drawn == qr.terminal_code(phones_address, colour=False)
    half = {" ": (1, 1), "▀": (0, 1), "▄": (1, 0), "█": (0, 0)}
    rows = [row for line in drawn.split("\n") for row in zip(*(half[c] for c in line), strict=True)]
    matrix = segno.make(phones_address, error="m").matrix_iter(border=qr.BORDER)
    assert [tuple(int(bool(dot)) for dot in row) for row in matrix] == rows[: len(rows[0])]
    assert answered(lecture[0], "GET", "/class.svg")[1].startswith("<?xml")


@pytest.mark.slow
def test_a_slow_client_is_let_go(phones_address: str) -> None:
    where = urlsplit(phones_address)
    with socket.create_connection((str(where.hostname), where.port or 80), timeout=20) as slow:
        began = time.monotonic()
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x")
        assert slow.recv(100) == b""
        assert 5 < time.monotonic() - began < 19


@pytest.mark.slow
@pytest.mark.parametrize("host", ["::1", "0.0.0.0"])
def test_other_hosts_answer(host: str, tmp_path: Path) -> None:
    if host == "::1" and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with teaching(tmp_path, f"task.host={host}") as (address, _):
        assert answered(address, "GET", "/api/mode")[1] == {"inClass": False}
        own = addresses.network_address()
        if host == "0.0.0.0" and own:
            port = urlsplit(address).port
            assert answered(f"http://{own}:{port}/", "GET", "/api/lessons")[0] == 200
            name = f"{socket.gethostname()}:{port}"
            assert answered(address, "GET", "/api/mode", Host=name)[0] == 200
            assert answered(address, "GET", "/api/mode", Host="evil.example")[0] == 400
