"""What every page has: contents that lead somewhere, how to make it again, no network."""

import html
import html.parser
import re
import shlex
from pathlib import Path

import pytest

from dyadsim.cli.main import main

COMMANDS = (
    "answer members=2 size.clients=500 task.worlds=[hybrid] threads=1",
    "compare size.clients=200 task.worlds=[hybrid,null]",
    "decompose size=tiny world=contextual",
    "decompose size=tiny members=2 world=contextual threads=1",
)


class _Page(html.parser.HTMLParser):
    """Places, links, images and headings of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: list[str] = []
        self.links: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.places.append(str(values["id"]))
        if tag == "a":
            self.links.append(str(values["href"]))
        if tag == "img":
            self.images.append(values)


def _run(words: list[str], folder: Path) -> Path:
    assert main([*words, f"results={folder}"]) == 0
    (page,) = folder.rglob("report.html")
    return page


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_is_whole_and_can_be_made_again(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["dyadsim", *command.split()])
    first = _run(command.split(), tmp_path / "first")
    text = first.read_text(encoding="utf-8")
    page = _Page(text)
    assert len(page.places) == len(set(page.places))
    assert len(page.links) > 2
    assert {link.removeprefix("#") for link in page.links} <= set(page.places)
    for image in page.images:
        assert str(image["src"]).startswith("data:image/png;base64,")
        assert len(str(image["alt"])) > 20
    assert not re.search(r'(src|href)="(https?:)?//', text)
    typed = re.search(r"<pre>(.*?)</pre>", text)
    assert typed
    again = _run(shlex.split(html.unescape(typed[1]))[1:], tmp_path / "again")
    for table in sorted(first.parent.glob("*.csv")):
        assert table.read_bytes() == (again.parent / table.name).read_bytes()
