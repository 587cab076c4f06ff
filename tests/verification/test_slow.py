"""Slow statistical verification: `make verify`, with the battery half an hour on two cores."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dyadsim.analysis import therapists
from dyadsim.evidence import benchmark, compare_worlds
from dyadsim.evidence.observed_study import observe_study
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import Caseload

pytestmark = pytest.mark.verification

TEN_MILLION = """
import dyadsim
study = dyadsim.rct(("cbt", "waitlist"), sessions=20, follow_up=())
sums = dyadsim.stream(study, dyadsim.world("hybrid"), 10_000_000, seed=7)
assert sums.values[:, 0, 0].sum() == 10_000_000
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read in /proc")
def test_ten_million_dyads_stream_in_less_than_a_gigabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "experiments" / "growth")
    memory: Any = importlib.import_module("memory")
    assert memory.peak_of(TEN_MILLION) < 1000  # MB


@pytest.mark.parametrize("world", ["medical", "hybrid"])
def test_simulated_beats_agree_with_the_closed_form(world: str) -> None:
    """60 beats a session against the closed form: the means of what follows agree."""
    study, parameters = rct(("cbt", "waitlist"), follow_up=()), worlds.world_parameters(world)
    closed, simulated = (
        simulate.run(study, parameters, 20_000, 5, replicate=0, beats=beats) for beats in (0, 60)
    )
    treated = closed.clients.arm == 0
    for name in ("distress", "bond", "regulation", "synchrony", "coregulation"):
        pair = [
            dict(simulate.variables(run.truth))[name][1:13, treated].astype(np.float64).mean(axis=0)
            for run in (closed, simulated)
        ]
        apart = pair[1] - pair[0]
        # Beats start at rest, not in the stationary state: a bias of a few per cent is theirs.
        room = 5 * apart.std() / apart.size**0.5 + 0.05 * abs(pair[0].mean())
        assert abs(apart.mean()) < room, name


def test_the_therapist_effect_is_recovered_where_it_was_planted() -> None:
    """More spread among therapists, more estimated therapist effect; without spread, none."""
    study = cohort(follow_up=())._replace(caseload=Caseload(40.0, 0.7))
    effects = []
    for spread in (0.0, 1.0, 2.0):
        world = worlds.world_parameters("medical", {"population.therapist_spread": spread})
        outcome = observe_study(simulate.run(study, world, 20_000, 5)).outcome
        effects.append(therapists.therapist_effect(outcome).percent)
    assert effects[0].value < 1
    assert effects[0].value < effects[1].value < effects[2].value


def test_the_monte_carlo_error_is_honest() -> None:
    """The error over 8 replicates covers the mean of 8 others as often as it should."""
    world = worlds.world_parameters("hybrid")
    first = benchmark.evaluate_facts(world, 1000, seed=1)
    second = benchmark.evaluate_facts(world, 1000, seed=2)
    apart = [
        abs(a.simulated - b.simulated) / np.hypot(a.standard_error, b.standard_error)
        for a, b in zip(first, second, strict=True)
        if np.isfinite(a.simulated) and np.isfinite(b.simulated) and a.standard_error > 0
    ]
    assert len(apart) > 30
    # |t| with about 14 degrees of freedom: median .69, 95 % below 2.14.
    assert np.median(apart) < 1.2
    assert np.mean(np.array(apart) > 2.14) < 0.25


def test_every_healing_world_beats_the_null_world_on_the_facts() -> None:
    met = {
        name: sum(
            result.met for result in benchmark.evaluate_facts(worlds.world_parameters(name), 4000)
        )
        for name in worlds.WORLDS
    }
    assert all(met[name] > met["null"] for name in met if name != "null")


def test_the_comparison_is_the_same_bits_twice() -> None:
    world = {"hybrid": worlds.world_parameters("hybrid")}
    first, second = (
        compare_worlds.simulate_comparison(world, 20_000, seed=7, threads=n) for n in (1, 2)
    )
    assert first.statistics.equals(second.statistics)
    assert first.truth.equals(second.truth)
