"""The clinic in the browser: Mesa's SolaraViz in Debian's Chromium; skipped without Solara."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("solara", reason="Solara is not installed: pip install 'dyadsim[viz]'")
pytest.importorskip("altair", reason="Altair is not installed: pip install 'dyadsim[viz]'")

WAIT_MS = 60_000


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `solara run dyadsim.web.clinic_view` on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["run", "dyadsim.web.clinic_view", "--port", str(port), "--no-open", "--production"]
    command = [sys.executable, "-m", "solara", *words]
    log = tmp_path_factory.mktemp("solara") / "log"
    with (
        log.open("w") as file,
        subprocess.Popen(command, cwd=log.parent, stdout=file, stderr=file, env=os.environ) as app,
    ):
        address = f"http://127.0.0.1:{port}/"
        for _ in range(240):
            try:
                urllib.request.urlopen(address, timeout=2).close()
                break
            except OSError:
                assert app.poll() is None, log.read_text()
                time.sleep(0.25)
        yield address
        app.terminate()


@pytest.fixture
def page(clinic: str, browser: Any) -> Iterator[Any]:
    """The page, drawn for the first time."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    shown = context.new_page()
    shown.set_default_timeout(WAIT_MS)
    shown.goto(clinic)
    shown.get_by_text("Time: 0").wait_for()
    yield shown
    context.close()


def _picture(page: Any) -> bytes:
    """Return what stands beside the controls."""
    return bytes(page.screenshot(clip={"x": 410, "y": 80, "width": 980, "height": 600}))


def _first_picture(page: Any) -> bytes:
    """Return the picture once it is drawn."""
    page.wait_for_function("[...document.images].some(e => e.complete && e.naturalWidth > 400)")
    return _picture(page)


def _keep_screenshot(page: Any, name: str) -> None:
    """Keep the page as it is now, where a folder is named for that."""
    if folder := os.environ.get("DYADSIM_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def _wait_for_another(page: Any, picture: bytes) -> bytes:
    """Return the next picture that differs."""
    for _ in range(120):
        if (shown := _picture(page)) != picture:
            return shown
        time.sleep(0.5)
    raise AssertionError("the picture did not change")


def test_step_play_and_reset(page: Any) -> None:
    intake = _first_picture(page)
    page.get_by_role("button", name="Step").click()
    page.get_by_text("Time: 1").wait_for()
    _wait_for_another(page, intake)
    page.get_by_role("button", name="▶").click()
    page.get_by_text(re.compile(r"Time: ([3-9]|\d\d)")).wait_for()
    page.get_by_role("button", name="❚❚").click()
    page.get_by_role("button", name="Reset").click()
    page.get_by_text("Time: 0").wait_for()
    for label in ("Clients", "Specificity of treatment", "Spread of therapists", "Seed"):
        assert page.get_by_text(label).count()
    _keep_screenshot(page, "clinic_view")


def test_nothing_hides_the_picture_and_a_slider_makes_another_clinic(page: Any) -> None:
    """The sidebar lies on the page: the picture must begin to the right of it."""
    few = _first_picture(page)
    box = page.locator("img").last.bounding_box()
    controls = page.get_by_text("Model Parameters").locator("..").bounding_box()
    assert box["x"] > controls["x"] + controls["width"]
    assert box["x"] + box["width"] <= 1400
    sliders = page.get_by_role("slider").all()
    clients = next(slider for slider in sliders if slider.get_attribute("aria-valuemax") == "400")
    assert clients.get_attribute("aria-valuenow") == "120"
    clients.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "[...document.querySelectorAll('[role=slider]')].some(e => e.ariaValueNow == '220')"
    )
    page.get_by_role("button", name="Reset").click()
    _wait_for_another(page, few)
    page.get_by_text("Time: 0").wait_for()
    _keep_screenshot(page, "clinic_slider")
