"""The store: nothing is lost twice, nothing wrong is merged."""

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
from dyadsim.sweeps.sweep import Shard

HERE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of the planned sweep, run in one go."""
    folder = tmp_path_factory.mktemp("whole")
    sweep.run(planned(block=200), folder)
    return sweep.collect(planned(block=200), folder).read_bytes()


def table_of(folder: Path) -> bytes:
    return sweep.collect(planned(), folder).read_bytes()


def test_the_same_sweep_computes_nothing_twice(tmp_path: Path, whole: bytes) -> None:
    first = sweep.run(planned(), tmp_path)
    assert (first.computed, first.reused, first.finished) == (1024, 0, 1024)
    again = sweep.run(planned(), tmp_path)
    assert (again.computed, again.reused) == (0, 1024)
    assert table_of(tmp_path) == whole
    collected = sweep.run(planned(), tmp_path)  # from points.parquet: the parts are gone
    assert (collected.computed, collected.reused) == (0, 1024)
    assert list((tmp_path / "parts").iterdir()) == []
    assert table_of(tmp_path) == whole


def test_a_longer_sequence_takes_over_the_shorter_one(tmp_path: Path, whole: bytes) -> None:
    sweep.run(planned(n=256), tmp_path)
    sweep.collect(planned(n=256), tmp_path)
    longer = sweep.run(planned(), tmp_path)
    assert (longer.computed, longer.reused) == (512, 512)
    assert table_of(tmp_path) == whole
    shorter = sweep.collect(planned(n=256), tmp_path)  # the other rows stay in a part
    assert pq.read_table(shorter).num_rows == 512
    assert sweep.run(planned(), tmp_path).computed == 0


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
    told = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "20"
    one = planned(n=4096)
    before = sweep.status(one, tmp_path / "killed")
    assert 0 < before.finished < one.size
    assert before.damaged == ()
    after = sweep.run(one, tmp_path / "killed", threads=2)
    assert after.reused == before.finished
    assert after.computed == one.size - before.finished
    sweep.run(planned(n=4096, block=1024), tmp_path / "whole", threads=2)
    for left in (tmp_path / "killed").rglob("*.part"):
        os.utime(left, (0, 0))  # the kill was long ago
    paths = [sweep.collect(one, tmp_path / name) for name in ("killed", "whole")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert not list((tmp_path / "killed").rglob("*.part"))


def test_two_processes_share_the_work(tmp_path: Path, whole: bytes) -> None:
    """Threads with stores of their own stand in for processes: locks are per open file."""
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: sweep.run(planned(), tmp_path), range(2)))
    assert sum(one.computed for one in both) == 1024
    assert min(one.computed for one in both) > 0
    assert all(one.finished == 1024 for one in both)
    assert table_of(tmp_path) == whole


@pytest.mark.parametrize("harm", ["truncated", "empty", "altered", "not a table"])
def test_a_damaged_part_is_put_aside_and_computed_again(
    tmp_path: Path, whole: bytes, harm: str
) -> None:
    sweep.run(planned(), tmp_path)
    part = sorted((tmp_path / "parts").iterdir())[3]
    told = part.read_bytes()
    middle = len(told) // 3
    part.write_bytes(
        {
            "truncated": told[: len(told) // 2],
            "empty": b"",
            "not a table": b"x" * 500,
            "altered": told[:middle] + bytes([told[middle] ^ 255]) + told[middle + 1 :],
        }[harm]
    )
    state = sweep.status(planned(), tmp_path)
    if state.finished == 1024:  # the harm is in a column that only collecting reads
        with pytest.raises(StoreError, match=r"16 of 1,024 points are missing"):
            sweep.collect(planned(), tmp_path)
    assert len(list((tmp_path / "damaged").iterdir())) == 1
    assert sweep.run(planned(), tmp_path).computed == 16
    assert table_of(tmp_path) == whole


def test_a_part_of_another_model_is_left_alone(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sweep, "model_version", lambda: "another")
        sweep.run(planned(n=16, replicates=1), tmp_path)
    state = sweep.run(planned(), tmp_path)
    assert (state.reused, state.computed) == (0, 1024)
    assert len(state.foreign) == 1
    assert table_of(tmp_path) == whole
    assert len(list((tmp_path / "parts").iterdir())) == 1


def test_a_table_of_other_outputs_is_kept(tmp_path: Path) -> None:
    other = partial(planned, n=16, replicates=1, wanted=("post_score",))
    sweep.run(other(), tmp_path)
    kept = sweep.collect(other(), tmp_path).read_bytes()
    sweep.run(planned(n=16), tmp_path)
    sweep.collect(planned(n=16), tmp_path)
    assert [path.read_bytes() for path in (tmp_path / "parts").iterdir()] == [kept]
    assert sweep.run(other(), tmp_path).reused == 16


def test_parts_that_disagree_are_refused(tmp_path: Path) -> None:
    one = planned(n=16, replicates=1)
    sweep.run(one, tmp_path)
    store = sweep.open_store(one, tmp_path)
    rows = store.read()
    store.write(Rows(rows.keys[:3], rows.values[:3] + 1, rows.errors[:3]))
    with pytest.raises(StoreError, match=r"two parts of .* hold different numbers"):
        sweep.collect(one, tmp_path)


def test_missing_shards_are_told(tmp_path: Path) -> None:
    sweep.run(planned(), tmp_path, shard=Shard(1, 4))
    state = sweep.status(planned(), tmp_path)
    assert state.finished == 256
    assert state.missing == {"world hybrid, replicate 0": 384, "world hybrid, replicate 1": 384}
    assert sweep.missing_by_shard(planned(), tmp_path, 4) == [256, 0, 256, 256]
    with pytest.raises(StoreError, match="768 of 1,024 points are missing"):
        sweep.collect(planned(), tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system of limited size needs root")
def test_a_full_disk_keeps_what_is_finished(tmp_path: Path, whole: bytes) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    try:
        with pytest.raises(OSError, match="No space left on device"):
            sweep.run(planned(), small / "store")
        assert not list(small.rglob("*.part"))
        state = sweep.status(planned(), small / "store")
        assert 0 < state.finished < 1024
        subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
        after = sweep.run(planned(), small / "store")
        assert after.reused == state.finished
        assert table_of(small / "store") == whole
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_the_table_reads_as_a_theorist_expects(tmp_path: Path) -> None:
    one = planned(n=8)
    sweep.run(one, tmp_path)
    table = pd.read_parquet(sweep.collect(one, tmp_path))
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
    seen = {
        tuple(content_keys.keys_of(*one)[0])
        for one in (("a", row, 0), ("b", row, 0), ("a", row, 1), ("a", row + 1, 0))
    }
    assert len(seen) == 4
    assert (content_keys.keys_of("a", row, 0) == content_keys.keys_of("a", row.copy(), 0)).all()


def test_model_version_covers_the_laws_and_not_the_figures() -> None:
    package = Path(content_keys.__file__).parents[1]
    counted = {
        str(path.relative_to(package))
        for name in content_keys._MODEL
        for path in content_keys._files(package / name)
    }
    assert {"kernel/sessions.py", "evidence/outcomes.py", "sweeps/outputs.py"} <= counted
    assert {"model/mechanisms/alliance.py", "studies/designs/rct.py"} <= counted
    assert {"evidence/facts.csv", "simulation/many_points.py"} <= counted
    assert not {"plots/study.py", "cli/main.py", "report/page.py", "sweeps/sweep.py"} & counted
    assert Store(Path("x"), ("a",), "v").columns == ("a",)
