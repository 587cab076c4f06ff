"""Whole fits of files as researchers have them: no number is missing, and no warning leaks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

FILES = Path(__file__).parent / "files"
COLUMNS = "data.columns={client:client,time:week,score:score,arm:arm,therapist:therapist}"


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_page_begins_with_the_data_and_says_what_was_learned_last(
    tiny_fit: Callable[..., tuple[int, dict]], tmp_path: Path
) -> None:
    code, summary = tiny_fit(
        f"data.path={FILES}/waiting_list_ten_weeks.csv",
        "data.instrument=phq9",
        "data.unit=week",
        COLUMNS,
        "data.arms=[group_therapy:cbt,waiting:waitlist]",
    )
    assert code == 0
    (page,) = tmp_path.rglob("report.html")
    text = page.read_text(encoding="utf-8")
    title = "<h1>waiting_list_ten_weeks.csv: 80 clients, fitted with budget=small</h1>"
    order = [
        title,
        "Your data</h2>",
        "Difference between arms at the end of treatment",
        "group_therapy against waiting",
        "What was assumed</h2>",
        "Do data like these come out of the worlds?</h2>",
        "Does it predict what it was not fitted to?</h2>",
        "What is known of each parameter</h2>",
        "Can the posterior be trusted?</h2>",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "strength of the bond" in text[places[-2] : places[-1]]
    assert "<b>observed</b>: Hedges&#39; g" in text
    row = summary["posterior_checks"][0]
    assert row["statistic"] == "Hedges' g, group_therapy against waiting"
    figures = {path.stem for path in page.parent.rglob("*.png")}
    assert {"data", "predictions", "parameters"} <= figures
