"""What the tests of reports share: a page that is read for what it would fetch."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest


class ParsedPage(HTMLParser):
    """Collect what a page would fetch, the tags that are open and the alternatives of images."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.alternatives: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        addresses = [str(values[key]) for key in ("src", "href") if key in values]
        self.fetched += [address for address in addresses if not address.startswith("#")]
        if tag == "img":
            self.alternatives.append(str(values.get("alt") or ""))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_page(folder: Path, *, images: int) -> str:
    """Check that report.html is complete and needs no network; return its text."""
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = ParsedPage()
    page.feed(text)
    assert page.open == []
    assert len(page.alternatives) == images
    assert all(page.alternatives)
    assert all(address.startswith("data:image/png;base64,") for address in page.fetched)
    assert "http://" not in text
    assert "https://" not in text
    assert "@import" not in text
    assert "url(" not in text
    return text


@pytest.fixture(scope="session")
def page_check() -> Any:
    """Give `check_page`."""
    return check_page


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """Give the manifest of a run whose command line wants to run a script."""
    return {
        "argv": ["dyadsim", "<script>alert(1)</script>"],
        "seeds": {"seed": 7},
        "dyadsim": "0",
        "commit": None,
        "dirty": False,
        "python": "3.12",
        "wall_seconds": 1.0,
        "config": {"size": {"clients": 900}, "seed": 7},
        "inputs": {"data": "0123456789abcdef0123"},
    }


@pytest.fixture(autouse=True)
def wide_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print for a wide screen, so that sentences stay on their lines."""
    monkeypatch.setenv("COLUMNS", "200")
