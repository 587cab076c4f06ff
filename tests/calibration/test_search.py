"""Calibration: what it may move, what it costs, that it finds a planted world, and its task."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from starting import starting

from dyadsim.calibration import scoreboard
from dyadsim.calibration import search as c
from dyadsim.calibration.free_parameters import FREE, TIED, tied
from dyadsim.calibration.gauss_newton import Price
from dyadsim.calibration.prior import LOAD, STABLE, Prior, space
from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.evidence import fact as facts
from dyadsim.model import worlds
from dyadsim.model.parameters import catalogue
from dyadsim.simulation import simulate
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Sample

EVERYBODY = Sample(seeking_threshold=-9.0)
TRY = c.Budget(((300, 1),), ((300, 1, c.FAR),), 4, 2, 300)


def test_free_and_tied_parameters_exist_and_do_not_overlap() -> None:
    assert set(FREE) | set(TIED) <= set(catalogue())
    assert not set(FREE) & set(TIED)
    assert len(FREE) == len(set(FREE))


@pytest.mark.parametrize("world", list(worlds.WORLDS))
def test_a_worlds_claim_is_never_free(world: str) -> None:
    one = space(world)
    assert not set(one.names) & set(worlds.named(world).fixed)
    middle = one.values(one.middle)
    known = catalogue()
    for name in one.names:
        start = worlds.named(world).start.get(name, known[name].default)
        assert middle[name] == pytest.approx(start), name
    assert one.coordinates(middle) == pytest.approx(one.middle)


def test_coordinates_are_standard_deviations_of_the_prior() -> None:
    log, plain = Prior("log", 2.0, 0.0, 10.0), Prior("plain", 1.0, -3.0, 3.0)
    assert [log.value(one) for one in (0, 1, -1, 3)] == pytest.approx([2, 4, 1, 10])
    assert [plain.value(one) for one in (0, 1, -2, 3)] == pytest.approx([1, 2, -1, 3])
    even = Prior("uniform", 0.5, 0.0, 2.0)
    assert [even.value(one) for one in (0, 0.6744898, -9)] == pytest.approx([1, 1.5, 0])
    assert (log.coordinate(0.0), log.coordinate(8.0)) == (-3, 2)
    one = space("hybrid")
    shapes = {prior.shape for prior in one.priors}
    assert shapes == {"log", "plain", "uniform", "share"}
    drawn = np.clip(np.random.default_rng(1).normal(size=len(one.names)), one.low, one.high)
    assert one.coordinates(one.values(drawn)) == pytest.approx(drawn)


def test_no_coordinates_stand_for_shares_of_variance_above_one() -> None:
    one = space("hybrid")
    for stable in (one.low, one.high):
        for load in (one.low, one.high):
            at = one.middle
            for name, ends in (
                ("population.stable_share", stable),
                ("population.load_share", load),
            ):
                at[one.names.index(name)] = ends[one.names.index(name)]
            values = one.values(at)
            worlds.parameters("hybrid", values)
            assert values[STABLE] + values[LOAD] <= 0.97


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"population.distress_sd": 1.0, "distress.load_decay": 0.1, "distress.rate": 0.6},
        {"population.load_share": 0.2, "population.stable_share": 0.6},
    ],
)
def test_tied_parameters_keep_the_untreated_population_as_spread_as_it_is(
    values: dict[str, float],
) -> None:
    world = starting("null", tied({**values, "distress.buffer": 0.0}))
    run = simulate.run(waitlist(52, (52,))._replace(sample=EVERYBODY), world, 20_000, 3)
    distress = dict(simulate.variables(run.truth))["distress"]
    assert distress[0].std() == pytest.approx(world.population.distress_sd, rel=0.03)
    assert distress[52].std() == pytest.approx(world.population.distress_sd, rel=0.03)


def test_shares_that_leave_no_fluctuation_are_refused() -> None:
    with pytest.raises(BadInput, match="leave no variance"):
        tied({"population.load_share": 0.6, "population.stable_share": 0.5})


def test_cost_is_nothing_well_inside_and_counts_the_distance_from_the_prior() -> None:
    assert c.cost(np.array([0.0, c.FAR.room, -c.FAR.room]), np.zeros(2)) == 0
    assert c.cost(np.array([c.FAR.room + 0.1]), np.zeros(2)) == pytest.approx(0.01, rel=0.01)
    assert c.cost(np.zeros(1), np.array([3.0, 4.0])) == pytest.approx(25 * c.HOME)
    found = {"dropout": 0.197, "remission_3m": 0.31}
    edge_and_middle = c.signed(found, _facts("dropout", "remission_3m"))
    assert edge_and_middle == pytest.approx([1, 0])  # in the order of facts.csv
    missing = c.signed({"dropout": float("nan"), "remission_3m": 0.08}, _facts(*found))
    assert missing.tolist() == pytest.approx([-1, c.MISSING])


def _facts(*names: str) -> list[facts.Fact]:
    return [one for one in facts.load() if one.id in names]


def test_search_finds_a_planted_world() -> None:
    planted = {"ending.dropout_base": -1.6, "population.distress_mean": 1.1}
    wanted = _facts("dropout", "remission_3m", "prepost_routine", "sessions_mean")
    held = {
        name: worlds.named("hybrid").start.get(name, catalogue()[name].default)
        for name in FREE
        if name not in planted
    }
    truth = c.simulate_facts("hybrid", tied({**held, **planted}), wanted, 8000, 5, 1)
    narrow = [
        one._replace(estimate=value, low=value - 0.02 * abs(value), high=value + 0.02 * abs(value))
        for one, value in ((one, truth[one.id]) for one in wanted)
    ]
    budget = c.Budget(((1500, 6),), ((4000, 3, Price(0.3, 2.5)),), 8, 1, 1500)
    found = c.calibrate("hybrid", budget, 3, held=held, wanted=narrow)
    for name, value in planted.items():
        assert found.values[name] == pytest.approx(value, abs=0.25), name  # they start .5 off


def test_the_same_seed_gives_the_same_calibration_for_any_number_of_processes() -> None:
    alone, two = (c.calibrate("null", TRY, 1, workers) for workers in (1, 2))
    assert alone.values == two.values
    assert alone.starts.equals(two.starts)
    other = c.calibrate("null", TRY, 2)
    assert other.values != alone.values


def test_task_leaves_a_world_file_that_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["calibrate", "world=null", "budget=small", "size=tiny", f"results={tmp_path}"]
    assert main([*words, "ending.dropout_base=-1.4", "json=true"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["command"].endswith("seed=1 ending.dropout_base=-1.4")
    (folder,) = tmp_path.glob("calibrate/*")
    file = yaml.safe_load((folder / "world.yaml").read_text())
    assert file["base"] == "null"
    assert file["parameters"]["ending.dropout_base"] == -1.4
    assert file["calibration"]["facts"] == 41
    worlds.parameters("null", file["parameters"])
    names = {path.name for path in folder.iterdir()}
    assert {"world.yaml", "starts.csv", "course.csv", "facts.csv", "posterior.csv"} <= names


def test_ratio_at_equal_means_is_1_where_nothing_heals() -> None:
    ratio, error = scoreboard.equal_means_ratio(worlds.parameters("null"))
    assert 0.9 < ratio < 1.1
    assert 0 < error < 0.05


def test_scoreboard_shows_all_worlds_and_one_world_when_asked(
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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("budget=smal", "there is no budget 'smal'. Did you mean small?"),
        (
            "budget=small world=medical distress.specificity=0.5",
            "is fixed at 1 in the world 'medical'",
        ),
        ("budget=small population.stable_share=0.5 population.load_share=0.7", "must stay below 1"),
        ("budget=small distress.rate=7", "must lie in"),
    ],
)
def test_bad_input(
    words: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", f"results={tmp_path}", *words.split()]) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
