"""Medians over members in words: digits, marks, verdicts, and the part of chance."""

import pandas as pd
import pytest

from dyadsim.report import members as report
from dyadsim.report.members import MembersResult, summarise_estimates

NUMBERS = {"median": 1.0, "low": 0.5, "high": 1.5}


def result_of(table: pd.DataFrame, **fields: object) -> MembersResult:
    """A result of a task with this table."""
    known = {
        "task": "facts",
        "members": tuple(sorted(table["member"].unique())),
        "study": "rct",
        "clients": 400,
        "repeats": 1,
        "seed": 7,
        "changes": "",
    }
    values = {**known, "table": table, "summary": summarise_estimates(table), **fields}
    return MembersResult(**values)  # type: ignore[arg-type]


@pytest.fixture
def table() -> pd.DataFrame:
    """Two facts in two worlds and four members; the second is chance alone."""
    rows = [
        (member, "Published facts", name, "", world, value + 0.1 * member * (name == "g"), error)
        for member in (0, 40, 80, 119)
        for name, value, error in (("g", 5.0, 0.3), ("r", 0.25, 0.02))
        for world in ("hybrid", "null")
    ]
    names = ["member", "part", "estimate", "unit", "world", "value", "se"]
    rows_of_facts = pd.DataFrame(rows, columns=names)
    verdicts = {0: "met", 40: "undecided", 80: "violated", 119: "violated"}
    published = {"published_low": 0.2, "published_high": float("nan")}
    return rows_of_facts.assign(verdict=rows_of_facts["member"].map(verdicts), **published)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"median": 0.7712, "low": 0.7011, "high": 0.8424}, "0.77 [0.70, 0.84]"),
        ({"median": 83.42, "low": 81.0, "high": 87.3}, "83 [81, 87]"),
        ({"median": 3.0, "low": 3.0, "high": 3.0}, "3 [3, 3]"),
        ({"median": float("nan"), "low": float("nan"), "high": float("nan")}, "undefined"),
        ({"median": -0.0004, "low": -0.02, "high": 0.03}, "0.000 [-0.020, 0.030]"),
    ],
)
def test_digits_are_those_of_the_spread(numbers: dict[str, float], text: str) -> None:
    assert report.median_text({**numbers, "monte_carlo": 0.0}) == text


def test_a_star_says_that_chance_may_be_most_of_it() -> None:
    row = {**NUMBERS, "monte_carlo": 0.021, "monte_carlo_share": 0.2}
    assert report.error_text(row) == "± 0.021"
    assert report.error_text(row | {"monte_carlo_share": 0.6}) == "± 0.021 *"
    unknown = {"monte_carlo": float("nan"), "monte_carlo_share": float("nan")}
    assert report.error_text(NUMBERS | unknown) == "± unknown"
    assert report.error_text(NUMBERS | {"monte_carlo": 0.0, "monte_carlo_share": 0.0}) == "± 0"


def test_verdicts_are_counted_over_members(table: pd.DataFrame) -> None:
    summary = summarise_estimates(table)
    assert summary[["met", "violated", "undecided"]].to_numpy().tolist() == [[1, 2, 1]] * 4
    assert "met" not in summarise_estimates(table.drop(columns="verdict"))


def test_what_is_printed(table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    report.print_members(result_of(table, changes="hybrid changed: alliance.rate = 0.4"))
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= report.WIDTH
    assert out.startswith("facts in the hybrid and null worlds, over 4 members of the ensemble")
    assert "  g; published above 0.2\n" in out
    assert "✓ 1  ✗ 2  ? 1" in out
    assert out.count("± 0.020 *") == 2
    assert "NOT as calibrated: hybrid changed: alliance.rate = 0.4." in " ".join(out.split())
    assert "Study: rct; clients: 400; repeats: 1; seed: 7; members: 4 of" in " ".join(out.split())


def test_what_is_detail_is_not_printed(
    table: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    report.print_members(result_of(table.assign(detail=table["estimate"] == "r")))
    out = capsys.readouterr().out
    assert "g; published" in out
    assert "r; published" not in out


def test_one_unit_stands_in_the_heading(
    table: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    null = table[table["world"] == "null"].drop(columns="verdict").assign(unit="points")
    report.print_members(result_of(null))
    out = capsys.readouterr().out
    assert "Published facts (points)\n" in out
    report.print_members(result_of(null.assign(unit=null["estimate"] + "s")))
    assert "  g (gs); published above 0.2" in capsys.readouterr().out
