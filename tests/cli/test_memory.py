"""Every task says what memory it takes, and refuses what does not fit before anything starts."""

import json
from pathlib import Path

import pytest

from dyadsim.cli import main
from dyadsim.cli.task import all_tasks
from dyadsim.simulation import memory

UNBOUNDED = {"fit", "lesson", "teach", "analyse", "describe"}  # the last two simulate nothing
"""Tasks whose size is not a setting: fit asks once it has read the data; lessons have ceilings."""
SWEEP = "distress.bond_effect=0.1,0.2"


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine have 2 GB."""
    monkeypatch.setattr(memory, "available_bytes", lambda: 2 * 10**9)


def test_every_task_that_simulates_estimates_its_memory() -> None:
    for task in all_tasks():
        if task.cost is not None and task.name not in UNBOUNDED:
            assert task.memory is not None, task.name
    names = {task.name for task in all_tasks() if task.sweep_memory}
    assert names == {"sweep", "sensitivity"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("simulate size.clients=20000000", "size.clients=20000000 would take about 18"),
        ("simulate study=cohort study.n_clients=9000000", "study.n_clients=9000000 would take"),
        ("compare size.clients=500000", "500000 would take about 13.4 GB of memory, and 2.0 GB"),
        ("decompose size.clients=5000000", "size.clients=5000000 would take"),
        (
            "facts size.clients_per_replicate=1000000 threads=4",
            "size.clients_per_replicate=31000 would fit",
        ),
        ("calibrate threads=64", "threads=64 would take"),
        ("recover size.clients=900000 threads=1", "size.clients=900000 would take"),
        ("recover threads=64", "no size.clients would fit, but fewer threads take less"),
        (f"sweep {SWEEP} size.clients_per_point=9000000", "size.clients_per_point=9000000"),
        (f"sweep {SWEEP} outputs=[facts] size.clients_per_point=900000", "would fit"),
        (f"sweep {SWEEP} points.replicates=10000 distress.rate=0.1,0.2", ""),
    ],
)
@pytest.mark.parametrize("dry", ["false", "true"])
@pytest.mark.usefixtures("free")
def test_what_does_not_fit_is_refused_at_once(
    words: str, sentence: str, dry: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not sentence and dry == "false":
        pytest.skip("it fits: it would run")
    code = main.main([*words.split(), f"dry_run={dry}", f"results={tmp_path / 'out'}"])
    out = capsys.readouterr()
    assert code == (2 if sentence else 0), out.err
    assert sentence in out.err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("free")
def test_a_million_clients_fit_in_two_gigabytes(capsys: pytest.CaptureFixture[str]) -> None:
    """Measured: 1.35 GB (rct, one million clients, truth kept)."""
    assert main.main(["simulate", "size.clients=1000000", "dry_run=true", "json=true"]) == 0
    estimate = json.loads(capsys.readouterr().out)["estimated_memory_megabytes"]
    assert 1347 <= estimate < 2000


def test_the_size_that_is_named_fits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 1_400_000_000)
    assert main.main(["simulate", "size.clients=1000000", "dry_run=true"]) == 2
    named = capsys.readouterr().err.split(": ")[-1].split()[0]
    assert main.main(["simulate", named, "dry_run=true"]) == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("simulate study.sessions=1000000000", "it can have 5000 sessions at most"),
        ("simulate study.follow_up=[1.7e9]", "follow-up weeks must be above 0 and 5000 at most"),
        ("simulate study.follow_up=[26,5001]", "follow-up weeks must be above 0 and 5000 at most"),
        ("simulate study=waitlist study.weeks=1000000000", "whole number from 0 to 5000"),
        ("simulate study=n_of_1 study.weeks_per_phase=1000000000", "from 2 to 1000"),
        ("simulate size.clients=99999999999", "size.clients must be a whole number from 1"),
        ("simulate beats=1000000000", "beats must be a whole number from 0 to 4000"),
        ("facts size.replicates=1000000000", "size.replicates must be a whole number from 2"),
        ("sweep points=sobol points.n=1000000000", "points.n must be a whole number from 1"),
        ("sweep points.replicates=1000000000", "points.replicates must be a whole number from 1"),
        ("recover task.draws=1000000000", "task.draws must be a whole number from 300"),
        ("literature task.field.largest=1000000000", "largest must be a whole number from 40"),
        ("literature task.repeats=1000000000", "task.repeats must be a whole number from 3"),
    ],
)
def test_every_size_has_a_ceiling(
    words: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    task, *rest = words.split()
    axis = ["distress.bond_effect=interval(0,1)"] if task == "sweep" else []
    assert main.main([task, *rest, *axis, "dry_run=true"]) == 2
    assert sentence in capsys.readouterr().err
