"""The files of the page, read once."""

import functools
from importlib import resources
from pathlib import Path

STATIC = Path(__file__).with_name("static")
STATIC_FILES = {  # name: media type
    "page.css": "text/css",
    "page.js": "text/javascript",
    "legend.js": "text/javascript",
    "people.js": "text/javascript",
    "words.js": "text/javascript",
    "draw.js": "text/javascript",
    "lesson.js": "text/javascript",
    "bet.js": "text/javascript",
    "class.css": "text/css",
    "class.js": "text/javascript",
    "class_bars.js": "text/javascript",
    "export.js": "text/javascript",
    "handout.js": "text/javascript",
    "phone.js": "text/javascript",
    "presenter.js": "text/javascript",
    "screen.js": "text/javascript",
}


@functools.cache
def read_static(name: str) -> str:
    """Return the text of a file of the page."""
    return (STATIC / name).read_text(encoding="utf-8")


@functools.cache
def read_plotly() -> str:
    """Return the plotly.min.js that the plotly package carries."""
    path = Path(str(resources.files("plotly"))) / "package_data" / "plotly.min.js"
    return path.read_text(encoding="utf-8")
