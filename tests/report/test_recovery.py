"""What planning prints and leaves."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.report import recovery as report

TABLE = pd.DataFrame(
    {
        "variant": ["scores alone"] * 3 + ["all three"] * 3,
        "parameter": ["distress.rate", "alliance.rate", "hope.rate"] * 2,
        "contraction": [0.1, 0.25, 0.6, 0.3, 0.45, 0.8],
        "se": [0.05, 0.05, 0.05, 0.05, 0.05, 0.05],
        "low": [0.0, 0.15, 0.5, 0.2, 0.35, 0.7],
        "high": [0.2, 0.35, 0.7, 0.4, 0.55, 0.9],
        "verdict": [
            *("not identified", "undecided", "identified"),
            *("undecided", "identified", "identified"),
        ],
    }
)
MEANS = pd.DataFrame(
    {
        "variant": ["scores alone", "with therapists", "all three"],
        "clients": [200, 200, 600],
        "contraction": [0.317, 0.337, 0.517],
        "se": [0.03, 0.03, 0.03],
        "verdict": ["undecided", "undecided", "identified"],
        "gain": [float("nan"), 0.02, 0.2],
        "gain_se": [float("nan"), 0.011, 0.03],
    }
)


def summary(**more: object) -> dict[str, object]:
    """Return what summary.json holds."""
    means = MEANS[MEANS["variant"] != "with therapists"]
    return {
        "clients": 200,
        "seed": 7,
        "draws": 3000,
        "held_out": 300,
        "versions": {"dyadsim": "1.2"},
        "answer": report.sentences(TABLE, means),
        "means": means.to_dict("records"),
        "parameters": TABLE.to_dict("records"),
        **more,
    }


def test_every_contraction_has_its_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    report.print_recovery(summary(study="cohort"), "hybrid world")
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    for cell in ("0.10 ± 0.05 no", "0.25 ± 0.05 ?", "0.60 ± 0.05 ", "0.52 ± 0.03"):
        assert cell in out
    words = " ".join(out.split())
    assert "Study: cohort; clients: 200; seed: 7; simulations to learn from: 3,000" in words
    assert "held out: 300; dyadsim 1.2" in words


def test_of_a_file_its_name_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_recovery(summary(file="scores.csv"), "hybrid world")
    assert "Study: the design of scores.csv; clients: 200" in capsys.readouterr().out


def test_nothing_is_said_that_chance_could_say() -> None:
    plain, gain, open_ = report.sentences(TABLE, MEANS)
    assert plain == (
        "Of 3 parameters, scores alone: identified: hope.rate; undecided: alliance.rate; "
        "not identified: distress.rate."
    )
    assert gain == "all three: adds 0.20 ± 0.03 to the mean contraction of scores alone."
    assert "nothing is said: with therapists (0.020 ± 0.011)" in open_


def test_what_teaches_nothing_is_said() -> None:
    same = MEANS.assign(gain=[float("nan"), 0.0, 0.2], gain_se=[float("nan"), 0.0, 0.03])
    assert report.sentences(TABLE, same)[1] == (
        "with therapists: no number can be learned from that here, so nothing changes."
    )


def test_figure_and_table(tmp_path: Path) -> None:
    report.write_recovery(tmp_path, TABLE)
    assert {path.name for path in tmp_path.iterdir()} == {"figure.csv", "figure.png", "figure.svg"}
    written = pd.read_csv(tmp_path / "figure.csv")
    assert {"contraction", "se", "low", "high", "verdict"} <= set(written.columns)
