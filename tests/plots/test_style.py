"""The look of all figures, and what is written beside a figure."""

from pathlib import Path

import pandas as pd

from dyadsim.plots import style


def test_worlds_differ_by_more_than_colour() -> None:
    looks = list(style.WORLDS.values())
    for part in ("colour", "marker", "line"):
        assert len({getattr(look, part) for look in looks}) == len(looks)


def test_a_new_name_gets_the_spare_look() -> None:
    assert style.find_look("null", style.WORLDS) == style.WORLDS["null"]
    assert style.find_look("my_world", style.WORLDS) not in style.WORLDS.values()


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
