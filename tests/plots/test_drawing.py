"""Figures by name in Python: Axes, panels, languages, and what is refused."""

import pandas as pd
import pytest

import dyadsim
from dyadsim.errors import BadInput
from dyadsim.plots import draw, figure_names

WORLDS = pd.DataFrame(
    {
        "world": ["hybrid", "null"],
        "probability": [0.84, 0.16],
        "low": [0.7, 0.1],
        "high": [0.9, 0.3],
        "in_words": ["84% [70%, 90%]", "16% [10%, 30%]"],
    }
)
CURVE = pd.DataFrame({"stated": [0.1, 0.9], "found": [0.2, 0.8]})
CLOUD = pd.DataFrame({"common": [0.5, 1.0, 3.0], "specific": [2.0, 1.0, 0.5]})


def test_axes_by_name() -> None:
    axes = draw("fit_worlds", WORLDS, CURVE)
    assert list(axes) == ["probability", "calibration"]
    (chosen,) = draw("fit_worlds", WORLDS, CURVE, panels=["calibration"], size=(5, 4)).values()
    assert chosen.figure.get_size_inches().tolist() == [5, 4]


def test_the_only_panel_has_the_name_of_the_figure() -> None:
    assert list(draw("fit_strengths", CLOUD, CLOUD)) == ["fit_strengths"]


def test_german() -> None:
    axes = draw("fit_worlds", WORLDS, CURVE, language="de")["probability"]
    assert axes.get_title(loc="left") == "Für welche Welt sprechen die Daten?"
    assert axes.texts[0].get_text() == "84 %\n[70 %, 90 %]"


def test_the_package_knows_its_figures() -> None:
    assert dyadsim.plots.draw is draw
    assert {"answer", "clinical_picture", "study"} <= set(figure_names())
    assert not {"drawing", "language", "panels", "style"} & set(figure_names())
    with pytest.raises(AttributeError, match="no attribute 'drwa'"):
        _ = dyadsim.plots.drwa


@pytest.mark.parametrize(
    ("name", "words", "message"),
    [
        ("fit_world", {}, "There is no figure 'fit_world'. Did you mean fit_worlds?"),
        ("fit_worlds", {"panels": ["calibratoin"]}, "Did you mean calibration?"),
        ("fit_worlds", {"language": "dee"}, "There is no language 'dee'. Did you mean de?"),
    ],
)
def test_what_is_refused(name: str, words: dict[str, str], message: str) -> None:
    with pytest.raises(BadInput) as error:
        draw(name, WORLDS, CURVE, **words)
    assert message in str(error.value)


def test_a_panel_of_a_figure_that_has_one() -> None:
    with pytest.raises(BadInput, match="has one panel; it is always drawn"):
        draw("fit_strengths", CLOUD, CLOUD, panels=["a"])
