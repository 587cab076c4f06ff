"""Attributions and facts in a sweep's store: what is kept, in what order, and by whom."""

from pathlib import Path

import pytest

import dyadsim
from dyadsim.attribution import kept_points
from dyadsim.attribution.estimated_shares import decompose_outcome
from dyadsim.attribution.kept_points import PointJob
from dyadsim.attribution.true_shares import COLUMNS, Care, Replication
from dyadsim.evidence.benchmark import evaluate_facts
from dyadsim.evidence.fact import load_facts
from dyadsim.simulation.specificity import mean_effect
from dyadsim.sweeps import kept_grid as grids
from dyadsim.sweeps import sweep
from dyadsim.sweeps.kept_grid import KeptGrid
from dyadsim.sweeps.sweep import Shard

FACTS = tuple(fact for fact in load_facts() if fact.id in ("dropout", "alliance_outcome"))
SIZE = Replication(200, 2, 7)
CARES = (Care(sessions=5), Care(dose_spread=0.5, sessions=5))
OWN = dyadsim.world("hybrid")


def _job(gating: float, care: Care | None, own: object = OWN) -> PointJob:
    world = dyadsim.world("hybrid", {"process_change.gating": gating})
    return PointJob(world, (care,), SIZE, FACTS, 200, 2, False, own)


def _grid(own: object = OWN) -> KeptGrid:
    jobs = [_job(gating, care, own) for care in CARES for gating in (0.0, 1.0)]
    return grids.plan_grid(jobs, ["a", "b", "c", "d"])


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of the table that one process makes."""
    folder = tmp_path_factory.mktemp("reference")
    sweep.run_sweep(_grid().sweep, folder)
    return sweep.collect_sweep(_grid().sweep, folder).read_bytes()


def test_points_of_one_world_are_one_condition_and_keep_their_order() -> None:
    grid = _grid()
    assert [len(condition.points) for condition in grid.sweep.conditions] == [2, 2]
    assert grid.rows == (0, 2, 1, 3)


def test_shards_in_any_order_equal_one_process(tmp_path: Path, reference: bytes) -> None:
    for number in (1, 0):
        state = sweep.run_sweep(_grid().sweep, tmp_path, shard=Shard(number, 2), threads=2)
        assert state.computed == 2
    assert sweep.collect_sweep(_grid().sweep, tmp_path).read_bytes() == reference


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(
    tmp_path: Path, reference: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def on_step(rows: int, fresh: bool) -> None:
        if fresh:
            raise Killed

    with pytest.raises(Killed):
        sweep.run_sweep(_grid().sweep, tmp_path, on_step=on_step)
    state = sweep.run_sweep(_grid().sweep, tmp_path)
    assert (state.reused, state.computed) == (2, 2)
    assert sweep.collect_sweep(_grid().sweep, tmp_path).read_bytes() == reference


def test_a_grid_takes_the_points_of_another(tmp_path: Path) -> None:
    sweep.run_sweep(_grid().sweep, tmp_path)
    jobs = [_job(1.0, CARES[1]), _job(0.5, CARES[1])]
    state = sweep.run_sweep(grids.plan_grid(jobs, ["x", "y"]).sweep, tmp_path)
    assert (state.reused, state.computed) == (1, 1)


def test_what_is_read_is_what_the_analyses_give(tmp_path: Path) -> None:
    jobs = [_job(0.4, CARES[1], own=None)]
    grid = grids.plan_grid(jobs, ["x"])
    sweep.run_sweep(grid.sweep, tmp_path)
    (point,) = grids.read_points(grid, sweep.collect_sweep(grid.sweep, tmp_path))
    shares = kept_points.shares_of_point(point.job, point.numbers)
    right = decompose_outcome(jobs[0].parameters, CARES[1], replication=SIZE)
    assert list(shares.columns) == COLUMNS
    assert shares.drop(columns=["share", "se"]).equals(right.drop(columns=["share", "se"]))
    for name in ("share", "se"):
        assert shares[name].to_numpy() == pytest.approx(
            right[name].to_numpy(), rel=1e-5, abs=1e-6, nan_ok=True
        )
    facts = kept_points.facts_of_point(point.job, point.numbers)
    judged = evaluate_facts(jobs[0].parameters, 200, replicates=2, seed=7, facts=FACTS)
    assert [fact.verdict for fact in facts] == [fact.verdict for fact in judged]
    assert [fact.simulated for fact in facts] == pytest.approx([fact.simulated for fact in judged])
    assert [fact.repeats for fact in facts] == [fact.repeats for fact in judged]


def test_a_world_gets_the_mean_effect_of_its_member_and_severity_moves_after() -> None:
    moved = dyadsim.world("hybrid", {"process_change.gating": 0.1, "population.distress_sd": 1.1})
    solved = kept_points._solved(moved, OWN)
    back = solved._replace(
        population=solved.population._replace(distress_sd=OWN.population.distress_sd)
    )
    assert mean_effect(back) == pytest.approx(mean_effect(OWN), abs=2e-3)
    assert solved.population.distress_sd == 1.1
    assert solved.distress.treatment_gain != OWN.distress.treatment_gain


def test_a_world_that_cannot_have_the_effect_has_no_values_and_no_error(tmp_path: Path) -> None:
    nothing = dyadsim.world("hybrid", {"process_change.learning_rate": 0.0})
    dead = nothing._replace(action=nothing.action._replace(learning_rate=0.0))
    job = PointJob(dead, (CARES[0],), SIZE, FACTS, 200, 2, False, OWN)
    grid = grids.plan_grid([job], ["x"])
    state = sweep.run_sweep(grid.sweep, tmp_path)
    (point,) = grids.read_points(grid, sweep.collect_sweep(grid.sweep, tmp_path))
    assert state.failed == 0
    assert all(value != value for value in point.numbers.values())
