"""The page's server as users start it, and Debian's Chromium."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from teaching_server import teaching

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `dyadsim teach` on a free port."""
    with teaching(tmp_path_factory.mktemp("teach")) as (served, _):
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """A headless Chromium; skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not Path(CHROMIUM).exists():
        if os.environ.get("DYADSIM_NEEDS_CHROMIUM"):
            pytest.fail("CI must have Chromium")
        pytest.skip("there is no Chromium here (Debian: apt install chromium)")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
