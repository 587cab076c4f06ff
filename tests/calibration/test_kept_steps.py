"""Steps on disk: what is done is read, what is not is computed, nothing half-written is read."""

from pathlib import Path

import numpy as np
import pytest

from dyadsim.calibration.kept_steps import Arrays, KeptSteps, steps_key


def test_a_step_that_is_done_is_read_to_the_same_bits(tmp_path: Path) -> None:
    reports: list[tuple[float, bool]] = []
    numbers = np.random.default_rng(1).normal(size=5) * 1e-300
    kept = KeptSteps(tmp_path / "steps", lambda *report: reports.append(report))
    first = kept.step("a", 3.0, lambda: {"x": numbers, "n": 4})

    def never() -> Arrays:
        raise AssertionError("it was computed again")

    again = kept.step("a", 3.0, never)
    assert again["x"].tobytes() == first["x"].tobytes() == numbers.tobytes()
    assert int(again["n"]) == 4
    assert reports == [(3.0, True), (3.0, False)]


def test_a_step_that_fails_leaves_nothing(tmp_path: Path) -> None:
    kept = KeptSteps(tmp_path)

    def fail() -> Arrays:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.step("a", 1.0, fail)
    assert list(tmp_path.iterdir()) == []
    assert kept.step("a", 1.0, lambda: {"x": 1})["x"] == 1


def test_steps_inside_others_and_the_end(tmp_path: Path) -> None:
    kept = KeptSteps(tmp_path / "steps")
    kept.below("inner").step("a", 1.0, lambda: {"x": 1})
    assert (tmp_path / "steps" / "inner" / "a.npz").is_file()
    kept.remove()
    assert list(tmp_path.iterdir()) == []
    assert KeptSteps().below("inner").step("a", 1.0, lambda: {"x": 2})["x"] == 2


def test_the_key_changes_with_every_part() -> None:
    keys = {steps_key(parts) for parts in ([1, "a"], [2, "a"], [1, "b"])}
    assert len(keys) == 3
    assert steps_key([1, "a"]) in keys
