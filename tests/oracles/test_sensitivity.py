"""Sensitivity indices of swept functions whose indices are known; PRIM on a planted box."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dyadsim.errors import BadInput
from dyadsim.sweeps import sampling, scenario_discovery, sensitivity, sweep
from dyadsim.sweeps.sampling import Axis, Sampling
from dyadsim.sweeps.sensitivity import Bootstrap, SweptTable
from dyadsim.sweeps.sweep import Condition, Sweep

A, B = 7.0, 0.1
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0])


def ishigami(x: np.ndarray) -> np.ndarray:
    """Ishigami and Homma's function on [-pi, pi]^3."""
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def g_function(x: np.ndarray) -> np.ndarray:
    """Sobol's G on the unit cube."""
    return np.prod((np.abs(4 * x - 2) + WEIGHTS) / (1 + WEIGHTS), axis=1)


def _compute(function: Any, points: Any, replicate: int, keys: Any, threads: int) -> Any:
    return function(points.astype(float))[:, None].astype(np.float32), [""] * len(points)


def swept(function: Any, axes: tuple[Axis, ...], layout: Sampling, folder: Path) -> pd.DataFrame:
    """The table of a function's sweep."""
    sampling.check_sampling(axes, layout, ranges=False)
    points = sampling.sample_points(axes, layout).astype(np.float32)
    compute = partial(_compute, function)
    condition = Condition({}, function.__name__, compute, lambda p: p, points)
    names = tuple(axis.name for axis in axes)
    function_sweep = Sweep(names, ("y",), (condition,), 1, 500)
    assert sweep.run_sweep(function_sweep, folder).finished == len(points)
    return pd.read_parquet(sweep.collect_sweep(function_sweep, folder))


def as_input(table: pd.DataFrame, names: list[str], layout: Sampling) -> SweptTable:
    """The table as the methods take it."""
    values = {"y": table["y"].to_numpy(float)[None]}
    return SweptTable(names, layout, table[names].to_numpy(float), values, {})


def ranked(
    method: str, function: Any, axes: tuple[Axis, ...], layout: Sampling, folder: Path
) -> pd.Series:
    """Indices by (index, parameter), from the table of the sweep."""
    table = swept(function, axes, layout, folder)
    names = [axis.name for axis in axes]
    ranking = sensitivity.rank_parameters(
        method, as_input(table, names, layout), Bootstrap(100, seed=1)
    )
    rows = ranking.table.assign(parameter=ranking.table["parameter"] + ranking.table["other"])
    return rows.set_index(["index", "parameter"])["value"]


ISHIGAMI = tuple(Axis(name, (), -np.pi, np.pi) for name in "abc")
UNIT = tuple(Axis(name, (), 0.0, 1.0) for name in "abcde")


def test_sobol_indices_of_ishigami(tmp_path: Path) -> None:
    indices = ranked(
        "sobol", ishigami, ISHIGAMI, Sampling("saltelli", 2048, second_order=True), tmp_path
    )
    a = 0.5 * (1 + B * np.pi**4 / 5) ** 2
    b, pair = A**2 / 8, B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = a + b + pair
    for name, first, total in (("a", a, a + pair), ("b", b, b), ("c", 0.0, pair)):
        assert indices["first", name] == pytest.approx(first / variance, abs=0.03)
        assert indices["total", name] == pytest.approx(total / variance, abs=0.03)
    assert indices["pair", "ac"] == pytest.approx(pair / variance, abs=0.05)
    assert indices["pair", "ab"] == pytest.approx(0, abs=0.05)


def test_sobol_indices_of_g(tmp_path: Path) -> None:
    indices = ranked("sobol", g_function, UNIT, Sampling("saltelli", 4096), tmp_path)
    parts = 1 / (3 * (1 + WEIGHTS) ** 2)
    total = np.prod(1 + parts) - 1
    for k, name in enumerate("abcde"):
        everything = parts[k] * np.prod(np.delete(1 + parts, k))
        assert indices["first", name] == pytest.approx(parts[k] / total, abs=0.03)
        assert indices["total", name] == pytest.approx(everything / total, abs=0.03)


@pytest.mark.slow
def test_morris_and_pawn_rank_g_as_its_weights_do(tmp_path: Path) -> None:
    screened = ranked("morris", g_function, UNIT, Sampling("morris", 200, 4), tmp_path / "morris")
    order = screened["mean absolute effect"].sort_values(ascending=False).index
    assert list(order) == list("abcde")
    apart = ranked("pawn", g_function, UNIT, Sampling("latin_hypercube", 4000), tmp_path / "pawn")
    distance = apart["median distance"]
    chance = distance[sensitivity.DUMMY]
    assert distance["a"] > distance["b"] > distance["c"] > chance
    assert distance["e"] < chance


def test_indices_are_the_same_for_a_seed(tmp_path: Path) -> None:
    layout = Sampling("saltelli", 64)
    table = as_input(swept(g_function, UNIT, layout, tmp_path), list("abcde"), layout)
    first, again, other = (
        sensitivity.rank_parameters("sobol", table, Bootstrap(50, seed)).table for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert (first["low"] != other["low"]).any()
    assert (first["value"] == other["value"]).all()


def test_noise_share_recovers_planted_noise() -> None:
    rng = np.random.default_rng(3)
    signal = rng.normal(size=4000)
    shared = rng.normal(size=(5, 1))  # by all points: does no harm
    values = signal + 10 * shared + rng.normal(scale=2.0, size=(5, 4000))
    share, source = sensitivity.noise_share(values, None)
    assert source == "from replicates"
    assert share == pytest.approx((4 / 5) / (1 + 4 / 5), abs=0.03)
    single = signal[None] + rng.normal(scale=0.5, size=(1, 4000))
    share, source = sensitivity.noise_share(single, np.full((1, 4000), 0.5))
    assert share == pytest.approx(0.25 / 1.25, abs=0.03)
    assert "at most" in source
    assert np.isnan(sensitivity.noise_share(single, None)[0])
    assert np.isnan(sensitivity.noise_share(np.ones((2, 9)), None)[0])


def test_a_failed_point_takes_its_group_with_it(tmp_path: Path) -> None:
    layout = Sampling("saltelli", 64)
    table = as_input(swept(g_function, UNIT, layout, tmp_path), list("abcde"), layout)
    values = table.values["y"]
    values[0, 3] = np.nan
    ranking = sensitivity.rank_parameters("sobol", table, Bootstrap(50))
    assert list(ranking.noise["left_out"]) == [7]
    values[0, ::7] = np.nan
    with pytest.raises(BadInput, match="y has values in only 0 of 64 groups"):
        sensitivity.rank_parameters("sobol", table, Bootstrap(50))


@pytest.mark.slow
def test_prim_finds_the_planted_box() -> None:
    pytest.importorskip("ema_workbench", reason="the extra 'scale' is not installed")
    rng = np.random.default_rng(4)
    points = pd.DataFrame(rng.random((3000, 4)), columns=list("abcd"))
    met = ((points["a"] > 0.6) & (points["c"] < 0.5)).to_numpy()
    box = scenario_discovery.find_box(points, met)
    limits = box.limits.set_index("parameter")
    assert set(limits.index) == {"a", "c"}
    assert limits.loc["a", "low"] == pytest.approx(0.6, abs=0.04)
    assert limits.loc["c", "high"] == pytest.approx(0.5, abs=0.04)
    assert (limits["quasi_p"] < 1e-6).all()
    assert box.coverage > 0.9
    assert box.density > 0.9
    assert box.share_met == pytest.approx(0.2, abs=0.03)
    mixed = points.astype({"a": np.float32, "b": np.float32})  # swept axes beside choices
    limits = scenario_discovery.find_box(mixed, met).limits.set_index("parameter")
    assert limits.loc["a", "low"] == pytest.approx(0.6, abs=0.04)


def test_targets() -> None:
    outputs = ["facts_met", "process_outcome_r(alliance_score@3)", "true_d.cbt.waitlist"]
    high = scenario_discovery.parse_target("facts_met >= 30", outputs)
    assert high == ("facts_met", ">=", 30.0)
    assert scenario_discovery.parse_target("true_d.cbt.waitlist<-0.5", outputs).number == -0.5
    assert list(scenario_discovery.target_met(high, np.array([29, 30, np.nan]))) == [
        False,
        True,
        False,
    ]
    low = scenario_discovery.parse_target("facts_met<3", outputs)
    assert list(scenario_discovery.target_met(low, np.array([2, np.nan]))) == [True, False]
    for text, message in (
        ("facts_met", "a sign and a number"),
        (None, "a sign and a number"),
        ("facts_mt>3", "Did you mean facts_met"),
        ("facts_met>e", "not a number"),
    ):
        with pytest.raises(BadInput, match=message):
            scenario_discovery.parse_target(text, outputs)
    with pytest.raises(BadInput, match="met at 5 of 100 points"):
        scenario_discovery.find_box(pd.DataFrame({"a": range(100)}), np.arange(100) < 5)


def test_a_seed_of_zero_is_a_seed_too(tmp_path: Path) -> None:
    """SALib takes the number 0 for "no seed": the intervals would differ from run to run."""
    layout = Sampling("saltelli", 64)
    table = as_input(swept(ishigami, ISHIGAMI, layout, tmp_path), list("abc"), layout)
    rankings = []
    for hidden in (1, 2):
        np.random.seed(hidden)  # noqa: NPY002 (what a library would use)
        rankings.append(sensitivity.rank_parameters("sobol", table, Bootstrap(20, seed=0)).table)
    pd.testing.assert_frame_equal(*rankings)
