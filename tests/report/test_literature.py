"""Reviewed literatures on the terminal and in a folder."""

from pathlib import Path

import pytest

from dyadsim.evidence.literature import Field
from dyadsim.evidence.review import Reviewed, ReviewPlan, review_literatures
from dyadsim.model import worlds
from dyadsim.report import literature as report


@pytest.fixture(scope="module")
def reviews() -> Reviewed:
    plan = ReviewPlan("cbt", ("waitlist",), 3, field=Field(trials=4))
    return review_literatures(worlds.world_parameters("null"), plan)


def test_a_row_a_comparator(reviews: Reviewed, capsys: pytest.CaptureFixture[str]) -> None:
    report.print_literature(reviews, title="3 literatures of 4 trials each", margin=0.2)
    out = capsys.readouterr().out
    assert "3 literatures of 4 trials each" in out
    assert "waitlist" in out
    assert "within ±0.2" in out


def test_tables_and_funnel(reviews: Reviewed, tmp_path: Path) -> None:
    report.write_literature(tmp_path, reviews, therapy="cbt", world="null")
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    figures = {f"figures/funnel.{kind}" for kind in ("png", "svg", "csv")}
    assert names == {"trials.parquet", "reviews.parquet", "summary.parquet"} | figures
