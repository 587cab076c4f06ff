"""The look of all figures, and what is written beside a figure."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.plots import style


def test_worlds_differ_by_more_than_colour() -> None:
    looks = list(style.WORLDS.values())
    for part in ("colour", "marker", "line"):
        assert len({getattr(look, part) for look in looks}) == len(looks)


def test_a_new_name_gets_the_spare_look() -> None:
    assert style.find_look("null", style.WORLDS) == style.WORLDS["null"]
    assert style.find_look("my_world", style.WORLDS) not in style.WORLDS.values()


@pytest.mark.parametrize("table", [style.WORLDS, style.ARMS], ids=["worlds", "arms"])
def test_new_names_differ_from_one_another_and_from_the_known(
    table: dict[str, style.Look], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two worlds, or two therapies, of one's own side by side (supportive and placebo too)."""
    monkeypatch.setattr(style, "_SPARE", {})  # what other tests of this process have asked for
    looks = [style.find_look(name, table) for name in ("one", "two", "three")]
    for part in ("colour", "marker", "line"):
        assert len({getattr(look, part) for look in looks}) == 3
    for part in ("colour", "marker"):
        known = {getattr(look, part) for look in table.values()}
        assert not known & {getattr(look, part) for look in looks}
    assert [style.find_look(name, table) for name in ("one", "two", "three")] == looks


def test_a_parameter_in_words() -> None:
    assert style.parameter_label("distress.bond_effect") == "distress: bond effect"


def test_a_long_line_of_a_title_is_broken() -> None:
    figure = style.new_figure(4, 2)
    style.add_to_title(figure, "")
    assert figure.get_suptitle() == ""
    style.add_to_title(figure, "changed: alliance.rate = 0.4")
    style.add_to_title(figure, "word " * 30)
    lines = figure.get_suptitle().splitlines()
    assert lines[0] == "changed: alliance.rate = 0.4"
    assert len(lines) > 3
    assert max(map(len, lines)) <= 32


def test_a_figure_is_saved_with_its_data(tmp_path: Path) -> None:
    figure = style.new_figure(2, 1)
    data = pd.DataFrame({"world": ["null"], "value": [1.5]})
    style.save_figure(figure, tmp_path / "figures", "small", data)
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {
        "small.png",
        "small.svg",
        "small.csv",
    }
    back = pd.read_csv(tmp_path / "figures" / "small.csv")
    assert back["world"].tolist() == ["null world"]  # "null" alone would be read as missing
    assert data["world"].tolist() == ["null"]


@pytest.mark.parametrize("suffix", ["pdf", "svg", "png"])
def test_a_figure_is_written_in_the_format_that_is_asked_for(tmp_path: Path, suffix: str) -> None:
    files = style.Files((suffix,), dpi=50, width=4, height=3)
    with style.written_as(files):
        figure = style.new_figure(9, 9)
        page = style.save_figure(figure, tmp_path, "small", pd.DataFrame({"value": [1]}))
    assert {path.name for path in tmp_path.iterdir()} == {f"small.{suffix}", "small.csv"}
    start = {"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG"}[suffix]
    assert (tmp_path / f"small.{suffix}").read_bytes().startswith(start)
    assert page.startswith(b"\x89PNG")  # a report's page shows PNG, whatever lies beside it
    assert figure.get_size_inches().tolist() == [4, 3]
    if suffix == "png":
        width, height = (int.from_bytes(page[k : k + 4]) for k in (16, 20))
        assert (width, height) == (200, 150)
    assert style.new_figure(9, 8).get_size_inches().tolist() == [9, 8]


def test_the_same_figure_has_the_same_bytes(tmp_path: Path) -> None:
    with style.written_as(style.Files(("pdf", "svg", "png"))):
        for name in ("a", "b"):
            style.save_figure(style.new_figure(2, 1), tmp_path / name, "f", pd.DataFrame())
    for suffix in ("pdf", "svg", "png"):
        first, second = ((tmp_path / name / f"f.{suffix}").read_bytes() for name in ("a", "b"))
        assert first == second


def test_a_figure_that_does_not_fit_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with style.written_as(style.Files(width=2, height=2)):
        figure = style.new_figure(9, 9)
        axes = figure.subplots(4, 4)
        for axis in axes.flat:
            axis.set_title("a title\nof lines\nand lines")
            axis.set_ylabel("a long label of an axis")
        style.save_figure(figure, tmp_path, "small", pd.DataFrame())
    assert "figure 'small' does not fit" in capsys.readouterr().err


def test_a_png_takes_few_bytes_and_looks_the_same() -> None:
    import io

    import numpy as np
    from PIL import Image

    figure = style.new_figure(6, 4)
    axes = figure.subplots()
    for k, colour in enumerate((style.BLUE, style.VERMILION, style.GREEN, style.ORANGE)):
        axes.plot(np.sin(np.linspace(0, 9, 80) + k), color=colour)
        axes.fill_between(range(80), k, k + 0.3, color=colour, alpha=0.2)
    before = io.BytesIO()
    figure.savefig(before, format="png", dpi=100)
    after = style.with_palette(before.getvalue())
    assert len(after) < 0.7 * len(before.getvalue())
    pixels = [
        np.asarray(Image.open(io.BytesIO(image)).convert("RGB"), int)
        for image in (before.getvalue(), after)
    ]
    assert np.abs(pixels[0] - pixels[1]).mean() < 1
    assert np.abs(pixels[0] - pixels[1]).max() < 40
