"""Fifty clients as dots that move session by session, and each one's course in every world."""

from collections.abc import Iterator
from typing import Any

import pytest

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import LESSONS

pytest.importorskip("starlette", reason="the extra 'web' is not installed")
PLACES = "[...document.querySelectorAll('.people-field .dot')].map((dot) => dot.style.transform)"


def people(world: str) -> list[Any]:
    """The clients of the lesson in a world."""
    values = {"world": world, "clients": 200}
    _, result, _ = lessons.show_lesson(LESSONS["who_got_better"], values)
    return [series for series in result.figures[0].series if series.kind == "person"]


def test_the_same_number_is_the_same_person_in_every_world() -> None:
    here, there = people("medical"), people("null")
    assert len(here) == len(there) == 50
    assert [person.name for person in here] == [person.name for person in there]
    assert [person.y[0] for person in here] == [person.y[0] for person in there]
    assert sum(person.y[-1] for person in here) < sum(person.y[-1] for person in there)


def test_what_has_become_of_a_person_is_the_published_rule() -> None:
    for person in people("hybrid"):
        assert len(person.x) == len(person.y) == len(person.text)
        first, now = person.y[0], person.y[-1]
        state = person.text[-1]
        if now - first >= 6:
            assert state == "reliably worse"
        elif first - now >= 6:
            assert state == ("recovered" if first >= 10 > now else "improved")
        else:
            assert state == "no reliable change"


@pytest.fixture(params=["no-preference", "reduce"])
def page(request: Any, browser: Any, address: str) -> Iterator[Any]:
    """The lesson after its bet, with and without motion."""
    page = browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion=request.param)
    page.set_default_timeout(90_000)
    page.goto(f"{address}?lesson=who_got_better&clients=200")
    page.wait_for_selector("body[data-ready]")
    for handle in page.query_selector_all("#bet-options [role=slider]"):
        handle.focus()
        page.keyboard.press("ArrowUp")
    page.click("#reveal")
    page.wait_for_selector("body[data-drawn]")
    yield page
    page.close()


def test_dots_are_stepped_opened_and_closed_with_the_keyboard(page: Any) -> None:
    still = page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    assert page.locator(".people-field .dot").count() == 50
    assert page.locator(".people-field .dot[tabindex='0']").count() == 1
    before = page.evaluate(PLACES)
    page.focus("[aria-label='One session on']")
    page.keyboard.press("Enter")
    assert "session 1" in page.inner_text(".people-bar label")
    assert page.evaluate(PLACES) != before
    seconds = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.dot')).transitionDuration)"
    )
    assert (seconds == 0) == still
    assert page.is_hidden(".people-play") == still
    page.focus(".people-field .dot[tabindex='0']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".people-one[data-twins='3']")
    worlds = page.locator(".people-worlds li").all_inner_texts()
    assert len(worlds) == 4
    assert worlds[0].endswith("(this world)")
    starts = {text.split(": ")[1].split(" ")[0] for text in worlds}
    assert len(starts) == 1, "one client starts alike in every world"
    page.keyboard.press("Escape")
    assert page.is_hidden(".people-one")
    assert page.evaluate("document.activeElement.classList.contains('dot')")
    if not still:
        page.click(".people-play")
        page.wait_for_function(
            "() => document.querySelector('.people-bar label').textContent === 'session 2'"
        )
        page.click(".people-play")
        assert page.inner_text(".people-play") == "Play"
    page.select_option("#beside", "null")
    page.wait_for_selector("#figures .beside .dot")
    assert page.locator("#figures .beside .dot").count() == 50


def test_a_control_explains_itself(page: Any) -> None:
    ask = page.locator("#main-controls .ask").first
    tip = page.locator("#main-controls .tip").first
    assert not tip.is_visible()
    ask.hover()
    assert "true by construction" in tip.inner_text()
    page.mouse.move(5, 5)
    assert not tip.is_visible()
    ask.focus()
    assert tip.is_visible()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.focus("#c-world")
    ask.click()
    assert tip.is_visible()
    ask.click()
    assert not tip.is_visible()
    assert ask.get_attribute("aria-label") == "What does “World” mean?"
