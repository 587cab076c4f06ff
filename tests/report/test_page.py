"""The report and the figures: self-contained, escaped, complete, drawn from the tables given."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dyadsim.evidence import compare_worlds
from dyadsim.model import worlds
from dyadsim.plots import caterpillar, courses, individuals, intervals, style
from dyadsim.report import comparison
from dyadsim.report import page as report

NAMES = ("medical", "null")
MANIFEST: dict[str, Any] = {
    "argv": ["dyadsim", "<script>alert(1)</script>"],
    "seeds": {"seed": 7},
    "dyadsim": "0",
    "commit": None,
    "dirty": False,
    "python": "3.12",
    "wall_seconds": 1.0,
    "config": {"size": {"clients": 900}},
}


@pytest.fixture(scope="module")
def found() -> compare_worlds.Comparison:
    return compare_worlds.compare({name: worlds.parameters(name) for name in NAMES}, 900, 7)


@pytest.fixture(scope="module")
def folder(found: compare_worlds.Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("report")
    comparison.comparison(place, found, MANIFEST)
    return place


class _Page(HTMLParser):
    """Collects what a page would fetch, its tags and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.alternatives: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.fetched += [str(given[key]) for key in ("src", "href") if key in given]
        if tag == "img":
            self.alternatives.append(str(given.get("alt") or ""))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _read(folder: Path) -> tuple[str, _Page]:
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    return text, page


def test_the_page_needs_no_network_and_is_whole(folder: Path) -> None:
    text, page = _read(folder)
    assert page.open == []
    assert len(page.alternatives) == 4
    assert all(page.alternatives)
    assert all(one.startswith("data:image/png;base64,") for one in page.fetched)
    assert not re.search(r"https?://|@import|url\(", text)


def test_the_page_escapes_what_a_user_typed(folder: Path) -> None:
    text, _ = _read(folder)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_page_says_what_the_tables_say(folder: Path, found: compare_worlds.Comparison) -> None:
    text, _ = _read(folder)
    for row in found.statistics.to_dict("records"):
        assert report.estimate(row["simulated"], row["se"]) in text
        assert row["label"] in text
    for row in found.truth.to_dict("records"):
        assert report.estimate(row["effect"], row["se"]) in text
    assert text.count("✓</td>") == found.statistics["met"].sum()
    assert found.verdict in text
    assert "meeting one is no test" in text


def test_every_figure_has_its_data(folder: Path, found: compare_worlds.Comparison) -> None:
    drawn = {path.stem for path in (folder / "figures").iterdir()}
    assert drawn == {"courses", "intervals", "individuals", "therapists"}
    for name in drawn:
        for kind in ("png", "svg", "csv"):
            assert (folder / "figures" / f"{name}.{kind}").stat().st_size > 0
    back = pd.read_csv(folder / "figures/courses.csv")
    assert set(back["world"]) == {"medical world", "null world"}  # "null" alone reads as missing
    pd.testing.assert_frame_equal(
        back.drop(columns="world"), found.courses.drop(columns="world"), check_dtype=False
    )
    for name in compare_worlds.TABLES:
        assert (folder / f"{name}.parquet").is_file()


def test_figures_draw_every_world_and_label_the_axes(found: compare_worlds.Comparison) -> None:
    made = courses.figure(found.courses)
    titles = [axes.get_title() for axes in made.axes]
    assert [title for title in titles if title] == ["medical world", "null world"]
    assert all(axes.get_xlabel() for axes in made.axes)
    for figure in (
        intervals.figure(found.statistics),
        caterpillar.figure(found.therapists),
        individuals.figure(found.individuals),
    ):
        assert any(axes.get_xlabel() or axes.get_ylabel() for axes in figure.axes)


def test_courses_show_the_means_given(found: compare_worlds.Comparison) -> None:
    made = courses.figure(found.courses)
    waiting = found.courses.query("world == 'medical' and arm == 'waitlist' and study == 'trial'")
    lines = {line.get_label(): line for line in made.axes[0].get_lines()}
    shown = lines["waitlist (3 points)"].get_ydata()
    assert list(shown) == list(waiting[waiting["week"] <= 40]["mean"])


def test_intervals_put_a_met_value_inside_the_band(found: compare_worlds.Comparison) -> None:
    made = intervals.figure(found.statistics)
    bold = [text for text in made.axes[0].texts if text.get_fontweight() == "bold"]
    assert len(bold) == found.statistics["met"].sum()


def test_worlds_differ_by_more_than_colour() -> None:
    looks = list(style.WORLDS.values())
    for part in ("colour", "marker", "line"):
        assert len({getattr(one, part) for one in looks}) == len(looks)


@pytest.mark.parametrize(
    ("value", "error", "text"), [(0.1234, 0.004, "0.123 ± 0.004"), (13.9, 0.15, "13.90 ± 0.15")]
)
def test_digits_follow_the_error(value: float, error: float, text: str) -> None:
    assert report.estimate(value, error) == text
