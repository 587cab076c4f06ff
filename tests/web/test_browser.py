"""The teachers' page in a real Chromium: bets, sliders, keyboard, phone, links, files."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dyadsim.lessons.index import LESSONS
from dyadsim.web import single_file

pytest.importorskip("starlette", reason="the extra 'web' is not installed")
NAMES = list(LESSONS)
SIZES = {"desk": (1280, 720, ""), "phone": (390, 844, ""), "projector": (1280, 720, "&projector=1")}


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page that fails on any error, and on any request that leaves the machine."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    inside = (address, "data:", "blob:", "file:")
    page.on(
        "request",
        lambda request: None if request.url.startswith(inside) else wrong.append(request.url),
    )
    yield page
    page.close()
    assert not wrong


def opened(page: Any, address: str, query: str, shown: bool = True) -> None:
    page.goto(f"{address}?{query}")
    page.wait_for_selector("body[data-ready]")
    if shown:
        page.check("#bet-options input >> nth=0")
        page.click("#reveal")
        page.wait_for_selector("body[data-drawn]")


def settled(page: Any, action: Any) -> None:
    """Do something that asks for numbers; wait until they are drawn."""
    before = page.evaluate("Number(document.body.dataset.ready)")
    action()
    for _ in range(750):  # Playwright's own waiting would need eval, which the page forbids
        if page.evaluate("Number(document.body.dataset.ready)") > before:
            return
        page.wait_for_timeout(20)
    raise AssertionError("no numbers came")


def moved(page: Any, key: str, value: float) -> None:
    script = """([key, value]) => { const input = document.getElementById('c-' + key);
      input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }"""
    settled(page, lambda: page.evaluate(script, [key, value]))


@pytest.mark.parametrize("name", NAMES)
def test_every_lesson_at_every_size(page: Any, address: str, name: str, tmp_path: Path) -> None:
    for label, (width, height, extra) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        opened(page, address, f"lesson={name}{extra}", shown=False)
        assert page.inner_text("h1") == LESSONS[name].title
        for part in ("#shown", "#careful-box"):
            assert page.is_hidden(part), "the result must not be seen before the bet"
        assert page.is_disabled("#reveal")
        page.check("#bet-options input >> nth=0")
        page.click("#reveal")
        page.wait_for_selector("body[data-drawn]")
        top = page.evaluate("document.getElementById('sentence').getBoundingClientRect().top")
        assert 0 <= top < height, f"{label}: the answer must be in sight"
        assert page.inner_text("#sentence") == page.evaluate("window.dyadsim.result().sentence")
        plots = page.locator("#figures .plot")
        assert plots.count() == page.evaluate("window.dyadsim.result().figures.length")
        for k in range(plots.count()):
            assert plots.nth(k).get_attribute("role") == "img"
            assert len(plots.nth(k).get_attribute("aria-label")) > 30
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{label}: the page scrolls sideways"
        assert page.locator(".modebar-btn").count() == 0  # none that leads off the machine
        unnamed = page.evaluate(
            "[...document.querySelectorAll('#controls input, #controls select')]"
            ".filter((input) => !input.labels.length).length"
        )
        assert unnamed == 0


def test_a_slider_changes_the_sentence_and_the_command(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&world=hybrid")
    before = page.inner_text("#sentence")
    moved(page, "session", 6)
    assert "session 6" in page.inner_text("#sentence") != before
    assert "session:6" in page.inner_text("#command")
    assert page.inner_text("#o-session") == "6"
    settled(page, lambda: page.select_option("#c-world", "null"))
    assert page.is_disabled("#c-distress\\.bond_effect")
    assert "claim" in page.inner_text("#h-distress\\.bond_effect")


def test_the_newest_change_wins(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance")
    requests: list[str] = []
    page.on(
        "request", lambda request: requests.append(request.url) if "/api/" in request.url else None
    )
    settled(
        page,
        lambda: page.evaluate("""() => { const input = document.getElementById('c-clients');
      for (let k = 1; k <= 40; k += 1) { input.value = 100 * k;
        input.dispatchEvent(new Event('input', {bubbles: true})); } }"""),
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.dyadsim.result().settings.clients") == 4000
    assert len(requests) <= 3, "stale requests must not queue"


def test_a_preset_and_a_new_bet(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance")
    settled(page, lambda: page.click("text=Alliance does nothing"))
    assert page.is_hidden("#shown")
    assert page.locator("#bet-options input:checked").count() == 0
    left = page.evaluate("window.dyadsim.result().answers")
    page.check(f"#bet-options input >> nth={left[0]}")
    page.click("#reveal")
    assert "changes nothing at all" in page.inner_text("#sentence")
    assert ("✓" if len(left) == 1 else "may be right") in page.inner_text("#verdict")


def test_no_verdict_inside_the_error(page: Any, address: str) -> None:
    opened(page, address, "lesson=who_got_better&sessions=4&clients=100")
    left = page.evaluate("window.dyadsim.result().answers")
    assert left == [0, 1]
    assert "may be right" in page.inner_text("#verdict")
    assert "✓" not in page.inner_text("#verdict")


def test_keyboard_alone(page: Any, address: str) -> None:
    opened(page, address, "lesson=your_trial", shown=False)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "bet":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "reveal"
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-drawn]")
    page.focus("#c-each")
    settled(page, lambda: page.keyboard.press("ArrowRight"))
    assert page.evaluate("window.dyadsim.settings().each") == 45
    focus = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert focus == "solid"


def test_a_link_restores_the_settings(page: Any, address: str) -> None:
    opened(page, address, "lesson=certified")
    moved(page, "seed", 321)
    moved(page, "trials", 22)
    settled(page, lambda: page.select_option("#c-comparator", "supportive"))
    sentence, link = page.inner_text("#sentence"), page.url
    page.goto("about:blank")
    opened(page, address, link.split("?", 1)[1])
    assert page.inner_text("#sentence") == sentence


def test_an_older_link_restores_the_seed(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&luck=321", shown=False)
    assert page.evaluate("window.dyadsim.settings().seed") == 321
    assert page.is_hidden("#note")
    assert "seed=321" in page.url
    assert "luck" not in page.url


def test_a_new_seed(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&seed=9")
    sentence = page.inner_text("#sentence")
    for _ in range(3):  # a draw may hit the same seed
        settled(page, lambda: page.click("#new-seed"))
    assert page.evaluate("window.dyadsim.settings().seed") != 9
    assert page.inner_text("#sentence") != sentence


HOSTILE = [
    "lesson=<script>alert(1)</script>",
    "lesson=alliance&clients=1e99&seed=-5&world=../../etc",
    "lesson=alliance&distress.bond_effect=NaN&x[]=1&__proto__=1",
    "lesson=your_trial&each=999999",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_address_gives_a_page_with_a_note(page: Any, address: str, query: str) -> None:
    opened(page, address, query)
    assert page.is_visible("#note")
    assert page.inner_text("#note")
    assert page.inner_text("#sentence")


def test_back_leads_to_the_lesson_before(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&seed=9", shown=False)
    settled(page, lambda: page.click("text=The best therapist"))
    assert page.inner_text("h1") == "The best therapist"
    settled(page, lambda: page.go_back())
    assert page.inner_text("h1") == "Does alliance cause outcome?"
    assert page.evaluate("window.dyadsim.settings().seed") == 9


def test_the_lecturers_lock(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&lock=1", shown=False)
    page.check("#bet-options input >> nth=0")
    assert page.is_disabled("#reveal")
    assert page.is_disabled("#c-session")
    assert page.locator("#lessons button:enabled").count() == 0
    page.click("#lock")
    assert page.is_enabled("#reveal")
    assert "lock=1" not in page.url


def test_files_carry_their_settings(page: Any, address: str, tmp_path: Path) -> None:
    opened(page, address, "lesson=alliance&seed=7")
    with page.expect_download() as download:
        page.click("#save-csv")
    download.value.save_as(tmp_path / "data.csv")
    lines = (tmp_path / "data.csv").read_text().splitlines()
    assert lines[0].startswith("# dyadsim 0.")
    assert "seed=7" in lines[1]
    assert "# seed: 7" in lines
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert {row["figure"] for row in rows} == {"seen", "true"}
    for button, mark in (("#save-png", b"\x89PNG"), ("#save-svg", b"<svg")):
        page.goto("about:blank")
        opened(page, address, "lesson=alliance&seed=7")
        files: list[Any] = []

        def keep(file: Any, to: list[Any] = files) -> None:
            to.append(file)

        page.on("download", keep)
        page.click(button)
        for _ in range(200):
            if len(files) == 2:  # a file a figure
                break
            page.wait_for_timeout(50)
        page.remove_listener("download", keep)
        names = {file.suggested_filename.split("_")[-1][:4] for file in files}
        assert names == {"seen", "true"}  # in any order: the two downloads race
        for file in files:
            file.save_as(tmp_path / "figure")
            assert mark in (tmp_path / "figure").read_bytes()[:2000]


def test_tables_stand_in_for_figures(page: Any, address: str) -> None:
    opened(page, address, "lesson=who_got_better")
    page.click("#f-kinds summary")
    text = page.inner_text("#f-kinds table")
    assert "recovered" in text
    assert re.search(r"waiting\s+reliably worse", text)


def test_a_lesson_taken_home_needs_no_server(
    page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_file, "MAX_SETTINGS", 70)
    monkeypatch.setattr(single_file, "ROOM", 0)
    path = tmp_path / "lesson.html"
    wanted = {"seed": 3, "world": "contextual"}
    path.write_text(single_file.lesson_file(LESSONS["alliance"], wanted), encoding="utf-8")
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready]")
    page.check("#bet-options input >> nth=2")
    page.click("#reveal")
    page.wait_for_selector("body[data-drawn]")
    assert page.evaluate("window.dyadsim.settings().world") == "contextual"
    before = page.inner_text("#sentence")
    settled(page, lambda: page.select_option("#c-world", "null"))
    assert "changes nothing at all" in page.inner_text("#sentence") != before
    assert page.evaluate("window.dyadsim.settings().seed") == 3
    assert page.is_disabled("#new-seed")
    settled(page, lambda: page.select_option("#c-world", "contextual"))
    page.focus("#c-distress\\.bond_effect")
    settled(page, lambda: page.keyboard.press("ArrowRight"))
    settled(page, lambda: page.keyboard.press("End"))
    assert page.evaluate("window.dyadsim.result().settings['distress.bond_effect']") == 2
    assert page.is_hidden("#note")
    page.focus("#c-clients")
    settled(page, lambda: page.keyboard.press("End"))  # the last slider that was moved stays
    assert page.evaluate("window.dyadsim.result().settings.clients") == 5000
    assert "one at a time" in page.inner_text("#note")
    assert page.evaluate("window.dyadsim.result().settings.world") == "contextual"


CONTRAST = """() => {
  const bright = (c) => { const [r, g, b] = c.map((v) => { const s = v / 255;
    return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (element) => { for (let at = element; at; at = at.parentElement) {
    const c = parts(getComputedStyle(at).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  const faint = [];
  for (const node of document.querySelectorAll('body *:not(svg *)')) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !node.checkVisibility() || node.disabled || node.closest('.plot')) continue;
    const [a, b] = [bright(parts(getComputedStyle(node).color)), bright(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5)
      faint.push(`${node.tagName} ${node.textContent.trim().slice(0, 30)} ${ratio}`);
  }
  return faint; }"""


def test_text_stands_out_from_what_is_behind_it(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&world=null")
    page.click(".words summary")
    assert page.evaluate(CONTRAST) == []
