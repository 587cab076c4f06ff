"""The scoreboard: all worlds beside all facts, and the ratio of variances at equal means."""

import json
from pathlib import Path

import pytest

from dyadsim.calibration import scoreboard
from dyadsim.cli.main import main
from dyadsim.model import worlds


def test_ratio_at_equal_means_is_1_where_nothing_heals() -> None:
    ratio, error = scoreboard.equal_means_ratio(worlds.world_parameters("null"))
    assert 0.9 < ratio < 1.1
    assert 0 < error < 0.05


def test_scoreboard_shows_all_worlds_or_a_single_world(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["facts", "size=tiny", f"results={tmp_path}"]
    assert main([*words, "json=true"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["world"] for row in rows} == set(worlds.WORLDS)
    assert len(rows) == 4 * 41
    for world in ("medical", "null"):  # each column is what the world alone gives
        assert main([*words, f"world={world}", "json=true"]) == 0
        alone = {row["id"]: row["simulated"] for row in json.loads(capsys.readouterr().out)}
        beside = {row["fact"]: row["simulated"] for row in rows if row["world"] == world}
        assert beside == alone
    assert main([*words, "world=null"]) == 0
    assert "in the null world" in capsys.readouterr().out
    (folder,) = tmp_path.glob("facts/*")
    assert (folder / "scoreboard.png").stat().st_size > 20000
