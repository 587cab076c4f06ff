"""axe-core, the usual rules for accessible pages, on every lesson and every page."""

from collections.abc import Iterator
from typing import Any

import pytest
from lesson_cases import LESSON_CASES

pytest.importorskip("starlette", reason="the extra 'web' is not installed")
axe = pytest.importorskip(
    "axe_playwright_python.base", reason="axe-playwright-python is not installed"
)
RUN = "axe.run(document, {resultTypes: ['violations']})"
UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"
BET = """async () => {
  for (const handle of document.querySelectorAll('#bet-options [role=slider]'))
    handle.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: true}));
  document.getElementById('reveal').click(); }"""


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    """One page for all tests of this file."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(90_000)
    yield page
    page.close()


def violations(page: Any) -> list[str]:
    """What axe-core objects to: rule and places."""
    page.evaluate(axe.AXE_SCRIPT)
    rules = page.evaluate(RUN)["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in rules for node in rule["nodes"]]


def opened(page: Any, where: str) -> None:
    page.goto("about:blank")
    page.goto(where)
    page.wait_for_selector("body[data-ready]")


@pytest.mark.parametrize("name", LESSON_CASES)
def test_a_lesson_and_its_answer(page: Any, address: str, name: str) -> None:
    opened(page, f"{address}?lesson={name}&clients=100&therapists=20")
    page.evaluate(BET)
    page.wait_for_selector("body[data-drawn]")
    page.evaluate(UNFOLD)
    if name == "who_got_better":
        page.locator(".dot").nth(20).press("Enter")
        page.wait_for_selector(".people-one[data-twins]")
    page.locator(".ask").first.focus()
    assert page.locator(".tip:visible").count() == 1
    assert violations(page) == []


@pytest.mark.parametrize(
    ("where", "scheme", "size"),
    [
        ("", "light", (1280, 720)),
        ("?lesson=alliance&clients=100", "light", (390, 844)),
        ("?lesson=who_got_better&clients=100&lang=de", "dark", (390, 844)),
        ("presenter", "dark", (1280, 720)),
        ("handout?lesson=alliance&clients=100", "light", (1280, 720)),
    ],
)
def test_other_pages_before_any_answer(
    page: Any, address: str, where: str, scheme: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)
    opened(page, address + where)
    assert violations(page) == []


@pytest.mark.parametrize("where", ["screen", "join"])
def test_pages_of_a_class(page: Any, address: str, where: str) -> None:
    page.goto(address + where)
    assert violations(page) == []


def test_a_page_without_names_is_found(page: Any) -> None:
    page.goto("about:blank")
    page.set_content("<html><body><button></button><img src='x'></body></html>")
    assert {text.split(":")[0] for text in violations(page)} >= {"button-name", "image-alt"}
