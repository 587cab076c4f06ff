"""Reviewed literatures on the terminal and in a folder."""

import math
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
    assert "within g = ±0.2" in out
    assert "truth (d)" not in out
    assert "expected g" in out
    assert "All effects are g: differences in SDs of post-test scores." in out
    assert "true distress in SDs at intake (as in sweep and compare): waitlist" in out


def test_what_egger_s_test_cannot_see_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Four trials: never "no sign of bias"."""
    plan = ReviewPlan("cbt", ("waitlist",), 6, field=Field(trials=4))
    reviews = review_literatures(worlds.world_parameters("hybrid"), plan)
    report.print_literature(reviews, title="", margin=0.2)
    row = reviews.summary.iloc[0]
    assert row["asymmetry"] + row["asymmetry_unclear"] == pytest.approx(1)
    out = capsys.readouterr().out
    assert f"{row['asymmetry']:.0%} | {row['asymmetry_unclear']:.0%}" in out
    assert "Not shown is not the same as not there." in out


def test_verdicts_are_of_literatures_that_could_be_pooled(
    reviews: Reviewed, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing heals hardly a trial is published: that is no "not significant"."""
    report.print_literature(reviews, title="", margin=0.2)
    assert reviews.reviews["pooled"].notna().sum() < 3
    assert math.isnan(reviews.summary.iloc[0]["not_significant"])
    assert "– | –" in capsys.readouterr().out


def test_tables_and_funnel(reviews: Reviewed, tmp_path: Path) -> None:
    report.write_literature(tmp_path, reviews, therapy="cbt", label="null world")
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    figures = {f"figures/funnel.{kind}" for kind in ("png", "svg", "csv")}
    assert names == {"trials.parquet", "reviews.parquet", "summary.parquet"} | figures
