"""The comparison of worlds: a page that says what the tables say, figures with their data."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dyadsim.evidence import compare_worlds
from dyadsim.evidence.verdict import SIGNS
from dyadsim.model import worlds
from dyadsim.report import comparison as report
from dyadsim.report.page import estimate_text

NAMES = ("medical", "null")


@pytest.fixture(scope="module")
def comparison() -> compare_worlds.Comparison:
    return compare_worlds.simulate_comparison(
        {name: worlds.world_parameters(name) for name in NAMES}, 900, seed=7
    )


@pytest.fixture(scope="module")
def folder(
    comparison: compare_worlds.Comparison,
    manifest: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    place = tmp_path_factory.mktemp("report")
    report.write_comparison(place, comparison, manifest, clients=900)
    return place


@pytest.fixture(scope="module")
def text(folder: Path, page_check: Any) -> str:
    return str(page_check(folder, images=4))


def test_the_page_escapes_what_a_user_typed(text: str) -> None:
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_page_says_what_the_tables_say(
    text: str, comparison: compare_worlds.Comparison
) -> None:
    for row in comparison.statistics.to_dict("records"):
        assert estimate_text(row["simulated"], row["se"]) in text
        assert row["label"] in text
    for row in comparison.truth.to_dict("records"):
        assert estimate_text(row["effect"], row["se"]) in text
    for verdict, sign in SIGNS.items():
        cells = text.count(f'<span title="{verdict}">{sign}</span></td>')
        assert cells == (comparison.statistics["verdict"] == verdict).sum()
    assert comparison.verdict in text
    assert "meeting one is no test" in text
    assert "In each of 2 worlds 900 people" in text


def test_every_figure_has_its_data(folder: Path, comparison: compare_worlds.Comparison) -> None:
    names = {path.stem for path in (folder / "figures").iterdir()}
    assert names == {"courses", "intervals", "individuals", "therapists"}
    for name in names:
        for kind in ("png", "svg", "csv"):
            assert (folder / "figures" / f"{name}.{kind}").stat().st_size > 0
    back = pd.read_csv(folder / "figures/courses.csv")
    assert set(back["world"]) == {"medical world", "null world"}  # "null" alone reads as missing
    pd.testing.assert_frame_equal(
        back.drop(columns="world"), comparison.courses.drop(columns="world"), check_dtype=False
    )
    for name in compare_worlds.TABLES:
        assert (folder / f"{name}.parquet").is_file()


def test_the_terminal_shows_every_statistic(
    comparison: compare_worlds.Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    report.print_comparison(comparison, clients=900, seed=7)
    out = capsys.readouterr().out
    for row in comparison.statistics.to_dict("records"):
        assert estimate_text(row["simulated"], row["se"]) in out
    assert "True effects" in out
    assert "clients: 900; repeats: 1; seed: 7" in out
    assert "No researcher can see these" in " ".join(out.split())
