"""The search: what a point costs, that it finds a planted world, and the task `calibrate`."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from dyadsim.calibration import distances, search
from dyadsim.calibration.free_parameters import FREE, tie_parameters
from dyadsim.calibration.gauss_newton import PRIOR_WEIGHT, Penalty, Stage
from dyadsim.calibration.prior import calibration_space
from dyadsim.cli.main import main
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.model import worlds
from dyadsim.model.parameters import catalogue

SHORT = search.Budget(((300, 1),), (Stage(300, 1, search.SEARCH_PENALTY),), 4, 2, 300)


def _facts(*names: str) -> list[Fact]:
    return [fact for fact in load_facts() if fact.id in names]


def test_cost_is_nothing_well_inside_and_counts_the_distance_from_the_prior() -> None:
    margin = search.SEARCH_PENALTY.margin
    assert search.point_cost(np.array([0.0, margin, -margin]), np.zeros(2)) == 0
    assert search.point_cost(np.array([margin + 0.1]), np.zeros(2)) == pytest.approx(0.01, rel=0.01)
    far_from_prior = search.point_cost(np.zeros(1), np.array([3.0, 4.0]))
    assert far_from_prior == pytest.approx(25 * PRIOR_WEIGHT)


def test_distances_are_signed_and_a_missing_value_has_one_too() -> None:
    facts = _facts("dropout", "remission_3m")  # in the order of facts.csv
    edge_and_middle = distances.signed_distances({"dropout": 0.197, "remission_3m": 0.31}, facts)
    assert edge_and_middle == pytest.approx([1, 0])
    missing = distances.signed_distances({"dropout": float("nan"), "remission_3m": 0.08}, facts)
    assert missing.tolist() == pytest.approx([-1, distances.MISSING_DISTANCE])


def test_search_finds_a_planted_world() -> None:
    planted = {"ending.dropout_base": -1.6, "population.distress_mean": 1.1}
    start = worlds.find_world("hybrid").start
    fixed = {
        name: start.get(name, catalogue()[name].default) for name in FREE if name not in planted
    }
    facts = _facts("dropout", "remission_3m", "prepost_routine", "sessions_mean")
    world = worlds.world_parameters("hybrid", tie_parameters({**fixed, **planted}))
    truth = distances.simulate_fact_values(world, facts, clients=8000, seed=5, replicate=1)
    narrow = [_narrowed(fact, truth[fact.id]) for fact in facts]
    budget = search.Budget(((1500, 6),), (Stage(4000, 3, Penalty(0.3, 2.5)),), 8, 1, 1500)
    space = calibration_space("hybrid", fixed)
    calibration = search.calibrate_world(space, budget, seed=3, facts=narrow)
    for name, value in planted.items():
        assert calibration.values[name] == pytest.approx(value, abs=0.25), name  # starts .5 off


def _narrowed(fact: Fact, value: float) -> Fact:
    return fact._replace(
        estimate=value, low=value - 0.02 * abs(value), high=value + 0.02 * abs(value)
    )


def test_the_same_seed_gives_the_same_calibration_for_any_number_of_processes() -> None:
    space = calibration_space("null")
    first, second = (
        search.calibrate_world(space, SHORT, seed=1, workers=workers) for workers in (1, 2)
    )
    assert first.values == second.values
    assert first.starts.equals(second.starts)
    other = search.calibrate_world(space, SHORT, seed=2)
    assert other.values != first.values


def test_task_leaves_a_world_file_that_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["calibrate", "world=null", "budget=small", "size=tiny", f"results={tmp_path}"]
    assert main([*words, "ending.dropout_base=-1.4", "json=true"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["command"].endswith("seed=1 ending.dropout_base=-1.4")
    (folder,) = tmp_path.glob("calibrate/*")
    file = yaml.safe_load((folder / "world.yaml").read_text())
    assert file["base"] == "null"
    assert file["parameters"]["ending.dropout_base"] == -1.4
    assert file["calibration"]["facts"] == 67
    worlds.world_parameters("null", file["parameters"])
    names = {path.name for path in folder.iterdir()}
    assert {"world.yaml", "starts.csv", "course.csv", "facts.csv", "posterior.csv"} <= names


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("budget=smal", "no budget 'smal'. Did you mean small?"),
        (
            "budget=small world=medical distress.specificity=0.5",
            "is fixed at 1 in the world 'medical'",
        ),
        ("budget=small population.stable_share=0.5 population.load_share=0.7", "must stay below 1"),
        ("budget=small distress.rate=7", "must lie in"),
    ],
)
def test_bad_input(
    words: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", f"results={tmp_path}", *words.split()]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
