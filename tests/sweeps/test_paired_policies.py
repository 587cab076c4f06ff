"""A reader's policy beside the usual one: paired, kept, resumed, and computed anew when changed."""

import importlib.util
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from dyadsim.errors import BadInput
from dyadsim.sweeps.paired_policies import compare_policies

ROOT = Path(__file__).parents[2]
CALLS: list[tuple[float, int]] = []


def noisy(shift: float, replicate: int) -> dict[str, float]:
    CALLS.append((shift, replicate))
    noise = np.random.default_rng(replicate).normal(size=2)
    return {"gain": noise[0] + shift * noise[1], "other": 1.0}


def test_the_interval_is_that_of_the_paired_t_test(tmp_path: Path) -> None:
    policies = {"usual": 0.0, "mine": 0.7}
    shown = compare_policies(noisy, policies, tmp_path, outputs=["gain", "other"], replicates=40)
    wide = shown.table.pivot(index="replicate_number", columns="policy", values="gain")
    known = stats.ttest_rel(wide["mine"].astype(float), wide["usual"].astype(float))
    row = shown.differences.iloc[0]
    interval = known.confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high), rel=1e-5)
    assert row["difference"] == pytest.approx((wide["mine"] - wide["usual"]).mean(), rel=1e-5)
    assert shown.differences["replicates"].tolist() == [40, 40]
    assert shown.differences.iloc[1][["difference", "low", "high"]].tolist() == [0, 0, 0]


def test_what_is_stored_is_never_computed_again(tmp_path: Path) -> None:
    policies = {"usual": 0.0, "mine": 0.7}
    first = compare_policies(noisy, policies, tmp_path, outputs=["gain", "other"], replicates=20)
    assert (first.computed, first.reused) == (40, 0)
    CALLS.clear()
    more = compare_policies(noisy, policies, tmp_path, outputs=["gain", "other"], replicates=30)
    assert (more.computed, more.reused) == (20, 40)
    assert sorted(CALLS) == [(shift, k) for shift in (0.0, 0.7) for k in range(20, 30)]


def test_an_interruption_costs_a_part_at_most(tmp_path: Path) -> None:
    def stopping(shift: float, replicate: int) -> dict[str, float]:
        if replicate == 25 and not (tmp_path / "go_on").exists():
            raise KeyboardInterrupt
        return {"gain": float(replicate)}

    policies = {"usual": 0.0, "mine": 0.7}
    with pytest.raises(KeyboardInterrupt):
        compare_policies(stopping, policies, tmp_path / "s", outputs=["gain"], replicates=30)
    (tmp_path / "go_on").touch()
    shown = compare_policies(stopping, policies, tmp_path / "s", outputs=["gain"], replicates=30)
    assert (shown.computed, shown.reused) == (40, 20)


def test_other_numbers_are_computed_anew(tmp_path: Path) -> None:
    def run(clients: int, policy: float, replicate: int) -> dict[str, float]:
        return {"gain": clients + policy}

    policies = {"usual": 0.0, "mine": 1.0}
    for clients in (100, 200):
        of_size = partial(run, clients)
        shown = compare_policies(of_size, policies, tmp_path, outputs=["gain"], replicates=2)
        assert shown.computed == 4
        assert shown.table["gain"].min() == clients


@pytest.mark.parametrize(
    ("policies", "replicates", "message"),
    [({"usual": 0}, 10, "two or more"), ({"a": 0, "b": 1}, 1, "replicates must be 2 or more")],
)
def test_what_is_refused(
    tmp_path: Path, policies: dict[str, int], replicates: int, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        compare_policies(noisy, policies, tmp_path, outputs=["gain"], replicates=replicates)


def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "mesa_policy", ROOT / "docs/how_to/mesa_policy.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_of_the_page_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = _example()
    example.main(4, 100, str(tmp_path))
    printed = capsys.readouterr().out
    own, others = printed.splitlines()[1:3]
    assert float(own.split()[5]) < 0  # its clients are better off
    assert [float(number) for number in others.split()[-3:]] == [0, 0, 0]  # the same bits
    assert "8 clinics simulated now, 0 from" in printed
    example.main(4, 100, str(tmp_path))
    assert "0 clinics simulated now, 8 from" in capsys.readouterr().out


def test_code_without_a_file_is_known_by_what_it_reads(tmp_path: Path) -> None:
    """Typed into a session: a global, a default, or an attribute of a class that changed."""
    typed = """
CLIENTS = {clients}
def run(policy, replicate, more={more}):
    return {{"gain": CLIENTS + more + policy.dose}}
class Usual:
    dose = 0
class Mine(Usual):
    dose = {dose}
"""
    for values, right in (((10, 0, 2), 2), ((500, 0, 2), 2), ((500, 0, 7), 7), ((500, 1, 7), 7)):
        known: dict = {"__name__": "session"}
        exec(typed.format(**dict(zip(("clients", "more", "dose"), values, strict=True))), known)
        policies = {"usual": known["Usual"], "mine": known["Mine"]}
        shown = compare_policies(known["run"], policies, tmp_path, outputs=["gain"], replicates=3)
        assert shown.differences["difference"].tolist() == [right]
        assert set(shown.table["gain"]) == {sum(values[:2]), sum(values)}
