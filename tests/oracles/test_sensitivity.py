"""Indices against functions whose indices are known, sent through the door of a sweep."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dyadsim.errors import BadInput
from dyadsim.sweeps import sampling, scenario_discovery, sensitivity, sweep
from dyadsim.sweeps.sampling import Axis, Sampling
from dyadsim.sweeps.sweep import Case, Sweep

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


def swept(function: Any, axes: tuple[Axis, ...], how: Sampling, folder: Path) -> pd.DataFrame:
    """The table of a function's sweep."""
    sampling.check(axes, how, ranges=False)
    points = sampling.points(axes, how, {}).astype(np.float32)
    case = Case({}, function.__name__, partial(_compute, function), lambda p: p, points)
    one = Sweep(tuple(axis.name for axis in axes), ("y",), (case,), 1, 500)
    assert sweep.run(one, folder).finished == len(points)
    return pd.read_parquet(sweep.collect(one, folder))


def ranked(
    method: str, function: Any, axes: tuple[Axis, ...], how: Sampling, folder: Path
) -> pd.Series:
    """Indices by (index, parameter), from the table of the sweep."""
    table = swept(function, axes, how, folder)
    names = [axis.name for axis in axes]
    found = sensitivity.rank(
        method,
        names,
        how,
        table[names].to_numpy(float),
        {"y": table["y"].to_numpy(float)[None]},
        {},
        100,
        1,
    )
    rows = found.table.assign(parameter=found.table["parameter"] + found.table["other"])
    return rows.set_index(["index", "parameter"])["value"]


ISHIGAMI = tuple(Axis(name, (), -np.pi, np.pi) for name in "abc")
UNIT = tuple(Axis(name, (), 0.0, 1.0) for name in "abcde")


def test_sobol_indices_of_ishigami(tmp_path: Path) -> None:
    found = ranked(
        "sobol", ishigami, ISHIGAMI, Sampling("saltelli", 2048, second_order=True), tmp_path
    )
    one = 0.5 * (1 + B * np.pi**4 / 5) ** 2
    two, pair = A**2 / 8, B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    total = one + two + pair
    for name, first, all_of_it in (("a", one, one + pair), ("b", two, two), ("c", 0.0, pair)):
        assert found["first", name] == pytest.approx(first / total, abs=0.03)
        assert found["total", name] == pytest.approx(all_of_it / total, abs=0.03)
    assert found["pair", "ac"] == pytest.approx(pair / total, abs=0.05)
    assert found["pair", "ab"] == pytest.approx(0, abs=0.05)


def test_sobol_indices_of_g(tmp_path: Path) -> None:
    found = ranked("sobol", g_function, UNIT, Sampling("saltelli", 4096), tmp_path)
    parts = 1 / (3 * (1 + WEIGHTS) ** 2)
    total = np.prod(1 + parts) - 1
    for k, name in enumerate("abcde"):
        everything = parts[k] * np.prod(np.delete(1 + parts, k))
        assert found["first", name] == pytest.approx(parts[k] / total, abs=0.03)
        assert found["total", name] == pytest.approx(everything / total, abs=0.03)


def test_morris_and_pawn_rank_g_as_its_weights_do(tmp_path: Path) -> None:
    screened = ranked("morris", g_function, UNIT, Sampling("morris", 200, 4), tmp_path / "morris")
    order = screened["mean absolute effect"].sort_values(ascending=False).index
    assert list(order) == list("abcde")
    apart = ranked("pawn", g_function, UNIT, Sampling("latin_hypercube", 4000), tmp_path / "pawn")
    found = apart["median distance"]
    assert found["a"] > found["b"] > found["c"] > found[sensitivity.DUMMY]
    assert found["e"] < found[sensitivity.DUMMY]


def test_indices_are_the_same_for_a_seed(tmp_path: Path) -> None:
    how = Sampling("saltelli", 64)
    table = swept(g_function, UNIT, how, tmp_path)
    arguments = (
        "sobol",
        list("abcde"),
        how,
        table[list("abcde")].to_numpy(float),
        {"y": table["y"].to_numpy(float)[None]},
        {},
        50,
    )
    one, again, other = (sensitivity.rank(*arguments, seed).table for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert (one["low"] != other["low"]).any()
    assert (one["value"] == other["value"]).all()


def test_noise_share_finds_what_was_planted() -> None:
    dice = np.random.default_rng(3)
    signal = dice.normal(size=4000)
    luck = dice.normal(size=(5, 1))  # shared by all points: does no harm
    values = signal + 10 * luck + dice.normal(scale=2.0, size=(5, 4000))
    share, source = sensitivity.noise_share(values, None)
    assert source == "from replicates"
    assert share == pytest.approx((4 / 5) / (1 + 4 / 5), abs=0.03)
    one = signal[None] + dice.normal(scale=0.5, size=(1, 4000))
    share, source = sensitivity.noise_share(one, np.full((1, 4000), 0.5))
    assert share == pytest.approx(0.25 / 1.25, abs=0.03)
    assert "at most" in source
    assert np.isnan(sensitivity.noise_share(one, None)[0])
    assert np.isnan(sensitivity.noise_share(np.ones((2, 9)), None)[0])


def test_a_failed_point_takes_its_whole_group_along(tmp_path: Path) -> None:
    how, names = Sampling("saltelli", 64), list("abcde")
    table = swept(g_function, UNIT, how, tmp_path)
    values = table["y"].to_numpy(float)
    values[3] = np.nan
    found = sensitivity.rank(
        "sobol", names, how, table[names].to_numpy(float), {"y": values[None]}, {}, 50
    )
    assert list(found.noise["left_out"]) == [7]
    values[::7] = np.nan
    with pytest.raises(BadInput, match="y has values in only 0 of 64 groups"):
        sensitivity.rank(
            "sobol", names, how, table[names].to_numpy(float), {"y": values[None]}, {}, 50
        )


def test_prim_finds_the_planted_box() -> None:
    pytest.importorskip("ema_workbench", reason="the extra 'scale' is not installed")
    dice = np.random.default_rng(4)
    points = pd.DataFrame(dice.random((3000, 4)), columns=list("abcd"))
    hit = ((points["a"] > 0.6) & (points["c"] < 0.5)).to_numpy()
    box = scenario_discovery.find(points, hit)
    limits = box.limits.set_index("parameter")
    assert set(limits.index) == {"a", "c"}
    assert limits.loc["a", "low"] == pytest.approx(0.6, abs=0.04)
    assert limits.loc["c", "high"] == pytest.approx(0.5, abs=0.04)
    assert (limits["quasi_p"] < 1e-6).all()
    assert box.coverage > 0.9
    assert box.density > 0.9
    assert box.share_met == pytest.approx(0.2, abs=0.03)


def test_targets() -> None:
    outputs = ["facts_met", "process_outcome_r(alliance_score@3)", "true_d.cbt.waitlist"]
    one = scenario_discovery.target("facts_met >= 30", outputs)
    assert one == ("facts_met", ">=", 30.0)
    assert scenario_discovery.target("true_d.cbt.waitlist<-0.5", outputs).number == -0.5
    assert list(scenario_discovery.met(one, np.array([29, 30, np.nan]))) == [False, True, False]
    low = scenario_discovery.target("facts_met<3", outputs)
    assert list(scenario_discovery.met(low, np.array([2, np.nan]))) == [True, False]
    for text, message in (
        ("facts_met", "a sign and a number"),
        (None, "a sign and a number"),
        ("facts_mt>3", "Did you mean facts_met"),
        ("facts_met>e", "not a number"),
    ):
        with pytest.raises(BadInput, match=message):
            scenario_discovery.target(text, outputs)
    with pytest.raises(BadInput, match="met at 5 of 100 points"):
        scenario_discovery.find(pd.DataFrame({"a": range(100)}), np.arange(100) < 5)
