"""Whole fits of files as researchers have them: no number is missing, and no warning leaks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

FILES = Path(__file__).parent / "files"
COLUMNS = "data.columns={client:client,time:week,score:score,arm:arm,therapist:therapist}"


@pytest.mark.parametrize("measured", ["weeks", "sessions"])
def test_a_waiting_list_is_simulated_as_measured_in_its_weeks(
    measured: str, tiny_fit: Callable[..., tuple[int, dict]]
) -> None:
    """Ten weekly measurements of everybody: means of the data by pandas, and predictions."""
    code, summary = tiny_fit(
        f"data.path={FILES}/waiting_list_ten_weeks.csv",
        "data.instrument=phq9",
        "data.unit=week",
        COLUMNS,
        "data.arms=[group_therapy:cbt,waiting:waitlist]",
        f"data.measured={measured}",
    )
    assert code == 0
    assert "NaN" not in json.dumps(summary)
    fitted = {row["statistic"]: row for row in summary["fitted"]}
    waiting = [name for name in fitted if name.startswith("waiting: mean")]
    assert waiting[0] == "waiting: mean, week 0"
    assert fitted["waiting: mean, week 0"]["data"] == pytest.approx(15.9)
    assert fitted["waiting: mean, week 1"]["data"] == pytest.approx(16.05)
    for name in waiting:  # who waits is measured, and stays distressed
        row = fitted[name]
        assert 8 < row["low"] < row["middle"] < row["high"] < 24
    checks = {row["statistic"]: row for row in summary["posterior_checks"]}
    assert all(row["low"] <= row["high"] for row in checks.values())
    shares = [name for name in summary["summaries"] if "share measured" in name]
    assert bool(shares) == (measured == "sessions")  # by weeks they are as in the data, always
    assert not any(name.startswith("waiting") for name in shares)


def test_a_missing_intake_and_a_follow_up(tiny_fit: Callable[..., tuple[int, dict]]) -> None:
    code, summary = tiny_fit(
        f"data.path={FILES}/missing_intake.csv",
        "data.instrument=phq9",
        "data.unit=week",
        COLUMNS,
        "data.arms=[CBT:cbt,Waitlist:waitlist]",
        "data.sessions=8",
    )
    assert code == 0
    assert "NaN" not in json.dumps(summary)
    names = [row["statistic"] for row in summary["fitted"]]
    assert names == [
        f"{arm}: mean, week {week}" for arm in ("CBT", "Waitlist") for week in (0, 8, 26)
    ]
