"""The scoreboard: all worlds beside all facts, and the ratio of variances at equal means."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dyadsim.calibration import scoreboard
from dyadsim.cli.main import main
from dyadsim.model import worlds


def test_ratio_at_equal_means_is_1_where_nothing_heals() -> None:
    ratio, error = scoreboard.equal_means_ratio(worlds.world_parameters("null"))
    assert 0.9 < ratio < 1.1
    assert 0 < error < 0.05


def _facts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the facts of the JSON that was printed."""
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["facts"]
    return rows


def test_facts_that_every_world_violates() -> None:
    verdicts = ["violated", "violated", "violated", "undecided"]
    table = pd.DataFrame({"fact": ["a", "a", "b", "b"], "verdict": verdicts})
    assert scoreboard.violated_everywhere(table) == ["a"]


@pytest.mark.slow
def test_scoreboard_shows_all_worlds_or_a_single_world(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["facts", "size=tiny", f"results={tmp_path}"]
    assert main([*words, "json=true"]) == 0
    summary = json.loads(capsys.readouterr().out)
    rows = summary["facts"]
    assert (summary["seed"], summary["clients"]) == (1, 200)
    assert all(
        total["met"] + total["violated"] + total["undecided"] == 67 for total in summary["totals"]
    )
    assert {row["world"] for row in rows} == set(worlds.WORLDS)
    assert len(rows) == 4 * 67
    for world in ("medical", "null"):  # each column is what the world alone gives
        assert main([*words, f"world={world}", "json=true"]) == 0
        alone = {row["id"]: row["simulated"] for row in _facts(capsys)}
        beside = {row["fact"]: row["simulated"] for row in rows if row["world"] == world}
        assert beside == alone
    assert main([*words, "world=null"]) == 0
    assert "in the null world" in capsys.readouterr().out
    (folder,) = tmp_path.glob("facts/*")
    assert (folder / "scoreboard.png").stat().st_size > 20000
