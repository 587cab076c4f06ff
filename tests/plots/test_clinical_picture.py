"""One world as a clinician sees it: panels and the table below them."""

from collections.abc import Callable

import pandas as pd
import pytest
from matplotlib.figure import Figure
from plots.test_routine_care import COLUMNS, SHOWN

from dyadsim.plots import clinical_picture

MORE = pd.DataFrame(
    [
        ("scores", "PHQ-9\nat intake", 0, 15.0, 11.0, 19.0, 80),
        ("scores", "BDI-II\n12 weeks,\ntherapy", 1, 14.0, 4.0, 24.0, 80),
        *(
            ("trial", arm, x, 28.0 - x, 27.0, 29.0, 50)
            for arm in ("therapy", "waiting")
            for x in (0, 6, 12)
        ),
    ],
    columns=COLUMNS,
)
NUMBERS = pd.DataFrame(
    [
        (
            "PHQ-9 at intake, mean",
            "points",
            "phq9_cases_intake_mean",
            15.0,
            15.5,
            14.5,
            16.5,
            "a",
            "met",
        ),
        ("PHQ-9 at intake, SD", "points", "phq9_cases_intake_sd", 4.0, 4.3, 3.7, 4.9, "a", "met"),
        ("gain in therapy", "points", "gain_treated_bdi", 12.0, 13.0, 12.0, 15.0, "b", "undecided"),
        ("early minus late", "% points", "dropout_early", -0.5, None, 0.0, None, "c", "violated"),
        ("our own", "r", "successive_changes", -0.4, None, None, None, None, None),
        ("to come", "%", "later", None, None, None, None, None, "not in facts.csv"),
        ("long", "g", "g", 0.5, 0.6, 0.5, 0.7, "ilardi_craighead1994; tang_derubeis1999", "met"),
    ],
    columns=[
        "measure",
        "unit",
        "name",
        "simulated",
        "published",
        "low",
        "high",
        "source",
        "verdict",
    ],
)


@pytest.fixture
def figure() -> Figure:
    shown = pd.concat([SHOWN, MORE], ignore_index=True)
    return clinical_picture.figure(shown, NUMBERS, world="medical")


def test_eight_panels_and_a_table(figure: Figure, texts_of: Callable[[Figure], str]) -> None:
    assert len(figure.axes) == 9
    assert all(axes.get_xlabel() for axes in figure.axes[:8])
    assert texts_of(figure).count("published") > 2
    assert figure.get_suptitle().startswith("The medical world as a clinician would see it.")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (0, ("15.0 ✓", "15.5 [14.5, 16.5]", "a")),
        (2, ("12.0 ?", "13.0 [12.0, 15.0]", "b")),
        (3, ("−0.5 ✗", "above 0", "c")),
        (4, ("−0.40", "–", "")),
        (5, ("–", "not in facts.csv", "")),
        (6, ("0.50 ✓", "0.60 [0.50, 0.70]", "ilardi_craighead1994 …")),
    ],
)
def test_a_line_of_the_table(place: int, words: tuple[str, str, str]) -> None:
    line = clinical_picture.cells(NUMBERS.iloc[place])
    assert (line["simulated"].strip(), line["published"], line["source"]) == words


def test_the_published_gain_starts_where_the_simulated_arm_starts(figure: Figure) -> None:
    lines = figure.axes[7].get_lines()
    assert [15.0] in [list(line.get_ydata()) for line in lines]  # 28 - 13


def test_published_scores_stand_below_simulated_ones(figure: Figure) -> None:
    places = {
        tuple(line.get_xdata()): tuple(line.get_ydata()) for line in figure.axes[6].get_lines()
    }
    assert places[(15.5,)] == (0.16,)
    assert figure.axes[6].get_legend_handles_labels()[1] == ["simulated", "published"]


def test_every_number_stands_in_the_table(figure: Figure) -> None:
    texts = [text.get_text() for text in figure.axes[8].texts]
    assert all(f"{row.measure}, {row.unit}" in texts for row in NUMBERS.itertuples())
