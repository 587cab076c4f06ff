"""What does not fit into memory is refused before it starts, with the size that would."""

from pathlib import Path

import pytest

import dyadsim
from dyadsim.errors import BadInput
from dyadsim.simulation import memory

TRIAL = dyadsim.rct(["cbt", "waitlist"], sessions=8, follow_up=())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that stands for /proc and /sys, of a machine with 8 GB free."""
    (tmp_path / "meminfo").write_text("MemTotal: 16000000 kB\nMemAvailable:  8000000 kB\n")
    (tmp_path / "own").write_text("0::/\n")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(memory, "_free_of_process", lambda: None)
    return tmp_path


def _write(folder: Path, **values: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        (folder / name.replace("__", ".")).write_text(value)


def test_what_is_free_on_the_machine(machine: Path) -> None:
    assert memory.available_bytes() == 8_192_000_000
    (machine / "meminfo").unlink()
    free = memory.available_bytes()  # os.sysconf, or nobody knows
    assert free is None or free > 0


def test_the_limit_of_a_group_counts_and_that_of_the_group_above(machine: Path) -> None:
    (machine / "own").write_text("0::/pod/job\n")
    job = machine / "groups" / "pod" / "job"
    _write(job, memory__max="max\n", memory__current="5")
    assert memory.available_bytes() == 8_192_000_000
    stat = "anon 1\ninactive_file 100000000\n"
    _write(job.parent, memory__max="2000000000", memory__current="600000000", memory__stat=stat)
    assert memory.available_bytes() == 1_500_000_000  # files that nobody uses can be dropped
    _write(job, memory__max="700000000", memory__current="100000000")
    assert memory.available_bytes() == 600_000_000
    _write(job, memory__current="900000000")
    assert memory.available_bytes() == 1


def test_groups_of_version_1(machine: Path) -> None:
    (machine / "own").write_text("9:name=systemd:/\n4:cpu,memory:/job\n0::/\n")
    job = machine / "groups" / "memory" / "job"
    _write(job, memory__limit_in_bytes=str(2**63 - 4096), memory__usage_in_bytes="5")
    assert memory.available_bytes() == 8_192_000_000
    _write(job, memory__limit_in_bytes="3000000000", memory__usage_in_bytes="1000000000")
    assert memory.available_bytes() == 2_000_000_000


def test_a_run_that_does_not_fit_names_one_that_would(machine: Path) -> None:
    words = "clients=100000000 would take about 178.0 GB of memory, and 8.2 GB are free: "
    with pytest.raises(BadInput, match=words + "clients=4600000 would fit"):
        dyadsim.run(TRIAL, "hybrid", 10**8)
    (machine / "meminfo").write_text("MemAvailable: 1 kB\n")
    assert dyadsim.run(TRIAL, "hybrid", 20).step == 8  # small ones are never asked about


def test_nothing_is_refused_where_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    memory.check_fits(1e18, "clients", 10, 1e17)


def test_a_need_that_no_size_meets(machine: Path) -> None:
    with pytest.raises(BadInput, match="no clients would fit, but fewer threads take less"):
        memory.check_fits(9e9, "clients", 10, 1.0)


def test_what_a_client_takes_is_what_a_run_takes() -> None:
    run = dyadsim.run(TRIAL, "hybrid", 50)
    people = run.clients
    size = run.truth.nbytes + sum(
        array.nbytes for array in (people.table, people.word, people.arm, people.therapist)
    )
    assert 50 * memory.client_bytes(TRIAL) == size
