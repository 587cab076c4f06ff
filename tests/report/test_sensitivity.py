"""What a sensitivity analysis prints and draws."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.report import sensitivity as report
from dyadsim.sweeps.scenario_discovery import Scenario

INDICES = pd.DataFrame(
    {
        "condition": "",
        "output": "gain",
        "index": ["first", "total", "first", "total"],
        "parameter": ["alliance.rate"] * 2 + ["distress.rate"] * 2,
        "other": "",
        "value": [0.1, 0.2, 0.6, 0.7],
        "low": [0.0, 0.1, np.nan, 0.6],
        "high": [0.2, 0.3, np.nan, 0.8],
    }
)
NOISE = pd.DataFrame(
    {
        "condition": "",
        "output": ["gain", "dropout"],
        "noise_share": [0.25, np.nan],
        "source": ["replicates", "the output is the same at all points."],
        "left_out": [0, 3],
    }
)


def test_the_ranking_of_an_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report.print_ranking("sobol", INDICES, NOISE)
    out = " ".join(capsys.readouterr().out.split())
    assert "Monte-Carlo noise: 25.0% of the variance over points (replicates)" in out
    assert out.index("distress.rate") < out.index("alliance.rate")
    assert "0.200 [0.100, 0.300]" in out
    assert "dropout: the output is the same at all points; no indices." in out
    assert "dropout: 3 points were left out" in out
    report.write_ranking(tmp_path, "sobol", INDICES, NOISE, lambda names: dict.fromkeys(names, ""))
    assert (tmp_path / "figure.png").stat().st_size > 10000


def test_a_region(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    limits = pd.DataFrame(
        [("alliance.rate", 0.2, 0.6, 0.001), ("distress.rate", 0.1, 0.4, 0.3)],
        columns=["parameter", "low", "high", "quasi_p"],
    )
    path = pd.DataFrame(
        {"limited": [0, 1], "coverage": [1.0, 0.8], "density": [0.3, 0.6], "mass": [1.0, 0.4]}
    )
    box = Scenario(limits, 0.8, 0.6, 0.3, 128, path)
    report.print_box(box, "gain>=5")
    out = " ".join(capsys.readouterr().out.split())
    assert "Where gain>=5: 60% of the points in the box meet it (30% of all 128)" in out
    assert out.count("may be due to chance") == 1
    report.write_box(tmp_path, box, {"alliance.rate": (0.0, 0.6)}, "gain>=5")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "figure.csv"), path)
