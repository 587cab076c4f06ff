"""A search by Optuna: it finds a known best point, goes on where it was, and says what it found."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.sweeps.optuna_search import (
    Search,
    Trial,
    best_trial,
    check_objective,
    search,
    tried_sweep,
)
from dyadsim.sweeps.sampling import Axis
from dyadsim.sweeps.sweep import Condition, Sweep, collect_sweep

pytest.importorskip("optuna", reason="the extra 'scale' is not installed")
AXES = (Axis("x", (), 0.0, 1.0), Axis("step", (1.0, 2.0, 3.0)))
WORDS = [
    "sweep",
    "name=best",
    "alliance.rate=interval(0.2,0.9)",
    "world=hybrid,contextual",
    "outputs=[true_d]",
    "study.arms=[cbt,waitlist]",
    "study.sessions=4",
    "study.follow_up=[]",
    "size=tiny",
]


def hill(top: float) -> Condition:
    """A hill over x and step: `top` at x = .3 and step 2, lower everywhere else."""

    def height(points: np.ndarray) -> np.ndarray:
        return top - (points[:, 0] - 0.3) ** 2 - 0.2 * np.abs(points[:, 1] - 2)

    return Condition(
        {"world": f"top {top}"},
        f"hill {top}",
        lambda points, *_: (height(points)[:, None].astype(np.float32), [""] * len(points)),
        lambda points: points,
        np.empty((0, 2), np.float32),
    )


SWEEP = Sweep(("x", "step"), ("height",), (hill(1.0), hill(1.5)))


def test_the_top_of_a_hill_is_found(tmp_path: Path) -> None:
    trials = search(SWEEP, AXES, tmp_path, Search("height", trials=60))
    best = trials[best_trial(trials, "maximize")]
    assert best.condition == 1
    assert best.point[1] == 2.0
    assert best.point[0] == pytest.approx(0.3, abs=0.05)
    assert best.value == pytest.approx(1.5, abs=0.003)
    lowest = search(SWEEP, AXES, tmp_path, Search("height", "minimize", 60))
    least = lowest[best_trial(lowest, "minimize")]
    assert (least.condition, least.point[1] == 2.0) == (0, False)
    assert least.point[0] == pytest.approx(1.0, abs=0.05)


def test_a_search_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    at_once = search(SWEEP, AXES, tmp_path / "whole", Search("height", trials=25))
    first = search(SWEEP, AXES, tmp_path / "parts", Search("height", trials=11))
    collect_sweep(tried_sweep(SWEEP, first), tmp_path / "parts")
    again = search(SWEEP, AXES, tmp_path / "parts", Search("height", trials=25))
    assert [trial.reused for trial in again[:11]] == [True] * 11
    assert [trial[:3] for trial in again] == [trial[:3] for trial in at_once]


def test_a_point_without_a_value_is_passed_over() -> None:
    trials = [Trial(0, (0.0,), value, 0.0, False) for value in (float("nan"), 2.0, 1.0)]
    assert (best_trial(trials, "maximize"), best_trial(trials, "minimize")) == (1, 2)


def test_one_output_is_sought() -> None:
    assert check_objective(None, ["a_fact", "facts_met"]) == "facts_met"
    assert check_objective("gain.cbt", ["gain.cbt", "gain.cbt.se", "gain.waitlist"]) == "gain.cbt"
    with pytest.raises(BadInput, match=r"seeks one output.*gain.cbt, gain.waitlist"):
        check_objective(None, ["gain.cbt", "gain.cbt.se", "gain.waitlist"])


def test_the_best_world_as_typed_by_people_who_know_hydra(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = f"results={tmp_path}"
    hydra = ["hydra/sweeper=optuna", "hydra.sweeper.n_trials=8", "hydra.sweeper.sampler.seed=3"]
    assert main([*WORDS, where, "-m", *hydra, "json=true"]) == 0
    summary = json.loads(capsys.readouterr().out)
    best = summary["search"]
    assert (best["trials"], best["seed"], best["direction"]) == (8, 3, "maximize")
    with (tmp_path / "best" / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    values = [float(row["true_d.cbt.waitlist"]) for row in rows]
    assert best["value"] == max(values) == values[best["best_trial"] - 1]
    assert best["choices"]["world"] == rows[best["best_trial"] - 1]["world"]
    assert best["value_again"] != best["value"]
    own = ["points=optuna", "points.n=8", "points.seed=3"]
    assert main([*WORDS, where, *own]) == 0
    out = capsys.readouterr().out
    assert "0 computed here, 8 taken from the store" in " ".join(out.split())
    (command,) = [line for line in out.splitlines() if line.startswith("Next: dyadsim simulate")]
    assert "'study.arms=[cbt,waitlist]'" in command
    assert f"world={best['choices']['world']}" in command


def test_the_point_that_meets_most_facts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["outputs=[alliance_outcome,facts]", "points=optuna", "points.n=2", "size=tiny"]
    axis = "alliance.rate=interval(0.2,0.9)"
    assert main(["sweep", axis, *words, f"results={tmp_path}", "json=true"]) == 0
    best = json.loads(capsys.readouterr().out)["search"]
    assert best["objective"] == "facts_met"
    assert best["value"] == int(best["value"]) > 10


REFUSED = [
    (["points.replicates=2"], "leave out points.replicates"),
    (["shards=2"], "leave out shards"),
    (["members=2"], "leave out members"),
    (["executor=dask"], "leave out executor"),
    (["points.direction=up"], "here is no points.direction 'up'"),
    (["points.sampler=cma"], "here is no points.sampler 'cma'"),
    (["points.n=100000"], "points.n must be a whole number from 1 to 5000"),
    (["points.objective=dropout"], "there is no output 'dropout' here"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[words[0] for words, _ in REFUSED])
def test_what_a_search_cannot_have(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, "points=optuna", *words, f"results={tmp_path}/out"]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_its_points_are_not_ranked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sensitivity", *WORDS[1:], "points=optuna", f"results={tmp_path}/out"]
    assert main(words) == 2
    assert "points=optuna is of dyadsim sweep, not of sensitivity" in capsys.readouterr().err
