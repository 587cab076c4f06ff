"""facts.csv is read faithfully, and every broken row is explained."""

import csv
import io
import math
import re
from collections.abc import Mapping

import pytest

from dyadsim.errors import BadData
from dyadsim.evidence.fact import (
    KINDS,
    Fact,
    distance,
    load_facts,
    read_facts,
)

ROW = {
    "id": "alliance_outcome",
    "family": "relationship",
    "statistic": "process_outcome_r(alliance_score@3)",
    "design": "naturalistic",
    "estimate": "0.278",
    "low": "0.256",
    "high": "0.299",
    "kind": "ci",
    "k": "295",
    "n": "30000",
    "source": "fluckiger2018",
    "evidence": "seen",
}
SIGN = {"estimate": "", "low": "0", "high": "", "kind": "sign"}
BOUND = {"estimate": "0.2", "low": "0", "high": "0.2", "kind": "bound"}


def table(*rows: Mapping[str, str]) -> str:
    """A csv text with one line per row, each ROW with some cells changed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ROW)
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return text.getvalue()


def fact(**cells: str) -> Fact:
    (only,) = read_facts(table(cells))
    return only


def test_a_row_becomes_a_fact() -> None:
    assert fact(source="a2001;b2002", n="") == Fact(
        id="alliance_outcome",
        family="relationship",
        statistic="process_outcome_r(alliance_score@3)",
        design="naturalistic",
        estimate=0.278,
        low=0.256,
        high=0.299,
        kind="ci",
        k=295,
        n=None,
        source=("a2001", "b2002"),
        evidence="seen",
    )


def test_the_shipped_table() -> None:
    facts = load_facts()
    by_id = {fact.id: fact for fact in facts}
    assert len(by_id) == len(facts) >= 67
    assert {fact.kind for fact in facts} == set(KINDS)
    assert by_id["alliance_outcome"].n == 30000
    assert by_id["therapist_effect"].source == ("baldwin2013", "johns2019")
    assert by_id["expectation_outcome"].evidence == "seen; width from k, N and I2"
    assert by_id["synchrony_above_chance"].estimate is None


@pytest.mark.parametrize(
    ("cells", "column", "value", "rule"),
    [
        ({"id": ""}, "id", "", "must not be empty"),
        ({"source": " "}, "source", " ", "must not be empty"),
        ({"estimate": "about .3"}, "estimate", "about .3", "finite number"),
        ({"low": "nan"}, "low", "nan", "finite number"),
        ({"high": "inf"}, "high", "inf", "finite number"),
        ({"k": "2.5"}, "k", "2.5", "whole number"),
        ({"n": "0"}, "n", "0", "whole number"),
        ({"kind": "guess"}, "kind", "guess", "one of ci, band, sign, bound"),
        ({"source": "a2001; b2002"}, "source", "a2001; b2002", "separated by ';'"),
        ({"statistic": "r(a;b"}, "statistic", "r(a;b", "cannot read the statistic"),
        ({"low": ""}, "low", "", "a ci needs both low and high"),
        ({"kind": "band", "high": ""}, "high", "", "a band needs both low and high"),
        ({"low": "0.3"}, "high", "0.299", "must be above low, which is 0.3"),
        ({"estimate": "0.3"}, "estimate", "0.3", "must lie between low and high"),
        ({"estimate": "0.256"}, "estimate", "0.256", "must lie between low and high"),
        ({**SIGN, "low": "0.1"}, "low", "0.1", "the low of a sign is 0"),
        ({**SIGN, "low": ""}, "low", "", "the low of a sign is 0"),
        ({**SIGN, "high": "1"}, "high", "1", "a sign has no high"),
        ({**BOUND, "estimate": ""}, "estimate", "", "the estimate of a bound equals"),
        ({**BOUND, "estimate": "0.1"}, "estimate", "0.1", "the estimate of a bound equals"),
        ({**BOUND, "low": "0.2"}, "high", "0.2", "must be above low"),
    ],
)
def test_a_broken_row_names_row_column_value_and_rule(
    cells: dict[str, str], column: str, value: str, rule: str
) -> None:
    place = re.escape(f"facts.csv, row 3, column '{column}': {value!r}; ")
    with pytest.raises(ValueError, match=f"^{place}.*{re.escape(rule)}"):
        read_facts(table({"id": "sound"}, cells))


def test_a_row_of_another_file_is_named_with_it() -> None:
    with pytest.raises(BadData, match=r"^mine\.csv, row 2, column 'kind': 'guess'; must be one of"):
        read_facts(table({"kind": "guess"}), "mine.csv")
    with pytest.raises(
        BadData, match=r"^mine\.csv, row 2, column 'id': 'alliance_outcome'; not mine"
    ):
        read_facts(table({}), "mine.csv", check=lambda _: ("id", "not mine"))


def test_an_id_stands_once() -> None:
    with pytest.raises(ValueError, match=r"row 3, column 'id': 'twin'; .* also in row 2"):
        read_facts(table({"id": "twin"}, {"id": "twin"}))


@pytest.mark.parametrize("column", list(ROW))
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(ValueError, match=f"row 1, column '{column}': missing"):
        read_facts(",".join(name for name in ROW if name != column))


def test_an_empty_file_misses_its_first_column() -> None:
    with pytest.raises(ValueError, match="row 1, column 'id': missing"):
        read_facts("")


@pytest.mark.parametrize("surplus", ["remark", "kind"])
def test_a_surplus_column_is_named(surplus: str) -> None:
    with pytest.raises(ValueError, match=f"row 1, column '{surplus}': not expected here"):
        read_facts(table().replace("evidence", f"evidence,{surplus}"))


@pytest.mark.parametrize("ending", ["seen,but the comma is bare", None])
def test_a_line_with_too_many_or_too_few_cells_is_refused(ending: str | None) -> None:
    line = ",".join(list(ROW.values())[:-1] + ([] if ending is None else [ending]))
    with pytest.raises(ValueError, match=r"row 2, .*'fluckiger2018'.* needs 12 cells"):
        read_facts(table() + line)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.3, 0.0), (0.2, 1.0), (0.25, 0.5), (0.7, 1.0), (0.5, 0.5), (1.1, 2.0), (0.0, 3.0)],
)
def test_distance_in_half_widths_of_the_side(value: float, expected: float) -> None:
    lopsided = fact(estimate="0.3", low="0.2", high="0.7")
    assert distance(lopsided, value) == pytest.approx(expected, abs=1e-12)


def test_distance_from_the_midpoint_where_no_estimate_is_published() -> None:
    without = fact(estimate="", low="0.2", high="0.6")
    assert distance(without, 0.4) == pytest.approx(0.0, abs=1e-12)
    assert distance(without, 0.6) == pytest.approx(1.0)
    assert math.isnan(distance(without, math.nan))


@pytest.mark.parametrize(
    ("cells", "value", "expected"),
    [
        (SIGN, 0.5, math.nan),
        (SIGN, 0.0, 1.0),
        (SIGN, -0.5, 1.5),
        (SIGN, math.nan, math.nan),
        (BOUND, 0.0, math.nan),
        (BOUND, 0.2, math.nan),
        (BOUND, 0.3, 2.0),
        (BOUND, -0.1, 2.0),
        (BOUND, math.nan, math.nan),
    ],
)
def test_a_one_sided_fact_has_a_distance_only_when_violated(
    cells: dict[str, str], value: float, expected: float
) -> None:
    assert distance(fact(**cells), value) == pytest.approx(expected, nan_ok=True)
