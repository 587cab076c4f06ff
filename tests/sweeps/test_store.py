"""The store: nothing is lost, nothing is computed twice, nothing wrong is merged."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sweeps.planned import planned

from dyadsim.sweeps import content_keys, sweep
from dyadsim.sweeps.content_keys import Index
from dyadsim.sweeps.store import Rows, Store, StoreError
from dyadsim.sweeps.sweep import Condition, Shard, Sweep
from dyadsim.sweeps.table_labels import row_labels

HERE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of the planned sweep, run without interruption."""
    folder = tmp_path_factory.mktemp("reference")
    sweep.run_sweep(planned(block=200), folder)
    return sweep.collect_sweep(planned(block=200), folder).read_bytes()


def table_of(folder: Path) -> bytes:
    return sweep.collect_sweep(planned(), folder).read_bytes()


def test_the_same_sweep_computes_nothing_twice(tmp_path: Path, reference: bytes) -> None:
    first = sweep.run_sweep(planned(), tmp_path)
    assert (first.computed, first.reused, first.finished) == (1024, 0, 1024)
    again = sweep.run_sweep(planned(), tmp_path)
    assert (again.computed, again.reused) == (0, 1024)
    assert table_of(tmp_path) == reference
    collected = sweep.run_sweep(planned(), tmp_path)  # from points.parquet: the parts are gone
    assert (collected.computed, collected.reused) == (0, 1024)
    assert list((tmp_path / "parts").iterdir()) == []
    assert table_of(tmp_path) == reference


def test_a_longer_sequence_reuses_the_shorter_one(tmp_path: Path, reference: bytes) -> None:
    sweep.run_sweep(planned(n=256), tmp_path)
    sweep.collect_sweep(planned(n=256), tmp_path)
    longer = sweep.run_sweep(planned(), tmp_path)
    assert (longer.computed, longer.reused) == (512, 512)
    assert table_of(tmp_path) == reference
    shorter = sweep.collect_sweep(planned(n=256), tmp_path)  # the other rows stay in a part
    assert pq.read_table(shorter).num_rows == 512
    assert sweep.run_sweep(planned(), tmp_path).computed == 0


@pytest.mark.slow
def test_twenty_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "sweeps.killed",
        str(tmp_path / "killed"),
        "20",
        "5",
    ]
    finished = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "20"
    small = planned(n=4096)
    before = sweep.sweep_status(small, tmp_path / "killed")
    assert 0 < before.finished < small.size
    assert before.damaged == ()
    after = sweep.run_sweep(small, tmp_path / "killed", threads=2)
    assert after.reused == before.finished
    assert after.computed == small.size - before.finished
    sweep.run_sweep(planned(n=4096, block=1024), tmp_path / "reference", threads=2)
    paths = [sweep.collect_sweep(small, tmp_path / name) for name in ("killed", "reference")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert not list((tmp_path / "killed").rglob("*.part"))


def test_two_processes_share_the_work(tmp_path: Path, reference: bytes) -> None:
    """Threads with stores of their own stand in for processes: locks are per open file."""
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: sweep.run_sweep(planned(), tmp_path), range(2)))
    assert sum(state.computed for state in both) == 1024
    assert min(state.computed for state in both) > 0
    assert all(state.finished == 1024 for state in both)
    assert table_of(tmp_path) == reference


def test_a_part_of_another_model_is_left_alone(
    tmp_path: Path, reference: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sweep, "model_version", lambda: "another")
        sweep.run_sweep(planned(n=16, replicates=1), tmp_path)
    state = sweep.run_sweep(planned(), tmp_path)
    assert (state.reused, state.computed) == (0, 1024)
    assert len(state.foreign) == 1
    assert table_of(tmp_path) == reference
    assert len(list((tmp_path / "parts").iterdir())) == 1


def test_a_table_of_other_outputs_is_kept(tmp_path: Path) -> None:
    other = partial(planned, n=16, replicates=1, names=("post_score",))
    sweep.run_sweep(other(), tmp_path)
    kept = sweep.collect_sweep(other(), tmp_path).read_bytes()
    sweep.run_sweep(planned(n=16), tmp_path)
    sweep.collect_sweep(planned(n=16), tmp_path)
    assert [path.read_bytes() for path in (tmp_path / "parts").iterdir()] == [kept]
    assert sweep.run_sweep(other(), tmp_path).reused == 16


def test_parts_that_disagree_are_refused(tmp_path: Path) -> None:
    small = planned(n=16, replicates=1)
    sweep.run_sweep(small, tmp_path)
    store = sweep.open_store(small, tmp_path)
    rows = store.read()
    store.write(Rows(rows.keys[:3], rows.values[:3] + 1, rows.errors[:3]))
    with pytest.raises(StoreError, match=r"two parts of .* hold different numbers"):
        sweep.collect_sweep(small, tmp_path)


def test_missing_shards_are_reported(tmp_path: Path) -> None:
    sweep.run_sweep(planned(), tmp_path, shard=Shard(1, 4))
    state = sweep.sweep_status(planned(), tmp_path)
    assert state.finished == 256
    assert state.missing == {"world hybrid, replicate 0": 384, "world hybrid, replicate 1": 384}
    assert sweep.missing_by_shard(planned(), tmp_path, 4) == [256, 0, 256, 256]
    with pytest.raises(StoreError, match="768 of 1,024 points are missing"):
        sweep.collect_sweep(planned(), tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_keeps_what_is_finished(tmp_path: Path, reference: bytes) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        with pytest.raises(OSError, match="No space left on device"):
            sweep.run_sweep(planned(), small / "store")
        assert not list(small.rglob("*.part"))
        state = sweep.sweep_status(planned(), small / "store")
        assert 0 < state.finished < 1024
        subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
        after = sweep.run_sweep(planned(), small / "store")
        assert after.reused == state.finished
        assert table_of(small / "store") == reference
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_the_columns_of_the_table(tmp_path: Path) -> None:
    small = planned(n=8)
    sweep.run_sweep(small, tmp_path)
    table = pd.read_parquet(sweep.collect_sweep(small, tmp_path))
    assert list(table.columns[:5]) == [
        "world",
        "replicate",
        "point",
        "distress.bond_effect",
        "alliance.rate",
    ]
    assert list(table["point"]) == list(range(8)) * 2
    assert list(table["replicate"]) == [0] * 8 + [1] * 8
    assert (table["error"] == "").all()
    strong = table[table["distress.bond_effect"] > 0.5]["true_d.cbt.waitlist"].mean()
    assert strong > table[table["distress.bond_effect"] < 0.5]["true_d.cbt.waitlist"].mean()


def test_index_tells_keys_apart_by_both_halves() -> None:
    known = np.array([[5, 1], [3, 9], [5, 2]], np.uint64)
    index = Index(known)
    assert list(index.find(known[:2])) == [0, 1]
    assert list(index.find(np.array([[5, 7], [3, 9], [8, 8]], np.uint64))) == [-1, 1, -1]
    assert list(Index(np.empty((0, 2), np.uint64)).find(known)) == [-1, -1, -1]


def test_keys_follow_everything_that_decides_a_number() -> None:
    row = np.array([[0.5, 1.0]], np.float32)
    keys = {
        tuple(content_keys.keys_of(*arguments)[0])
        for arguments in (("a", row, 0), ("b", row, 0), ("a", row, 1), ("a", row + 1, 0))
    }
    assert len(keys) == 4
    assert (content_keys.keys_of("a", row, 0) == content_keys.keys_of("a", row.copy(), 0)).all()


def test_model_version_covers_the_model_and_not_the_figures() -> None:
    package = Path(content_keys.__file__).parents[1]
    hashed = {
        str(path.relative_to(package))
        for name in content_keys._MODEL
        for path in content_keys._source_files(package / name)
    }
    assert {"kernel/sessions.py", "evidence/outcomes.py", "sweeps/outputs.py"} <= hashed
    assert {"model/mechanisms/alliance.py", "studies/designs/rct.py"} <= hashed
    assert {"evidence/facts.csv", "simulation/many_points.py"} <= hashed
    assert not {"plots/study.py", "cli/main.py", "report/page.py", "sweeps/sweep.py"} & hashed
    assert Store(Path("x"), ("a",), "v").columns == ("a",)


def test_a_sweep_may_be_called_parts(tmp_path: Path) -> None:
    small = planned(n=8, clients=20)
    sweep.run_sweep(small, tmp_path / "parts")
    sweep.collect_sweep(small, tmp_path / "parts")
    again = sweep.run_sweep(small, tmp_path / "parts")
    assert (again.reused, again.damaged) == (16, ())
    assert sweep.collect_sweep(small, tmp_path / "parts").exists()


def test_very_many_values_of_a_label_are_joined() -> None:
    """An index of one byte ended at 127 values, after all was computed."""
    conditions = tuple(
        Condition({"seed": k}, str(k), lambda *_: None, lambda p: p, np.zeros((1, 1), np.float32))
        for k in range(300)
    )
    labels = row_labels(Sweep(("x",), ("gain",), conditions, 1, 1))
    assert labels["seed"].to_pylist() == [str(k) for k in range(300)]
