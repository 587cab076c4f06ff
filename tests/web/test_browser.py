"""The teachers' page in a real Chromium: bets, sliders, keyboard, phone, links, files."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lesson_cases import LESSON_CASES

from dyadsim.lessons.index import LESSONS
from dyadsim.web import single_file

pytest.importorskip("starlette", reason="the extra 'web' is not installed")
SIZES = {
    "desk": (1280, 720, ""),
    "phone": (390, 844, ""),
    "projector": (1920, 1080, "&projector=1"),
}
BOX = "(id) => document.getElementById(id).getBoundingClientRect().toJSON()"
REST = "document.getElementById('rest').textContent"


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page that fails on any error, and on any request that leaves the machine."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(90_000)
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


def answer(page: Any) -> str:
    """The whole answer: the sentence in view, and the rest that opens on demand."""
    return f"{page.inner_text('#sentence')} {page.evaluate(REST)}".strip()


def placed(page: Any, presses: int = 1) -> None:
    """Bet, by choice or by drawing with the keyboard, and reveal."""
    for handle in page.query_selector_all("#bet-options [role=slider]"):
        handle.focus()
        for _ in range(presses):
            page.keyboard.press("ArrowUp")
    if page.query_selector("#bet-options input"):
        page.check("#bet-options input >> nth=0")
    page.click("#reveal")
    page.wait_for_selector("body[data-drawn]")


def opened(
    page: Any, address: str, query: str, shown: bool = True, *, unfolded: bool = True
) -> None:
    page.goto(f"{address}?{query}")
    page.wait_for_selector("body[data-ready]")
    if unfolded:
        page.evaluate("document.getElementById('controls-box').open = true")
    if shown:
        placed(page)


def settled(page: Any, action: Any) -> None:
    """Do something that asks for numbers; wait until they are drawn."""
    before = page.evaluate("Number(document.body.dataset.ready)")
    action()
    for _ in range(3000):  # Playwright's own waiting would need eval, which the page forbids
        if page.evaluate("Number(document.body.dataset.ready)") > before:
            return
        page.wait_for_timeout(20)
    raise AssertionError("no numbers came")


def moved(page: Any, key: str, value: float) -> None:
    script = """([key, value]) => { const input = document.getElementById('c-' + key);
      input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }"""
    settled(page, lambda: page.evaluate(script, [key, value]))


@pytest.mark.parametrize("name", LESSON_CASES)
def test_every_lesson_at_every_size(page: Any, address: str, name: str, tmp_path: Path) -> None:
    for label, (width, height, extra) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        opened(page, address, f"lesson={name}{extra}", shown=False, unfolded=False)
        assert page.inner_text("#title") == LESSONS[name].title
        for part in ("#shown", "#careful-box"):
            assert page.is_hidden(part), "the result must not be seen before the bet"
        assert page.is_disabled("#reveal")
        placed(page)
        for part in ("figures", "main-controls", "sentence"):
            box = page.evaluate(BOX, part)
            assert 0 <= box["top"] < box["bottom"] <= height + 1, (
                f"{label}: {part} must be in sight"
            )
        assert page.evaluate("document.documentElement.scrollHeight") <= 3 * height, label
        assert answer(page) == page.evaluate("window.dyadsim.result().sentence")
        plot = page.evaluate(BOX, "figures")
        for figure in page.query_selector_all("#figures svg.main-svg"):
            drawn = figure.bounding_box()
            if drawn is not None:
                assert drawn["y"] + drawn["height"] <= plot["bottom"] + 1, (
                    f"{label}: a figure is cut"
                )
        plots = page.locator("#figures .plot")
        assert plots.count() == page.evaluate("window.dyadsim.result().figures.length")
        for k in range(plots.count()):
            role = "group" if plots.nth(k).locator(".people").count() else "img"
            assert plots.nth(k).get_attribute("role") == role
            assert len(plots.nth(k).get_attribute("aria-label")) > 30
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{label}: the page scrolls sideways"
        assert page.locator(".modebar-btn").count() == 0  # none that leads off the machine
        unnamed = page.evaluate(
            "[...document.querySelectorAll('form input, form select')]"
            ".filter((input) => !input.labels.length).length"
        )
        assert unnamed == 0


def test_the_opening_tells_one_client_twice(page: Any, address: str) -> None:
    for width, height in ((1280, 720), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto("about:blank")
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        text = page.inner_text("#opening")
        assert "Told medically" in text
        assert "Told contextually" in text
        assert page.is_hidden("#article")
        assert page.evaluate("document.documentElement.scrollHeight") <= 3 * height
        page.click("text=I cannot tell yet")
        assert "not to be told yet" in page.inner_text("#opening-said")
        page.click("#begin")
        assert page.inner_text("h1 >> visible=true") == next(iter(LESSONS.values())).title


def test_a_slider_changes_the_sentence_and_the_command(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&world=hybrid")
    before = answer(page)
    moved(page, "session", 6)
    assert "session 6" in answer(page) != before
    assert "session:6" in page.text_content("#command")
    assert page.inner_text("#o-session") == "6"
    settled(page, lambda: page.select_option("#c-world", "null"))
    assert page.is_disabled("#c-distress\\.bond_effect")
    assert "claim" in page.inner_text("#h-distress\\.bond_effect")


def test_two_worlds_side_by_side_share_their_scales(page: Any, address: str) -> None:
    opened(page, address, "lesson=your_trial&comparator=waitlist&world=medical")
    assert page.is_hidden("#figures .beside")
    settled(page, lambda: page.select_option("#beside", "null"))
    assert page.is_visible("#figures .beside")
    ranges = page.evaluate(
        "[...document.querySelectorAll('#figures .pair > div')]"
        ".map(({layout}) => [layout.xaxis.range, layout.yaxis.range])"
    )
    assert ranges[0] == ranges[1]
    assert "null world (same clients, same seed)" in page.inner_text("figcaption")
    settled(page, lambda: page.select_option("#beside", ""))
    assert page.is_hidden("#figures .beside")


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
    assert page.is_disabled("#reveal")
    placed(page, 3)
    assert "changes nothing at all" in answer(page)


@pytest.mark.slow
def test_a_drawn_bet_is_scored_by_distance_over_thirty_seeds(page: Any, address: str) -> None:
    opened(page, address, "lesson=who_got_better&sessions=4&clients=300", shown=False)
    assert "4 of CBT" in page.inner_text("#bet-question").replace(" sessions", "")
    page.focus("#bet-options [role=slider] >> nth=0")
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#bet-options [role=slider] >> nth=0", "aria-valuenow") == "99"
    assert page.is_disabled("#reveal"), "every mark must be drawn"
    box = page.locator("#bet-options [role=slider] >> nth=1").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.4)
    page.mouse.up()
    assert page.is_enabled("#reveal")
    page.click("#reveal")
    page.wait_for_selector("body[data-scored]")
    verdict = page.inner_text("#verdict")
    assert verdict.startswith("Over 30 seeds.")
    assert re.search(r"you drew 99, found \d+ \(\d+ to \d+\): \d+ too high", verdict)
    assert page.locator("#score svg").count() == 1


def test_keyboard_alone(page: Any, address: str) -> None:
    opened(page, address, "lesson=your_trial", shown=False)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "slider":
            break
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("PageDown")
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
    sentence, link = answer(page), page.url
    page.goto("about:blank")
    opened(page, address, link.split("?", 1)[1])
    assert answer(page) == sentence


def test_an_older_link_restores_the_seed(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&luck=321", shown=False)
    assert page.evaluate("window.dyadsim.settings().seed") == 321
    assert page.is_hidden("#note")
    assert "seed=321" in page.url
    assert "luck" not in page.url


def test_a_new_seed(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&seed=9")
    sentence = answer(page)
    for _ in range(3):  # a draw may hit the same seed
        settled(page, lambda: page.click("#new-seed"))
    assert page.evaluate("window.dyadsim.settings().seed") != 9
    assert answer(page) != sentence


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
    assert page.inner_text("#title") == "The best therapist"
    settled(page, lambda: page.go_back())
    assert page.inner_text("#title") == "Does alliance cause outcome?"
    assert page.evaluate("window.dyadsim.settings().seed") == 9


def test_the_lecturers_lock(page: Any, address: str) -> None:
    opened(page, address, "lesson=alliance&lock=1", shown=False)
    for handle in page.query_selector_all("#bet-options [role=slider]"):
        handle.focus()
        page.keyboard.press("ArrowUp")
    assert page.is_disabled("#reveal")
    assert page.is_disabled("#c-session")
    assert page.locator("#lessons button:enabled").count() == 0
    page.click("#lock")
    assert page.is_enabled("#reveal")
    assert "lock=1" not in page.url


@pytest.mark.slow
def test_files_carry_their_settings(page: Any, address: str, tmp_path: Path) -> None:
    opened(page, address, "lesson=alliance&seed=7")
    page.evaluate("document.getElementById('save-box').open = true")
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
        page.evaluate("document.getElementById('save-box').open = true")
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
    page.click("#save-box summary")
    page.wait_for_selector("#tables table")  # the box tells that it opened a moment after it opens
    text = page.inner_text("#tables")
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
    page.evaluate("document.getElementById('controls-box').open = true")
    placed(page)
    assert page.evaluate("window.dyadsim.settings().world") == "contextual"
    before = answer(page)
    settled(page, lambda: page.select_option("#c-world", "null"))
    assert "changes nothing at all" in answer(page) != before
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
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert page.evaluate(CONTRAST) == []
