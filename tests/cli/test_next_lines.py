"""Whatever a command suggests as the next one works."""

import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dyadsim.checks import setting_word
from dyadsim.cli.data_source import _similar_study
from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.fitting.client_data import ClientData, read_client_data
from dyadsim.fitting.data_design import DesignOptions, observed_design
from dyadsim.fitting.treatment_length import StatedLength
from dyadsim.sweeps.sampling import Sampling
from dyadsim.sweeps.sensitivity import SweptTable, rank_parameters

AXIS = "distress.bond_effect=interval(0,1)"
OF_SWEEP = ["size=tiny", "study.arms=[cbt,waitlist]", "outputs=[gain]"]


def _next(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("Next")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["alliance.rate=0.2,0.3"], 0),  # no interval to rank
        ([AXIS, "points=sobol", "points.n=16"], 0),  # too few points
        ([AXIS, "points=sobol", "points.n=64"], 1),
        ([AXIS, "points=morris", "points.n=8"], 1),
        (
            [AXIS, "points=sobol", "points.n=16", "shards=2", "shard=1"],
            1,
        ),  # collect, and not yet sensitivity
        (
            [
                "population.stable_share=interval(0.18,0.5)",
                "points=sobol",
                "points.n=64",
            ],
            0,
        ),  # few points are possible
    ],
)
def test_after_a_sweep(
    words: list[str],
    expected: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for results in ([], ["results=my results"]):
        assert main(["sweep", "name=a", *words, *OF_SWEEP, *results]) in (0, 3)
        lines = _next(capsys.readouterr().out)
        assert len(lines) == expected
        for line in lines:
            first = line.removeprefix("Next: dyadsim ").partition(";")[0].partition("   (")[0]
            assert main(shlex.split(first)) == 0
    capsys.readouterr()


def test_nothing_to_rank_is_a_sentence() -> None:
    table = SweptTable(["a"], Sampling("sobol", 64), np.zeros((64, 1)), {}, {})
    with pytest.raises(BadInput, match="no output has a value at any point"):
        rank_parameters("pawn", table)


def test_after_a_study_in_a_folder_of_any_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / 'it\'s "$HOME"'
    (word,) = shlex.split(setting_word("results", str(place)))
    assert main(["simulate", "size=tiny", word]) == 0
    (line,) = _next(capsys.readouterr().out)
    (program, *words) = shlex.split(line.removeprefix("Next: "))
    assert program == "dyadsim"
    assert main(words) == 0
    assert "Study: rct" in capsys.readouterr().out
    assert main(["results", word]) == 0
    (line,) = _next(capsys.readouterr().out)
    assert shlex.split(line.removeprefix("Next: dyadsim ")) == words


@pytest.fixture
def client_rows(tmp_path: Path) -> Callable[[list[str]], ClientData]:
    """Return a function that reads the scores of 24 clients in these arms."""

    def read(arms: list[str]) -> ClientData:
        rows = [f"c{k},{w},{9 + k % 3},{arms[k % len(arms)]}" for k in range(24) for w in range(3)]
        path = tmp_path / "d.csv"
        path.write_text("\n".join(["client,time,score,arm", *rows]), encoding="utf-8")
        columns = {name: name for name in ("client", "time", "score")}
        columns |= {"arm": "arm"} if len(arms) > 1 else {}
        return read_client_data(str(path), columns, instrument="phq9", unit="week")

    return read


@pytest.mark.parametrize(
    ("arms", "per_week"),
    [
        ({"A": "cbt", "B": "waitlist"}, 1.0),
        ({"A": "waitlist", "B": "cbt"}, 2.0),
        ({"A": "untreated", "B": "cbt"}, 1.0),
        ({"A": "medication", "B": "usual_care"}, 2.0),
        ({"care": "routine_care"}, 3.0),
    ],
)
def test_after_a_fit(
    arms: dict[str, str],
    per_week: float,
    client_rows: Callable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    options = DesignOptions(StatedLength(sessions=6, per_week=per_week))
    design = observed_design(client_rows(list(arms)), arms, options=options)
    assert main(["recover", *shlex.split(_similar_study(design)), "dry_run=true"]) == 0
    assert "no effect" not in capsys.readouterr().err
