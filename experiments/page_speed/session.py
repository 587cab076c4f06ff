"""The server as people start it, and a browser, for as long as they are needed."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import sync_playwright

WARM = 10.0  # seconds in which the server computes every lesson once, after the first page


@contextmanager
def served(flags: list[str]) -> Iterator[tuple[Any, str, float]]:
    """Give a browser, the page's address, and the seconds from the command to the first bet."""
    with sync_playwright() as made:
        browser = made.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        began = time.perf_counter()
        words = [sys.executable, "-m", "dyadsim", "teach", "task.browser=false", "task.port=0"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            address = re.findall(r"http://\S+", server.stdout.readline())[0]
            page = browser.new_page()
            page.goto(address)
            page.wait_for_selector("#bet-options input")
            ready = time.perf_counter() - began
            page.wait_for_selector("body[data-ready]")
            page.close()
            time.sleep(WARM)
            yield browser, address, ready
            server.terminate()
        browser.close()
