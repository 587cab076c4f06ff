"""The five percentages on the terminal and on a page; shares over a grid."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dyadsim.attribution.over_worlds import Grid
from dyadsim.attribution.true_shares import ADJUSTED, EFFECT, VARIANCE
from dyadsim.plots import percentages
from dyadsim.report import attribution as report

SIZE = {"clients": 900, "repeats": 2, "seed": 7}
_DENOMINATORS = {"variance": (VARIANCE, ADJUSTED), "claimed pie": ("none: a judgement",)}


@pytest.fixture
def table() -> pd.DataFrame:
    """Give a table with every share of the figure; variance has two denominators."""
    cells = dict.fromkeys(
        (kind, group) for row in percentages._ROWS.values() for kind, group in row.items()
    )
    rows = [
        (kind, group, share, np.nan if kind == "claimed pie" else 0.5, denominator)
        for share, (kind, group) in enumerate(cells)
        for denominator in _DENOMINATORS.get(kind, (f"all {kind}",))
    ]
    return pd.DataFrame(rows, columns=["attribution", "group", "share", "se", "denominator"])


def test_the_terminal_names_every_denominator(
    table: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    report.print_attribution(table, "hybrid world (calibrated)", **SIZE)
    out = capsys.readouterr().out
    assert "hybrid world (calibrated)" in out
    assert "1 degree of freedom" in " ".join(out.split())
    assert "clients: 900 in each repeat; repeats: 2; seed: 7" in " ".join(out.split())
    for denominator in table["denominator"].unique():
        text = f"100 % = {denominator}".replace("100 % = none", "No denominator")
        assert text in out
    assert "Careful" in out


def test_no_effect_has_no_share(table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    table.loc[table["attribution"] == "effect", ["share", "se"]] = np.nan
    report.print_attribution(table, "null world", **SIZE)
    assert "no effect to share" in capsys.readouterr().out


def test_the_page_tells_raw_and_adjusted_shares_apart(
    table: pd.DataFrame, manifest: dict[str, Any], page_check: Any, tmp_path: Path
) -> None:
    report.write_attribution(tmp_path, table, "hybrid world (changed: a.b = 1)", manifest, **SIZE)
    text = page_check(tmp_path, images=1)
    assert "five percentages: hybrid world (changed: a.b = 1)" in text
    assert "1 degree of freedom" in text
    assert "clients: 900 in each repeat; repeats: 2; seed: 7" in text
    assert text.count(">1 Causal share of outcome variance (Shapley)</h2>") == 1
    assert text.count("(Shapley), severity at intake taken out</h2>") == 1
    assert "<script>" not in text
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "attribution.csv"), table)


FACTS = {  # id -> verdict at two points
    "added_component": ("violated", "met"),
    "dropout": ("undecided", "met"),
}


def _grid(dials: list[str]) -> Grid:
    """Return a grid of two points a dial, technique's shares and one fact that varies."""
    points = [dict.fromkeys(dials, 0.0), dict.fromkeys(dials, 1.0)]
    kinds = (("variance", VARIANCE), ("variance", ADJUSTED), ("effect", EFFECT))
    shares = [
        {**point, "attribution": kind, "group": group, "share": 20.0, "se": 1.0}
        | {"denominator": denominator}
        for point in points
        for kind, denominator in (*kinds, ("effect lost", EFFECT))
        for group in ("client", "technique")
    ]
    facts = [
        {**point, "fact": name, "verdict": verdict}
        for name, verdicts in FACTS.items()
        for point, verdict in zip(points, verdicts, strict=True)
    ]
    return Grid(pd.DataFrame(shares), pd.DataFrame(facts))


@pytest.mark.parametrize("dials", [["specificity"], ["specificity", "process_change.gating"]])
def test_a_grid_of_one_dial_and_of_two(
    dials: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = _grid(dials)
    report.print_attribution_grid(result, dials, "hybrid world", **SIZE)
    out = capsys.readouterr().out
    assert "20.0 ± 1.0" in out
    assert "0 / 1 / 1" in out
    assert "2 / 0 / 0 *" in out
    assert "met at some points and violated at others: added_component." in out
    assert "repeats: 2; seed: 7" in out
    report.write_attribution_grid(tmp_path, result, dials, "hybrid world", 2)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"attribution.csv", "facts.csv", "grid.png", "grid.svg"}
