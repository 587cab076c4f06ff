"""The server as people start it, and a browser, for as long as they are needed."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
STEP = """() => new Promise((resolve) => {
  const dials = [...document.querySelectorAll('#controls input:enabled')];
  const dial = dials[0];
  const before = document.body.dataset.drawn;
  const began = performance.now();
  Number(dial.value) < Number(dial.max) ? dial.stepUp() : dial.stepDown(5);
  dial.dispatchEvent(new Event('input', {bubbles: true}));
  const look = () => (document.body.dataset.drawn !== before
    ? requestAnimationFrame(() => resolve(performance.now() - began)) : setTimeout(look, 1));
  look(); })"""


def step_times(browser: Any, address: str, name: str, steps: int) -> tuple[float, float]:
    """Return the median and the longest time of a step, in ms."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{address}?lesson={name}")
    page.wait_for_selector("body[data-ready]")
    for handle in page.query_selector_all("#bet-options [role=slider]"):  # a bet that is drawn
        handle.focus()
        page.keyboard.press("ArrowUp")
    if page.query_selector("#bet-options input"):
        page.check("#bet-options input >> nth=0")
    page.click("#reveal")
    page.wait_for_selector("body[data-drawn]")
    times = [page.evaluate(STEP) for _ in range(steps)][1:]
    page.close()
    return float(np.median(times)), max(times)


@contextmanager
def served(warm: float) -> Iterator[tuple[Any, str, float]]:
    """Yield a browser, the page's address, and the seconds from the command to the first bet.

    warm: seconds to wait, in which the server computes every lesson once.
    """
    words = [sys.executable, "-m", "dyadsim", "teach", "task.browser=false", "task.port=0"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        began = time.perf_counter()
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                address = re.findall(r"http://\S+", server.stdout.readline())[0]
                page = browser.new_page()
                page.goto(f"{address}?lesson=who_got_better")
                page.wait_for_selector("#bet-options input, #bet-options [role=slider]")
                ready = time.perf_counter() - began
                page.wait_for_selector("body[data-ready]")
                page.close()
                time.sleep(warm)
                yield browser, address, ready
            finally:
                server.terminate()
        browser.close()
